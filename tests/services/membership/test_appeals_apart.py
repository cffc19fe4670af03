"""What somebody says of their removal from one community goes to nobody in another."""

from itertools import product

import pytest

from indaba.contracts.membership import PassportIssued, Platform
from indaba.contracts.refusal import Refused
from indaba.contracts.removal import AppealRemoval, ListCases, RemoveMember
from services.membership.village import account
from services.town import Town

pytestmark = pytest.mark.asyncio(loop_scope="module")

COMMUNITIES = ("maths", "science", "history")
REMOVED_BY = (("maths", "science"), ("science", "maths"), ("maths",))
WHERE = (*COMMUNITIES, "chat")
CASES = [*product(REMOVED_BY, WHERE, ("", *COMMUNITIES))]
"""Who removed them in turn, where they appeal, and which community they name."""


def _room(name: str) -> str:
    return f"!{name}:example.org"


async def _chair(town: Town, name: str) -> PassportIssued:
    return await town.passport(account(f"chair-{name}"), _room(name))


async def _remove(town: Town, who: str, by: str) -> None:
    await town.joined(who, _room(by))
    asked = RemoveMember(platform=Platform.MATRIX, account=who, reason=f"why {by}")
    await town.ask(asked, await _chair(town, by))


async def _appeal(town: Town, who: str, where: str, named: str) -> str:
    """The code of the refusal; empty if it is taken."""
    held = await town.passport(who, _room(where), direct=where == "chat")
    platform = Platform.MATRIX
    asked = AppealRemoval(platform=platform, account=who, words=f"I am {who}", community=named)
    try:
        await town.ask(asked, held)
    except Refused as no:
        return no.told
    return ""


async def _read_by(town: Town) -> dict[str, set[str]]:
    """What is said to the facilitators of each community."""
    cases = {
        name: (await town.ask(ListCases(), await _chair(town, name))).cases for name in COMMUNITIES
    }
    return {name: {case.appeal for case in theirs} - {""} for name, theirs in cases.items()}


def _meant(by: tuple[str, ...], where: str, named: str) -> str | None:
    """The one whose facilitators are meant; `None` if that cannot be known."""
    if named or where in by:
        wanted = named or where
        return wanted if wanted in by else None
    return by[0] if len(by) == 1 else None


@pytest.mark.parametrize("case", CASES, ids=str)
async def test_an_appeal_is_read_by_those_whom_it_is_meant_for(
    town: Town, case: tuple[tuple[str, ...], str, str]
) -> None:
    by, where, named = case
    keys = {"": ""}
    for name in COMMUNITIES:
        founded = await town.founded(account(f"chair-{name}"), _room(name))
        keys[name] = founded.community.key if founded.community else ""
    sipho, meant = account("sipho"), _meant(by, where, named)
    for name in by:
        await _remove(town, sipho, name)

    refused = await _appeal(town, sipho, where, keys[named])

    assert refused == ("" if meant else "which-removal")
    wanted = {name: {f"I am {sipho}"} if name == meant else set() for name in COMMUNITIES}
    assert await _read_by(town) == wanted


async def test_after_one_appeal_the_next_is_not_taken_for_it(town: Town) -> None:
    for name in COMMUNITIES:
        await town.founded(account(f"chair-{name}"), _room(name))
    sipho = account("sipho")
    for name in ("maths", "science"):
        await _remove(town, sipho, name)
    assert await _appeal(town, sipho, "maths", "") == ""
    assert await _appeal(town, sipho, "maths", "") == "appealed-before"
    assert await _appeal(town, sipho, "chat", "") == "which-removal"
    assert (await _read_by(town))["science"] == set()
