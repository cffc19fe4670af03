"""Compiled time-zone files (RFC 9636) that tests write, to change what a zone's clocks show."""

import struct
from datetime import datetime, timedelta
from pathlib import Path


def written(
    folder: Path,
    zone: str,
    offset: timedelta,
    version: str,
    *,
    until: datetime | None = None,
    then: timedelta | None = None,
) -> Path:
    """The folder, with a zone whose clocks show `offset` from UTC, and from `until` on `then`."""
    path = folder / zone
    path.parent.mkdir(parents=True, exist_ok=True)
    offsets = [offset] if then is None else [offset, then]
    moments = [] if until is None else [int(until.timestamp())]
    path.write_bytes(_block(offsets, moments, 4) + _block(offsets, moments, 8) + _footer(offsets))
    (folder / "tzdata.zi").write_text(f"# version {version}\n", encoding="utf-8")
    return folder


def _block(offsets: list[timedelta], moments: list[int], size: int) -> bytes:
    counts = struct.pack(">6l", 0, 0, 0, len(moments), len(offsets), 4)
    head = b"TZif2" + bytes(15) + counts
    times = b"".join(struct.pack(">q" if size > 4 else ">l", moment) for moment in moments)
    kinds = bytes(range(1, len(moments) + 1))
    types = b"".join(struct.pack(">lbb", int(each.total_seconds()), 0, 0) for each in offsets)
    return head + times + kinds + types + b"LMT\0"


def _footer(offsets: list[timedelta]) -> bytes:
    seconds = -int(offsets[-1].total_seconds())
    sign, left = "-" if seconds < 0 else "", abs(seconds)
    return f"\n<LMT>{sign}{left // 3600}:{left % 3600 // 60:02}\n".encode()
