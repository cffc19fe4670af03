"""Understands hours of every day, from one time to another, such as those in which to be quiet."""

from datetime import time

from indaba.contracts.refusal import Refusal, hint
from indaba.scheduling.model.reader.asked import Asked
from indaba.scheduling.model.reader.chart import Chart
from indaba.scheduling.model.reader.pieces import NOON, Half, Range, SaidClock, SomeClock
from indaba.scheduling.model.reader.tokens import MOST_TOKENS, in_tokens
from indaba.scheduling.model.spoken_day import NotRead

LONGEST_HOURS = 60


class HoursNotRead(Refusal):
    """Hours that could not be read, or that have two meanings."""

    code = "hours-not-read"

    def __init__(self, why: str) -> None:
        super().__init__(
            f"{why} Say from when to when, such as: {{hint}}",
            hint=hint("me quiet", hours="20:00-07:00"),
        )


def read_hours(text: str, asked: Asked) -> tuple[time, time]:
    """The times of day from which and until which. Raises `HoursNotRead`.

    They may go through the night. "8-7" is refused, for it can be the morning or the evening.
    """
    line = in_tokens(text[: LONGEST_HOURS + 1])
    if len(text) > LONGEST_HOURS or len(line.tokens) > MOST_TOKENS:
        raise HoursNotRead("That is too long.")
    lattice = Chart(line, asked, repeats=False).lattice
    for edge in lattice.at("hours", 0):
        if edge.end == len(line.tokens):
            return _both(edge.value)
    raise HoursNotRead("I did not understand those hours.")


def _both(hours: Range) -> tuple[time, time]:
    """A bare hour beside one that only the 24-hour clock has is on that clock too."""
    start, end = hours.start, hours.end
    bare = [each for each in (start, end) if isinstance(each, SaidClock) and each.bare]
    if any(each.hour > NOON for each in bare):
        start, end = _on_24_hours(start), _on_24_hours(end)
    try:
        return _one(start), _one(end)
    except NotRead as why:
        raise HoursNotRead(str(why)) from None


def _on_24_hours(clock: SomeClock) -> SomeClock:
    if isinstance(clock, SaidClock) and clock.bare:
        return clock._replace(half=Half.CLEAR)
    return clock


def _one(clock: SomeClock) -> time:
    means = clock.means()
    times = {at for _, at in means.moments}
    if len(times) != 1:
        raise HoursNotRead(means.doubt)
    return times.pop()
