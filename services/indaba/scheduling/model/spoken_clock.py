"""Times of day as people name them, and which times each can mean."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time

from indaba.scheduling.model.spoken_day import NotRead

NOON = 12
LAST_HOUR = 23
EVENING_BEGINS, NIGHT_ENDS = 16, 4
FIRST_LIKELY_MORNING_HOUR = 7

Moment = tuple[int, time]
"""Days after the day named (1 for its midnight), and the time."""


@dataclass(frozen=True, slots=True)
class Clock:
    """What a time of day can mean, likeliest first, and why it is asked back."""

    moments: tuple[Moment, ...]
    doubt: str = ""


MIDNIGHT = Clock(
    ((0, time(0)), (1, time(0))), "Midnight: at the beginning or at the end of that day?"
)
MIDDAY = Clock(((0, time(NOON)),))


def on_24_hours(hour: int, minute: int) -> Clock:
    """A time that is clearly on the 24-hour clock: 14:00, 08:00, 8h30. 24:00 is asked back."""
    if (hour, minute) == (LAST_HOUR + 1, 0):
        return Clock(((1, time(0)),), "24:00 is the midnight at the end of that day.")
    _check(hour, minute)
    return Clock(((0, time(hour, minute)),))


def on_either_half(hour: int, minute: int) -> Clock:
    """A time that may be on the 12-hour clock: 8, 8:30. Unambiguous from 12 on, and for 0."""
    _check(hour, minute)
    if hour == 0 or hour >= NOON:
        return on_24_hours(hour, minute)
    morning, evening = (0, time(hour, minute)), (0, time(hour + NOON, minute))
    likely = (morning, evening) if hour >= FIRST_LIKELY_MORNING_HOUR else (evening, morning)
    spelled = f"{hour}:{minute:02}" if minute else f"{hour}"
    return Clock(likely, f"{spelled} can be {morning[1]:%H:%M} or {evening[1]:%H:%M}.")


def on_half(hour: int, minute: int | None, *, after_noon: bool) -> Clock:
    """A time with am or pm. "12 am" without minutes is asked back, as people disagree on it."""
    _check(hour, minute or 0)
    if hour == 0 or hour > NOON:
        half = "pm" if after_noon else "am"
        clock = on_24_hours(hour, minute or 0)
        return Clock(clock.moments, f"{hour} and {half} do not go together.")
    if hour == NOON and minute is None and not after_noon:
        return Clock((*MIDNIGHT.moments[:1], *MIDDAY.moments), "12 am can be midnight or noon.")
    return Clock(((0, time(hour % NOON + NOON * after_noon, minute or 0)),))


def narrowed(clock: Clock, part: str) -> Clock:
    """The times within a part of the day ("morning", "afternoon", "evening"); empty: all."""
    if not part:
        return clock
    if part == "evening" and any(at == time(NOON) for _, at in clock.moments):
        return Clock(MIDNIGHT.moments[1:], "Do you mean midnight, at the end of that day?")
    fitting = tuple(dict.fromkeys(m for each in clock.moments for m in _within(each, part)))
    if not fitting:
        return Clock(clock.moments, f"{clock.moments[0][1]:%H:%M} is not in the {part}.")
    return Clock(fitting, clock.doubt if fitting == clock.moments else "")


def _within(moment: Moment, part: str) -> tuple[Moment, ...]:
    """The time if it is in that part of the day; small hours are the night after that evening."""
    days, at = moment
    if part != "evening":
        return (moment,) if (at.hour < NOON) == (part == "morning") else ()
    if at.hour < NIGHT_ENDS:
        return (moment,) if days else ((1, at), moment)
    return (moment,) if at.hour >= EVENING_BEGINS else ()


def either_clock(clocks: Sequence[Clock]) -> Clock:
    """What several times named at once mean; they may disagree."""
    moments = tuple(dict.fromkeys(m for clock in clocks for m in clock.moments))
    doubts = [clock.doubt for clock in clocks if clock.doubt]
    if len(clocks) > 1 and len(moments) > 1:
        doubts.append("I found more than one time.")
    return Clock(moments, " ".join(dict.fromkeys(doubts)))


def _check(hour: int, minute: int) -> None:
    if hour > LAST_HOUR or minute > 59:  # noqa: PLR2004 - as on every clock
        raise NotRead(f"There is no {hour}:{minute:02} on the clock.")
