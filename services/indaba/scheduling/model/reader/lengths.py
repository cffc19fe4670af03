"""Understands how long something is, such as "an hour and a half", and nothing besides."""

from typing import Any, NamedTuple

from indaba.contracts.times import LengthRead
from indaba.scheduling.model.reader.asked import Asked
from indaba.scheduling.model.reader.chart import Chart
from indaba.scheduling.model.reader.lattice import Edge, Number, Rule
from indaba.scheduling.model.reader.pieces import Length
from indaba.scheduling.model.reader.single import not_understood
from indaba.scheduling.model.reader.tokens import MOST_TOKENS, Line, in_tokens

HOW_LONG = "Say for example: 90 minutes, or 1h30."
WHICH_LENGTH = "That can be more than one length."
SHORTEST = 5
"""Minutes; a number below it can hardly be meant so."""

_LONGEST_SAID, _MOST_OFFERED = 120, 6
_ENDS = frozenset(".!,")
_HALF_DAY = 12 * 60
_PER_UNIT = {"minute": 1, "hour": 60, "day": 2 * _HALF_DAY, "week": 14 * _HALF_DAY}
_PER_UNIT["fortnight"] = 2 * _PER_UNIT["week"]


class Lengths(NamedTuple):
    """Lengths of which one is meant; what is said with two is asked about."""

    minutes: tuple[int, ...]


def _counted(number: Number | str | None, unit: str) -> Lengths | None:
    count = number.value if isinstance(number, Number) else 1
    return Lengths((count * _PER_UNIT[unit],)) if unit in _PER_UNIT and count else None


def _parts(unit: str, count: float) -> Lengths | None:
    return Lengths((round(count * _PER_UNIT[unit]),)) if unit in {"hour", "day"} else None


def _and_a_part(*parts: Any) -> Lengths | None:
    """An hour and a quarter, or two and a half hours."""
    more = 0.5 if "half" in parts else 0.25
    count = next((each.value for each in parts if isinstance(each, Number)), 1)
    unit = next((each for each in parts if each in _PER_UNIT), "")
    return _parts(unit, count + more)


def _and_minutes(*parts: Any) -> Lengths | None:
    unit, minutes, other = parts[-4], parts[-2], parts[-1]
    both = (unit, other) == ("hour", "minute")
    return Lengths((_PER_UNIT["hour"] + minutes.value,)) if both else None


def _some_quarters(count: Number, *parts: str) -> Lengths | None:
    whole = (parts[1], parts[-1]) == ("quarter", "hour")
    return Lengths((15 * count.value,)) if whole and count.value else None


def _quarter_hours(count: Number | str | None, _: object) -> Lengths:
    return Lengths((15 * (count.value if isinstance(count, Number) else 1),))


def _one_or_more(_: object, unit: str, __: object, more: Number) -> Lengths | None:
    per = _PER_UNIT.get(unit, 0)
    return Lengths((per, more.value * per)) if per and more.value > 1 else None


def _half_day(*parts: Any) -> Lengths | None:
    return Lengths((_HALF_DAY,)) if parts[-1] == "day" else None


def _sum(days: Lengths, _: object, rest: Length) -> Lengths | None:
    whole = days.minutes[0] >= _PER_UNIT["day"]
    return Lengths((days.minutes[0] + rest.minutes,)) if whole else None


def _either(low: Any, _: object, high: Any, *unit: str) -> Lengths | None:
    """Five to ten minutes, or one hour or two."""
    if unit:
        if unit[0] not in _PER_UNIT:
            return None
        low, high = (Lengths((each.value * _PER_UNIT[unit[0]],)) for each in (low, high))
    both = (low.minutes[0], high.minutes[0])
    return Lengths(both) if all(both) else None


def _like_a_clock(hours: Number, _: object, minutes: Number) -> Lengths:
    """1:30 is a time of day as well, or minutes and seconds: one meaning, and not a sure one."""
    minutes_long = hours.value * 60 + minutes.value
    return Lengths((minutes_long, hours.value) if hours.value else (minutes_long,) * 2)


def _the_lengths(*parts: Any) -> Lengths:
    return next(each for each in parts if isinstance(each, Lengths))


