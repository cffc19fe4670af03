"""The grammar of times of day, ranges of them, and lengths."""

from indaba.scheduling.model.reader.lattice import Number, Rule
from indaba.scheduling.model.reader.pieces import (
    Arriving,
    EndClock,
    Fixed,
    ForSome,
    Half,
    HalfBefore,
    Length,
    Range,
    SaidClock,
    SomeClock,
)

_QUARTER, _HALF_HOUR, _HOUR = 15, 30, 60
_BEFORE_THE_HOUR = frozenset({5, 10, 20, 25})
_BARE_MINUTES = range(15, 601)
_LONGEST_WELCOME, _LONGEST_RANGE = 120, 12
_HALVES = {"am": Half.MORNING, "a": Half.MORNING, "pm": Half.AFTERNOON, "p": Half.AFTERNOON}
_CLEAR_FIGURES, _LAST_HOUR = 2, 24


def _with_minutes(hour: Number, *rest: object) -> SaidClock:
    """Two figures for the hour are on the 24-hour clock; "8:00" may be the evening."""
    minute = next(each for each in rest if isinstance(each, Number))
    half = Half.CLEAR if hour.figures == _CLEAR_FIGURES else Half.EITHER
    return SaidClock(hour.value, minute.value, half)


def _in_seconds(hour: Number, _: object, minute: Number, __: object, second: Number) -> object:
    return None if second.value else _with_minutes(hour, minute)


def _of_half(hour: Number, *rest: object) -> SaidClock:
    minutes = [each.value for each in rest if isinstance(each, Number)]
    return SaidClock(hour.value, minutes[0] if minutes else None, _HALVES[str(rest[-1])])


def _together_of_half(both: Number, half: str) -> SaidClock:
    hour, minute = divmod(both.value, 100)
    return SaidClock(hour, minute, _HALVES[half])


def _with_h(hour: Number, _: object, minute: Number | None) -> SaidClock:
    return SaidClock(hour.value, minute.value if minute else 0, Half.CLEAR)


def _together(both: Number, hours: object) -> SaidClock | None:
    if both.figures < len("0800"):
        return None
    hour, minute = divmod(both.value, 100)
    return SaidClock(hour, minute, Half.CLEAR, bare=hours is None)


def _spaced(hour: Number, minute: Number) -> SaidClock | None:
    """Hours and minutes with a space for the mark: 14 00."""
    clear = hour.figures == _CLEAR_FIGURES and hour.value < _LAST_HOUR
    return (
        SaidClock(hour.value, minute.value, Half.CLEAR) if clear and minute.value < _HOUR else None
    )


def _o_clock(hour: Number, _: object, minute: Number | None = None) -> SaidClock:
    return SaidClock(hour.value, minute.value if minute else None)


def _at(_: object, hour: Number) -> SaidClock:
    return SaidClock(hour.value)


def _bare(hour: Number) -> SaidClock | None:
    return SaidClock(hour.value, bare=True) if hour.value <= _LAST_HOUR else None


def _in_words(hour: Number, minutes: Number) -> SaidClock:
    return SaidClock(hour.value, minutes.value)


def _few_figures(_: object, both: Number) -> SaidClock:
    hour, minute = divmod(both.value, 100)
    return SaidClock(hour, minute)


def _of(clock: SaidClock, half: str) -> SaidClock:
    return clock._replace(half=_HALVES[half])


def _before_noon(minutes: Number | str | None, *rest: object) -> SaidClock | None:
    minute = _minutes_said(minutes, rest[0])
    return SaidClock(11, _HOUR - minute, Half.CLEAR) if minute else None


def _past(minutes: Number | str | None, *rest: object) -> SaidClock | None:
    hour, minute = rest[-1], _minutes_said(minutes, rest[0])
    if not isinstance(hour, Number) or minute is None:
        return None
    return SaidClock(hour.value, minute)


