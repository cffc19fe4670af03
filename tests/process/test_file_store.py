import asyncio
import os
import signal
import subprocess
import sys
import unicodedata
import zipfile
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clock import TestWorld
from indaba.process.file_store import FileStore, TooLarge, clean_name

WORLD = TestWorld()


def _yesterday() -> datetime:
    return WORLD.now() - timedelta(days=1)


async def _bytes(*chunks: bytes) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


def _files(files: FileStore) -> list[str]:
    return sorted(path.name for path in files.folder.rglob("*") if path.is_file())


async def test_a_file_lies_under_its_digest_and_the_same_bytes_lie_there_once(
    tmp_path: Path,
) -> None:
    files = FileStore(tmp_path / "new" / "files")
    first = await files.put(_bytes(b"Hal", b"ves"), name="a.txt")
    again = await files.put(_bytes(b"H", b"alves"), name="b.txt")

    assert first.digest == again.digest == sha256(b"Halves").hexdigest()
    assert (first.size, first.name, again.name) == (6, "a.txt", "b.txt")
    assert _files(files) == [first.digest]
    with files.open(first.digest) as file:
        assert file.read() == b"Halves"
    files.remove(first.digest)
    files.remove(first.digest)
    assert (files.has(first.digest), files.look(first.digest, "a")) == (False, None)


async def test_a_file_with_a_byte_too_many_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    files = FileStore(tmp_path, WORLD)
    poured = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal poured
        while True:
            poured += 1
            yield b"x" * 1000

    with pytest.raises(TooLarge) as refused:
        await files.put(endless(), name="big", most=10_000)

    assert (_files(files), poured) == ([], 11)
    assert "larger than" in refused.value.words
    assert (await files.put(_bytes(b"x" * 10_000), name="fits", most=10_000)).size == 10_000


async def test_a_sender_who_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    files = FileStore(tmp_path, WORLD)

    async def broken() -> AsyncIterator[bytes]:
        yield b"half"
        raise ConnectionError

    async def waiting() -> AsyncIterator[bytes]:
        yield b"half"
        await asyncio.sleep(60)

    with pytest.raises(ConnectionError):
        await files.put(broken(), name="a")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await files.put(waiting(), name="a")

    assert _files(files) == []


def test_who_is_killed_while_writing_leaves_nothing_half(tmp_path: Path) -> None:
    program = (
        "import asyncio, sys; from pathlib import Path\n"
        "from indaba.process.file_store import FileStore\n"
        "async def slow():\n"
        "    yield b'x' * 100000\n"
        "    print('half', flush=True)\n"
        "    await asyncio.sleep(60)\n"
        "asyncio.run(FileStore(Path(sys.argv[1])).put(slow(), name='a'))\n"
    )
    writer = subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert writer.stdout
    assert writer.stdout.readline() == "half\n"
    writer.send_signal(signal.SIGKILL)
    writer.wait()
    writer.stdout.close()
    files = FileStore(tmp_path, WORLD)

    left = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert [path.parent.name for path in left] == ["incoming"]
    now = WORLD.now().timestamp()
    os.utime(left[0], (now, now))
    assert list(files.older_than(_yesterday())) == []
    os.utime(left[0], (0, 0))
    assert list(files.older_than(_yesterday())) == []
    assert _files(files) == []


async def test_what_was_put_here_again_is_young(tmp_path: Path) -> None:
    files = FileStore(tmp_path, WORLD)
    file = await files.put(_bytes(b"old"), name="a")
    os.utime(files.path(file.digest), (0, 0))
    (tmp_path / "notes.txt").write_text("not ours")
    before = list(files.older_than(_yesterday()))

    await files.put(_bytes(b"old"), name="a")

    assert before == [file.digest]
    assert list(files.older_than(_yesterday())) == []
    assert files.put_at(file.digest) == pytest.approx(WORLD.now().timestamp(), abs=60)


@pytest.mark.parametrize("digest", ["", "a", "../../etc/passwd", "A" * 64, "g" * 64, "/" * 64])
def test_what_is_no_digest_leads_nowhere(tmp_path: Path, digest: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        FileStore(tmp_path).has(digest)


def _zip(*names: str, first: str = "") -> bytes:
    whole = BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        if first:
            archive.writestr("mimetype", first)
        for name in names:
            archive.writestr(name, "x")
    return whole.getvalue()


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"%PDF-1.7", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"GIF89a", "image/gif"),
        (b"RIFF\0\0\0\0WEBP", "image/webp"),
        (b"\0\0\0\x20ftypisom", "video/mp4"),
        (b"\0\0\0\x20ftypM4A ", "audio/mp4"),
        (b"ID3\x04", "audio/mpeg"),
        (b"OggS", "audio/ogg"),
        (_zip("[Content_Types].xml", "word/document.xml"), "officedocument.wordprocessing"),
        (_zip("[Content_Types].xml", "ppt/a.xml"), "officedocument.presentation"),
        (_zip("[Content_Types].xml", "xl/a.xml"), "officedocument.spreadsheet"),
        (_zip("a", first="application/vnd.oasis.opendocument.text"), "opendocument.text"),
        (_zip("a", first="text/html"), "application/zip"),
        (_zip("a"), "application/zip"),
        (b"PK\x03\x04 broken", "application/zip"),
        ("Gesels lekker, né".encode(), "text/plain"),
        (b"<script>alert(1)</script>", "text/plain"),
        (b"MZ\x90\0", "application/octet-stream"),
        (b"\x7fELF\x02", "application/octet-stream"),
        (b"\xff\xfe\xfd", "application/octet-stream"),
        (b"", "application/octet-stream"),
    ],
)
async def test_a_file_is_what_it_holds_whatever_its_name_says(
    tmp_path: Path, content: bytes, kind: str
) -> None:
    shelved = await FileStore(tmp_path).put(_bytes(content), name="lie.png")

    assert kind in shelved.media_type


async def test_text_cut_within_a_letter_is_still_text(tmp_path: Path) -> None:
    shelved = await FileStore(tmp_path).put(_bytes(b"x" * 4095 + "é".encode() * 10), name="a")

    assert shelved.media_type == "text/plain"


@pytest.mark.parametrize(
    ("called", "name"),
    [
        ("plan.pdf", "plan.pdf"),
        ("/etc/passwd", "passwd"),
        ("..\\..\\windows\\system.ini", "system.ini"),
        ("../..", "file"),
        ("...hidden", "hidden"),
        ("", "file"),
        ("a\0b\n.txt", "ab.txt"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("  many   spaces .txt ", "many spaces .txt"),
        ('con<>:"|?*.txt', "con-------.txt"),
        ("é" * 300 + ".pdf", "é" * 116 + ".pdf"),
        ("a." + "b" * 300, "a." + "b" * 118),
        ("Ukufunda 👩‍🏫.docx", "Ukufunda 👩‍🏫.docx"),
    ],
)
def test_a_hostile_name_is_made_safe(called: str, name: str) -> None:
    assert clean_name(called) == name


@given(st.text(max_size=400))
def test_no_name_leads_out_of_a_folder_or_hides_anything(called: str) -> None:
    name = clean_name(called)

    assert 0 < len(name) <= 120
    assert not set(name) & set("/\\\0\n\r\u202e")
    assert not name.startswith(".")
    assert not any(unicodedata.category(letter) in {"Cc", "Cs"} for letter in name)
    assert clean_name(name) == name
