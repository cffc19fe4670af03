"""What may give somebody away is taken out, or asked about, before it is kept."""

from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

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


LOT = "9f86d081884c7d659a2feaa0c55ad015"
LINK = f"https://storage.example/plan.pdf?v=2&access_token={LOT}"


async def _asked_about(circle: Circle, line: str) -> dict[str, Any]:
    asked = await circle.thandi.say(circle.room, line)
    answer = await circle.town.answer(circle.thandi, circle.room, asked)
    body = answer["content"]["body"]
    assert "access_token" in body
    assert "I have not kept it yet" in body
    assert LOT not in str(answer)
    return answer


async def test_a_link_with_a_key_is_saved_without_it_or_as_it_is_or_not(circle: Circle) -> None:
    answer = await _asked_about(circle, f"!cop save {LINK} It worked")
    assert await circle.found() == []
    stopped = await circle.picks(circle.thandi, answer["event_id"], "❌")
    assert "nothing has changed" in stopped
    assert await circle.found() == []

    answer = await _asked_about(circle, f"!cop save {LINK} It worked")
    assert "Saved as R" in await circle.picks(circle.thandi, answer["event_id"], "✅")
    [resource] = await circle.found()
    assert resource.link == "https://storage.example/plan.pdf?v=2"
    assert resource.why == "It worked"

    answer = await _asked_about(circle, f"!cop save {LINK}")
    assert "Saved as R" in await circle.picks(circle.thandi, answer["event_id"], "⚠️")
    assert LINK in [each.link for each in await circle.found()]


# Another way to the question that the test before it asks.
@pytest.mark.thorough
async def test_a_key_in_a_correction_or_in_a_saved_message_is_asked_about(circle: Circle) -> None:
    saved = await circle.types(circle.thandi, "!cop save https://example.org/fractions")
    code = saved.split("Saved as ")[1].split(":")[0]
    answer = await _asked_about(circle, f"!cop resource edit {code}\nwhy: copy of {LINK}")
    await circle.picks(circle.thandi, answer["event_id"], "✅")
    [resource] = await circle.found()
    assert resource.why == "copy of https://storage.example/plan.pdf?v=2"

    words = await circle.sipho.say(circle.room, f"the plan is at {LINK}")
    reply = await circle.thandi.say(circle.room, "!cop save", **_reply(words))
    answer = await circle.town.answer(circle.thandi, circle.room, reply)
    assert LOT not in str(answer)
    told = await circle.picks(circle.thandi, answer["event_id"], "✅")
    assert told.startswith(circle.sipho.account)
    assert "your message was saved" in told
    [quoted] = [each for each in await circle.found() if each.quote]
    assert quoted.quote
    assert quoted.quote.text == "the plan is at https://storage.example/plan.pdf?v=2"


async def test_a_file_that_may_name_somebody_is_kept_under_another_name_if_wanted(
    circle: Circle,
) -> None:
    answer = await _sends(circle, b"%PDF-1.7 marks", "Report - Sipho Dlamini.pdf")
    assert "may name somebody: Sipho Dlamini" in answer["content"]["body"]
    assert await circle.found() == []
    assert "Saved as R" in await circle.picks(circle.thandi, answer["event_id"], "✏️")
    zone = ZoneInfo("Africa/Johannesburg")
    day = circle.town.clock.now().astimezone(zone).date()
    assert (await _only_file(circle)).name == f"document {day.isoformat()}.pdf"

    answer = await _sends(circle, b"%PDF-1.7 other marks", "Report - Sipho Dlamini.pdf")
    assert "Saved as R" in await circle.picks(circle.thandi, answer["event_id"], "✅")
    names = [each.file.name for each in await circle.found() if each.file]
    assert "Report - Sipho Dlamini.pdf" in names
