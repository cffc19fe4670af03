"""Whoever is removed, banned or gone in the middle of a meeting has nothing in hand any more."""

import re
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from indaba.contracts import votes as v
from indaba.contracts.holding import StartMeeting
from indaba.contracts.membership import EraseMe, Platform
from indaba.contracts.refusal import Refused
from indaba.contracts.removal import Departure, NoteDeparture, RemoveMember
from indaba.contracts.scheduling import CheckIn, ScheduleMeeting
from workshop import until

pytestmark = pytest.mark.asyncio(loop_scope="module")

LINDIWE, SIPHO = "@lindiwe:example.org", "@sipho:example.org"
ZONE = "Africa/Johannesburg"
TOLD = {
    "removed": "removed",
    "banned": "removed",
    "kicked": "left-before",
    "left": "left-before",
    "erased": "not-a-member",
}
"""What each is told when they try again."""

DOORS = ("/library", "/outcomes", "/mine")


async def _vote(lively: Any) -> Any:
    """A meeting that is on, with a vote that Sipho has voted in."""
    town = lively.town
    now = town.clock.now().astimezone(ZoneInfo(ZONE)).replace(tzinfo=None, second=0, microsecond=0)
    call = ScheduleMeeting(title="Sums", starts=now + timedelta(minutes=5), zone=ZONE, minutes=60)
    chair = await town.passport(LINDIWE)
    code = (await town.ask(call, chair)).meeting.code
    await town.ask(StartMeeting(code=code), chair)
    await town.ask(CheckIn(code=code), await town.passport(SIPHO))
    asked = v.OpenVote(question="Where?", options=("Hall", "Online"))
    vote = (await town.ask(asked, chair)).vote
    await town.ask(v.CastVote(vote=vote.id, option=1), await town.passport(SIPHO))
    return vote


async def _feed(lively: Any) -> str:
    """The secret address of Sipho's calendar, who is signed in."""
    made = await lively.browser.post(f"/c/{lively.key}/mine", data={"do": "make"})
    found = re.search(r"/c/[^\s\"<]+?/mine/([^\s\"<]+?)\.ics", made.text)
    assert found, made.text
    return f"/mine/{found[1]}.ics"


async def _goes(lively: Any, how: str) -> None:
    town = lively.town
    if how == "removed":
        asked = RemoveMember(platform=Platform.MATRIX, account=SIPHO, reason="spam")
        await town.ask(asked, await town.passport(LINDIWE))
        return
    if how == "erased":
        await town.ask(EraseMe(), await town.passport(SIPHO))
        return
    home = lively.facilitator.passport.community
    departed = NoteDeparture(
        platform=Platform.MATRIX, account=SIPHO, community=home, how=Departure(how), by=LINDIWE
    )
    await town.ask(departed, await town.passport("", community=home))


@pytest.mark.parametrize("how", ["removed", "banned", "kicked", "left", "erased"])
async def test_nothing_opens_any_more_and_only_the_vote_that_was_cast_counts(
    lively: Any, how: str
) -> None:
    town = lively.town
    await town.joined(SIPHO)
    vote = await _vote(lively)
    await lively.sign_in(SIPHO)
    feed, link = await _feed(lively), await lively.link(SIPHO)
    assert (await lively.get(feed)).status_code == 200
    assert (await lively.get("/mine")).status_code == 200
    await _goes(lively, how)

    async def ended() -> bool:
        told = (await lively.get(feed)).text.splitlines()
        titles = [line for line in told if line.startswith("SUMMARY")]
        return titles == ["SUMMARY:This calendar has ended"]

    await until(ended, 5)
    for door in DOORS:
        page = (await lively.get(door)).text
        assert "Sign out" not in page
    assert (await lively.get("/mine")).status_code == 403
    assert (await lively.browser.post(link)).status_code == 410
    with pytest.raises(Refused) as no:
        await town.ask(v.CastVote(vote=vote.id, option=2), await town.passport(SIPHO))
    assert no.value.told == TOLD[how]
    if how != "erased":
        shown = await town.ask(v.ShowVote(vote=vote.id), await town.passport(LINDIWE))
        assert shown.vote.tally == (1, 0)
