"""Whoever is erased and joins again, as often as they like, counts once in what is not over."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from indaba.contracts import digest as d
from indaba.contracts import holding, votes
from indaba.contracts import scheduling as s
from indaba.contracts.membership import EraseMe, PassportIssued
from services.scheduling.whole_meetings import begun, called
from services.town import Town
from workshop import rows, until

pytestmark = pytest.mark.asyncio(loop_scope="module")

PUPPET, TIMES = "@puppet:example.org", 3
COUNTED = {
    "answers": "SELECT count(*) FROM rsvps",
    "guests": "SELECT coalesce(sum(guests), 0) FROM rsvps",
    "register": "SELECT count(*) FROM check_ins",
    "ballots": "SELECT count(*) FROM ballots",
    "feedback": "SELECT count(*) FROM feedback",
}
Act = Callable[[Town, PassportIssued, PassportIssued], Awaitable[Any]]


async def _answer(town: Town, puppet: PassportIssued, _: PassportIssued) -> None:
    await town.ask(s.AnswerRsvp(answer=s.RsvpAnswer.YES, guests=1), puppet)


async def _come(town: Town, puppet: PassportIssued, _: PassportIssued) -> None:
    await town.ask(s.CheckIn(), puppet)


async def _vote(town: Town, puppet: PassportIssued, _: PassportIssued) -> None:
    await town.ask(votes.CastVote(option=1), puppet)


async def _judge(town: Town, puppet: PassportIssued, chair: PassportIssued) -> None:
    """With a facilitator who puts them into the register each time."""
    assert puppet.passport.member
    code = (await town.ask(s.ListMeetings(which=s.Which.PAST), chair)).meetings[0].code
    there = holding.CorrectRegister(code=code, came=(puppet.passport.member,))
    await town.ask(there, chair)
    await town.ask(d.GiveFeedback(code=code, useful=5), puppet)


async def _erased(town: Town, puppet: PassportIssued) -> None:
    begun = await town.ask(EraseMe(), puppet)
    answered = (
        f"SELECT 1 FROM ledger.journal WHERE envelope->'body'->>'erasure' = '{begun.erasure}'"
    )

    async def done() -> bool:
        return bool(await rows(town.ledgers["scheduling"], answered))

    await until(done)


async def _in_turns(town: Town, chair: PassportIssued, *acts: Act) -> dict[str, int]:
    """What is counted once they have acted, were erased and came back, several times."""
    for turn in range(TIMES):
        puppet = await town.joined(PUPPET)
        for act in acts:
            await act(town, puppet, chair)
        if turn < TIMES - 1:
            await _erased(town, puppet)
    scheduling = town.ledgers["scheduling"]
    return {name: int((await rows(scheduling, query))[0][0]) for name, query in COUNTED.items()}


async def test_before_a_meeting_they_hold_one_place(town: Town) -> None:
    chair = await town.founded()
    meeting = await called(town, chair, capacity=2)
    counted = await _in_turns(town, chair, _answer)
    assert (counted["answers"], counted["guests"]) == (1, 1)
    assert (await town.ask(s.ShowMeeting(code=meeting.code), chair)).meeting.counts.yes == 1


async def test_who_waits_has_the_place_of_whoever_is_erased(town: Town) -> None:
    chair = await town.founded()
    await called(town, chair, capacity=1)
    puppet, sipho = await town.joined(PUPPET), await town.joined("@sipho:example.org")
    for held in (puppet, sipho):
        await town.ask(s.AnswerRsvp(answer=s.RsvpAnswer.YES), held)
    assert (await town.ask(s.ShowMeeting(), sipho)).waiting == 1
    await _erased(town, puppet)
    assert (await town.ask(s.ShowMeeting(), sipho)).waiting == 0


async def test_in_a_meeting_they_have_one_vote_and_make_no_quorum(town: Town) -> None:
    chair = await town.founded()
    meeting = await begun(town, chair)
    await town.ask(votes.OpenVote(question="Chalk?", options=("Yes", "No")), chair)
    counted = await _in_turns(town, chair, _come, _vote)
    assert (counted["register"], counted["ballots"]) == (1, 1)
    counts = (await town.ask(s.ShowMeeting(code=meeting.code), chair)).meeting.counts
    assert (counts.checked_in, counts.walk_ins) == (1, TIMES - 1)
    assert (await town.ask(votes.CloseVote(), chair)).vote.tally == (1, 0)


async def test_after_a_meeting_they_are_one_of_those_who_say_how_it_was(town: Town) -> None:
    chair = await town.founded()
    await begun(town, chair)
    await town.ask(s.CloseMeeting(), chair)
    assert (await _in_turns(town, chair, _judge))["feedback"] == 1


async def test_what_was_counted_before_stays(town: Town) -> None:
    chair = await town.founded()
    meeting = await begun(town, chair)
    await town.ask(votes.OpenVote(question="Chalk?", options=("Yes", "No")), chair)
    puppet = await town.joined(PUPPET)
    for act in (_answer, _vote):
        await act(town, puppet, chair)
    await town.ask(s.CloseMeeting(), chair)
    await town.ask(d.GiveFeedback(code=meeting.code, useful=5), puppet)
    town.later(days=15)
    await _erased(town, await town.passport(PUPPET))
    scheduling = town.ledgers["scheduling"]
    for name in ("answers", "register", "ballots", "feedback"):
        assert await rows(scheduling, COUNTED[name]) == [(1,)]
