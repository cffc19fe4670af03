"""Many people answer at once: everybody is counted, nobody passes anybody."""

import asyncio
from datetime import timedelta

import pytest

from indaba.contracts.scheduling import (
    AnswerRsvp,
    ChangeMeeting,
    RsvpAnswer,
    ScheduleMeeting,
    ShowMeeting,
)
from services.town import Town

pytestmark = pytest.mark.asyncio(loop_scope="module")

PEOPLE, PLACES = 50, 30


# All fifty are at it at once in each round; more rounds are more of the same.
@pytest.mark.parametrize("rounds", [2, pytest.param(10, marks=pytest.mark.thorough)])
async def test_hundreds_of_answers_at_once_are_all_counted_and_places_never_overbooked(
    town: Town, rounds: int
) -> None:
    lindiwe = await town.founded()
    starts = (town.clock.now()).replace(tzinfo=None, second=0, microsecond=0)
    meeting = (
        await town.ask(
            ScheduleMeeting(
                title="Fractions",
                starts=starts + timedelta(days=365),
                zone="Africa/Johannesburg",
                capacity=PLACES,
            ),
            lindiwe,
        )
    ).meeting
    people = [await town.joined(f"@p{n}:example.org") for n in range(PEOPLE)]

    async def answers(number: int) -> None:
        said = RsvpAnswer.YES
        for turn in range(rounds):
            last = turn == rounds - 1
            said = RsvpAnswer.YES if last else (RsvpAnswer.NO, RsvpAnswer.MAYBE)[turn % 2]
            await town.ask(AnswerRsvp(code=meeting.code, answer=said), people[number])

    await asyncio.gather(*(answers(number) for number in range(PEOPLE)))
    counts = (await town.ask(ShowMeeting(code=meeting.code), lindiwe)).meeting.counts
    assert (counts.yes, counts.waiting, counts.maybe, counts.no) == (30, 20, 0, 0)

    waiting = [
        (await town.ask(ShowMeeting(code=meeting.code), person)).waiting for person in people
    ]
    assert sorted(place for place in waiting if place) == list(range(1, 21))
    await town.ask(ChangeMeeting(code=meeting.code, capacity=0), lindiwe)
    counts = (await town.ask(ShowMeeting(code=meeting.code), lindiwe)).meeting.counts
    assert (counts.yes, counts.waiting) == (50, 0)
