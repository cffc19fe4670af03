"""What the room reads about an event: one function per event.

Each gives answers for the meeting's thread; none where the event has lost its sense by now.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from indaba.contracts.agenda import AgendaItem, StepDue, TopicOpened
from indaba.contracts.digest import FeedbackAsked, FeedbackClosed
from indaba.contracts.holding import MeetingStarted
from indaba.contracts.ids import MemberId
from indaba.contracts.plans import MovedUp, PlanChange, PlansChanged
from indaba.contracts.refusal import Hint
from indaba.contracts.scheduling import (
    MeetingCancelled,
    MeetingClosed,
    MeetingEvent,
    MeetingFacts,
    MeetingMoved,
    MeetingRestored,
    MeetingStatus,
    ReminderDue,
    ShowMeeting,
)
from indaba.contracts.votes import ShowVote, VoteCounted, VoteOpened
from indaba.conversation.answer import Answer, Audience, Choice, Choices, Text
from indaba.conversation.cards import cards, plans
from indaba.conversation.commands.hints import typed
from indaba.conversation.commands.intent import ServiceClient
from indaba.conversation.commands.topics import INTENTS
from indaba.conversation.commands.topics.agenda import item_line
from indaba.conversation.commands.topics.feedback import Feedback
from indaba.conversation.commands.topics.voting import result_of, vote_opened
from indaba.conversation.wording import Wording, plain

TOGETHER = 20
"""How many people one message names."""


@dataclass(frozen=True)
class AnnouncementContext:
    """Who tells: in which words, and how it asks.

    `known` is the meeting as its event tells it, while it is unlikely to be otherwise by now, and
    `reached` has the accounts of all whom the event names, by their ids. `page` is the address of
    the community's page; empty where it is not known.
    """

    services: ServiceClient
    locale: str
    prefix: str
    now: datetime
    has_buttons: bool
    known: MeetingFacts | None = None
    reached: Mapping[MemberId, str] = field(default_factory=dict)
    page: str = ""

    @property
    def wording(self) -> Wording:
        """Says sentences in the community's language."""
        return Wording(self.locale)

    def types(self, intent: str, /, **arguments: str) -> str:
        """An intent, by name or alias, with arguments, as it is typed there."""
        return typed(Hint(intent, arguments), self.prefix, INTENTS)

    async def meeting_of(self, event: MeetingEvent) -> MeetingFacts:
        """The meeting as it is now."""
        return (await self.services.ask(ShowMeeting(meeting=event.meeting.id))).meeting

    def in_groups(self, members: tuple[MemberId, ...]) -> list[tuple[str, ...]]:
        """Their accounts, sorted, as many together as one message names; some have none."""
        accounts = sorted({self.reached[member] for member in members if member in self.reached})
        return [tuple(accounts[n : n + TOGETHER]) for n in range(0, len(accounts), TOGETHER)]


async def remind(event: ReminderDue, context: AnnouncementContext) -> list[Answer]:
    """Those concerned, by name. Thousands are due in a minute, so few of them ask."""
    meeting = context.known or await context.meeting_of(event)
    if meeting.sequence != event.meeting.sequence or meeting.status is not MeetingStatus.SCHEDULED:
        return []
    groups = context.in_groups(event.members)
    return [
        cards.reminder(meeting, group, context.now, context.locale, context.prefix, context.page)
        for group in groups
    ]


async def tell_moved(event: MeetingMoved, context: AnnouncementContext) -> list[Answer]:
    """From when to when; nothing if a newer change has its own notice."""
    meeting = await context.meeting_of(event)
    if event.shifted:
        return await _tell_shifted(meeting, event, context)
    stands = meeting.sequence == event.meeting.sequence and not event.rings
    return [cards.moved(meeting, context.locale)] if stands else []


async def _tell_shifted(
    meeting: MeetingFacts, event: MeetingMoved, context: AnnouncementContext
) -> list[Answer]:
    """Those who said yes, by name; nobody did, then the room. Nothing if it moved since."""
    planned = meeting.status is MeetingStatus.SCHEDULED
    if not planned or meeting.starts_at != event.meeting.starts_at:
        return []
    groups = context.in_groups(event.members) or [()]
    return [cards.shifted(meeting, event.shifted, group, context.locale) for group in groups]


async def tell_cancelled(event: MeetingCancelled, context: AnnouncementContext) -> list[Answer]:
    """That it is off; nothing if it was restored, or one notice tells of many."""
    meeting = await context.meeting_of(event)
    elsewhere = event.quietly or event.rings
    stands = meeting.sequence == event.meeting.sequence and not elsewhere
    return [cards.cancelled(meeting, context.locale)] if stands else []


async def tell_restored(event: MeetingRestored, context: AnnouncementContext) -> list[Answer]:
    """That it takes place after all."""
    meeting = await context.meeting_of(event)
    stands = meeting.sequence == event.meeting.sequence and not event.rings
    return [cards.restored(meeting, context.locale)] if stands else []


async def tell_plans(event: PlansChanged, context: AnnouncementContext) -> list[Answer]:
    """Those whose plans changed, by name; where none of them is here, the room without a sound.

    Nothing if it has changed again: that has its own notice.
    """
    meeting = await context.meeting_of(event)
    then, now = event.meeting, meeting
    if (now.status, now.starts_at, now.where) != (then.status, then.starts_at, then.where):
        return []
    groups = context.in_groups(event.members)
    for_them_alone = event.late or event.what in (PlanChange.PLACE, PlanChange.EARLY)
    groups = groups or ([] if for_them_alone else [()])
    return [plans.changed(meeting, event, group, context.locale) for group in groups]


