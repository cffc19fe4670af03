"""A tagged line while no meeting is on: nobody is offered what they are then refused."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bots.answering import MEETING, THANDI, BusServiceClient, passport
from indaba.contracts.passport import Role
from indaba.contracts.record import NoteKind
from indaba.contracts.scheduling import MeetingsListed
from indaba.conversation.commands.topics.agenda import AddItem
from indaba.conversation.commands.topics.noting import Tagged
from indaba.conversation.delivery.chat_events import MessageSent
from indaba.conversation.dispatch.tags import TOPIC, Tag
from indaba.conversation.dispatch.untimely import no_meeting_on


@pytest.mark.parametrize("kind", [*NoteKind, TOPIC])
@pytest.mark.parametrize("facilitates", [True, False])
async def test_only_facilitators_are_offered_the_minutes_of_what_is_over(
    kind: NoteKind | str, facilitates: bool
) -> None:
    """Nobody else adds to them any more, as scheduling has it."""
    roles = (Role.FACILITATOR,) if facilitates else ()
    person = replace(THANDI, passport=passport(Role.MEMBER, *roles))
    now = datetime(2026, 12, 1, tzinfo=UTC)
    event = MessageSent(id="$1", room="!r", account=person.account, sent_at=now, text="#x We meet")
    services = BusServiceClient(ListMeetings=MeetingsListed(meetings=(MEETING,)))
    answer = await no_meeting_on(Tag(kind, "We meet"), event, services, person)
    offered = [type(choice.intent) for choice in answer.choices()]
    assert (Tagged in offered) is (facilitates and kind != TOPIC)
    assert AddItem in offered
