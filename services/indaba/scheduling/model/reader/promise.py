"""Understands a promise: what will be done, and by which day."""

from dataclasses import dataclass
from datetime import date, datetime, time

from indaba.scheduling.model.reader.asked import Asked, asked_at
from indaba.scheduling.model.reader.chart import Chart
from indaba.scheduling.model.reader.tokens import MOST_TOKENS, Line, in_tokens
from indaba.scheduling.model.spoken_day import Dates, Day, NotRead
from indaba.scheduling.model.wall_time import day_in_words

LONGEST_PROMISE = 600
_ENDS = frozenset(".!)")
_MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class Promise:
    """What will be done, and by when if that is clear; `doubt` says in words why it is not."""

    text: str
    due: date | None = None
    doubt: str = ""


def read_promise(text: str, now: datetime, zone: str, locale: str) -> Promise:
    """The promise, and its day if the text ends in one, such as "by 3 May".

    Words that can mean several days stay in the text, and `doubt` names the days. Never raises
    because of the text; raises `UnknownZone`. `now` is aware.
    """
    asked = asked_at(now, zone, locale)
    line = in_tokens(text[:LONGEST_PROMISE])
    if len(text) > LONGEST_PROMISE or len(line.tokens) > MOST_TOKENS:
        return Promise(text)
    ends = _ending(line, Chart(line, asked, repeats=True), "promised_for")
    if not ends:
        return Promise(text)
    first, day = ends[-1]
    due, doubt = _meant(day, line.words(first, len(line.tokens)), asked)
    if due is None:
        return Promise(text, doubt=doubt)
    return Promise(text[: line.tokens[first].start].rstrip(" ,("), due)


def read_due(text: str, now: datetime, zone: str, locale: str) -> tuple[date | None, str]:
    """The day meant, or `None` and the reason why it was not understood."""
    asked = asked_at(now, zone, locale)
    line = in_tokens(text[:LONGEST_PROMISE])
    if len(line.tokens) <= MOST_TOKENS:
        chart = Chart(line, asked, repeats=True)
        for name in ("due_day", "promised_for"):
            for first, day in _ending(line, chart, name):
                if first == 0:
                    return _meant(day, text.strip(" ."), asked)
    return None, "I did not understand that day. Say for example: by 3 May, or by Friday."


def _meant(day: Day, words: str, asked: Asked) -> tuple[date | None, str]:
    try:
        dates = day.dates(asked.today, time.max)
    except NotRead as why:
        return None, str(why)
    if dates.doubt or len(dates.dates) != 1:
        return None, _which(dates, words)
    if dates.dates[0] < asked.today.date():
        return None, f'"{_plain(words)}" has already passed, so I noted no day.'
    return dates.dates[0], ""


def _which(dates: Dates, words: str) -> str:
    named = " or ".join(
        day_in_words(datetime.combine(day, time())) for day in dates.dates[:_MOST_NAMED]
    )
    return f'"{_plain(words)}" can be {named}, so I noted no day. Please name the date.'


def _plain(words: str) -> str:
    return "".join(letter for letter in words if letter.isalnum() or letter in " '-./,")


def _ending(line: Line, chart: Chart, name: str) -> list[tuple[int, Day]]:
    """What of a name ends the line, and where it begins, the longest first."""
    end = len(line.tokens)
    while end and line.tokens[end - 1].text in _ENDS:
        end -= 1
    return [
        (first, edge.value)
        for first in range(end)
        for edge in chart.lattice.at(name, first)
        if edge.end == end
    ]
