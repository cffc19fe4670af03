"""Takes out of pictures where they were taken, and all else that is said beside what is seen.

Cameras and phones write the place, the day and the owner into a picture's file. It is rebuilt from
the parts that draw it; every other part is left out, known or not. Nothing is decoded. What cannot
be read part by part is left as it is if it holds nothing of the kind, and otherwise refused.
JPEG: ITU-T T.81, annex B; PNG: W3C PNG, third edition; WebP: RFC 9649; orientation: Exif 2.32.
"""

import mmap
import re
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, Literal

from indaba.contracts.refusal import Refusal

MOST_PARTS = 100_000
_BLOCK = 1 << 18
_LONGEST_EXIF = 1 << 16

_MARKER = re.compile(rb"\xff([\x01-\xfe])")
_SCAN_ENDS = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")
_ALONE = frozenset({0x01, *range(0xD0, 0xD9)})
_START_OF_SCAN, _END, _EXIF = 0xDA, 0xD9, 0xE1
_DRAW_JPEG = frozenset({*range(0xC0, 0xD0), *range(0xD9, 0xE0)})
_DRAW_BY_NAME = {0xE0: b"JFIF\0", 0xE2: b"ICC_PROFILE\0", 0xEE: b"Adobe"}
_DRAW_PNG = frozenset(
    b"IHDR PLTE IDAT tRNS cHRM gAMA iCCP sBIT sRGB cICP mDCV cLLI bKGD hIST pHYs sPLT "
    b"acTL fcTL fdAT".split()
)
_DRAW_WEBP = frozenset({b"VP8X", b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF", b"ICCP"})
_WEBP_HEAD, _EXTENDED_HEAD = 12, b"VP8X\x0a\0\0\0"
_ORIENTATION, _TURNS = 0x0112, range(2, 9)
_SAYS_EXIF, _SAYS_XMP = 0x08, 0x04
_TELLS = re.compile(
    rb"Exif\0|EXIF|eXIf|II\*\0|MM\0\*|ns\.adobe\.com|xmpmeta|XMP |Photoshop 3\.0|"
    rb"tEXt|zTXt|iTXt|tIME"
)
"""What stands in a file that says more than it shows."""

Piece = bytes | range
"""What is written: bytes of ours, or where they stand in the file."""


class PictureDamaged(Refusal):
    """A picture that says more than it shows, and cannot be taken apart."""

    code = "picture-damaged"

    def __init__(self) -> None:
        super().__init__(
            "This picture is damaged, so I cannot take out of it where it was taken, and I kept "
            "nothing. Open it, save it again as JPEG or PNG, and send me that."
        )


class _NotWholeError(Exception):
    """It does not have the parts that its kind has."""


def take_place_out(path: Path, target: BinaryIO, media_type: str) -> None:
    """Write the picture at `path`, which is one of `TAKEN_APART`, without what it says beside.

    Only how it is turned stays. Raises `PictureDamaged`.
    """
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        try:
            pieces = TAKEN_APART[media_type](data)
        except _NotWholeError:
            if _TELLS.search(data):
                raise PictureDamaged from None
            pieces = [range(len(data))]
        for piece in pieces:
            if isinstance(piece, bytes):
                target.write(piece)
                continue
            starts = range(piece.start, piece.stop, _BLOCK)
            target.writelines(data[at : min(at + _BLOCK, piece.stop)] for at in starts)


def _jpeg(data: mmap.mmap) -> list[Piece]:
    """Up to its end: behind it phones put films and further pictures."""
    pieces: list[Piece] = [b"\xff\xd8"]
    turned = 0
    for marker, at, end in _segments(data):
        if _draws(marker, data[at + 2 : min(end, at + 20)]):
            pieces += [bytes((0xFF, marker)), range(at, end)]
        elif marker == _EXIF and not turned:
            turned = _turned(data[at + 2 : end])
            pieces += [_exif_segment(turned)] if turned else []
    return pieces


def _segments(data: mmap.mmap) -> Iterator[tuple[int, int, int]]:
    """Markers, and where what belongs to each begins and ends. What decoders skip is skipped."""
    at = 2
    for _ in range(MOST_PARTS):
        mark = _MARKER.search(data, at)
        if mark is None:
            raise _NotWholeError
        marker, at = mark[1][0], mark.end()
        if marker in _ALONE:
            continue
        if marker == _END:
            yield marker, at, at
            return
        end = at + int.from_bytes(data[at : at + 2], "big")
        if not at + 2 <= end <= len(data):
            raise _NotWholeError
        if marker == _START_OF_SCAN:
            ends = _SCAN_ENDS.search(data, end)
            end = ends.start() if ends else len(data)
        yield marker, at, end
        at = end
        if at == len(data) and marker == _START_OF_SCAN:  # it broke off within what it shows
            return
    raise _NotWholeError


def _draws(marker: int, begins: bytes) -> bool:
    name = _DRAW_BY_NAME.get(marker)
    return marker in _DRAW_JPEG or (name is not None and begins.startswith(name))


def _exif_segment(turned: int) -> bytes:
    exif = b"Exif\0\0" + _exif(turned)
    return b"\xff\xe1" + (len(exif) + 2).to_bytes(2, "big") + exif


def _png(data: mmap.mmap) -> list[Piece]:
    pieces: list[Piece] = [range(8)]
    at, turned = 8, 0
    for _ in range(MOST_PARTS):
        length, name = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        end = at + 12 + length
        if end > len(data):
            raise _NotWholeError
        if name == b"IEND":
            return [*pieces, range(at, end)]
        if name in _DRAW_PNG:
            pieces.append(range(at, end))
        elif name == b"eXIf" and not turned:
            turned = _turned(data[at + 8 : min(end - 4, at + _LONGEST_EXIF)])
            pieces += [_exif_chunk(turned)] if turned else []
        elif not name[0] & 0x20:  # no picture without it, says its name
            raise _NotWholeError
        at = end
    raise _NotWholeError


def _exif_chunk(turned: int) -> bytes:
    chunk = b"eXIf" + _exif(turned)
    return (len(chunk) - 4).to_bytes(4, "big") + chunk + zlib.crc32(chunk).to_bytes(4, "big")


def _webp(data: mmap.mmap) -> list[Piece]:
    pieces: list[Piece] = []
    whole, at, turned, extended = 8 + int.from_bytes(data[4:8], "little"), _WEBP_HEAD, 0, -1
    if not at < whole <= len(data):
        raise _NotWholeError
    while at < whole:
        name, length = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        end = at + 8 + length
        if end > whole or at + 8 > whole or len(pieces) > MOST_PARTS:
            raise _NotWholeError
        if name == b"VP8X":
            extended = len(pieces)
            pieces.append(data[at : min(end, at + 18)])
        elif name in _DRAW_WEBP:
            pieces += [range(at, end), b"\0" * (length % 2)]
        elif name == b"EXIF" and not turned:
            turned = _turned(data[at + 8 : min(end, at + _LONGEST_EXIF)])
            pieces += [_exif_in_webp(turned)] if turned else []
        at = end + length % 2
    if extended >= 0:
        pieces[extended] = _extended(pieces[extended], turned)
    size = 4 + sum(map(len, pieces))
    return [b"RIFF" + size.to_bytes(4, "little") + b"WEBP", *pieces]


def _exif_in_webp(turned: int) -> bytes:
    exif = _exif(turned)
    return b"EXIF" + len(exif).to_bytes(4, "little") + exif


def _extended(chunk: Piece, turned: int) -> bytes:
    """What a WebP says that it holds."""
    if not isinstance(chunk, bytes) or not chunk.startswith(_EXTENDED_HEAD):
        raise _NotWholeError
    holds = chunk[8] & ~(_SAYS_EXIF | _SAYS_XMP) | (_SAYS_EXIF if turned else 0)
    return chunk[:8] + bytes((holds,)) + chunk[9:]


def _turned(exif: bytes) -> int:
    """How the camera was held, from 2 to 8; 0 if upright or not said."""
    tiff = exif.removeprefix(b"Exif\0\0")
    orders: dict[bytes, Literal["little", "big"]] = {b"II*\0": "little", b"MM\0*": "big"}
    order = orders.get(tiff[:4])
    if order is None:
        return 0
    start = int.from_bytes(tiff[4:8], order)
    many = int.from_bytes(tiff[start : start + 2], order)
    for at in range(start + 2, min(start + 2 + 12 * many, len(tiff) - 11), 12):
        if int.from_bytes(tiff[at : at + 2], order) == _ORIENTATION:
            value = int.from_bytes(tiff[at + 8 : at + 10], order)
            return value if value in _TURNS else 0
    return 0


def _exif(turned: int) -> bytes:
    """Exif of one entry: which way up."""
    entry = b"\x12\x01\x03\0\x01\0\0\0" + bytes((turned, 0, 0, 0))
    return b"II*\0\x08\0\0\0\x01\0" + entry + b"\0\0\0\0"


TAKEN_APART: dict[str, Callable[[mmap.mmap], list[Piece]]] = {
    "image/jpeg": _jpeg,
    "image/png": _png,
    "image/webp": _webp,
}
"""How each kind is taken apart, by its media type."""
