"""Stores a post for the sender, together with the choices offered under it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from indaba.contracts.ids import CommunityId
from indaba.conversation.answer import Answer, Choice, Text
from indaba.conversation.commands.intent import intent_to_json
from indaba.conversation.delivery.platform import ChatPlatform, Post
from indaba.conversation.store import Draft, Store

EMPTY = "…"
"""The content of an ephemeral answer until its words follow."""

OFFERS_LAST = timedelta(days=14)
"""How long a choice under an announcement or a direct message can be picked."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """How posts are delivered: the act they belong to, until when, how soon, and who may pick.

    `offered_to` is an account; empty: anybody. Lane 0 overtakes lane 1. `otherwise` is posted
    instead if a post is for one person and others can read the chat. What is offered in a direct
    chat is about `community`.
    """

    correlation: UUID
    expires_at: datetime
    lane: int
    offered_to: str
    offers_last: timedelta
    otherwise: tuple[Text, ...] = ()
    community: CommunityId | None = None


async def keep_post(
    store: Store,
    platform: ChatPlatform,
    post: Post,
    choices: Sequence[Choice],
    delivery: Delivery,
    *,
    waits_for_words: bool = False,
) -> None:
    """Store one post and its choices, once per key; without buttons, reactions seed the choices."""
    seeded = () if platform.has_buttons else choices
    seeds = tuple({"emoji": choice.emoji} for choice in seeded if choice.emoji)
    draft = Draft(
        post, delivery.correlation, delivery.expires_at, follow_ups=seeds, lane=delivery.lane
    )
    if post.only_for and delivery.otherwise:
        draft = replace(draft, otherwise=platform.draw(Answer(delivery.otherwise))[0])
    if waits_for_words:
        draft = draft.empty_first(platform.draw(Answer.of(EMPTY))[0])
    await store.posting.post(draft)
    offers = [(choice, intent_to_json(choice.intent)) for choice in choices]
    await store.dialogue.offer(
        post, offers, delivery.offered_to, delivery.offers_last, delivery.community
    )