def _before(minutes: Number | str | None, *rest: object) -> SaidClock | None:
    hour, minute = rest[-1], _minutes_said(minutes, rest[0])
    if not isinstance(hour, Number) or minute is None or not 1 <= hour.value <= 12:  # noqa: PLR2004
        return None
    if isinstance(minutes, Number) and rest[0] is None and minute not in _BEFORE_THE_HOUR:
        return None
    return SaidClock((hour.value - 1) or 12, _HOUR - minute)


def _minutes_said(minutes: Number | str | None, unit: object) -> int | None:
    if not isinstance(minutes, Number):
        return _QUARTER
    fits = 1 <= minutes.value < _HOUR and unit in {None, "minute"}
    return minutes.value if fits else None


def _half_past(_: object, __: object, hour: Number) -> SaidClock:
    return SaidClock(hour.value, _HALF_HOUR)


def _half_hour(_: object, hour: Number) -> HalfBefore | None:
    if not 1 <= hour.value <= 12:  # noqa: PLR2004 - as on a clock's face
        return None
    return HalfBefore((SaidClock(hour.value, _HALF_HOUR),))


def _half_less(_: object, hour: Number) -> HalfBefore | None:
    if not 1 <= hour.value <= 12:  # noqa: PLR2004 - as on a clock's face
        return None
    before = SaidClock((hour.value - 1) or 12, _HALF_HOUR)
    if hour.figures:
        return HalfBefore((before, SaidClock(hour.value, _HALF_HOUR)))
    return HalfBefore((before,))


NUMBERS = [
    Rule("minutes_word", "tens -? ones", lambda ten, _, one: Number(ten.value + one.value)),
    Rule("minutes_word", "oh ones", lambda _, one: one),
    Rule("clock_words", "hour_word -? minutes_word", lambda h, _, m: _in_words(h, m)),
]

CLOCKS = [
    *NUMBERS,
    Rule("clock", "clock_words am|pm", _of),
    Rule("at_clock", "at|@ about? clock_words", lambda _, __, clock: clock),
    Rule("half_clock", "clock_words", lambda clock: clock),
    Rule("clock", "hh ~: ~mm", _with_minutes),
    Rule("clock", "hh ~: ~mm ~: ~mm", _in_seconds),
    Rule("clock", "hh ~: ~mm hours24|oclock", lambda h, _, m, __: _with_minutes(h, m)),
    Rule("clock", "hh ~:|.|; ~mm am|pm", _of_half),
    Rule("clock", "hh am|pm", _of_half),
    Rule("clock", "hhmm am|pm", _together_of_half),
    Rule("clock", "hh ~a|p", _of_half),
    Rule("clock", "hh ~:|.|; ~mm ~a|p", _of_half),
    Rule("clock", "hh oclock am|pm", _of_half),
    Rule("clock", "hh ~h ~mm?", _with_h),
    Rule("clock", "hh h mm?", _with_h),
    Rule("clock", "hh ~. ~mm", _with_minutes),
    Rule("clock", "hh ~. ~mm oclock|hours24", lambda h, _, m, __: _with_minutes(h, m)),
    Rule("clock", "hh ~; ~mm", _with_minutes),
    Rule("clock", "hhmm hours24|oclock?", _together),
    Rule("spaced_clock", "hh mm", _spaced),
    Rule("clock", "hh oclock mm?", _o_clock),
    Rule("clock", "noon", lambda _: Fixed.NOON),
    Rule("clock", "midnight", lambda _: Fixed.MIDNIGHT),
    Rule("past_clock", "a? quarter past hh", lambda _, *parts: _past(*parts)),
    Rule("past_clock", "a? quarter before hh", lambda _, *parts: _before(*parts)),
    Rule("clock", "a? quarter before noon", lambda _, *parts: _before_noon(*parts)),
    Rule("clock", "num unit|one_unit? before noon", _before_noon),
    Rule("past_clock", "num unit|one_unit? past hh", _past),
    Rule("past_clock", "num unit|one_unit? before hh", _before),
    Rule("past_clock", "half past hh", _half_past),
    Rule("clock", "past_clock", lambda clock: clock),
    Rule("clock", "past_clock am|pm", _of),
    Rule("half_clock", "half hh", _half_hour),
    Rule("half_clock", "half_less hh", _half_less),
    Rule("at_clock", "at|@ hh", _at),
    Rule("at_clock", "at|@ hhmm", _few_figures),
    Rule("at_clock", "at|@|on about? clock", lambda _, __, clock: clock),
    Rule("at_clock", "about clock", lambda _, clock: clock),
    Rule("at_clock", "at about hh", lambda _, __, hour: SaidClock(hour.value)),
    Rule("half_clock", "at half_clock", lambda _, clock: clock),
    Rule("iso_clock", "~t ~clock", lambda _, clock: clock),
    Rule("clock", "iso_clock", lambda clock: clock),
    Rule("bare_clock", "hh", _bare),
]


