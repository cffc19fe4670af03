"""The file store: communities' files, each stored once under the SHA-256 of its bytes."""

import asyncio
import codecs
import hashlib
import os
import shutil
import tempfile
import unicodedata
import zipfile
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from indaba.contracts.library import MOST_BYTES, StoredFile
from indaba.contracts.refusal import Refusal
from indaba.process.pictures import TAKEN_APART, take_place_out
from indaba.process.world import RealWorld, World

LONGEST_NAME = 120
LONGEST_SUFFIX = 12
NAMELESS = "file"
_LOOKED_AT = 4096
_LONGEST_LIST = 1 << 20
_ZIP_END = (1 << 16) + 22 + 20
"""The last bytes of an archive that may hold its end: a comment, the end, and a mark before it."""

_DIGEST_LETTERS = frozenset("0123456789abcdef")
_JOINERS = "\u200c\u200d"
_OFFICE = {
    "word/": "vnd.openxmlformats-officedocument.wordprocessingml.document",
    "ppt/": "vnd.openxmlformats-officedocument.presentationml.presentation",
    "xl/": "vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_DECLARED = ("application/vnd.oasis.opendocument.", "application/epub+zip")
_BEGINNINGS = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"OggS", "audio/ogg"),
    (b"ID3", "audio/mpeg"),
    (b"\xff\xfb", "audio/mpeg"),
    (b"\xff\xf3", "audio/mpeg"),
    (b"fLaC", "audio/flac"),
    (b"\x1aE\xdf\xa3", "video/webm"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"{\\rtf", "application/rtf"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
)
_BRANDS = {
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1"), "image/heif"),
    **dict.fromkeys((b"avif", b"avis"), "image/avif"),
    b"M4A ": "audio/mp4",
}
_RIFF = {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}


class TooLarge(Refusal):
    """A file is larger than allowed."""

    code = "file-too-large"

    def __init__(self, most: int) -> None:
        megabytes = most // (1024 * 1024)
        cap = f"{megabytes} MB" if megabytes else f"{most} bytes"
        super().__init__(
            f"The file is larger than {cap}, the most I keep. "
            "Put it somewhere on the web and save a link to it instead.",
            most=most,
        )


class FileStore:
    """Files by content. Several processes may share a folder; a half-written file is never seen."""

    def __init__(self, folder: Path, world: World | None = None) -> None:
        self.folder = folder
        self._world = world or RealWorld()

    async def put(
        self, chunks: AsyncIterator[bytes], *, name: str, most: int = MOST_BYTES
    ) -> StoredFile:
        """Store the bytes and return the file's facts. Equal bytes are one file.

        Where a picture was taken is left out: the digest is of what is kept. A file that no
        resource refers to is swept by the library after a day. Raises `PictureDamaged`, or
        `TooLarge` at the first byte too many; nothing is stored then.
        """
        incoming = self.folder / "incoming"
        file, path = await asyncio.to_thread(_begin, incoming)
        try:
            digest, size = await _pour(chunks, file, most)
            file.close()
            kind = await asyncio.to_thread(media_type, path)
            if kind in TAKEN_APART:
                digest, size = await asyncio.to_thread(_without_place, path, kind)
            await asyncio.to_thread(self._settle, path, digest)
        except BaseException:
            file.close()
            path.unlink(missing_ok=True)
            raise
        return StoredFile(digest=digest, size=size, media_type=kind, name=clean_name(name))

    def path(self, digest: str) -> Path:
        """The path of a file, stored or not. Raises `ValueError` if `digest` is not one."""
        if len(digest) != hashlib.sha256().digest_size * 2 or not _DIGEST_LETTERS.issuperset(
            digest
        ):
            raise ValueError(digest)
        return self.folder / digest[:2] / digest

    def has(self, digest: str) -> bool:
        """Whether the file is stored."""
        return self.path(digest).is_file()

    def disk_share(self) -> int:
        """How full the disk is that files are kept on, in hundredths."""
        there = next(
            each for each in (self.folder, *self.folder.absolute().parents) if each.exists()
        )
        disk = shutil.disk_usage(there)
        return 100 * disk.used // (disk.used + disk.free)

    def open(self, digest: str) -> BinaryIO:
        """Read a file. Raises `FileNotFoundError`."""
        return self.path(digest).open("rb")

    def look(self, digest: str, name: str) -> StoredFile | None:
        """A file's facts, found by looking inside it; `None` if it is not stored."""
        path = self.path(digest)
        try:
            size = path.stat().st_size
            kind = media_type(path)
        except FileNotFoundError:
            return None
        return StoredFile(digest=digest, size=size, media_type=kind, name=clean_name(name))

    def put_at(self, digest: str) -> float:
        """When the file was last stored, in seconds since 1970; 0 if it is not stored."""
        try:
            return self.path(digest).stat().st_mtime
        except FileNotFoundError:
            return 0.0

    def remove(self, digest: str) -> None:
        """Delete a file. Idempotent."""
        self.path(digest).unlink(missing_ok=True)

    def older_than(self, instant: datetime) -> Iterator[str]:
        """Digests of files stored earlier than that; half-written ones are deleted."""
        before = instant.timestamp()
        for path in self.folder.glob("*/*"):
            with suppress(FileNotFoundError):
                if path.stat().st_mtime >= before:
                    continue
                if path.parent.name == "incoming":
                    path.unlink()
                elif self.path(path.name) == path:
                    yield path.name

    def _settle(self, path: Path, digest: str) -> None:
        """Move it under its digest, synced to disk; an existing file gets the present time."""
        _sync(path)
        there = self.path(digest)
        there.parent.mkdir(mode=0o700, exist_ok=True)
        # What is swept by the world's clock is dated by it.
        put_at = self._world.now().timestamp()
        os.utime(path, (put_at, put_at))
        path.replace(there)
        _sync(there.parent)


