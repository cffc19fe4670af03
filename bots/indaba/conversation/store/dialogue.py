"""Open questions and choices: what somebody may answer or pick next.

What was put to somebody alone is there for what they say alone. Where others read, it is neither
answered nor picked by words, nor shown again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from indaba.contracts.ids import CommunityId
from indaba.conversation.answer import Ask, Choice
from indaba.conversation.delivery.chat_events import ChatEvent
from indaba.conversation.delivery.platform import Post, PostKind
from indaba.conversation.store import tables as t
from indaba.ledger.session import Transaction


@dataclass(frozen=True, slots=True)
class Offer:
    """A choice that somebody may pick; `account` empty: anybody.

    It stands under `message`, empty as far as we know of none. It was kept at `kept_at` and put to
    people at `offered_at`. `closed` says that something else was said to it since, `community` what
    it is about in a direct chat.
    """

    post: str
    intent: str
    account: str
    emoji: str
    label: str
    place: int
    message: str
    kept_at: datetime
    offered_at: datetime
    expires_at: datetime
    closed: bool = False
    community: CommunityId | None = None


class Dialogue:
    """Questions and choices, within one transaction."""

    def __init__(self, work: Transaction) -> None:
        self._sql = work.connection
        self._now = work.now

    async def ask(
        self, event: ChatEvent, thread: str, ask: Mapping[str, Any], lasts: timedelta
    ) -> None:
        """Remember a question, as JSON; a newer one to the same person in the room replaces it."""
        values = {
            "thread": thread,
            "ask": dict(ask),
            "expires_at": self._now + lasts,
            "alone": event.alone,
        }
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
            *_heard_by(event, t.questions.c.alone),
        )
        row = (await self._sql.execute(query)).first()
        if row is None or row.thread != event.thread:
            return None
        return Ask(**row.ask)

    async def no_question(self, event: ChatEvent) -> None:
        """Close the open question to a person in a room."""
        await self._sql.execute(
            t.questions.delete().where(
                t.questions.c.room == event.room,
                t.questions.c.account == event.account,
                *_heard_by(event, t.questions.c.alone),
            )
        )

    async def offer(
        self,
        post: Post,
        choices: Sequence[tuple[Choice, str]],
        account: str,
        lasts: timedelta,
        community: CommunityId | None = None,
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
                "community": community,
            }
            for place, (choice, intent) in enumerate(choices, start=1)
        ]
        if rows:
            await self._sql.execute(insert(t.choices).on_conflict_do_nothing(), rows)

    async def offers_on(self, message: str) -> list[Offer]:
        """The choices under a message of ours, in order, old ones too."""
        query = _with_posts().where(t.posts.c.message == message).order_by(t.choices.c.place)
        return [_offer(row) for row in (await self._sql.execute(query)).mappings()]

    async def offer_at(self, post: str, place: int) -> Offer | None:
        """One choice under a post of ours, an old one too; `None` once it is used up."""
        query = _with_posts().where(t.choices.c.post == post, t.choices.c.place == place)
        row = (await self._sql.execute(query)).mappings().first()
        return _offer(row) if row else None

    async def newest_offers_to(self, event: ChatEvent) -> list[Offer]:
        """The choices last put to a person in this place; empty once they are too old."""
        mine = (
            _with_posts()
            .where(
                *_put_to(event),
                t.choices.c.expires_at > self._now,
                t.posts.c.given_up.is_(None),
                *_heard_by(event, _PUT_ALONE),
            )
            .order_by(t.choices.c.expires_at.desc(), t.choices.c.place)
        )
        rows = [_offer(row) for row in (await self._sql.execute(mine)).mappings()]
        return [offer for offer in rows if offer.post == rows[0].post]

    async def all_offers_to(self, event: ChatEvent) -> list[Offer]:
        """Every choice that is still kept for a person in a room, the newest first."""
        mine = (
            _with_posts()
            .where(
                t.choices.c.account == event.account,
                t.choices.c.room == event.room,
                t.choices.c.expires_at > self._now,
                t.posts.c.given_up.is_(None),
                *_heard_by(event, _PUT_ALONE),
            )
            .order_by(t.posts.c.created_at.desc(), t.choices.c.place)
        )
        return [_offer(row) for row in (await self._sql.execute(mine)).mappings()]

    async def is_last(self, offer: Offer, event: ChatEvent) -> bool:
        """Whether we have told somebody nothing else in a direct chat since a choice was put.

        Elsewhere others are told things in between, and what is asked there is asked by name.
        """
        if not event.direct:
            return True
        answer = offer.post.rpartition("/")[0]
        later = sa.select(t.posts.c.number).where(
            t.posts.c.room == event.room,
            t.posts.c.kind == PostKind.MESSAGE,
            t.posts.c.created_at > offer.kept_at,
            t.posts.c.given_up.is_(None),
            sa.not_(t.posts.c.key.startswith(f"{answer}/", autoescape=True)),
        )
        return (await self._sql.execute(later.limit(1))).first() is None

    async def waits_alone(self, event: ChatEvent) -> bool:
        """Whether a choice that was put to a person alone is still open, but not to these words."""
        if event.alone:
            return False
        waiting = _with_posts().where(
            *_put_to(event),
            t.choices.c.expires_at > self._now,
            t.choices.c.closed_at.is_(None),
            t.posts.c.given_up.is_(None),
            _PUT_ALONE,
        )
        return (await self._sql.execute(waiting.limit(1))).first() is not None

    async def close_offers(self, event: ChatEvent, *, sparing: str = "") -> None:
        """Somebody said something else here: a later yes of theirs means none of these.

        Choices with the sign `sparing` stay as they are.
        """
        still_open = t.choices.update().where(
            *_put_to(event), t.choices.c.closed_at.is_(None), t.choices.c.emoji != sparing
        )
        await self._sql.execute(still_open.values(closed_at=self._now))

    async def picked(self, offer: Offer, event: ChatEvent) -> None:
        """The choices under a post are used up, and the same one where it was put before."""
        same = (
            t.choices.c.account == event.account,
            t.choices.c.room == event.room,
            t.choices.c.intent == offer.intent,
        )
        await self._sql.execute(t.choices.delete().where(t.choices.c.post == offer.post))
        await self._sql.execute(t.choices.delete().where(*same))


def _put_to(event: ChatEvent) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        t.choices.c.account == event.account,
        t.choices.c.room == event.room,
        t.choices.c.thread == event.thread,
    )


_PUT_ALONE = t.posts.c.ephemeral != ""


def _heard_by(
    event: ChatEvent, put_alone: sa.ColumnElement[bool]
) -> tuple[sa.ColumnElement[bool], ...]:
    """What is left of what was put to somebody, for what they say where others read or not."""
    return () if event.alone else (sa.not_(put_alone),)


def _with_posts() -> sa.Select[Any]:
    put = (t.posts.c.message, t.posts.c.created_at, t.posts.c.sent_at)
    return sa.select(t.choices, *put).join(t.posts, t.posts.c.key == t.choices.c.post)


def _offer(row: Any) -> Offer:
    return Offer(
        row["post"],
        row["intent"],
        row["account"],
        row["emoji"],
        row["label"],
        row["place"],
        message=row["message"] or "",
        kept_at=row["created_at"],
        offered_at=row["sent_at"] or row["created_at"],
        expires_at=row["expires_at"],
        closed=row["closed_at"] is not None,
        community=row["community"],
    )
