"""Feedback is between a member and the bot: nobody is asked to tap where others see it."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from bots.answering import MEETING, MEMBER, NOW, BusServiceClient, picked, said
from bots.kept_meeting import FIGURES
from indaba.contracts import digest as d
from indaba.contracts.figures import NOTHING, release
from indaba.conversation.answer import Answer, Audience
from indaba.conversation.cards.announcements import (
    AnnouncementContext,
    ask_feedback,
    tell_feedback_closed,
)

ROOM = replace(MEMBER, direct=False, prefix="!cop ")
NONE = d.FeedbackFigures(useful=NOTHING, could_speak=NOTHING, will_use=NOTHING)
NINE = release({"5": 9})
ALIKE = d.FeedbackFigures(useful=NINE, could_speak=NINE, will_use=NINE)


def closed(figures: d.FeedbackFigures | None) -> d.FeedbackShown:
    return d.FeedbackShown(meeting=MEETING, open_until=NOW, figures=figures)


async def asked(*, has_buttons: bool) -> Answer:
    event = d.FeedbackAsked.of(
        MEETING, asking=UUID(int=5), members=(), until=NOW + timedelta(days=2)
    )
    context = AnnouncementContext(BusServiceClient(), "en", "!cop ", NOW, has_buttons)
    (answer,) = await ask_feedback(event, context)
    assert answer.audience is Audience.ROOM
    return answer


async def test_where_all_see_a_reaction_the_room_is_told_to_write_to_the_bot() -> None:
    answer = await asked(has_buttons=False)
    assert "Open a direct chat with me and type there: !cop meeting feedback M7K2" in answer.text()
    assert answer.choices() == ()
    assert len((await asked(has_buttons=True)).choices()) == 1


async def test_that_it_is_closed_is_told_without_a_figure() -> None:
    event = d.FeedbackClosed.of(MEETING, until=NOW + timedelta(days=2))
    context = AnnouncementContext(BusServiceClient(), "en", "!cop ", NOW, has_buttons=False)
    (answer,) = await tell_feedback_closed(event, context)
    assert answer.text().endswith("facilitators alone: !cop meeting feedback M7K2")
    assert answer.choices() == ()


@pytest.mark.parametrize("line", ["meeting feedback M7K2", "feedback M7K2"])
async def test_in_a_room_nobody_is_asked_anything(line: str) -> None:
    answer = await said(line, ROOM)
    assert "direct chat" in answer.text()
    assert answer.choices() == ()


async def test_three_taps_in_a_direct_chat_are_for_one_alone() -> None:
    answer = await said("meeting feedback M7K2", MEMBER)
    for emoji in ("3️⃣", "4️⃣", "👍"):
        assert answer.audience is Audience.ALONE
        answer = await picked(answer, emoji, MEMBER)
    assert "That was all" in answer.text()


async def test_an_old_tap_in_a_room_says_nothing_more_there() -> None:
    answer = await picked(await said("meeting feedback M7K2", MEMBER), "3️⃣", ROOM)
    assert "between you and me" in answer.text()
    assert answer.choices() == ()


async def test_a_facilitator_reads_figures_once_it_is_closed_and_not_before() -> None:
    line = "meeting feedback M7K2"
    early = await said(line, ShowFeedback=closed(None))
    assert "Figures come after" in early.text()
    assert len(early.choices()) == 5
    late = (await said(line, ShowFeedback=closed(FIGURES))).text()
    assert "Answers: 11" in late
    assert "Useful: 1, 2, 3 or no answer: 5; 4 or 5: 6" in late
    assert "Will use it: too few on one side to say more" in late
    few = (await said(line, ShowFeedback=closed(NONE))).text()
    assert few == "Answers: fewer than 5"
    assert "Useful: too few" in (await said(line, ShowFeedback=closed(ALIKE))).text()
    assert "Answers" not in (await said(line, MEMBER)).text()
