"""What bears on something said: the card it is about, the question it answers, the choices."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from indaba.conversation.answer import Ask
from indaba.conversation.platform import Kind, Said, Wait
from indaba.conversation.store import Offer, Store

A_MOMENT = timedelta(milliseconds=500)
ABOUT_OURS = (Kind.MESSAGE, Kind.REACTION, Kind.BALLOT)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is kept that bears on something said."""

    card: tuple[UUID, str] | None = None
    question: Ask | None = None
    offers: Sequence[Offer] = ()
    reaction: tuple[UUID, str, str] | None = None
    live: tuple[UUID, str] | None = None
    vote: UUID | None = None


async def look_around(said: Said, store: Store) -> Surroundings:
    """Gather what bears on something said.

    Raises `Wait` where it is about a message that is nothing to us yet, while a post of ours to
    that room may be up without our knowing: people, and those who spoke while we were dead, are
    quicker than our note of what we posted.
    """
    about_ours = said.kind in ABOUT_OURS and bool(said.about or said.thread)
    # Looked at first: what is noted in between is found below.
    is_open = about_ours and await store.posting.is_open(said.room)
    found = await _found(said, store)
    if is_open and not (found.card or found.vote or found.offers):
        raise Wait(A_MOMENT)
    return found


async def _found(said: Said, store: Store) -> Surroundings:
    if said.kind is Kind.REACTION_REMOVED:
        return Surroundings(reaction=await store.cards.reaction(said.about))
    if said.kind is Kind.BALLOT:
        return Surroundings(vote=await store.errands.vote_of(said.about))
    live = await store.cards.live_in(said.room)
    if said.kind is Kind.EDITED:
        return Surroundings(live=live)
    card = await store.cards.card_on(said.about)
    if said.kind is Kind.REACTION:
        return Surroundings(card, offers=await store.dialogue.offers_on(said.about))
    card = card or await store.cards.card_on(said.thread)
    if said.picked is not None:
        offer = await store.dialogue.offer_at(*said.picked)
        return Surroundings(offers=(offer,) if offer else ())
    question = await store.dialogue.question_for(said)
    offers = await store.dialogue.newest_offers_to(said)
    return Surroundings(card, question, offers, live=live)