def _from_to(*parts: object) -> Range | None:
    clocks = [each for each in parts if isinstance(each, SaidClock | Fixed)]
    start, end = clocks[0], clocks[-1]
    if len(clocks) != 2:  # noqa: PLR2004 - a start and an end
        return None
    return Range(_in_half_of(start, end), end)


def _between_hours(start: SaidClock, _: object, end: SaidClock) -> Range | None:
    """9-11, but nothing that would go through the night."""
    return Range(start, end) if start.hour < end.hour or end.hour < start.hour <= 12 else None  # noqa: PLR2004


def _in_half_of(start: SomeClock, end: SomeClock) -> SomeClock:
    """The start in the half of the day that the end names, where that lies before the end."""
    if not (isinstance(start, SaidClock) and isinstance(end, SaidClock)):
        return start
    if start.half is not Half.EITHER:
        return start
    if end.half is Half.CLEAR and start.hour <= _LONGEST_RANGE:
        return _before_the_end(start, end)
    if end.half not in _HALVES.values():
        return start
    first, last = start.hour % 12, end.hour % 12
    if end.half is Half.AFTERNOON and (first, start.minute or 0) >= (last, end.minute or 0):
        return start._replace(half=Half.MORNING, bare=False)
    return start._replace(half=end.half, bare=False)


def _before_the_end(start: SaidClock, end: SaidClock) -> SaidClock:
    """The start in the only half of the day from which the end is half a day away at most."""
    last = end.hour * _HOUR + (end.minute or 0)
    first = start.hour % 12 * _HOUR + (start.minute or 0)
    halves = {Half.MORNING: first, Half.AFTERNOON: first + 12 * _HOUR}
    fits = [half for half, at in halves.items() if 0 < last - at <= _LONGEST_RANGE * _HOUR]
    return start._replace(half=fits[0], bare=False) if len(fits) == 1 else start


def _either(one: SomeClock, _: object, other: SomeClock) -> HalfBefore | None:
    clocks = tuple(each for each in (one, other) if isinstance(each, SaidClock))
    return HalfBefore(clocks) if len(clocks) == 2 else None  # noqa: PLR2004 - both of them


def _arriving(arrive: SomeClock, _: object, begin: SomeClock) -> Arriving | None:
    """17:30 for 18:00, but not 18:00 for 2h."""
    if not (isinstance(arrive, SaidClock) and isinstance(begin, SaidClock)):
        return None
    minutes = (begin.hour - arrive.hour) * _HOUR + (begin.minute or 0) - (arrive.minute or 0)
    return Arriving(arrive, begin) if 0 < minutes <= _LONGEST_WELCOME else None


RANGES = [
    Rule("range", "in? between clock|bare_clock and|- clock", _from_to),
    Rule("range", "about range", lambda _, hours: hours),
    Rule("half_clock", "clock or clock", _either),
    Rule("range", "from? clock|at_clock|bare_clock -|to|until clock", _from_to),
    Rule("range", "from? clock|at_clock -|to|until bare_clock", _from_to),
    Rule("night", "from? bare_clock -|to|until bare_clock", _from_to),
    Rule("bare_range", "bare_clock -|to|until bare_clock", _between_hours),
    Rule("hours", "range|night", lambda hours: hours),
    Rule("arriving", "clock for clock", _arriving),
    Rule("end_clock", "until clock|at_clock", lambda _, end: EndClock(end)),
    Rule("end_clock", "to clock", lambda _, end: EndClock(end)),
]


