"""What pages suggest to type is typed so where the community lives."""

from typing import Any
from uuid import uuid4

import pytest

from indaba.contracts.linking import AddPlace, IssueRoomCode, RemovePlace
from indaba.contracts.membership import (
    CONSENT_VERSION,
    FoundCommunity,
    IssueSignIn,
    Place,
    Platform,
)
from indaba.contracts.openness import Part
from indaba.contracts.publishing import Publish
from indaba.contracts.scheduling import ScheduleMeeting
from services.portal.outline import Outline
from workshop import until

pytestmark = pytest.mark.asyncio(loop_scope="module")

PAGES = ("", "/library", "/outcomes", "/mine", "/meetings/{code}", "/library/{code}")
ON_DISCORD = "/meeting yes code:"
ON_MATRIX = "!cop yes "


@pytest.fixture
def there(platform: Platform) -> Place:
    return Place(platform=platform, room=f"{uuid4().int % 10**18}")


async def _founded(lively: Any, there: Place) -> Any:
    account = "@lindiwe:example.org" if there.platform is Platform.MATRIX else str(uuid4().int)[:18]
    founding = FoundCommunity(
        name="Readers",
        purpose="Read together",
        language="English",
        zone="Africa/Johannesburg",
        place=there,
        posts_in=there,
        account=account,
        has_power=True,
        adult=True,
        consent_version=CONSENT_VERSION,
    )
    held = await lively.town.ask(founding)
    await lively.town.ask(Publish(parts=frozenset({Part.PAGE, Part.CALENDAR})), held)
    starts = lively.town.clock.now().replace(tzinfo=None, microsecond=0)
    starts = starts.replace(year=starts.year + 1, day=1)
    called = await lively.town.ask(
        ScheduleMeeting(title="Fractions", starts=starts, zone="Africa/Johannesburg"), held
    )
    key, code = held.community.key, called.meeting.code

    async def shown() -> bool:
        return code in (await lively.browser.get(f"/c/{key}")).text

    await until(shown)
    return held, key, code


async def _everything(lively: Any, key: str, code: str) -> str:
    answers = [await lively.browser.get(f"/c/{key}{page.format(code=code)}") for page in PAGES]
    feed = await lively.browser.get(f"/c/{key}/calendar.ics")
    pages = [Outline(answer.text).sentence for answer in answers]
    return "\n".join([*pages, feed.text.replace("\r\n ", "").replace("\\,", ",")])


@pytest.mark.parametrize(
    ("platform", "typed", "not_typed"),
    [
        (Platform.DISCORD, ON_DISCORD, ["!cop", "on Matrix"]),
        (Platform.MATRIX, ON_MATRIX, ["/meeting yes", "on Discord"]),
    ],
)
async def test_pages_of_a_community_on_one_platform_name_no_other(
    lively: Any, there: Place, typed: str, not_typed: list[str]
) -> None:
    _, key, code = await _founded(lively, there)

    found = await _everything(lively, key, code)

    assert f"{typed}{code}" in found
    assert [words for words in not_typed if words in found] == []


@pytest.mark.parametrize(
    ("platform", "join", "sign_in"),
    [
        (Platform.DISCORD, "/cop join", "/me sign-in"),
        (Platform.MATRIX, "!cop join", "me sign-in"),
    ],
)
async def test_guests_are_told_how_to_join_and_to_sign_in(
    lively: Any, there: Place, join: str, sign_in: str
) -> None:
    held, key, _ = await _founded(lively, there)
    guest = Outline((await lively.browser.get(f"/c/{key}")).text).sentence
    link = await lively.town.ask(IssueSignIn(), held)
    await lively.browser.post(f"/sign-in/{link.secret}")
    member = Outline((await lively.browser.get(f"/c/{key}")).text).sentence

    how = f"To join, type {join} in the community’s room. Members sign in here: type {sign_in} in"
    assert how in guest
    assert "To join" not in member


@pytest.mark.parametrize("platform", [Platform.MATRIX])
async def test_pages_follow_rooms_that_join_and_leave(lively: Any, there: Place) -> None:
    held, key, code = await _founded(lively, there)
    other = Place(platform=Platform.DISCORD, room=str(uuid4().int)[:18])
    issued = await lively.town.ask(IssueRoomCode(), held)
    joining = AddPlace(code=issued.code, place=other, account="@x", has_power=True)
    await lively.town.ask(joining)

    async def says(*words: str) -> bool:
        found = Outline((await lively.browser.get(f"/c/{key}")).text).sentence
        return all(word in found for word in words)

    async def on_both() -> bool:
        return await says(f"{ON_DISCORD}{code} on Discord", f"{ON_MATRIX}{code} on Matrix")

    async def on_one() -> bool:
        return await says(f"{ON_MATRIX}{code}") and not await says("on Discord")

    await until(on_both)
    await lively.town.ask(RemovePlace(place=other), held)
    await until(on_one)