SPANS = [
    Rule("one_span", "span", lambda span: Lengths((span.minutes,))),
    Rule("one_span", "num unit|one_unit", _counted),
    Rule("one_span", "a unit|one_unit", _counted),
    Rule("one_span", "one_unit", lambda unit: _counted(None, unit)),
    Rule("one_span", "num - unit of a one_unit", _some_quarters),
    Rule("one_span", "num and a? half|quarter unit|one_unit", _and_a_part),
    Rule("one_span", "a? one_unit and a half|quarter", _and_a_part),
    Rule("one_span", "a? one_unit and? num unit|one_unit", _and_minutes),
    Rule("one_span", "half_more unit|one_unit", lambda _, unit: _parts(unit, 1.5)),
    Rule("one_span", "quarter -? one_unit", lambda _, __, unit: _parts(unit, 0.25)),
    Rule("one_span", "num|a? quarter_hour", _quarter_hours),
    Rule("one_span", "half a? unit|one_unit", _half_day),
    Rule("one_span", "one_span and|,? span", _sum),
    Rule("span_said", "one_span", lambda span: span),
    Rule("span_said", "num -|to|or num unit|one_unit", _either),
    Rule("span_said", "one_span -|to|or one_span", _either),
    Rule("span_said", "a? one_unit or num", _one_or_more),
    Rule("span_said", "hh ~: ~mm", _like_a_clock),
    Rule("whole", "for|lasting? about|at_most|a? span_said long|at_most|about?", _the_lengths),
]


def read_length(text: str, asked: Asked, *, hours_below: int = SHORTEST) -> LengthRead:
    """How long the text says; sure only if all of its words say that, and one length.

    A number alone is minutes; one below `hours_below` may be hours, and is asked about.
    """
    line = line_of(text)
    if line is None:
        return not_read("That is too long for me to read as a length.")
    chart = charted(line, asked)
    if number := ends_line(chart, "num"):
        return _bare(number.value.value, hours_below)
    if whole := ends_line(chart, "whole"):
        return offered(whole.value.minutes, "")
    return part_of(chart)


def _bare(number: int, hours_below: int) -> LengthRead:
    if 0 < number < hours_below:
        return offered((number * _PER_UNIT["hour"], number), f"{number} hours, or minutes?")
    return offered((number,), "") if number else not_read("That is no length.")


def line_of(text: str) -> Line | None:
    """The tokens without marks at the end; `None` for what is empty or too long."""
    line = in_tokens(text[: _LONGEST_SAID + 1])
    end = len(line.tokens)
    while end and line.tokens[end - 1].text in _ENDS:
        end -= 1
    fits = 0 < end <= MOST_TOKENS and len(text) <= _LONGEST_SAID
    return Line(line.typed, line.tokens[:end]) if fits else None


def charted(line: Line, asked: Asked) -> Chart:
    """The line with its lengths found."""
    chart = Chart(line, asked, repeats=False)
    chart.lattice.apply(SPANS)
    return chart


def ends_line(chart: Chart, name: str, first: int = 0) -> Edge | None:
    """What of a name reaches from a token to the end of the line."""
    edges = chart.lattice.at(name, first)
    return next((edge for edge in edges if edge.end == len(chart.line.tokens)), None)


def part_of(chart: Chart) -> LengthRead:
    """The lengths among other words, which are asked about, each once and the longest of each."""
    minutes: list[int] = []
    left: list[str] = []
    place = 0
    while place < len(chart.line.tokens):
        edges = chart.lattice.at("span_said", place)
        longest = max(edges, key=lambda edge: edge.end, default=None)
        if longest is None:
            left.append(chart.line.tokens[place].text)
            place += 1
        else:
            minutes += longest.value.minutes
            place = longest.end
    return offered(tuple(minutes), not_understood(tuple(left)) if left else WHICH_LENGTH)


def offered(minutes: tuple[int, ...], doubt: str) -> LengthRead:
    """The lengths that can be meant; sure if it is one, and nothing is in doubt."""
    if not minutes:
        return not_read(doubt)
    doubt = doubt or (WHICH_LENGTH if len(minutes) > 1 else "")
    several = tuple(dict.fromkeys(minutes))[:_MOST_OFFERED]
    return LengthRead(sure=not doubt, readings=several, doubt=doubt)


def not_read(why: str) -> LengthRead:
    """Nothing was understood, and why."""
    return LengthRead(sure=False, doubt=f"{why} {HOW_LONG}")
