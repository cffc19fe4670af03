"""Small parcels that unpack to gigabytes, nesting without end, sites that lie about length."""

import asyncio
import bz2
import io
import time
import tracemalloc
import zipfile
import zlib
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from indaba.library.timers.page import read_page
from indaba.process.file_store import FileStore, TooLarge, media_type
from indaba.process.outside.fetching import Answer, NotRead, Rules, fetch
from indaba.scheduling.model.outside.reading import CalendarRefused, read_calendar
from indaba.scheduling.model.repeating.terms import read_terms
from services.scheduling.calendars.outside_calendar import calendar

MEGABYTE = 1 << 20
NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
PATIENCE = 8.0
"""Seconds of the processor, so that a busy machine fails nothing."""


@contextmanager
def within(megabytes: int) -> Iterator[None]:
    """What happens here is over soon and takes no more memory than this at any moment."""
    began = time.process_time()
    tracemalloc.start()
    try:
        yield
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert time.process_time() - began < PATIENCE
    assert most < megabytes * MEGABYTE


def _zip(method: int, *entries: tuple[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return made.getvalue()


def _many() -> bytes:
    return _zip(zipfile.ZIP_STORED, *((f"{number}", b"") for number in range(60_000)))


def _in_one_another() -> bytes:
    packed = b"\0" * MEGABYTE
    for _ in range(20):
        packed = _zip(zipfile.ZIP_DEFLATED, ("again.zip", packed))
    return packed


def _lying_end() -> bytes:
    """Says that its list of entries is 4 GB long."""
    packed = bytearray(_zip(zipfile.ZIP_STORED, ("a", b"a")))
    packed[-10:-6] = b"\xff\xff\xff\xff"
    return bytes(packed)


def _office() -> bytes:
    """A document whose parts unpack to more than the machine has; they are never looked at."""
    return _zip(zipfile.ZIP_BZIP2, ("[Content_Types].xml", b"\0" * 100 * MEGABYTE), ("word/a", b""))


GIGABYTES = b"\0" * (30 * MEGABYTE)
ARCHIVES: dict[str, Callable[[], bytes]] = {
    "mimetype packed by bzip2": lambda: _zip(zipfile.ZIP_BZIP2, ("mimetype", GIGABYTES)),
    "mimetype packed by lzma": lambda: _zip(zipfile.ZIP_LZMA, ("mimetype", GIGABYTES)),
    "mimetype deflated": lambda: _zip(zipfile.ZIP_DEFLATED, ("mimetype", GIGABYTES)),
    "sixty thousand entries": _many,
    "an archive in an archive": _in_one_another,
    "a list of 4 GB": _lying_end,
    "no list": lambda: b"PK\x03\x04" + b"\0" * 1000,
    "nothing but ends": lambda: b"PK\x03\x04" + b"PK\x05\x06" * 100_000,
}


@pytest.mark.parametrize("name", ARCHIVES)
def test_an_archive_is_known_for_one_without_unpacking_it(name: str, tmp_path: Path) -> None:
    path = tmp_path / "bomb"
    path.write_bytes(ARCHIVES[name]())
    with within(megabytes=4):
        assert media_type(path) == "application/zip"


def test_documents_are_still_known(tmp_path: Path) -> None:
    path = tmp_path / "document"
    path.write_bytes(_zip(zipfile.ZIP_STORED, ("mimetype", b"application/epub+zip"), ("a", b"a")))
    assert media_type(path) == "application/epub+zip"
    path.write_bytes(_office())
    with within(megabytes=4):
        assert media_type(path).endswith("wordprocessingml.document")


def _png() -> bytes:
    size = (2_000_000_000).to_bytes(4, "big")
    head = b"IHDR" + size + size + b"\x08\x02\0\0\0"
    crc = zlib.crc32(head).to_bytes(4, "big")
    return b"\x89PNG\r\n\x1a\n\0\0\0\x0d" + head + crc


def _pdf() -> bytes:
    packed = zlib.compress(zlib.compress(b"\0" * 50 * MEGABYTE, 9), 9)
    told = b"%%PDF-1.7\n1 0 obj<</Length %d/Filter[/FlateDecode/FlateDecode]>>stream\n"
    return told % len(packed) + packed


LAUGHS = b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha">' + b"".join(
    b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 30)
)
FILES = {
    "picture of two thousand million pixels": (_png(), "image/png"),
    "PDF packed twice": (_pdf(), "application/pdf"),
    "entities that grow": (LAUGHS + b"]><svg>&a29;</svg>", "text/plain"),
    "page with a script": (b"<html><script>alert(1)</script>", "text/plain"),
    "page that begins as a picture": (b"GIF89a<script>alert(1)</script>", "image/gif"),
    "packed by bzip2": (bz2.compress(b"\0" * MEGABYTE), "application/octet-stream"),
}