async def tell_started(event: MeetingStarted, context: AnnouncementContext) -> list[Answer]:
    """That it has begun, what is kept of it, and how to say that one is here."""
    meeting = await context.meeting_of(event)
    if meeting.status is not MeetingStatus.LIVE:
        return []
    return [cards.started(meeting, context.locale, context.prefix, has_buttons=context.has_buttons)]


async def tell_closed(event: MeetingClosed, context: AnnouncementContext) -> list[Answer]:
    """That it is over, and what comes of it. One that nobody came to is over without a word."""
    meeting = await context.meeting_of(event)
    if meeting.started_at is None:
        return []
    return [cards.closed(meeting, context.locale, context.prefix)]


async def tell_moved_up(event: MovedUp, context: AnnouncementContext) -> list[Answer]:
    """Those who have a place now, by name."""
    meeting = await context.meeting_of(event)
    if meeting.status is not MeetingStatus.SCHEDULED:
        return []
    groups = context.in_groups(event.members)
    return [cards.moved_up(meeting, group, context.locale, context.prefix) for group in groups]


async def tell_topic(event: TopicOpened, context: AnnouncementContext) -> list[Answer]:
    """Which topic it is now, and what to read for it."""
    meeting = await context.meeting_of(event)
    if meeting.status is not MeetingStatus.LIVE:
        return []
    return [topic_opened(event.item, context.wording)]


def topic_opened(item: AgendaItem, wording: Wording) -> Answer:
    """The topic, as its line on the agenda."""
    words = wording.say("Topic {line}", line=item_line(item, wording))
    return Answer((Text(words),), Audience.ROOM)


async def tell_step(event: StepDue, context: AnnouncementContext) -> list[Answer]:
    """The next step of the topic's method, and how long it gets."""
    wording = context.wording
    words = wording.say(
        "Step {step} of {steps}, {time}: {words}",
        step=str(event.step),
        steps=str(event.steps),
        time=wording.length(event.minutes),
        words=wording.say(event.words),
    )
    return [Answer((Text(words),), Audience.ROOM)]


async def tell_vote(event: VoteOpened, context: AnnouncementContext) -> list[Answer]:
    """The vote as the platform's own poll; nothing once it is over."""
    shown = await context.services.ask(ShowVote(vote=event.vote.id))
    if not shown.vote.open:
        return []
    minutes = max(1, round((shown.vote.closes_at - context.now).total_seconds() / 60))
    how = context.types("vote choose", option="1")
    return [vote_opened(shown.vote, minutes, context.wording, how)]


async def tell_result(event: VoteCounted, context: AnnouncementContext) -> list[Answer]:
    """What everybody chose, on all platforms together."""
    return [Answer(result_of(event.vote, context.wording), Audience.ROOM)]


async def ask_feedback(event: FeedbackAsked, context: AnnouncementContext) -> list[Answer]:
    """How it was, in three taps between each member and us: nobody is asked to tap in the room."""
    meeting = await context.meeting_of(event)
    wording = context.wording
    facts = {
        "title": plain(meeting.title),
        "code": meeting.code,
        "line": context.types("meeting feedback", code=meeting.code),
    }
    if context.has_buttons:
        words = wording.say(
            "How was {title} ({code})? Three taps that nobody else sees: {line}", **facts
        )
        pick = Choice(wording.say("Say how it was"), "", Feedback(code=meeting.code))
        return [Answer((Text(words), Choices((pick,))), Audience.ROOM)]
    words = wording.say(
        "How was {title} ({code})? Three taps that nobody else sees. Open a direct chat with me "
        "and type there: {line}",
        **facts,
    )
    return [Answer((Text(words),), Audience.ROOM)]


async def tell_feedback_closed(event: FeedbackClosed, context: AnnouncementContext) -> list[Answer]:
    """That facilitators can read figures now; the figures themselves are for them alone."""
    meeting = await context.meeting_of(event)
    words = context.wording.say(
        "Feedback on {title} ({code}) is closed. What may be told of it I tell facilitators alone: "
        "{line}",
        title=plain(meeting.title),
        code=meeting.code,
        line=context.types("meeting feedback", code=meeting.code),
    )
    return [Answer.of(words, audience=Audience.ROOM)]


TOLD: dict[type[MeetingEvent], Callable[[Any, AnnouncementContext], Awaitable[list[Answer]]]] = {
    ReminderDue: remind,
    MeetingMoved: tell_moved,
    MeetingCancelled: tell_cancelled,
    MeetingRestored: tell_restored,
    MeetingStarted: tell_started,
    MeetingClosed: tell_closed,
    MovedUp: tell_moved_up,
    PlansChanged: tell_plans,
    TopicOpened: tell_topic,
    StepDue: tell_step,
    VoteOpened: tell_vote,
    VoteCounted: tell_result,
    FeedbackAsked: ask_feedback,
    FeedbackClosed: tell_feedback_closed,
}
"""Every event about a meeting that its thread is told of. An event's `until` bounds its sense."""
