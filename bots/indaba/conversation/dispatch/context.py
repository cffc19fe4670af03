"""Step one: what the store knows about an event: a card, a question, choices, a vote."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

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
from indaba.conversation.store import Offer, Store

A_MOMENT = timedelta(milliseconds=500)
ABOUT_OURS = (MessageSent, ReactionAdded, BallotCast)
Meeting = tuple[UUID, str]
"""A meeting and its code."""


@dataclass(frozen=True, slots=True)
class Context:
    """What is kept that bears on an event.

    `card` is the meeting whose card the event is about, `live` the one that is on in the room.
    `reaction` is an answer by reaction: its meeting, emoji, and a digest of whose it was.
    """

    card: Meeting | None = None
    question: Ask | None = None
    offers: Sequence[Offer] = ()
    reaction: tuple[UUID, str, str] | None = None
    live: Meeting | None = None
    vote: UUID | None = None


async def load_context(event: ChatEvent, store: Store) -> Context:
    """Gather what bears on an event.

    Raises `Wait` if it is about a message that is nothing to us yet, while a post of ours to
    that room may be up without our knowing: people, and those who spoke while we were dead, are
    quicker than our note of what we posted.
    """
    about_ours = isinstance(event, ABOUT_OURS) and bool(event.target or event.thread)
    # Looked at first: what is noted in between is found below.
    is_open = about_ours and await store.posting.is_open(event.room)
    context = await _loaded(event, store)
    if is_open and not (context.card or context.vote or context.offers):
        raise Wait(A_MOMENT)
    return context


async def _loaded(event: ChatEvent, store: Store) -> Context:
    match event:
        case MessageSent():
            return await _around(event, store)
        case ReactionAdded():
            card = await store.cards.card_on(event.message)
            return Context(card, offers=await store.dialogue.offers_on(event.message))
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
    offers = await store.dialogue.newest_offers_to(event)
    return Context(card, question, offers, live=live)
