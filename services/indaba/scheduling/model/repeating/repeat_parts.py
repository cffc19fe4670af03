"""Finds what a text says about repetition. What is left is a time of day."""

import re
from dataclasses import dataclass, field
from typing import TypeVar

from indaba.scheduling.model.remaining_text import RemainingText
from indaba.scheduling.model.repeating import repeat_words as words
from indaba.scheduling.model.repeating.rule import Frequency, NthDay
from indaba.scheduling.model.spoken_day import NotRead
from indaba.scheduling.model.time_words import MONTH_WORDS, WEEKDAY_WORDS, either, one_spelling

_Value = TypeVar("_Value")

_LAST_DAY = -1
_LONGEST_FIGURES = 6
_MONTH_DAY = re.compile(r"last day|[0-9]{1,2}")


@dataclass(slots=True)
class RepeatParts:
    """The parts of a text about repetition.

    `often` are frequencies with their intervals, in the order of the text. `every_nth` is an
    ordinal and a weekday after "every" without a month, which may also mean an interval. `rest` are
    the words that are left.
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


def plain(text: str) -> str:
    """The text in the spelling that the patterns expect."""
    return words.in_english(one_spelling(text))


def find_repeat_parts(text: str, *, province: str, country: tuple[str, str]) -> RepeatParts:
    """What the text says. Raises `NotRead` for repetitions that meetings cannot have.

    `country` is the asker's, by its two letters and its name; `province` is the default.
    """
    left, parts = RemainingText(plain(text)), RepeatParts()
    _refuse(left)
    _take_rule(left, parts)
    _take_avoided(left, parts, province, country)
    _take_bounds(left, parts)
    _take_exceptions(left, parts)
    _take_two_meanings(left, parts)
    _take_yearly(left, parts)
    _take_nth(left, parts)
    _take_often(left, parts)
    _take_days(left, parts)
    parts.rest = left.left.replace("|", " ").strip()
    return parts


def _refuse(left: RemainingText) -> None:
    if words.TOO_OFTEN.search(left.left):
        raise NotRead("Meetings repeat once a day at most, such as: every weekday 08:00.")
    if words.BY_TERM.search(left.left):
        raise NotRead(
            "I cannot count by school terms. Say a rhythm and that it is for term time, such as: "
            "first Monday of the month 14:00, term time only."
        )
    if words.TWICE.search(left.left):
        raise NotRead("On which days? Please name them, such as: every Monday and Thursday 14:00.")


def _take_rule(left: RemainingText, parts: RepeatParts) -> None:
    for match in left.take(words.RULE):
        if parts.rule:
            raise NotRead("I found more than one rule.")
        parts.rule = match[1].strip(",").upper()


def _take_avoided(
    left: RemainingText, parts: RepeatParts, province: str, country: tuple[str, str]
) -> None:
    letters, name = country
    place = rf" \(([a-z]{{2}}(?:-[a-z0-9]{{1,3}})?)\)| (?:in|of) {re.escape(one_spelling(name))}"
    here = place if name else place.split("|", maxsplit=1)[0]
    public = rf"{words.NOT} (?:public|bank|national) holidays?(?:{here})?"
    provinces = {one_spelling(known): known for known in (*words.PROVINCES, province) if known}
    of = rf"(?: (?:of|in) (?:the )?({either(provinces)}))"
    school = rf"{words.NOT} school (?:holidays?|vacations?){of}?"
    for match in left.take(re.compile(rf"(?<![a-z0-9]){public}")):
        parts.public_holidays = (match[1] or letters).upper()
    for match in left.take(words.word(school)):
        parts.province = provinces.get(match[1] or "", province)
    for _ in left.take(words.TERM_TIME):
        parts.province = province
    for _ in left.take(words.HOLIDAYS):
        parts.public_holidays = letters
        parts.doubts.append("Do you mean public holidays or school holidays?")


def _take_bounds(left: RemainingText, parts: RepeatParts) -> None:
    """Take the end, the number of times, and the beginning."""
    for match in left.take(words.TIMES):
        parts.times = _one(parts.times, _number(match[1]), "number of times")
    for match in left.take(words.LASTING):
        count = _number(match[1]) if match[1].isdigit() else 1
        parts.lasting = _one(parts.lasting, (count, match[2]), "end")
    for match in left.take(words.UNTIL):
        parts.until = _one(parts.until, match[1] or match[2] or match[3], "end")
    for match in left.take(words.FROM):
        start = match[1] or match[2] or match[4] or f"next {match[3]}"
        parts.start = _one(parts.start, start, "beginning")
    if sum(map(bool, (parts.times, parts.lasting, parts.until))) > 1:
        raise NotRead("I found more than one end. Please name one: until a day, or how many times.")


def _take_exceptions(left: RemainingText, parts: RepeatParts) -> None:
    for match in left.take(words.EXCEPT_MONTHS):
        parts.but_months |= _months(match[1])
    for match in left.take(words.EXCEPT_WEEKDAYS):
        parts.but_weekdays |= _weekdays(match[1])


def _take_two_meanings(left: RemainingText, parts: RepeatParts) -> None:
    for match in left.take(words.AMBIGUOUS):
        freq, meanings = words.TWO_MEANINGS[match[0].replace("-", "")]
        parts.often.append((freq, 2))
        parts.two_meanings = True
        parts.doubts.append(f'"{match[0]}" can mean {meanings}.')


def _take_yearly(left: RemainingText, parts: RepeatParts) -> None:
    for match in left.take(words.YEARLY_DATE):
        parts.often.append((Frequency.YEARLY, 1))
        parts.yearly_date = _one(parts.yearly_date, match[1], "date")
    if words.YEAR_WORDS.search(left.left):
        for match in left.take(words.A_DATE):
            parts.yearly_date = _one(parts.yearly_date, match[1], "date")


def _take_nth(left: RemainingText, parts: RepeatParts) -> None:
    """Take "the first Tuesday of the month", and "every second Thursday", which is different."""
    for match in left.take(words.NTH_WEEKDAY):
        places = {words.ORDINAL_WORDS[w] for w in _each(words.ORDINAL, match[2])}
        if match[6]:
            parts.of_months |= _months(match[6])
        if match[4]:
            parts.often.append((Frequency.MONTHLY, _interval(match[5] or "")))
        weekday = match[3].removesuffix("'s")
        if weekday.rstrip("s") not in WEEKDAY_WORDS and weekday not in WEEKDAY_WORDS:
            parts.nth_working |= places
        elif match[1] and not (match[4] or match[6]) and len(places) == 1:
            _take_every_nth(parts, NthDay(places.pop(), _weekday(weekday)))
        else:
            parts.nth |= {NthDay(place, _weekday(weekday)) for place in places}


def _take_every_nth(parts: RepeatParts, day: NthDay) -> None:
    if parts.every_nth:
        raise NotRead("Please name one rhythm.")
    parts.every_nth = day


def _take_often(left: RemainingText, parts: RepeatParts) -> None:
    for match in left.take(words.MONTH_DAYS):
        days_text = f"{match[1]} {match[2]}"
        days = _MONTH_DAY.findall(days_text)
        parts.month_days |= {_LAST_DAY if day == "last day" else int(day) for day in days}
        if "month" in match[0]:
            parts.often.append((Frequency.MONTHLY, _interval(match[3] or "")))
    for match in left.take(words.EVERY):
        freq, each = words.UNIT_WORDS[match[2]]
        parts.often.append((freq, each * _interval(match[1] or "")))
    for match in left.take(words.ADVERB):
        parts.often.append(words.ADVERBS[match[0]])


def _take_days(left: RemainingText, parts: RepeatParts) -> None:
    for _ in left.take(words.WORKING_DAYS):
        parts.weekdays |= set(range(5))
    for match in left.take(words.NAMED_DAYS):
        parts.weekdays |= _weekdays(match[2])
        if match[1]:
            parts.often.append((Frequency.WEEKLY, _interval(match[1].split()[-1])))
    for match in left.take(words.IN_MONTHS):
        parts.in_months |= _months(match[1])


def _interval(text: str) -> int:
    """The interval; 1 if none is given. Raises `NotRead` for 0."""
    if text in {"other", "alternate"}:
        return 2
    number = _number(text) if text.isdigit() else words.ORDINAL_WORDS.get(text, 1)
    if number < 1:
        raise NotRead("Every 0 is never. Please say how often.")
    return number


def _number(text: str) -> int:
    if len(text) > _LONGEST_FIGURES:
        raise NotRead("That number is too large.")
    return int(text)


def _one(known: _Value, value: _Value, name: str) -> _Value:
    if known and known != value:
        raise NotRead(f"I found more than one {name}.")
    return value


def _each(pattern: str, text: str) -> list[str]:
    return re.findall(pattern, text)


def _months(text: str) -> set[int]:
    return {MONTH_WORDS[name.rstrip(".")] for name in _each(words.MONTH, text)}


def _weekdays(text: str) -> set[int]:
    return {_weekday(name) for name in _each(words.WEEKDAY, text)}


def _weekday(text: str) -> int:
    name = text.removesuffix("'s")
    return WEEKDAY_WORDS[name if name in WEEKDAY_WORDS else name.removesuffix("s")]
