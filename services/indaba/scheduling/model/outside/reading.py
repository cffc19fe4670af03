"""Reads a calendar file into dates, and counts by reason what is left out.

Only the worker process imports this, because it parses what strangers wrote; and the command
`indaba read-calendar`, which an operator gives a file.
"""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event

from indaba.scheduling.model.outside.dates import CalendarDates, OutsideDate
from indaba.scheduling.model.outside.entries import (
    ALL_DAY,
    CALLED_OFF,
    PAST,
    PRIVATE,
    UNREADABLE,
    Entry,
    LeftOut,
    Reader,
    Time,
    entry_of,
    gone_of,
    name_of,
)
from indaba.scheduling.model.outside.expanding import Effort, Window, begins, dates_of
from indaba.scheduling.model.outside.lines import MOST_NAMED, CalendarRefused, scan
from indaba.scheduling.model.outside.zones import Zones
from indaba.scheduling.model.plain_text import LONGEST_TITLE, one_line

__all__ = [
    "CalendarRefused",
    "EntryLeftOut",
    "WholeCalendar",
    "read_calendar",
    "read_whole_calendar",
]

MOST_DATES, SUCH_AS = 200, 3
_DAMAGED = (ValueError, KeyError, IndexError, TypeError, AttributeError, OverflowError)
LATER = f"They come after the {MOST_DATES} soonest dates, and are followed when their time comes."


@dataclass(frozen=True, slots=True)
class EntryLeftOut:
    """An entry that became no meeting, and why. A private one has no title."""

    title: str
    starts: str
    why: str


@dataclass(frozen=True, slots=True)
class WholeCalendar:
    """What a calendar file says, and each entry that was left out."""

    dates: CalendarDates
    left_out: tuple[EntryLeftOut, ...]


@dataclass(slots=True)
class _Sheet:
    """The entries of a file, by the name of their UID."""

    window: Window
    masters: dict[str, Entry] = field(default_factory=dict)
    exceptions: dict[str, dict[Time, Entry]] = field(default_factory=dict)
    unread: set[str] = field(default_factory=set)
    entries: list[EntryLeftOut] = field(default_factory=list)

    def take(self, name: str, entry: Entry) -> None:
        """Add an entry. Of several for the same date the newest counts, or else the last."""
        exceptions = self.exceptions.setdefault(name, {})
        original = entry.instead_of
        before = self.masters.get(name) if original is None else exceptions.get(original)
        if before is not None and before.sequence > entry.sequence:
            return
        if original is None:
            self.masters[name] = entry
        else:
            exceptions[original] = entry

    def leave_out(self, name: str, why: LeftOut, event: Event | None = None) -> None:
        self.window.left_out[why.why] += 1
        if event is not None:
            self.name(event, why.why)
        if why.unread:
            self.unread.add(name)

    def name(self, event: Event, why: str) -> None:
        """Note an entry that gives no date, for whoever looks into a file."""
        if len(self.entries) < MOST_NAMED:
            title = "" if why == PRIVATE else one_line(str(event.get("SUMMARY", "")))
            self.entries.append(EntryLeftOut(title[:LONGEST_TITLE], _begins_as_written(event), why))


def read_calendar(body: bytes, zone: str, now: datetime, known: frozenset[str]) -> CalendarDates:
    """Read a calendar file. `zone` is for times that name none, `now` is aware.

    Returns the 200 soonest dates, and any with keys in `known`. Raises `CalendarRefused`.
    """
    return read_whole_calendar(body, zone, now, known).dates


def read_whole_calendar(
    body: bytes, zone: str, now: datetime, known: frozenset[str]
) -> WholeCalendar:
    """As `read_calendar`, with each entry that was left out, 1,000 at most."""
    scanned = scan(body, now)
    usual = ZoneInfo(zone)
    zones = Zones(scanned.zones, zone, now)
    sheet, title = _Sheet(Window(now, Effort())), ""
    for calendar in _parsed(scanned.text):
        title = title or _title(calendar)
        shown_in = zones.named(str(calendar.get("X-WR-TIMEZONE", ""))) or usual
        reader = Reader(zones, shown_in, shown_in)
        for event in calendar.events:
            sheet.window.effort.spend()
            _sort(event, reader, title, sheet)
    dates = _soonest(_dates(sheet), known, sheet)
    found = CalendarDates(
        title=title,
        dates=tuple(dates),
        left_out=dict(sheet.window.left_out),
        such_as=_such_as(sheet),
        unread=tuple(sorted(sheet.unread)),
    )
    over = (EntryLeftOut(one_line(s)[:LONGEST_TITLE], at, PAST) for s, at in scanned.over)
    return WholeCalendar(found, (*sheet.entries, *over)[:MOST_NAMED])


