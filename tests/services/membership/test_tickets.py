"""A ticket goes on in the place of a code, for whoever was shown it, there, and for nobody else."""

import base64
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from dumps import dumped, where
from indaba.contracts.linking import (
    AddPlace,
    EndOverheard,
    IssueLinkCode,
    IssueRoomCode,
    ProposeLink,
    ShowLinkCode,
    ShowRoomCode,
)
from indaba.contracts.membership import PassportIssued, Place, Platform
from indaba.contracts.wire import Request
from services.membership.test_linking import refused
from services.town import Town

pytestmark = pytest.mark.asyncio(loop_scope="module")

HERE = Place(platform=Platform.DISCORD, room="900", house="800")
ELSEWHERE = HERE.model_copy(update={"room": "901"})
ON_MATRIX = Place(platform=Platform.MATRIX, room="900")
Shown = tuple[str, str]
Make = Callable[[str], Request[Any]]


async def _link(town: Town, held: PassportIssued) -> Shown:
    code = (await town.ask(IssueLinkCode(), held)).code
    asked = ShowLinkCode(platform=Platform.DISCORD, account="1", code=code)
    return code, (await town.ask(asked)).ticket


async def _room(town: Town, held: PassportIssued) -> Shown:
    code = (await town.ask(IssueRoomCode(), held)).code
    asked = ShowRoomCode(platform=HERE.platform, account="1", code=code, has_power=True, place=HERE)
    return code, (await town.ask(asked)).ticket


def _going_on(place: Place, account: str = "1") -> Make:
    return lambda ticket: AddPlace(place=place, account=account, ticket=ticket, has_power=True)


def _becoming(platform: Platform, account: str = "1") -> Make:
    return lambda ticket: ProposeLink(platform=platform, account=account, ticket=ticket)


SHOWS: dict[str, Callable[[Town, PassportIssued], Awaitable[Shown]]] = {
    "link": _link,
    "room": _room,
}
GOES_ON: dict[str, Make] = {"link": _becoming(Platform.DISCORD), "room": _going_on(HERE)}
NOT_THEIRS: list[tuple[str, Make]] = [
    ("link", _becoming(Platform.DISCORD, "2")),
    ("link", _becoming(Platform.MATRIX)),
    ("link", _going_on(HERE)),
    ("room", _going_on(HERE, "2")),
    ("room", _going_on(ELSEWHERE)),
    ("room", _going_on(ON_MATRIX)),
    ("room", _becoming(Platform.DISCORD)),
]


@pytest.mark.parametrize("kind", SHOWS)
async def test_a_ticket_goes_on_where_it_was_given_and_once(town: Town, kind: str) -> None:
    code, ticket = await SHOWS[kind](town, await town.founded())
    await town.ask(GOES_ON[kind](ticket))
    assert await refused(town.ask(GOES_ON[kind](ticket))) == "code-wrong"
    end = EndOverheard(codes=(code,))
    assert not (await town.ask(end)).ended, "the code is spent"


@pytest.mark.parametrize(("kind", "other"), NOT_THEIRS)
async def test_it_opens_nothing_for_anybody_else_or_elsewhere(
    town: Town, kind: str, other: Make
) -> None:
    _, ticket = await SHOWS[kind](town, await town.founded())
    assert await refused(town.ask(other(ticket))) == "code-wrong"
    await town.ask(GOES_ON[kind](ticket))


@pytest.mark.parametrize("kind", SHOWS)
@pytest.mark.parametrize("after", ["ended", "late", "changed", "made up", "none"])
async def test_it_is_worth_no_more_than_its_code(town: Town, kind: str, after: str) -> None:
    code, ticket = await SHOWS[kind](town, await town.founded())
    match after:
        case "ended":
            await town.ask(EndOverheard(codes=(code,)))
        case "late":
            town.later(minutes=11)
        case "changed":
            ticket = ("A" if ticket[40] != "A" else "B").join((ticket[:40], ticket[41:]))
        case "made up":
            ticket = "not one of yours at all é"
        case "none":
            ticket = ""
    assert await refused(town.ask(GOES_ON[kind](ticket))) == "code-wrong"


@pytest.mark.parametrize("kind", SHOWS)
async def test_wrong_tickets_count_as_wrong_codes_do(town: Town, kind: str) -> None:
    _, ticket = await SHOWS[kind](town, await town.founded())
    for _ in range(5):
        assert await refused(town.ask(GOES_ON[kind]("AAAA"))) == "code-wrong"
    assert await refused(town.ask(GOES_ON[kind](ticket))) == "too-many-tries"


@pytest.mark.parametrize("kind", SHOWS)
async def test_no_code_is_read_from_it_and_no_database_holds_one(town: Town, kind: str) -> None:
    code, ticket = await SHOWS[kind](town, await town.founded())
    assert code not in ticket
    assert code.encode() not in base64.urlsafe_b64decode(ticket)
    assert where(await dumped(town.ledgers.values()), code) == set()


async def test_a_face_of_an_older_release_is_given_none_for_no_room(town: Town) -> None:
    held = await town.founded()
    code = (await town.ask(IssueRoomCode(), held)).code
    old = ShowRoomCode(platform=HERE.platform, account="1", code=code, has_power=True)
    assert (await town.ask(old)).ticket == ""
    await town.ask(AddPlace(place=HERE, account="1", code=code, has_power=True))
