"""Prepares a calendar file for the parser: complete, of bearable size, without what we never keep.

Descriptions, organisers, attendees, alarms and attachments are removed, so that no parser sees
them; of a description the link to join is kept. Entries that are over are set aside as the file is
gone through, so an old calendar may be long: what is left counts.
"""

import codecs
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from indaba.scheduling.model.outside.joining import JOIN, join_link
from indaba.scheduling.model.outside.reasons import CUT_OFF, MOST_ENTRIES, NO_CALENDAR, TOO_MANY

_FOLD = re.compile(rb"\n[ \t]")
_LINE = re.compile(r"[^\n]*\S[^\n]*")
_NAME = re.compile(r"[A-Za-z0-9-]+")
_DAY = re.compile(r'(?:;(?:[^:"]|"[^"]*")*)?:(\d{8})(?:T\d{6}Z?)?\s*')
_ESCAPED = re.compile(r"\\(.)")
_NOT_PUBLIC = frozenset({"PRIVATE", "CONFIDENTIAL"})
_BARE_ZONE = re.compile(r"(;TZID=)([a-z]+://[^:;\"]+)", re.IGNORECASE)
"""A name like an address, which Outlook writes without the quotes that its colon needs."""

_UNTIL = re.compile(r"\bUNTIL=(\d{8})", re.IGNORECASE)
_WIDE = ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_OF_CALENDAR = frozenset({"VERSION", "PRODID", "NAME", "X-WR-CALNAME", "X-WR-TIMEZONE"})
_OF_EVENT = frozenset(
    {
        *("UID", "SEQUENCE", "STATUS", "SUMMARY", "LOCATION", "CLASS"),
        *("DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID"),
        "X-MICROSOFT-CDO-ALLDAYEVENT",
    }
)
_JOINING = frozenset(
    {
        *("CONFERENCE", "X-GOOGLE-CONFERENCE", "X-MICROSOFT-SKYPETEAMSMEETINGURL", "URL"),
        *("X-MICROSOFT-ONLINEMEETINGEXTERNALLINK", "LOCATION", "DESCRIPTION"),
    }
)
_CALENDAR, _EVENT, _ZONE = "VCALENDAR", "VEVENT", "VTIMEZONE"
_SURELY_OVER = timedelta(days=3)
"""So long after its day, an entry is over in every zone."""

MOST_NAMED = 1_000
_WAITING = 4
"""So many times the most entries may wait for the end of the file, where it is seen what is over.
"""


class CalendarRefused(Exception):  # noqa: N818 - a finding
    """A calendar is not read. `why` is a few words; `again` says that it may work later."""

    def __init__(self, why: str, *, again: bool = False) -> None:
        super().__init__(why)
        self.why = why
        self.again = again


@dataclass(slots=True)
class _Lines:
    """The lines of one entry that matter, by name too, and the links to join it."""

    lines: list[str] = field(default_factory=list)
    named: dict[str, list[str]] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, line: str) -> None:
        if name in _JOINING and (link := join_link(name, line)):
            self.links.setdefault(name, link)
        if name in _OF_EVENT:
            line = _BARE_ZONE.sub(r'\1"\2"', line, count=1)
            self.lines.append(line)
            self.named.setdefault(name, []).append(line)

    def whole(self) -> list[str]:
        link = next((self.links[name] for name in JOIN if name in self.links), "")
        joined = [f"X-INDABA-JOIN:{link}"] if link else []
        return [f"BEGIN:{_EVENT}", *self.lines, *joined, f"END:{_EVENT}"]

    @property
    def uid(self) -> str:
        return self.named.get("UID", [""])[0].partition(":")[2].strip()

    @property
    def is_exception(self) -> bool:
        return "RECURRENCE-ID" in self.named

    def is_over(self, today: str) -> bool:
        """Whether it begins at no later time, whatever its zone."""
        if "RDATE" in self.named or "RANGE=" in "".join(self.named.get("RECURRENCE-ID", [])):
            return False
        days = ["DTSTART", *(["RECURRENCE-ID"] if self.is_exception else [])]
        return all(_last_day(name, self.named.get(name, [])) < today for name in days) and (
            self._rules_end() < today
        )

    def _rules_end(self) -> str:
        rules = self.named.get("RRULE", [])
        ends = [_UNTIL.search(rule) for rule in rules]
        return max((end[1] if end else "9" for end in ends), default="")

    @property
    def repeats(self) -> bool:
        return "RRULE" in self.named

    def as_written(self) -> tuple[str, str]:
        """Its summary, none where it is private, and its beginning."""
        is_public = not any(is_private(line) for line in self.named.get("CLASS", []))
        summary = self.named.get("SUMMARY", [""])[0] if is_public else ""
        return _value(summary), _value(self.named.get("DTSTART", [""])[0])


def _value(line: str) -> str:
    return _ESCAPED.sub(r"\1", line.partition(":")[2])


