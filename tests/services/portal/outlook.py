"""What is left of a calendar file by the text of [MS-OXCICAL], which Outlook and Exchange follow.

Of a zone, the STANDARD and the DAYLIGHT with the largest DTSTART (2.1.3.1.1.19.2 and 3). Each comes
every year, by its rule, which names one weekday, or on the weekday of its DTSTART. Without a
DAYLIGHT clocks never change. Of rules, what 2.1.3.2 has a form for.
"""

from datetime import UTC, datetime, time, timedelta, timezone
from typing import Any, NamedTuple

import icalendar
from dateutil.rrule import rrulestr  # type: ignore[import-untyped]

Held = set[datetime]
_FORMS: dict[str, list[set[str]]] = {
    "DAILY": [set()],
    "WEEKLY": [set(), {"BYDAY"}],
    "MONTHLY": [{"BYMONTHDAY"}, {"BYDAY"}, {"BYDAY", "BYSETPOS"}],
    "YEARLY": [{"BYMONTH", "BYMONTHDAY"}, {"BYMONTH", "BYDAY"}, {"BYMONTH", "BYDAY", "BYSETPOS"}],
}
_OUTSIDE_THE_FORM = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST"}


class _Onset(NamedTuple):
    month: int
    nth: int
    weekday: int
    at: time

    @classmethod
    def of(cls, part: Any) -> "_Onset":
        begins = part["DTSTART"].dt
        month, nth, weekday = begins.month, (begins.day - 1) // 7 + 1, begins.weekday()
        if "RRULE" in part:
            rule = part["RRULE"]
            assert set(rule) == {"FREQ", "BYMONTH", "BYDAY"}
            assert rule["FREQ"] == ["YEARLY"]
            [day], [month] = rule["BYDAY"], rule["BYMONTH"]
            nth, weekday = int(day[:-2]), ["MO", "TU", "WE", "TH", "FR", "SA", "SU"].index(day[-2:])
        return cls(month, nth, weekday, begins.time())

    def on(self, year: int) -> datetime:
        """A fifth one that a month does not have is its last."""
        days = [datetime(year, self.month, 1) + timedelta(days=n) for n in range(31)]
        those = [d for d in days if d.month == self.month and d.weekday() == self.weekday]
        place = -1 if self.nth in (-1, 5) else self.nth - 1
        return datetime.combine(those[place], self.at)


class Zone:
    """A zone as it is kept."""

    def __init__(self, described: Any) -> None:
        parts = {name: described.walk(name) for name in ("STANDARD", "DAYLIGHT")}
        kept = {n: max(p, key=lambda one: one["DTSTART"].dt) for n, p in parts.items() if p}
        self._offsets = {name: part["TZOFFSETTO"].td for name, part in kept.items()}
        self._onsets = {name: _Onset.of(part) for name, part in kept.items()}
        if len(kept) > 1:
            assert self._offsets["DAYLIGHT"] > self._offsets["STANDARD"]

    def instant(self, wall: datetime) -> datetime:
        if "DAYLIGHT" not in self._onsets:
            return self._at(wall, "STANDARD")
        summer, winter = (self._onsets[name].on(wall.year) for name in ("DAYLIGHT", "STANDARD"))
        is_summer = summer <= wall < winter if summer < winter else not winter <= wall < summer
        return self._at(wall, "DAYLIGHT" if is_summer else "STANDARD")

    def _at(self, wall: datetime, name: str) -> datetime:
        return wall.replace(tzinfo=timezone(self._offsets[name])).astimezone(UTC)


def kept(text: str, until: datetime) -> Held:
    """When meetings begin that take place, until a wall time."""
    whole = icalendar.Calendar.from_ical(text)
    zones = {str(each["TZID"]): Zone(each) for each in whole.walk("VTIMEZONE")}
    events: list[Any] = whole.walk("VEVENT")
    changed = {(str(e["UID"]), _wall(e["RECURRENCE-ID"])) for e in events if "RECURRENCE-ID" in e}
    held: Held = set()
    for event in events:
        assert "RDATE" not in event, "there is no EXDATE that it could take the place of"
        if event["STATUS"] == "CANCELLED":
            continue
        walls = _expanded(event, until) if "RRULE" in event else {_wall(event["DTSTART"])}
        if "RECURRENCE-ID" not in event:
            walls = {at for at in walls if (str(event["UID"]), at) not in changed}
        zone = event["DTSTART"].params.get("TZID")
        held |= {zones[zone].instant(at) if zone else at.replace(tzinfo=UTC) for at in walls}
    return held


def _wall(one: Any) -> datetime:
    wall: datetime = one.dt.replace(tzinfo=None)
    return wall


def _expanded(event: Any, until: datetime) -> set[datetime]:
    rule = event["RRULE"]
    parts = set(rule) - _OUTSIDE_THE_FORM
    assert parts in _FORMS[rule["FREQ"][0]], rule
    counted = [day for day in rule.get("BYDAY", []) if len(day) > 2]
    assert not counted or len(rule["BYDAY"]) == 1, rule
    assert all(abs(day) <= 28 for day in rule.get("BYMONTHDAY", [])), "a shorter month's last day"
    text = ";".join(p for p in rule.to_ical().decode().split(";") if not p.startswith("UNTIL"))
    ends = [
        each.astimezone(event["DTSTART"].dt.tzinfo).replace(tzinfo=None)
        for each in rule.get("UNTIL", [])
    ]
    first = _wall(event["DTSTART"])
    every = rrulestr(text, dtstart=first).between(first, min([until, *ends]), inc=True)
    out = event.get("EXDATE", [])
    left_out = {_wall(d) for each in (out if isinstance(out, list) else [out]) for d in each.dts}
    return set(every) - left_out