def _such_as(sheet: _Sheet) -> dict[str, tuple[str, ...]]:
    """For each reason that is counted, the titles of a few entries, each once."""
    titles: dict[str, dict[str, None]] = {}
    for entry in sheet.entries:
        if entry.title and entry.why in sheet.window.left_out:
            titles.setdefault(entry.why, {})[entry.title] = None
    return {why: tuple(islice(several, SUCH_AS)) for why, several in titles.items()}


def _begins_as_written(event: Event) -> str:
    given = event.get("DTSTART", "")
    one = given[0] if isinstance(given, list) else given
    return one.to_ical().decode("utf-8", "replace")[:LONGEST_TITLE] if one else ""


def _parsed(text: str) -> list[Calendar]:
    try:
        return Calendar.from_ical(text, multiple=True)
    except (ValueError, KeyError, IndexError, TypeError, AttributeError):
        raise CalendarRefused("damaged") from None


def _title(calendar: Calendar) -> str:
    title = calendar.get("X-WR-CALNAME") or calendar.get("NAME") or ""
    return one_line(str(title[0] if isinstance(title, list) else title))[:LONGEST_TITLE].strip()


def _sort(event: Event, reader: Reader, title: str, sheet: _Sheet) -> None:
    name = name_of(event)
    try:
        entry = entry_of(event, reader, title)
    except LeftOut as left:
        if left.why != ALL_DAY or _is_to_come(event, sheet.window.now):
            sheet.leave_out(name, left, event)
        _take_away(event, reader, sheet)
    except _DAMAGED:
        sheet.leave_out(name, LeftOut(UNREADABLE, unread=True), event)
        _take_away(event, reader, sheet)
    else:
        sheet.take(name, entry)
        if entry.instead_of is None and (why := _why_no_date(entry, sheet.window)):
            sheet.name(event, why)


def _why_no_date(entry: Entry, window: Window) -> str:
    """Why an entry that was read gives no date; empty where it may give some."""
    if entry.cancelled:
        return CALLED_OFF
    return "" if entry.repeats or window.has(entry.starts) else PAST


def _take_away(event: Event, reader: Reader, sheet: _Sheet) -> None:
    """Hold no date of a series whose exception is no meeting, such as one that lasts all day."""
    with suppress(LeftOut, *_DAMAGED):
        if gone := gone_of(event, reader):
            sheet.take(gone.name, gone)


def _is_to_come(event: Event, now: datetime) -> bool:
    begins_at = getattr(event["DTSTART"], "dt", None)
    day = begins_at.date() if isinstance(begins_at, datetime) else begins_at
    return "RRULE" in event or (isinstance(day, date) and day >= now.date())


def _dates(sheet: _Sheet) -> Iterable[OutsideDate]:
    for name in sheet.masters.keys() | sheet.exceptions.keys():
        exceptions = list(sheet.exceptions.get(name, {}).values())
        try:
            yield from list(dates_of(sheet.masters.get(name), exceptions, sheet.window))
        except LeftOut as left:
            sheet.leave_out(name, left)
        except OverflowError:
            sheet.leave_out(name, LeftOut(UNREADABLE, unread=True))


def _soonest(
    unsorted: Iterable[OutsideDate], known: frozenset[str], sheet: _Sheet
) -> list[OutsideDate]:
    """The soonest dates and the known ones; of several with one key, the last."""
    by_key = {date.key: date for date in unsorted}
    dates = sorted(by_key.values(), key=lambda date: (begins(date), date.key))
    soonest = [date for place, date in enumerate(dates) if place < MOST_DATES or date.key in known]
    if len(dates) > len(soonest):
        sheet.window.left_out[LATER] += len(dates) - len(soonest)
    return soonest
