"""What is said of a meeting is told once, when no more is taken, and only of enough people."""

from typing import Any

import pytest

from indaba.contracts import digest as d
from indaba.contracts import scheduling as s
from indaba.contracts.figures import NOTHING, ReleasedTable
from indaba.contracts.holding import CorrectRegister
from indaba.contracts.membership import EraseMe, PassportIssued
from indaba.contracts.refusal import Refused
from services.scheduling.whole_meetings import begun, told
from services.town import Town
from workshop import rows, until

pytestmark = pytest.mark.asyncio(loop_scope="module")
FACILITATOR = "@lindiwe:example.org"
NONE = d.FeedbackFigures(useful=NOTHING, could_speak=NOTHING, will_use=NOTHING)


async def _said(town: Town, *useful: int | None) -> tuple[str, list[PassportIssued]]:
    """A meeting that is over, and what each of so many members said of it."""
    lindiwe = await town.founded()
    people = [await town.joined(f"@member{n}:x") for n in range(len(useful))]
    meeting = await begun(town, lindiwe)
    for held in people:
        await town.ask(s.CheckIn(), held)
    await town.ask(s.CloseMeeting(), lindiwe)
    for held, stars in zip(people, useful, strict=True):
        given: dict[str, Any] = {"useful": stars} if stars else {"will_use": d.WillUse.YES}
        await town.ask(d.GiveFeedback(code=meeting.code, **given), held)
    return meeting.code, people


async def _shown(town: Town, code: str) -> d.FeedbackFigures | None:
    facilitator = await town.passport(FACILITATOR)
    return (await town.ask(d.ShowFeedback(code=code), facilitator)).figures


def _parts(table: ReleasedTable) -> dict[str, int]:
    return {" ".join(part.answers): part.people for part in table.parts}


async def test_nothing_of_feedback_is_shown_before_it_is_closed(town: Town) -> None:
    code, _ = await _said(town, 1, 2, 2, 3, 3, 4, 4, 5, 5, 5)
    assert await _shown(town, code) is None
    town.later(days=13, hours=23)
    assert await _shown(town, code) is None
    town.later(hours=2)
    shown = await _shown(town, code)
    assert shown is not None
    assert _parts(shown.useful) == {"1 2 3 ": 5, "4 5": 5}
    assert (shown.could_speak.people, shown.could_speak.parts) == (10, ())


async def test_feedback_is_taken_from_those_in_the_register(town: Town) -> None:
    """So that nobody fills a band with accounts of their own that were not there."""
    code, _ = await _said(town, *[1] * 5)
    puppets = [await town.joined(f"@puppet{n}:x") for n in range(5)]
    for held in puppets:
        with pytest.raises(Refused, match="those who were there"):
            await town.ask(d.GiveFeedback(code=code, useful=5), held)
    added = puppets[0].passport.member
    assert added
    await town.ask(CorrectRegister(code=code, came=(added,)), await town.passport(FACILITATOR))
    await town.ask(d.GiveFeedback(code=code, useful=5), puppets[0])
    town.later(days=15)
    shown = await _shown(town, code)
    assert shown is not None
    assert (shown.useful.people, shown.useful.parts) == (6, ())


async def test_of_fewer_than_five_nothing_is_told_not_even_how_many(town: Town) -> None:
    code, _ = await _said(town, 1, 5, 5, 5)
    town.later(days=15)
    assert await _shown(town, code) == NONE


async def test_what_all_or_nearly_all_said_is_not_told(town: Town) -> None:
    code, _ = await _said(town, 5, 5, 5, 5, 5, 5, 4, 1)
    town.later(days=15)
    shown = await _shown(town, code)
    assert shown is not None
    assert (shown.useful.people, shown.useful.parts) == (8, ())


async def test_who_answered_another_question_only_is_in_no_part_alone(town: Town) -> None:
    code, _ = await _said(town, 1, 2, 3, 4, 4, 5, 5, 5, None, None)
    town.later(days=15)
    shown = await _shown(town, code)
    assert shown is not None
    assert _parts(shown.useful) == {"1 2 3 ": 5, "4 5": 5}
    assert {t.people for t in (shown.useful, shown.could_speak, shown.will_use)} == {10}


async def test_what_was_released_stands_whatever_comes_after(town: Town) -> None:
    code, _ = await _said(town, 1, 2, 2, 3, 3, 4, 4, 5, 5, 5)
    town.later(days=15)
    first = await _shown(town, code)
    one, two = [await town.passport(f"@member{n}:x") for n in (1, 2)]
    with pytest.raises(Refused, match="no more feedback"):
        await town.ask(d.GiveFeedback(code=code, useful=5), one)
    await town.linked(one, "@member2:x")
    await town.ask(EraseMe(), await town.passport("@member3:x"))

    async def fewer() -> bool:
        query = "SELECT member FROM feedback"
        left = {member for (member,) in await rows(town.ledgers["scheduling"], query)}
        return len(left) == 9 and two.passport.member not in left

    await until(fewer)
    assert await _shown(town, code) == first


async def test_it_is_closed_by_the_clock_and_said_so_where_there_is_anything_to_tell(
    town: Town,
) -> None:
    few, _ = await _said(town, 1, 5)
    town.later(days=15)

    async def closed() -> bool:
        return len(await rows(town.ledgers["scheduling"], "SELECT 1 FROM ledger.releases")) == 3

    await until(closed)
    assert await told(town, "scheduling.feedback-closed.v1") == []
    assert await _shown(town, few) == NONE


async def test_facilitators_hear_that_there_is_something_to_read(town: Town) -> None:
    code, _ = await _said(town, 1, 2, 3, 4, 5)
    town.later(days=14, seconds=1)

    async def closed() -> bool:
        return bool(await told(town, "scheduling.feedback-closed.v1"))

    await until(closed)
    shown = await _shown(town, code)
    assert shown is not None
    assert shown.useful.people == 5


async def test_members_read_no_feedback(town: Town) -> None:
    code, people = await _said(town, 5)
    with pytest.raises(Refused, match="facilitator"):
        await town.ask(d.ShowFeedback(code=code), people[0])
