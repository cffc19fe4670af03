"""A tagged line while no meeting is on: nothing is kept of it, and what can be done is offered."""

from collections.abc import Iterator

from indaba.contracts.record import NoteKind
from indaba.contracts.refusal import Refusal
from indaba.contracts.scheduling import ListMeetings, MeetingFacts, Which
from indaba.conversation.answer import Answer, Text
from indaba.conversation.commands.carrying_out import may_not
from indaba.conversation.commands.intent import Intent, ServiceClient
from indaba.conversation.commands.numbered import numbered
from indaba.conversation.commands.person import Person
from indaba.conversation.commands.topics.actions import AddAnAction
from indaba.conversation.commands.topics.agenda import AddItem
from indaba.conversation.commands.topics.noting import Tagged, origin_in
from indaba.conversation.delivery.chat_events import MessageSent
from indaba.conversation.dispatch.live_meetings import LiveMeetings
from indaba.conversation.dispatch.people import People
from indaba.conversation.dispatch.tags import Tag
from indaba.conversation.store import QueuedEvent
from indaba.conversation.wording import Wording, plain

Offered = tuple[str, Intent]
"""What can be done with a line, in words, and the doing."""


class UntimelyTags:
    """Answers tagged lines where a community lives and no meeting is on."""

    def __init__(self, live: LiveMeetings, people: People) -> None:
        self._live = live
        self._people = people

    async def answer(self, queued: QueuedEvent, tag: Tag) -> Answer | None:
        """What is said; nothing where no community lives, or another bot speaks.

        Raises `Unavailable`, or `Wait`.
        """
        event = queued.event
        if not isinstance(event, MessageSent) or not await self._live.is_home(queued):
            return None
        try:
            person = await self._people.who_may(queued, Tagged)
        except Refusal:
            return None
        if no := may_not(Tagged, person):
            return no
        return await no_meeting_on(tag, event, self._people.services(queued), person)


async def no_meeting_on(
    tag: Tag, event: MessageSent, services: ServiceClient, person: Person
) -> Answer:
    """That no meeting is on, with what the line can be instead. Raises `Unavailable`."""
    wording, say = person.wording, person.wording.say
    lead = say(
        "No meeting is on, so I have not kept that line. To begin one now: {line}",
        line=person.types("meeting start"),
    )
    if not tag.text:
        return Answer.of(lead)
    offers = [*_action(tag, event, wording)]
    past, coming = await _newest(Which.PAST, services), await _newest(Which.COMING, services)
    if past is not None and person.facilitates():  # others add nothing once it is over
        offers += _minutes(tag, event, past, wording)
    if coming is not None:
        offers.append(_agenda(tag, coming, wording))
    if not offers:
        return Answer.of(lead)
    labels, intents = zip(*offers, strict=True)
    ask = Text(say("What shall I do with it?"))
    return Answer((Text(lead), ask, numbered(labels, intents, say("Nothing"))))


async def _newest(which: Which, services: ServiceClient) -> MeetingFacts | None:
    try:
        meetings = (await services.ask(ListMeetings(limit=1, which=which))).meetings
    except Refusal:
        return None
    return meetings[0] if meetings else None


def _action(tag: Tag, event: MessageSent, wording: Wording) -> Iterator[Offered]:
    if tag.kind is NoteKind.ACTION:
        owner = event.mentions[0] if event.mentions else None
        yield wording.say("Make it an action"), AddAnAction(text=tag.text[:300], owner=owner)


def _minutes(
    tag: Tag, event: MessageSent, meeting: MeetingFacts, wording: Wording
) -> Iterator[Offered]:
    if not isinstance(tag.kind, NoteKind):
        return
    label = wording.say(
        "Put it into the minutes of {title} ({code}), which is over",
        title=plain(meeting.title),
        code=meeting.code,
    )
    yield (
        label,
        Tagged(
            kind=tag.kind,
            text=tag.text[:1000],
            origin=origin_in(event.room, event.id),
            code=meeting.code,
            mentions=event.mentions,
        ),
    )


def _agenda(tag: Tag, meeting: MeetingFacts, wording: Wording) -> Offered:
    label = wording.say(
        "Put it on the agenda of {title} ({code})", title=plain(meeting.title), code=meeting.code
    )
    return label, AddItem(title=tag.text[:120], code=meeting.code)