def clean_name(name: str) -> str:
    """What the sender called a file, safe to show: no path, nothing invisible, no leading dots."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rstrip("/ ").rsplit("/", 1)[-1]
    seen = "".join(
        letter
        for letter in last
        if letter in _JOINERS or unicodedata.category(letter) not in {"Cc", "Cf", "Cs", "Zl", "Zp"}
    )
    tidy = " ".join("".join("-" if c in '<>:"|?*' else c for c in seen).split()).strip(". ")
    if len(tidy) <= LONGEST_NAME:
        return tidy or NAMELESS
    stem, dot, suffix = tidy.rpartition(".")
    if not dot or len(suffix) > LONGEST_SUFFIX:
        return tidy[:LONGEST_NAME].rstrip()
    return f"{stem[: LONGEST_NAME - len(suffix) - 1].rstrip()}.{suffix}"


def media_type(path: Path) -> str:
    """What a file is, by its content alone; `application/octet-stream` if that says nothing."""
    with path.open("rb") as file:
        head = file.read(_LOOKED_AT)
    for beginning, kind in _BEGINNINGS:
        if head.startswith(beginning):
            return kind
    if head.startswith(b"RIFF"):
        return _RIFF.get(head[8:12], "application/octet-stream")
    if head[4:8] == b"ftyp":
        return _BRANDS.get(head[8:12], "video/mp4")
    if head.startswith(b"PK\x03\x04"):
        return _in_zip(path)
    return "text/plain" if _is_text(head) else "application/octet-stream"


def _in_zip(path: Path) -> str:
    """Office documents are archives that say what they are. Nothing in them is unpacked."""
    try:
        if not _is_small_list(path):
            return "application/zip"
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            if names and names[0] == "mimetype":
                return _declared(archive)
    except (zipfile.BadZipFile, ValueError, NotImplementedError, RuntimeError, EOFError, OSError):
        return "application/zip"
    if "[Content_Types].xml" in names:
        for part, kind in _OFFICE.items():
            if any(name.startswith(part) for name in names):
                return f"application/{kind}"
    return "application/zip"


def _declared(archive: zipfile.ZipFile) -> str:
    """What the first entry says. It must be uncompressed: a few bytes may become gigabytes.

    Both OpenDocument and EPUB demand that it does.
    """
    if archive.getinfo("mimetype").compress_type != zipfile.ZIP_STORED:
        return "application/zip"
    with archive.open("mimetype") as file:
        declared = file.read(100).decode("ascii", "replace").strip()
    return declared if declared.startswith(_DECLARED) else "application/zip"


def _is_small_list(path: Path) -> bool:
    """Whether an archive's list of entries is one that a document may have.

    Python reads the list as a whole, and makes about ten times its size of it.
    """
    with path.open("rb") as file:
        file.seek(0, os.SEEK_END)
        file.seek(-min(file.tell(), _ZIP_END), os.SEEK_END)
        end = file.read()
    place = end.rfind(b"PK\x05\x06")
    if place < 0 or b"PK\x06\x07" in end:
        return False
    size = int.from_bytes(end[place + 12 : place + 16], "little")
    return size <= _LONGEST_LIST


def _is_text(head: bytes) -> bool:
    if not head or any(byte < ord(" ") and byte not in b"\t\n\r\f\x1b" for byte in head):
        return False
    # A letter of several bytes may be cut in two at the end of what was looked at.
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        decoder.decode(head, final=len(head) < _LOOKED_AT)
    except UnicodeDecodeError:
        return False
    return True


def _begin(incoming: Path) -> tuple[BinaryIO, Path]:
    incoming.mkdir(mode=0o700, parents=True, exist_ok=True)
    number, name = tempfile.mkstemp(dir=incoming)
    return os.fdopen(number, "wb"), Path(name)


async def _pour(chunks: AsyncIterator[bytes], file: BinaryIO, most: int) -> tuple[str, int]:
    seen, size = hashlib.sha256(), 0
    async for chunk in chunks:
        size += len(chunk)
        if size > most:
            raise TooLarge(most)
        seen.update(chunk)
        await asyncio.to_thread(file.write, chunk)
    return seen.hexdigest(), size


def _without_place(path: Path, kind: str) -> tuple[str, int]:
    """Put the picture without its place where it stands; gives its digest and size."""
    cleaned, beside = _begin(path.parent)
    try:
        with cleaned:
            take_place_out(path, cleaned, kind)
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest(), file.tell()


def _sync(path: Path) -> None:
    """Of a file or of a folder."""
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
