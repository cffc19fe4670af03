"""Open questions and choices: what somebody may answer or pick next."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from indaba.conversation.answer import Ask, Choice
from indaba.conversation.delivery.chat_events import ChatEvent
from indaba.conversation.delivery.platform import Post
from indaba.conversation.store import tables as t
from indaba.ledger.session import Transaction


@dataclass(frozen=True, slots=True)
class Offer:
    """A choice that somebody may pick; `account` empty: anybody."""

    post: str
    intent: str
    account: str
    emoji: str
    label: str
    place: int


class Dialogue:
    """Questions and choices, within one transaction."""

    def __init__(self, work: Transaction) -> None:
        self._sql = work.connection
        self._now = work.now

    async def ask(self, event: ChatEvent, thread: str, ask: Ask, lasts: timedelta) -> None:
        """Remember a question; a newer one to the same person in the room replaces it."""
        values = {"thread": thread, "ask": asdict(ask), "expires_at": self._now + lasts}
        await self._sql.execute(
            insert(t.questions)
            .values(room=event.room, account=event.account, **values)
            .on_conflict_do_update(index_elements=["room", "account"], set_=values)
        )

    async def question_for(self, event: ChatEvent) -> Ask | None:
        """The open question that this message answers: same person, same room, same thread."""
        query = sa.select(t.questions.c.ask, t.questions.c.thread).where(
            t.questions.c.room == event.room,
            t.questions.c.account == event.account,
            t.questions.c.expires_at > self._now,
        )
        row = (await self._sql.execute(query)).first()
        if row is None or row.thread != event.thread:
            return None
        return Ask(**row.ask)

    async def no_question(self, event: ChatEvent) -> None:
        """Close the open question to a person in a room."""
        await self._sql.execute(
            t.questions.delete().where(
                t.questions.c.room == event.room, t.questions.c.account == event.account
            )
        )

    async def offer(
        self,
        post: Post,
        choices: Sequence[tuple[Choice, str]],
        account: str,
        lasts: timedelta,
    ) -> None:
        """Remember the choices under a post, each with its intent as JSON."""
        rows = [
            {
                "post": post.key,
                "place": place,
                "emoji": choice.emoji,
                "label": choice.label,
                "intent": intent,
                "account": account,
                "room": post.room,
                "thread": post.thread,
                "expires_at": self._now + lasts,
            }
            for place, (choice, intent) in enumerate(choices, start=1)
        ]
        if rows:
            await self._sql.execute(insert(t.choices).on_conflict_do_nothing(), rows)

    async def offers_on(self, message: str) -> list[Offer]:
        """The choices under a message of ours, in order; empty once they are too old."""
        query = (
            sa.select(t.choices)
            .join(t.posts, t.posts.c.key == t.choices.c.post)
            .where(t.posts.c.message == message, t.choices.c.expires_at > self._now)
            .order_by(t.choices.c.place)
        )
        return [_offer(row) for row in (await self._sql.execute(query)).mappings()]

    async def offer_at(self, post: str, place: int) -> Offer | None:
        """One choice under a post of ours; `None` once it is too old or used up."""
        query = sa.select(t.choices).where(
            t.choices.c.post == post,
            t.choices.c.place == place,
            t.choices.c.expires_at > self._now,
        )
        row = (await self._sql.execute(query)).mappings().first()
        return _offer(row) if row else None

    async def newest_offers_to(self, event: ChatEvent) -> list[Offer]:
        """The choices last put to a person in this place; empty once they are too old."""
        mine = (
            sa.select(t.choices)
            .where(
                t.choices.c.account == event.account,
                t.choices.c.room == event.room,
                t.choices.c.thread == event.thread,
                t.choices.c.expires_at > self._now,
            )
            .order_by(t.choices.c.expires_at.desc(), t.choices.c.place)
        )
        rows = [_offer(row) for row in (await self._sql.execute(mine)).mappings()]
        return [offer for offer in rows if offer.post == rows[0].post]

    async def picked(self, post: str) -> None:
        """The choices under a post are used up."""
        await self._sql.execute(t.choices.delete().where(t.choices.c.post == post))


def _offer(row: Any) -> Offer:
    return Offer(
        row["post"], row["intent"], row["account"], row["emoji"], row["label"], row["place"]
    )