@pytest.mark.parametrize("name", FILES)
async def test_files_are_kept_as_they_are_and_never_opened(name: str, tmp_path: Path) -> None:
    content, kind = FILES[name]

    async def chunks() -> AsyncIterator[bytes]:
        yield content

    with within(megabytes=4):
        kept = await FileStore(tmp_path).put(chunks(), name="../../etc/passwd\0.html")
    assert (kept.media_type, kept.size) == (kind, len(content))
    assert "/" not in kept.name
    assert FileStore(tmp_path).open(kept.digest).read() == content


async def test_an_endless_file_is_refused_at_its_first_byte_too_many(tmp_path: Path) -> None:
    came = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal came
        while True:
            came += MEGABYTE
            yield b"x" * MEGABYTE

    with within(megabytes=8), pytest.raises(TooLarge):
        await FileStore(tmp_path).put(endless(), name="x", most=5 * MEGABYTE)
    assert came == 6 * MEGABYTE
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == []


PAGES = {
    "open elements": b"<div>" * 20_000,
    "elements in a title": b"<title>" + b"<b>" * 25_000,
    "attributes without end": b"<meta " + b"a=b " * 30_000 + b">",
    "one attribute": b"<meta content='" + b"x" * 500_000 + b"'>",
    "entities": b"<title>" + b"&lt;" * 120_000,
    "comments that never end": b"<!--" * 120_000,
    "declarations": b"<!DOCTYPE " * 50_000,
    "entities that grow": LAUGHS,
    "quotes": b"<a '\"" * 80_000,
}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_of_nothing_but_tricks_is_read_in_time(name: str) -> None:
    with within(megabytes=64):
        assert len(read_page(PAGES[name], "text/html").title) <= 200


def _event(*lines: str) -> str:
    return "\n".join(("UID:a", "SUMMARY:Workshop", "DTSTART:20261201T100000Z", *lines))


CALENDARS = {
    "every second for ever": calendar(_event("RRULE:FREQ=SECONDLY")),
    "every second of the year 9999": calendar(_event("RRULE:FREQ=SECONDLY;BYMONTH=12;COUNT=9")),
    "a thousand million dates": calendar(_event("RRULE:FREQ=DAILY;COUNT=1000000000")),
    "never": calendar(_event("RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30")),
    "ten thousand exceptions": calendar(
        _event("RRULE:FREQ=DAILY", *("EXDATE:20270101T100000Z",) * 10_000)
    ),
    "dates by the thousand": calendar(_event("RDATE:" + ",".join(["20270101T100000Z"] * 5_000))),
    "events in events": calendar("BEGIN:VEVENT\n" * 50_000),
    "calendars in calendars": b"BEGIN:VCALENDAR\r\n" * 100_000,
    "alarms in alarms": calendar(_event(*("BEGIN:VALARM",) * 20_000)),
    "one line": calendar(_event("DESCRIPTION:" + "x" * MEGABYTE)),
    "a line folded a hundred thousand times": calendar(_event("DESCRIPTION:" + "x\n " * 100_000)),
    "parameters": calendar(_event("ATTENDEE" + ";X=y" * 100_000 + ":mailto:a@example.org")),
    "an open quotation mark": calendar(_event('ATTENDEE;CN="' + "x" * 500_000)),
    "zones": calendar(_event(), head="BEGIN:VTIMEZONE\nTZID:x\n" * 20_000),
    "fifteen hundred events": calendar(
        *(_event().replace("UID:a", f"UID:{number}") for number in range(1500))
    ),
    "a length without end": calendar(_event("DURATION:P999999999999W")),
    "a number without end": calendar(_event("SEQUENCE:" + "9" * 100_000)),
    "no text": b"\0\xff\xfe" * 100_000,
}