_PER_UNIT = {"minute": 1, "hour": _HOUR, "h": _HOUR, "m": 1}


def _length(number: Number, unit: str, *_: object) -> Length | None:
    return _minutes(number.value, unit)


def _minutes(count: float, unit: str) -> Length | None:
    minutes = round(count * _PER_UNIT[unit]) if unit in _PER_UNIT else 0
    return Length(minutes) if minutes else None


def _two_units(hours: Number, unit: str, _: object, minutes: Number, other: object) -> object:
    if _PER_UNIT.get(unit) != _HOUR or other not in {None, "minute", "m"}:
        return None
    if unit == "h" and not minutes.value:
        return None
    return Length(hours.value * _HOUR + minutes.value) if minutes.value < _HOUR else None


def _decimal(whole: Number, _: object, part: Number, unit: str) -> Length | None:
    return _minutes(float(f"{whole.value}.{part.value:0{part.figures}}"), unit)


def _and_a_half(number: Number, _: object, __: object, ___: object, unit: str) -> Length | None:
    return _minutes(number.value + 0.5, unit)


def _one(_: object, unit: str) -> Length | None:
    return _minutes(1, unit)


def _one_and_a_half(_: object, unit: str, *__: object) -> Length | None:
    return _minutes(1.5, unit)


def _quarters(number: Number, unit: str, _: object, __: object, of: str) -> Length | None:
    """Three quarters of an hour."""
    return Length(number.value * _QUARTER) if (unit, of) == ("quarter", "hour") else None


def _half_of(_: object, __: object, unit: str) -> Length | None:
    return Length(_HALF_HOUR) if unit == "hour" else None


def _quarter_of(unit: str, *rest: str) -> Length | None:
    return Length(_QUARTER) if (unit, rest[-1]) == ("quarter", "hour") else None


def _fraction(part: Number, _: object, whole: Number, unit: str) -> Length | None:
    proper = 0 < part.value < whole.value
    return _minutes(part.value / whole.value, unit) if proper else None


def _mixed(number: Number, part: Number, _: object, whole: Number, unit: str) -> Length | None:
    """1 1/2 hours, which is also how 1½ is spelt out."""
    proper = 0 < part.value < whole.value
    return _minutes(number.value + part.value / whole.value, unit) if proper else None


def _for_minutes(_: object, number: Number) -> Length | None:
    return Length(number.value, guessed=True) if number.value in _BARE_MINUTES else None


def _for_some(_: object, number: Number) -> ForSome | None:
    return ForSome(number.value) if number.value < _BARE_MINUTES.start else None


LENGTHS = [
    Rule("span", "num unit|one_unit", _length),
    Rule("span", "num unit|one_unit of a unit|one_unit", _quarters),
    Rule("span", "unit|one_unit of a unit|one_unit", _quarter_of),
    Rule("span", "num ~/ ~num unit|one_unit|h", _fraction),
    Rule("span", "num ~h|m", _length),
    Rule("span", "num unit|one_unit|h and? num unit|one_unit|m?", _two_units),
    Rule("span", "num ~.|, ~num unit|one_unit|h", _decimal),
    Rule("span", "num and a half unit|one_unit", _and_a_half),
    Rule("span", "a unit|one_unit and a half", _one_and_a_half),
    Rule("span", "a unit|one_unit", _one),
    Rule("span", "half a? unit|one_unit", _half_of),
    Rule("span", "half_hour", lambda _: Length(_HALF_HOUR)),
    Rule("span", "minutes_word unit|one_unit", _length),
    Rule("span", "num num ~/ ~num unit|one_unit|h", _mixed),
    Rule("length", "for about? span", lambda _, __, span: span),
    Rule("length", "lasting about? a? span", lambda *parts: parts[-1]),
    Rule("length", "for? about? a span", lambda _, __, ___, span: span),
    Rule("length", "span long?", lambda span, _: span),
    Rule("length", "for num", _for_minutes),
    Rule("for_some", "for num", _for_some),
]