def is_private(line: str) -> bool:
    """Whether a CLASS line, or its value, says that only some may see the entry."""
    return line.rpartition(":")[2].strip().upper() in _NOT_PUBLIC


def _last_day(name: str, lines: Sequence[str]) -> str:
    """The day in a line, as written; one that comes after all others if it cannot be told."""
    match = _DAY.fullmatch(lines[0][len(name) :]) if len(lines) == 1 else None
    return match[1] if match else "9"


@dataclass(slots=True)
class Scanned:
    """The lines of a file that matter, unfolded, with its time zone definitions apart.

    `over` are the summaries and beginnings of the entries that are over, as written, the first
    1,000 of them; private ones without a summary.
    """

    lines: list[str] = field(default_factory=list)
    zones: list[list[str]] = field(default_factory=list)
    over: list[tuple[str, str]] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The lines as a file for a parser."""
        return "\r\n".join([*self.lines, ""])


def scan(body: bytes, now: datetime) -> Scanned:
    """Prepare a file, as of `now`. Raises `CalendarRefused`."""
    lines = (match[0] for match in _LINE.finditer(_text(body)))
    return _Scan(now - _SURELY_OVER).through(lines)


def _text(body: bytes) -> str:
    """The text of a file. Lines are unfolded before decoding, as a fold may split a character."""
    for mark, wide in _WIDE:
        if body.startswith(mark):
            body = body.decode(wide, "replace").encode()
    body = body.replace(b"\r\n", b"\n").replace(b"\r", b"\n").replace(b"\0", b"")
    plain = _FOLD.sub(b"", body.lstrip())
    try:
        return plain.decode("utf-8-sig").lstrip()
    except UnicodeDecodeError:
        return plain.decode("windows-1252", "replace").removeprefix("ï»¿").lstrip()


class _Scan:
    """Goes through the lines of a file once."""

    def __init__(self, over_before: datetime) -> None:
        self._today = f"{over_before:%Y%m%d}"
        self._scanned = Scanned()
        self._inside: list[str] = []
        self._entries: list[_Lines] = []
        self._others = 0

    def through(self, lines: Iterator[str]) -> Scanned:
        first = next(lines, "")
        if first.strip().upper() != f"BEGIN:{_CALENDAR}":
            raise CalendarRefused(NO_CALENDAR)
        self._take(first)
        for line in lines:
            self._take(line)
        if self._inside:
            raise CalendarRefused(CUT_OFF, again=True)
        return self._scanned

    def _take(self, line: str) -> None:
        match = _NAME.match(line)
        name = match[0].upper() if match else ""
        if name == "BEGIN":
            self._open(line)
        if self._inside[:2] == [_CALENDAR, _ZONE]:
            self._scanned.zones[-1].append(line)
        elif self._inside == [_CALENDAR, _EVENT]:
            self._entries[-1].add(name, line)
        elif self._inside == [_CALENDAR] and name in _OF_CALENDAR | {"BEGIN"}:
            self._scanned.lines.append(line)
        if name == "END" and self._inside:
            self._close(line)

    def _open(self, line: str) -> None:
        part = line.partition(":")[2].strip().upper()
        if not self._inside and part != _CALENDAR:
            return  # what stands after a calendar belongs to none
        self._inside.append(part)
        if self._inside == [_CALENDAR, _ZONE]:
            self._scanned.zones.append([])
        if self._inside == [_CALENDAR, _EVENT]:
            self._entries.append(_Lines())
        elif len(self._inside) == 2:  # noqa: PLR2004 - what is directly in a calendar
            self._others += 1
            self._check(self._others)

    def _close(self, line: str) -> None:
        part = line.partition(":")[2].strip().upper()
        was = self._inside[:]
        if self._inside.pop() != part:
            raise CalendarRefused(CUT_OFF, again=True)
        if was == [_CALENDAR, _EVENT]:
            self._close_entry()
        if was == [_CALENDAR]:
            self._close_calendar()

    def _close_entry(self) -> None:
        entry = self._entries[-1]
        if not entry.repeats and entry.is_over(self._today):
            self._note(self._entries.pop())
        self._check(len(self._entries) // _WAITING)

    def _close_calendar(self) -> None:
        """A series that is over goes, too, unless one of its dates was moved."""
        moved = {entry.uid for entry in self._entries if entry.is_exception}
        lines, entries = self._scanned.lines, 0
        for entry in self._entries:
            if entry.repeats and entry.uid not in moved and entry.is_over(self._today):
                self._note(entry)
                continue
            entries += 1
            self._check(entries)
            lines += entry.whole()
        lines.append(f"END:{_CALENDAR}")
        self._entries = []

    def _note(self, entry: _Lines) -> None:
        if len(self._scanned.over) < MOST_NAMED:
            self._scanned.over.append(entry.as_written())

    def _check(self, many: int) -> None:
        if many > MOST_ENTRIES:
            raise CalendarRefused(TOO_MANY)