@pytest.mark.thorough(keep=6)
@pytest.mark.parametrize("name", CALENDARS)
def test_a_calendar_of_nothing_but_tricks_is_read_in_time(name: str) -> None:
    with within(megabytes=256):
        try:
            found = read_calendar(CALENDARS[name], "Africa/Johannesburg", NOW, frozenset())
        except CalendarRefused:
            return
    assert len(found.dates) <= 200


HEADING = b"province,year,term,first,last,status,source\n"
TABLES = {
    "one field": HEADING + b"x" * 900_000,
    "nothing but commas": HEADING + b"," * 900_000,
    "an open quotation mark": HEADING + b'"' + b"\n" * 900_000,
    "quotation marks": HEADING + b'"' * 900_001,
    "rows": HEADING + b"a,b\n" * 20_000,
    "columns": b"province," * 20_000,
    "too large": b"a" * 2_000_000,
    "no text": b"\0" * 1000,
    "zero width": HEADING + "\u200b\ufeff".encode() * 100_000,
}


@pytest.mark.parametrize("name", TABLES)
def test_a_table_of_nothing_but_tricks_is_refused_in_words(name: str) -> None:
    with within(megabytes=96):
        read = read_terms(TABLES[name])
    assert read.faults
    assert read.terms == ()
    assert max(map(len, read.faults)) < 1000


OK = b"HTTP/1.1 200 OK\r\n"
LIES = {
    "longer than said": OK + b"Content-Length: 3\r\n\r\nabcdefgh",
    "shorter than said": OK + b"Content-Length: 100\r\n\r\nabc",
    "less than nothing": OK + b"Content-Length: -1\r\n\r\nabc",
    "no number": OK + b"Content-Length: many\r\n\r\nabc",
    "two lengths": OK + b"Content-Length: 3\r\nContent-Length: 9\r\n\r\nabcdefghi",
    "a length and pieces": OK + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\nzzz",
    "a piece of endless length": OK + b"Transfer-Encoding: chunked\r\n\r\n" + b"f" * 400_000,
    "a status line without end": b"HTTP/1.1 200 " + b"O" * 400_000,
    "a header line without end": OK + b"X: " + b"y" * 400_000,
    "headers without end": OK + b"X: y\r\n" * 100_000,
    "informed for ever": b"HTTP/1.1 103 Early Hints\r\n\r\n" * 100_000,
    "nothing": b"",
    "another protocol": b"SSH-2.0-OpenSSH\r\n",
}


@pytest.mark.parametrize("name", LIES)
async def test_a_site_that_lies_about_its_length_is_left_in_time(name: str) -> None:
    async def lie(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(LIES[name])
        with suppress(ConnectionError):
            await writer.drain()
        writer.close()

    async def take(answer: Answer) -> bytes:
        return await answer.beginning(1000)

    async with await asyncio.start_server(lie, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        rules = Rules(is_allowed=bool, ports=None, seconds=2)
        with within(megabytes=16):
            try:
                body = await fetch(f"http://localhost:{port}/", rules, take, {})
            except NotRead:
                return
    assert len(body) <= 1000
