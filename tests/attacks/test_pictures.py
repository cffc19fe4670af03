"""Pictures made to break whoever takes them apart, or to smuggle in where they were taken."""

import io
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attacks.test_bombs import MEGABYTE, within
from indaba.process.pictures import TAKEN_APART, PictureDamaged, take_place_out

CANARY = b"Exif\0\0MM\0*Canary"


def _segment(marker: int, content: bytes) -> bytes:
    return b"\xff" + bytes((marker,)) + (len(content) + 2).to_bytes(2, "big") + content


def _chunk(name: bytes, content: bytes) -> bytes:
    return len(content).to_bytes(4, "big") + name + content + b"\0\0\0\0"


def _riff(name: bytes, content: bytes) -> bytes:
    return name + len(content).to_bytes(4, "little") + content + b"\0" * (len(content) % 2)


def _webp(chunks: bytes) -> bytes:
    return b"RIFF" + (len(chunks) + 4).to_bytes(4, "little") + b"WEBP" + chunks


HARMLESS = st.binary(max_size=30).map(lambda content: content.replace(b"\xff", b""))
SEGMENTS = st.one_of(
    st.builds(_segment, st.sampled_from([0xDB, 0xC4, 0xC0, 0xDD]), HARMLESS),
    st.builds(lambda content: _segment(0xDA, content) + content, HARMLESS),
    st.builds(_segment, st.integers(0xE1, 0xEF), HARMLESS.map(lambda content: CANARY + content)),
    st.just(_segment(0xFE, CANARY)),
    st.sampled_from([b"\xff", b"\xff\xff", b"\0\0", b"\xff\xd0", b"\xff\x01", CANARY]),
)
CHUNKS = st.one_of(
    st.builds(_chunk, st.sampled_from([b"IDAT", b"PLTE", b"tRNS"]), HARMLESS),
    st.builds(_chunk, st.sampled_from([b"eXIf", b"tEXt", b"zzZz", b"iTXt"]), st.just(CANARY)),
)
RIFF = st.one_of(
    st.builds(_riff, st.sampled_from([b"VP8 ", b"ALPH", b"VP8L"]), HARMLESS),
    st.builds(_riff, st.just(b"VP8X"), st.binary(min_size=10, max_size=10)),
    st.builds(_riff, st.sampled_from([b"EXIF", b"XMP ", b"JUNK", b"exif"]), st.just(CANARY)),
)
WHOLE = st.one_of(
    st.lists(SEGMENTS).map(lambda parts: ("image/jpeg", b"\xff\xd8" + b"".join(parts))),
    st.lists(CHUNKS).map(
        lambda parts: ("image/png", b"\x89PNG\r\n\x1a\n" + b"".join([*parts, _chunk(b"IEND", b"")]))
    ),
    st.lists(RIFF, min_size=1).map(lambda parts: ("image/webp", _webp(b"".join(parts)))),
)


def _cleaned(kind: str, picture: bytes) -> bytes | None:
    """What is kept of it; `None` where it is refused."""
    target = io.BytesIO()
    with tempfile.NamedTemporaryFile() as file:
        file.write(picture)
        file.flush()
        try:
            take_place_out(Path(file.name), target, kind)
        except PictureDamaged:
            return None
    return target.getvalue()


@given(WHOLE, st.binary(max_size=20).map(lambda end: end.replace(b"\xff", b"")))
def test_whatever_the_order_of_its_parts_what_a_picture_tells_is_not_kept(
    picture: tuple[str, bytes], behind: bytes
) -> None:
    kind, content = picture
    content += b"\xff\xd9" if kind == "image/jpeg" else b""

    cleaned = _cleaned(kind, content + behind)

    assert cleaned is not None
    assert b"Canary" not in cleaned or (kind == "image/jpeg" and _in_a_scan(content))
    assert _cleaned(kind, cleaned) == cleaned


def _in_a_scan(picture: bytes) -> bool:
    """Bytes without a name right behind the start of a scan are what it shows."""
    return b"\xff\xda" in picture


@given(st.sampled_from(sorted(TAKEN_APART)), WHOLE, st.data())
def test_broken_pictures_are_refused_or_harmless_and_never_a_fault(
    kind: str, picture: tuple[str, bytes], data: st.DataObject
) -> None:
    content = bytearray(picture[1])
    for _ in range(data.draw(st.integers(0, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    broken = bytes(content[: data.draw(st.integers(1, len(content)))])

    cleaned = _cleaned(kind, broken)

    assert cleaned is None or len(cleaned) <= len(broken) + 60
    if cleaned is not None:
        again = _cleaned(kind, cleaned)
        assert again in (None, cleaned)


LARGEST = 25 * MEGABYTE
COUNTLESS = {
    "scans": ("image/jpeg", b"\xff\xd8", b"\xff\xda\0\x02"),
    "filling": ("image/jpeg", b"\xff\xd8", b"\xff"),
    "zeros within a scan": ("image/jpeg", b"\xff\xd8\xff\xda\0\x02", b"\xff\0"),
    "pauses": ("image/jpeg", b"\xff\xd8", b"\xff\xd0"),
    "chunks of a PNG": ("image/png", b"\x89PNG\r\n\x1a\n", _chunk(b"IDAT", b"")),
    "chunks of a WebP": ("image/webp", _webp(b"\0" * LARGEST)[:12], _riff(b"ALPH", b"")),
}


@pytest.mark.thorough(keep=2)
@pytest.mark.parametrize("name", COUNTLESS)
def test_a_picture_of_countless_parts_takes_neither_long_nor_much(name: str) -> None:
    kind, begins, part = COUNTLESS[name]
    with tempfile.NamedTemporaryFile() as file, tempfile.TemporaryFile() as target:
        file.write(begins + part * (LARGEST // len(part)))
        file.flush()
        with within(megabytes=48):
            take_place_out(Path(file.name), target, kind)
