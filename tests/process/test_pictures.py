"""Where a picture was taken is not kept, and what it shows is."""

from collections.abc import AsyncIterator
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageCms, ImageSequence
from PIL.PngImagePlugin import PngInfo

from indaba.process.file_store import FileStore
from indaba.process.pictures import PictureDamaged

SECRETS = (b"Canary", b"GPS", b"xmpmeta", b"Exif\0\0MM")
XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/">Canary GPSLatitude</x:xmpmeta>'
TURNED, OWNER, PLACE = 0x0112, 0xA430, 0x8825


def _exif(turned: int) -> Image.Exif:
    exif = Image.Exif()
    if turned:
        exif[TURNED] = turned
    exif[0x010F] = "Canary Camera"
    exif[OWNER] = "Canary Owner"
    exif.get_ifd(PLACE).update({1: "S", 2: (26.0, 12.0, 0.5), 3: "E", 4: (28.0, 2.0, 44.0)})
    return exif


def _scene(mode: str = "RGB") -> Image.Image:
    scene = Image.linear_gradient("L").resize((61, 43))
    return Image.merge("RGB", (scene, scene.rotate(180), scene)).convert(mode)


def _drawn(kind: str, turned: int = 0, mode: str = "RGB", **options: Any) -> bytes:
    """A picture as a phone would send it: the place, the owner and a profile of its colours."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    made = BytesIO()
    told: dict[str, Any] = {"exif": _exif(turned), "icc_profile": profile, **options}
    if kind == "JPEG":
        told |= {"comment": b"Canary", "xmp": XMP}
    elif kind == "WEBP":
        told |= {"xmp": XMP}
    else:
        words = PngInfo()
        words.add_text("Author", "Canary")
        words.add_text("Place", "Canary", zip=True)
        words.add_itxt("XML:com.adobe.xmp", XMP.decode())
        words.add(b"tIME", b"\x07\xea\x0b\x17\x0a\0\0")
        words.add(b"prVt", b"Canary of a maker's own")
        told |= {"pnginfo": words}
    _scene(mode).save(made, kind, **told)
    return made.getvalue()


async def _kept(folder: Path, picture: bytes) -> bytes:
    async def chunks() -> AsyncIterator[bytes]:
        for at in range(0, len(picture), 1000):
            yield picture[at : at + 1000]

    files = FileStore(folder)
    file = await files.put(chunks(), name="a")
    with files.open(file.digest) as opened:
        content = opened.read()
    assert (file.digest, file.size) == (sha256(content).hexdigest(), len(content))
    assert files.look(file.digest, "a") == file
    assert [path.name for path in folder.rglob("*") if path.is_file()] == [file.digest]
    return content


KINDS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "JPEG": ("JPEG", "RGB", {}),
    "JPEG in several scans": ("JPEG", "RGB", {"progressive": True}),
    "JPEG for print": ("JPEG", "CMYK", {}),
    "JPEG in greys with pauses": ("JPEG", "L", {"restart_marker_blocks": 2}),
    "PNG": ("PNG", "RGB", {}),
    "PNG by a palette": ("PNG", "P", {}),
    "WebP": ("WEBP", "RGB", {}),
    "WebP without loss": ("WEBP", "RGBA", {"lossless": True}),
}


@pytest.mark.parametrize("turned", [0, 1, 6, 8])
@pytest.mark.parametrize("name", KINDS)
async def test_a_picture_is_kept_without_its_place_and_looks_the_same(
    name: str, turned: int, tmp_path: Path
) -> None:
    kind, mode, options = KINDS[name]
    sent = _drawn(kind, turned, mode, **options)
    assert all(secret in sent for secret in (b"Canary", b"xmpmeta"))

    content = await _kept(tmp_path, sent)

    before, after = Image.open(BytesIO(sent)), Image.open(BytesIO(content))
    assert (after.format, after.mode, after.size) == (kind, before.mode, before.size)
    assert after.tobytes() == before.tobytes()
    assert after.info.get("icc_profile") == before.info["icc_profile"]
    assert dict(before.getexif().get_ifd(PLACE))
    assert dict(after.getexif()) == ({TURNED: turned} if turned > 1 else {})
    assert not any(secret in content for secret in SECRETS)
    assert await _kept(tmp_path, content) == content


async def test_a_picture_that_moves_goes_on_moving(tmp_path: Path) -> None:
    for kind in ("WEBP", "PNG"):
        frames = [_scene().rotate(turn) for turn in (0, 90, 180)]
        more: dict[str, Any] = {"save_all": True, "append_images": frames[1:], "duration": 100}
        sent = _drawn(kind, 0, **more)
        content = await _kept(tmp_path / kind, sent)

        seen = [
            [frame.tobytes() for frame in ImageSequence.Iterator(Image.open(BytesIO(each)))]
            for each in (sent, content)
        ]
        assert len(seen[0]) == len(more["append_images"]) + 1
        assert seen[0] == seen[1]
        assert b"Canary" not in content


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
async def test_what_a_phone_puts_behind_a_picture_is_not_kept(kind: str, tmp_path: Path) -> None:
    sent = _drawn(kind)
    behind = b"\0\0\0\x18ftypmp42 Canary film" + _drawn("JPEG")

    assert await _kept(tmp_path / "a", sent + behind) == await _kept(tmp_path / "b", sent)


async def test_a_picture_that_broke_off_within_what_it_shows_is_kept_that_far(
    tmp_path: Path,
) -> None:
    content = await _kept(tmp_path, _drawn("JPEG")[:-40])

    assert b"Canary" not in content
    assert Image.open(BytesIO(content)).size == _scene().size


@pytest.mark.parametrize(
    "picture",
    [
        _drawn("JPEG")[:300],
        _drawn("PNG")[:-500],
        _drawn("WEBP")[:-10],
        b"\xff\xd8\xff\xe1\xff\xffExif\0\0MM\0*",
        b"\x89PNG\r\n\x1a\n\xff\xff\xff\xffeXIfMM\0*",
        b"RIFF\xff\0\0\0WEBPEXIF",
    ],
)
async def test_a_broken_picture_that_may_tell_is_refused_in_words(
    picture: bytes, tmp_path: Path
) -> None:
    with pytest.raises(PictureDamaged, match=r"save it again as JPEG or PNG"):
        await _kept(tmp_path, picture)

    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"\0\0\0\x18ftypheic", "image/heif"),
        (b"\0\0\0\x18ftypmif1", "image/heif"),
        (b"\0\0\0\x18ftypavif", "image/avif"),
        (b"II*\0\x08\0\0\0", "image/tiff"),
        (b"MM\0*\0\0\0\x08", "image/tiff"),
    ],
)
async def test_other_pictures_are_known_and_stay_as_they_are(
    head: bytes, kind: str, tmp_path: Path
) -> None:
    content = head + b"Canary"

    assert await _kept(tmp_path, content) == content
    file = FileStore(tmp_path).look(sha256(content).hexdigest(), "a")
    assert file
    assert file.media_type == kind
