"""Step one: what the store knows about an event: a card, a question, choices, a vote."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from indaba.contracts.ids import CommunityId
from indaba.conversation.answer import Ask
from indaba.conversation.delivery.chat_events import (
    BallotCast,
    ButtonPressed,
    ChatEvent,
    MessageEdited,
    MessageSent,
    ReactionAdded,
    ReactionRemoved,
)
from indaba.conversation.delivery.platform import Wait
from indaba.conversation.store import Offer, QueuedEvent, Store

A_MOMENT = timedelta(milliseconds=500)
LONG_AGO = datetime.min.replace(tzinfo=UTC)
ABOUT_OURS = (MessageSent, ReactionAdded, BallotCast)
Meeting = tuple[UUID, str]
"""A meeting and its code."""


@dataclass(frozen=True, slots=True)
class Context:
    """What is kept that bears on an event.

    `card` is the meeting whose card the event is about, `live` the one that is on in the room.
    `reaction` is an answer by reaction: its meeting, emoji, and a digest of whose it was. `offers`
    may be old or closed; `waits_alone` says that others were put to this person alone, and so are
    none here, `told_since` that we said something else in a direct chat after the newest.
    `community` is what a direct chat is about. `heard_at` is when the event reached us, `now` when
    it is looked at.
    """

    card: Meeting | None = None
    question: Ask | None = None
    offers: tuple[Offer, ...] = ()
    reaction: tuple[UUID, str, str] | None = None
    live: Meeting | None = None
    vote: UUID | None = None
    replied_to_us: bool = False
    waits_alone: bool = False
    told_since: bool = False
    community: CommunityId | None = None
    heard_at: datetime = LONG_AGO
    now: datetime = LONG_AGO


async def load_context(queued: QueuedEvent, store: Store, now: datetime) -> Context:
    """Gather what bears on an event.

    Raises `Wait` if it is about a message that is nothing to us yet, while a post of ours to
    that room may be up without our knowing: people, and those who spoke while we were dead, are
    quicker than our note of what we posted.
    """
    event = queued.event
    about_ours = isinstance(event, ABOUT_OURS) and bool(event.target or event.thread)
    # Looked at first: what is noted in between is found below.
    is_open = about_ours and await store.posting.is_open(event.room)
    about = await store.errands.spoken_of(event.account) if event.direct else None
    loaded = await _loaded(event, store)
    context = replace(loaded, community=about, heard_at=queued.heard_at, now=now)
    if is_open and not _is_known(event, context):
        raise Wait(A_MOMENT)
    return context


def _is_known(event: ChatEvent, context: Context) -> bool:
    """Whether what an event is about is something to us."""
    if context.card or context.vote or context.replied_to_us:
        return True
    is_reply = isinstance(event, MessageSent) and bool(event.reply_to)
    return bool(context.offers) and not is_reply


async def _loaded(event: ChatEvent, store: Store) -> Context:
    match event:
        case MessageSent():
            return await _around(event, store)
        case ReactionAdded():
            card = await store.cards.card_on(event.message)
            return Context(card, offers=tuple(await store.dialogue.offers_on(event.message)))
        case ReactionRemoved():
            return Context(reaction=await store.cards.reaction(event.event))
        case BallotCast():
            return Context(vote=await store.errands.vote_of(event.poll))
        case MessageEdited():
            return Context(live=await store.cards.live_in(event.room))
    offer = None
    if isinstance(event, ButtonPressed):
        offer = await store.dialogue.offer_at(event.post, event.place)
    return Context(offers=(offer,) if offer else ())


async def _around(event: MessageSent, store: Store) -> Context:
    live = await store.cards.live_in(event.room)
    card = await store.cards.card_on(event.reply_to) or await store.cards.card_on(event.thread)
    question = await store.dialogue.question_for(event)
    offers = tuple(await store.dialogue.newest_offers_to(event))
    ours = bool(event.reply_to) and await store.posting.is_ours(event.reply_to)
    alone = await store.dialogue.waits_alone(event)
    since = bool(offers) and not await store.dialogue.is_last(offers[0], event)
    context = Context(card, question, offers, live=live, replied_to_us=ours)
    return replace(context, waits_alone=alone, told_since=since)
