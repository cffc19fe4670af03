"""What a text says about repetition, each part taken out of it; what is left is a time of day."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from indaba.scheduling.model.repeating import repeat_words as words
from indaba.scheduling.model.repeating.rule import Frequency, NthDay
from indaba.scheduling.model.spoken_day import NotRead
from indaba.scheduling.model.time_words import MONTH_WORDS, WEEKDAY_WORDS, either, one_spelling

_Said = TypeVar("_Said")

_TAKEN = " | "
_LAST_DAY = -1
_LONGEST_FIGURES = 6
_MONTH_DAY = re.compile(r"last day|[0-9]{1,2}")


@dataclass(slots=True)
class Heard:
    """The parts of a text. `often` are frequencies with their intervals, in the order they came.

    `every_nth` is an ordinal and a weekday after "every" and without a month, which may also mean
    an interval. `rest` are the words that are left.
    """

    rule: str = ""
    often: list[tuple[Frequency, int]] = field(default_factory=list)
    weekdays: set[int] = field(default_factory=set)
    nth: set[NthDay] = field(default_factory=set)
    nth_working: set[int] = field(default_factory=set)
    every_nth: NthDay | None = None
    month_days: set[int] = field(default_factory=set)
    of_months: set[int] = field(default_factory=set)
    in_months: set[int] = field(default_factory=set)
    but_months: set[int] = field(default_factory=set)
    but_weekdays: set[int] = field(default_factory=set)
    yearly_date: str = ""
    times: int = 0
    lasting: tuple[int, str] | None = None
    until: str = ""
    start: str = ""
    public_holidays: str | None = None
    province: str | None = None
    doubts: list[str] = field(default_factory=list)
    two_meanings: bool = False
    rest: str = ""


class _Text:
    """The text that is left."""

    def __init__(self, text: str) -> None:
        self.left = text

    def take(self, pattern: re.Pattern[str]) -> Iterator[re.Match[str]]:
        """Take out all that matches, and give it."""
        found = list(pattern.finditer(self.left))
        self.left = pattern.sub(_TAKEN, self.left)
        return iter(found)


def plain(text: str) -> str:
    """The text in the one spelling that the patterns are written in."""
    return words.in_english(one_spelling(text))


def hear_repeat(text: str, *, province: str, country: tuple[str, str]) -> Heard:
    """What the text says. Raises `NotRead` for what no series of meetings can be.

    `country` is the asker's by its letters and its name, `province` the one usual here.
    """
    left, heard = _Text(plain(text)), Heard()
    _refuse(left)
    _hear_rule(left, heard)
    _hear_avoided(left, heard, province, country)
    _hear_bounds(left, heard)
    _hear_exceptions(left, heard)
    _hear_two_meanings(left, heard)
    _hear_yearly(left, heard)
    _hear_nth(left, heard)
    _hear_often(left, heard)
    _hear_days(left, heard)
    heard.rest = left.left.replace("|", " ").strip()
    return heard


def _refuse(left: _Text) -> None:
    if words.TOO_OFTEN.search(left.left):
        raise NotRead("Meetings repeat once a day at most, such as: every weekday 08:00.")
    if words.BY_TERM.search(left.left):
        raise NotRead(
            "I cannot count by school terms. Say a rhythm and that it is for term time, such as: "
            "first Monday of the month 14:00, term time only."
        )
    if words.TWICE.search(left.left):
        raise NotRead("On which days? Please name them, such as: every Monday and Thursday 14:00.")


def _hear_rule(left: _Text, heard: Heard) -> None:
    for found in left.take(words.RULE):
        if heard.rule:
            raise NotRead("I found more than one rule.")
        heard.rule = found[1].strip(",").upper()


def _hear_avoided(left: _Text, heard: Heard, province: str, country: tuple[str, str]) -> None:
    letters, name = country
    place = rf" \(([a-z]{{2}}(?:-[a-z0-9]{{1,3}})?)\)| (?:in|of) {re.escape(one_spelling(name))}"
    here = place if name else place.split("|", maxsplit=1)[0]
    public = rf"{words.NOT} (?:public|bank|national) holidays?(?:{here})?"
    provinces = {one_spelling(known): known for known in (*words.PROVINCES, province) if known}
    of = rf"(?: (?:of|in) (?:the )?({either(provinces)}))"
    school = rf"{words.NOT} school (?:holidays?|vacations?){of}?"
    for found in left.take(re.compile(rf"(?<![a-z0-9]){public}")):
        heard.public_holidays = (found[1] or letters).upper()
    for found in left.take(words.word(school)):
        heard.province = provinces.get(found[1] or "", province)
    for _ in left.take(words.TERM_TIME):
        heard.province = province
    for _ in left.take(words.HOLIDAYS):
        heard.public_holidays = letters
        heard.doubts.append("Do you mean public holidays or school holidays?")


def _hear_bounds(left: _Text, heard: Heard) -> None:
    """Until when, how many times, since when."""
    for found in left.take(words.TIMES):
        heard.times = _one(heard.times, _number(found[1]), "number of times")
    for found in left.take(words.LASTING):
        count = _number(found[1]) if found[1].isdigit() else 1
        heard.lasting = _one(heard.lasting, (count, found[2]), "end")
    for found in left.take(words.UNTIL):
        heard.until = _one(heard.until, found[1] or found[2] or found[3], "end")
    for found in left.take(words.FROM):
        said = found[1] or found[2] or found[4] or f"next {found[3]}"
        heard.start = _one(heard.start, said, "beginning")
    if sum(map(bool, (heard.times, heard.lasting, heard.until))) > 1:
        raise NotRead("I found more than one end. Please name one: until a day, or how many times.")


def _hear_exceptions(left: _Text, heard: Heard) -> None:
    for found in left.take(words.EXCEPT_MONTHS):
        heard.but_months |= _months(found[1])
    for found in left.take(words.EXCEPT_WEEKDAYS):
        heard.but_weekdays |= _weekdays(found[1])


def _hear_two_meanings(left: _Text, heard: Heard) -> None:
    for found in left.take(words.AMBIGUOUS):
        freq, meanings = words.TWO_MEANINGS[found[0].replace("-", "")]
        heard.often.append((freq, 2))
        heard.two_meanings = True
        heard.doubts.append(f'"{found[0]}" can mean {meanings}.')


def _hear_yearly(left: _Text, heard: Heard) -> None:
    for found in left.take(words.YEARLY_DATE):
        heard.often.append((Frequency.YEARLY, 1))
        heard.yearly_date = _one(heard.yearly_date, found[1], "date")
    if words.YEAR_WORDS.search(left.left):
        for found in left.take(words.A_DATE):
            heard.yearly_date = _one(heard.yearly_date, found[1], "date")


def _hear_nth(left: _Text, heard: Heard) -> None:
    """The first Tuesday of the month; also every second Thursday, which is something else."""
    for found in left.take(words.NTH_WEEKDAY):
        places = {words.ORDINAL_WORDS[w] for w in _each(words.ORDINAL, found[2])}
        if found[6]:
            heard.of_months |= _months(found[6])
        if found[4]:
            heard.often.append((Frequency.MONTHLY, _interval(found[5] or "")))
        weekday = found[3].removesuffix("'s")
        if weekday.rstrip("s") not in WEEKDAY_WORDS and weekday not in WEEKDAY_WORDS:
            heard.nth_working |= places
        elif found[1] and not (found[4] or found[6]) and len(places) == 1:
            _hear_every_nth(heard, NthDay(places.pop(), _weekday(weekday)))
        else:
            heard.nth |= {NthDay(place, _weekday(weekday)) for place in places}


def _hear_every_nth(heard: Heard, day: NthDay) -> None:
    if heard.every_nth:
        raise NotRead("Please name one rhythm.")
    heard.every_nth = day


def _hear_often(left: _Text, heard: Heard) -> None:
    for found in left.take(words.MONTH_DAYS):
        said = f"{found[1]} {found[2]}"
        days = _MONTH_DAY.findall(said)
        heard.month_days |= {_LAST_DAY if day == "last day" else int(day) for day in days}
        if "month" in found[0]:
            heard.often.append((Frequency.MONTHLY, _interval(found[3] or "")))
    for found in left.take(words.EVERY):
        freq, each = words.UNIT_WORDS[found[2]]
        heard.often.append((freq, each * _interval(found[1] or "")))
    for found in left.take(words.ADVERB):
        heard.often.append(words.ADVERBS[found[0]])


def _hear_days(left: _Text, heard: Heard) -> None:
    for _ in left.take(words.WORKING_DAYS):
        heard.weekdays |= set(range(5))
    for found in left.take(words.NAMED_DAYS):
        heard.weekdays |= _weekdays(found[2])
        if found[1]:
            heard.often.append((Frequency.WEEKLY, _interval(found[1].split()[-1])))
    for found in left.take(words.IN_MONTHS):
        heard.in_months |= _months(found[1])


def _interval(said: str) -> int:
    """How many units: 1 where nothing is said. Raises `NotRead` for 0."""
    if said in {"other", "alternate"}:
        return 2
    number = _number(said) if said.isdigit() else words.ORDINAL_WORDS.get(said, 1)
    if number < 1:
        raise NotRead("Every 0 is never. Please say how often.")
    return number


def _number(said: str) -> int:
    if len(said) > _LONGEST_FIGURES:
        raise NotRead("That number is too large.")
    return int(said)


def _one(known: _Said, said: _Said, name: str) -> _Said:
    if known and known != said:
        raise NotRead(f"I found more than one {name}.")
    return said


def _each(pattern: str, text: str) -> list[str]:
    return re.findall(pattern, text)


def _months(text: str) -> set[int]:
    return {MONTH_WORDS[found.rstrip(".")] for found in _each(words.MONTH, text)}


def _weekdays(text: str) -> set[int]:
    return {_weekday(found) for found in _each(words.WEEKDAY, text)}


def _weekday(said: str) -> int:
    name = said.removesuffix("'s")
    return WEEKDAY_WORDS[name if name in WEEKDAY_WORDS else name.removesuffix("s")]
