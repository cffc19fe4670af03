"""Understands times that people type. What has two meanings is asked back, never guessed."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime

from indaba.contracts.times import WhenRead
from indaba.scheduling.model.other_wordings import in_other_words
from indaba.scheduling.model.reader.asked import A_YEAR, Asked, asked_at
from indaba.scheduling.model.reader.assembling import Spoken, Where, assembled
from indaba.scheduling.model.reader.chart import Chart
from indaba.scheduling.model.reader.covering import Covering
from indaba.scheduling.model.reader.lexicon import lexicon_for
from indaba.scheduling.model.reader.single import answered, echo, judged, not_understood
from indaba.scheduling.model.reader.tokens import MOST_TOKENS, Line, in_tokens
from indaba.scheduling.model.spoken_day import NotRead
from indaba.scheduling.model.time_parts import HOW_TO_SAY, TimeParts

LONGEST_TEXT = 200
AS_GOOD = 0.3
"""A way of covering that costs at most so much more is as good as the cheapest."""

_NOWHERE = Where("", "")


def read_when(
    text: str, now: datetime, zone: str, locale: str, *, before: datetime | None = None
) -> WhenRead:
    """What the text means to somebody in `zone` at `now` (aware).

    What is moved began `before`, as wall time there: a time without a day is meant on its day, and
    a day without a time at its hour.

    Never raises because of the text; raises `UnknownZone` for the zone. Our own grammar takes a few
    milliseconds. A text that it cannot read at all goes to a library that needs a second at first.
    """
    asked = asked_at(now, zone, locale)
    if before is not None:
        asked = asked._replace(day=before.date(), hour=before.time())
    try:
        return _read(text, asked)
    except NotRead as why:
        return WhenRead(sure=False, readings=(), doubt=str(why))


def warm() -> None:
    """Read a text with the library, so that nobody has to wait while it loads."""
    read_when("übermorgen um 15:00 Uhr", datetime(2026, 1, 5, tzinfo=UTC), "UTC", "de")


def _read(text: str, asked: Asked) -> WhenRead:
    line = in_tokens(text[: LONGEST_TEXT + 1])
    if len(text) > LONGEST_TEXT or len(line.tokens) > MOST_TOKENS:
        raise NotRead(f"That is too long for me to read as a time. {HOW_TO_SAY}")
    if all(token.is_figures for token in line.tokens):
        raise NotRead(HOW_TO_SAY)
    if line.tokens[0].text in lexicon_for(asked.locale).words("to"):
        line = Line(line.typed, line.tokens[1:])
    chart = Chart(line, asked, repeats=False)
    ways = chart.coverings(titled=False)
    spoken = _said(chart, ways[0])
    if spoken.time.is_read():
        first = _judged(spoken, asked, chart.guessed(ways[0]))
        return _together([first, *_others(chart, ways, asked, spoken.time)])
    guess = in_other_words(text, asked.today, asked.locale, month_first=asked.month_first)
    if guess is None or not asked.today < guess <= asked.today + A_YEAR:
        raise NotRead(f"{not_understood(spoken.time.unknown)} {HOW_TO_SAY}")
    return answered([guess], ["Did you mean this?"], asked)


def _others(chart: Chart, ways: list[Covering], asked: Asked, best: TimeParts) -> list[WhenRead]:
    """What other ways that are as good mean; nothing for those that mean nothing.

    A way that takes a time of day for a length, which is left out, is not as good: "fri 14h30" is
    at half past two, not at the old hour on Friday for fourteen hours and a half.
    """
    reads = []
    for way in ways[1:4]:
        if way.cost <= ways[0].cost + AS_GOOD:
            with suppress(NotRead):
                spoken = _said(chart, way)
                if best.left_out or not spoken.time.left_out:
                    reads.append(_judged(spoken, asked))
    return reads


def _judged(spoken: Spoken, asked: Asked, guessed: Sequence[str] = ()) -> WhenRead:
    doubts = [*guessed]
    if spoken.time.unknown:
        doubts.append(not_understood(spoken.time.unknown))
    if spoken.time.left_out:
        doubts.append(f"I read when it starts and left out {echo((spoken.time.left_out,))}.")
    return judged(spoken.time, asked, doubts)


def _together(reads: list[WhenRead]) -> WhenRead:
    """One answer from several that are as good; sure only if they agree."""
    first = reads[0]
    others = [r for read in reads[1:] for r in read.readings if r not in first.readings]
    if not others:
        return first
    readings = tuple(dict.fromkeys((*first.readings, *others)))[:6]
    doubt = first.doubt or "Which one do you mean?"
    return WhenRead(sure=False, readings=readings, doubt=doubt)


def _said(chart: Chart, way: Covering) -> Spoken:
    spoken = assembled(chart.line, way, _NOWHERE)
    unknown = chart.unknown(way)
    numbers = [word for word in unknown if word.isdecimal() and len(word) <= 2]  # noqa: PLR2004
    if numbers:
        raise NotRead(f"I do not know what {int(numbers[0])} stands for. {HOW_TO_SAY}")
    spoken.time.unknown = tuple(unknown)
    return spoken
