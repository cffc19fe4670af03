"""What may give somebody away is taken out, or asked about, before it is kept."""

from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from bots.test_saving_on_matrix import Circle, _reply, _upload, circle, place, town
from indaba.contracts.library import StoredFile

__all__ = ["circle", "place", "town"]
pytestmark = pytest.mark.asyncio(loop_scope="module")


async def _sends(circle: Circle, content: bytes, name: str) -> dict[str, Any]:
    """Sipho sends a file, and Thandi saves it by a reply; gives the answer."""
    address = await _upload(circle.town, circle.sipho, content)
    file = {"msgtype": "m.file", "body": name, "url": address}
    message = await circle.sipho.send(circle.room, "m.room.message", file)
    asked = await circle.thandi.say(circle.room, "!cop save", **_reply(message))
    return await circle.town.answer(circle.thandi, circle.room, asked)


async def _only_file(circle: Circle) -> StoredFile:
    [resource] = await circle.found()
    assert resource.file
    return resource.file


async def test_a_photo_is_kept_without_where_it_was_taken(circle: Circle) -> None:
    exif = Image.Exif()
    exif.get_ifd(0x8825).update({1: "S", 2: (26.0, 12.0, 0.5)})
    photo = BytesIO()
    Image.linear_gradient("L").save(photo, "JPEG", exif=exif)
    assert Image.open(photo).getexif().get_ifd(0x8825)

    answer = await _sends(circle, photo.getvalue(), "wall chart.jpg")

    assert "Saved as R" in answer["content"]["body"]
    file = await _only_file(circle)
    with circle.town.files.open(file.digest) as opened:
        picture = Image.open(opened)
        assert dict(picture.getexif()) == {}
        assert picture.tobytes() == Image.open(photo).tobytes()


async def test_a_picture_that_cannot_be_cleaned_is_asked_about_first(circle: Circle) -> None:
    content = b"\0\0\0\x18ftypheic Exif\0\0MM\0*"
    answer = await _sends(circle, content, "wall chart.heic")

    assert "may say where it was taken" in answer["content"]["body"]
    assert await circle.found() == []
    assert "Saved as R" in await circle.picks(circle.thandi, answer["event_id"], "✅")
    assert (await _only_file(circle)).media_type == "image/heif"
