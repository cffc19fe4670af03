"""The next ten dates of an old series: ours, and dateutil, which walks there from the first one."""

from collections.abc import Callable
from datetime import datetime
from itertools import islice
from time import perf_counter

from dateutil.rrule import rrulestr  # type: ignore[import-untyped]

from indaba.recurrence import Rule, occurrences

BEGAN, NOW, TEN = datetime(2006, 12, 6, 18), datetime(2026, 12, 1), 10
RULES = {
    "a weekly series of twenty years": "FREQ=WEEKLY;BYDAY=WE",
    "a monthly one": "FREQ=MONTHLY;BYDAY=1WE",
    "a yearly one": "FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=6",
}
ROUNDS, EACH = 7, 50


def ours(text: str) -> list[datetime]:
    return list(islice(occurrences(Rule.parse(text), BEGAN, NOW), TEN))


def dateutils(text: str) -> list[datetime]:
    return list(islice(rrulestr(text, dtstart=BEGAN).xafter(NOW, inc=True), TEN))


def measured() -> dict[str, dict[str, float]]:
    """Microseconds from the rule's text to its dates, the best of some rounds, in turn."""
    figures = {}
    for name, text in RULES.items():
        assert ours(text) == dateutils(text)
        both = [(_once(ours, text), _once(dateutils, text)) for _ in range(ROUNDS)]
        mine, other = (min(times) for times in zip(*both, strict=True))
        figures[name] = {"Indaba": mine, "python-dateutil": other}
    return figures


def _once(expand: Callable[[str], list[datetime]], text: str) -> float:
    begun = perf_counter()
    for _ in range(EACH):
        expand(text)
    return (perf_counter() - begun) / EACH * 1e6
