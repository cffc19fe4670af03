"""Prepares a calendar file for the parser: complete, of bearable size, without what we never keep.

Descriptions, organisers, attendees, alarms and attachments are removed, so that no parser sees
them.
"""

import codecs
import re
from dataclasses import dataclass, field

from indaba.scheduling.model.outside.reasons import CUT_OFF, MOST_ENTRIES, NO_CALENDAR, TOO_MANY

_FOLD = re.compile(rb"\n[ \t]")
_NAME = re.compile(r"[A-Za-z0-9-]+")
_WIDE = ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_OF_CALENDAR = frozenset({"VERSION", "PRODID", "NAME", "X-WR-CALNAME", "X-WR-TIMEZONE"})
_OF_EVENT = frozenset(
    {
        "UID",
        "SEQUENCE",
        "STATUS",
        "SUMMARY",
        "LOCATION",
        "DTSTART",
        "DTEND",
        "DURATION",
        "RRULE",
        "RDATE",
        "EXDATE",
        "RECURRENCE-ID",
        "CLASS",
    }
)
_CALENDAR, _EVENT, _ZONE = "VCALENDAR", "VEVENT", "VTIMEZONE"


class CalendarRefused(Exception):  # noqa: N818 - a finding
    """A calendar is not read. `why` is a few words; `again` says that it may work later."""

    def __init__(self, why: str, *, again: bool = False) -> None:
        super().__init__(why)
        self.why = why
        self.again = again


@dataclass(slots=True)
class Scanned:
    """The lines of a file that matter, unfolded, with its time zone definitions apart."""

    lines: list[str] = field(default_factory=list)
    zones: list[list[str]] = field(default_factory=list)
    entries: int = 0

    @property
    def text(self) -> str:
        """The lines as a file for a parser."""
        return "\r\n".join([*self.lines, ""])


def scan(body: bytes) -> Scanned:
    """Prepare a file. Raises `CalendarRefused`."""
    lines = [line for line in _text(body).split("\n") if line.strip()]
    if not lines or lines[0].strip().upper() != f"BEGIN:{_CALENDAR}":
        raise CalendarRefused(NO_CALENDAR)
    if lines[-1].strip().upper() != f"END:{_CALENDAR}":
        raise CalendarRefused(CUT_OFF, again=True)
    scanned, inside = Scanned(), list[str]()
    for line in lines:
        _take(line, inside, scanned)
    if inside:
        raise CalendarRefused(CUT_OFF, again=True)
    return scanned


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


def _take(line: str, inside: list[str], scanned: Scanned) -> None:
    match = _NAME.match(line)
    name = match[0].upper() if match else ""
    if name == "BEGIN":
        _open(line, inside, scanned)
    if inside[:2] == [_CALENDAR, _ZONE]:
        scanned.zones[-1].append(line)
    elif _counts(name, inside):
        scanned.lines.append(line)
    if name == "END":
        _close(line, inside)


def _counts(name: str, inside: list[str]) -> bool:
    if inside == [_CALENDAR]:
        return name in _OF_CALENDAR or name in ("BEGIN", "END")
    return inside == [_CALENDAR, _EVENT] and (name in _OF_EVENT or name in ("BEGIN", "END"))


def _open(line: str, inside: list[str], scanned: Scanned) -> None:
    inside.append(line.partition(":")[2].strip().upper())
    if inside == [_CALENDAR, _ZONE]:
        scanned.zones.append([])
    if len(inside) == 2:  # noqa: PLR2004 - entries are what is directly in a calendar
        scanned.entries += 1
        if scanned.entries > MOST_ENTRIES:
            raise CalendarRefused(TOO_MANY)


def _close(line: str, inside: list[str]) -> None:
    if not inside or inside.pop() != line.partition(":")[2].strip().upper():
        raise CalendarRefused(CUT_OFF, again=True)
