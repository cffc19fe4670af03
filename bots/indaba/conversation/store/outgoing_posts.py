"""Posts to send, their order, and what became of them."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from indaba.conversation.delivery.platform import Post, PostKind
from indaba.conversation.store import tables as t
from indaba.ledger.session import Transaction

ANSWERS, NOTICES, SIGNS = 0, 1, 2
_line: sa.ColumnElement[str] = sa.func.coalesce(
    sa.func.nullif(t.posts.c.ephemeral, ""), t.posts.c.room
)
"""`Post.line`, as the database says it."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A post to be kept: where it goes, until when it makes sense, and what follows once it is up.

    A lower `lane` overtakes. Follow-ups are posted once the message is up, as reactions on it,
    replies in its thread, or what `fills` it. `meeting` makes the message the meeting's card there.
    `otherwise` is the content posted instead where a post is for one person and others can read.
    """

    post: Post
    correlation: UUID
    expires_at: datetime
    lane: int = 0
    follow_ups: tuple[dict[str, Any], ...] = ()
    meeting: UUID | None = None
    otherwise: dict[str, Any] | None = None

    def empty_first(self, empty: dict[str, Any]) -> "Draft":
        """Post it empty, then fill it, as nobody can look up whether a post is there.

        One made anew after a crash may be there twice, so it says nothing; what is filled twice
        reads as if it had been filled once.
        """
        fills = {"fills": self.post.content}
        return replace(self, post=replace(self.post, content=empty), follow_ups=(fills,))


@dataclass(frozen=True, slots=True)
class Waiting:
    """A post that is not up yet."""

    post: Post
    correlation: UUID
    expires_at: datetime
    lane: int = 0
    otherwise: dict[str, Any] | None = None


class Posting:
    """Posts, within one transaction."""

    def __init__(self, work: Transaction) -> None:
        self._sql = work.connection
        self._now = work.now

    async def post(self, draft: Draft) -> None:
        """Keep a post, once per key."""
        post = draft.post
        await self._sql.execute(
            insert(t.posts)
            .values(
                key=post.key,
                kind=post.kind,
                room=post.room,
                content=post.content,
                thread=post.thread,
                reply_to=post.reply_to,
                target=post.target,
                code=post.code,
                ephemeral=post.ephemeral,
                only_for=post.only_for,
                otherwise=draft.otherwise,
                lane=draft.lane,
                follow_ups=list(draft.follow_ups),
                meeting=draft.meeting,
                correlation=draft.correlation,
                created_at=self._now,
                expires_at=draft.expires_at,
            )
            .on_conflict_do_nothing()
        )

    async def waiting_answers(self, limit: int, but_for: Collection[str] = ()) -> list[Waiting]:
        """Answers that are not up yet and may be tried now, oldest first, but for some lines."""
        return await self._may_be_tried(t.posts.c.lane <= ANSWERS, limit, but_for)

    async def waiting_notices(self, limit: int, but_for: Collection[str] = ()) -> list[Waiting]:
        """All else that may be tried now: notices before signs, oldest first."""
        return await self._may_be_tried(t.posts.c.lane > ANSWERS, limit, but_for)

    async def _may_be_tried(
        self, lanes: sa.ColumnElement[bool], limit: int, but_for: Collection[str]
    ) -> list[Waiting]:
        # In the order of an index, so that it costs no more where many wait.
        query = (
            sa.select(t.posts)
            .where(
                t.posts.c.sent_at.is_(None),
                t.posts.c.given_up.is_(None),
                lanes,
                _line.not_in(self._paused()),
                _line.not_in(but_for),
            )
            .order_by(t.posts.c.lane, t.posts.c.number)
            .limit(limit)
        )
        return [_waiting(row) for row in (await self._sql.execute(query)).mappings()]

    async def count_waiting(self) -> int:
        """How many posts are not up yet."""
        waits = sa.and_(t.posts.c.sent_at.is_(None), t.posts.c.given_up.is_(None))
        counted = sa.select(sa.func.count()).select_from(t.posts).where(waits)
        return (await self._sql.execute(counted)).scalar_one()

    async def is_open(self, room: str) -> bool:
        """Whether a message to a room may be up without our knowing its id."""
        tried = sa.select(t.posts.c.key).where(
            t.posts.c.room == room,
            t.posts.c.ephemeral == "",
            t.posts.c.kind == PostKind.MESSAGE,
            t.posts.c.tried_at.is_not(None),
            t.posts.c.sent_at.is_(None),
            t.posts.c.given_up.is_(None),
        )
        return (await self._sql.execute(tried.limit(1))).first() is not None

    async def is_ours(self, message: str) -> bool:
        """Whether a message is a post of ours, as far as we still know them."""
        row = sa.select(t.posts.c.key).where(t.posts.c.message == message).limit(1)
        return (await self._sql.execute(row)).first() is not None

    async def turned_away(self, key: str) -> None:
        """A post was tried and is not up for sure."""
        row = t.posts.update().where(t.posts.c.key == key)
        await self._sql.execute(row.values(tried_at=None))

    def _paused(self) -> sa.Select[Any]:
        """Lines that asked us to wait: nothing overtakes there, be it ever so new."""
        return sa.select(_line).where(
            t.posts.c.sent_at.is_(None),
            t.posts.c.given_up.is_(None),
            t.posts.c.not_before > self._now,
        )

    async def trying(self, key: str) -> bool:
        """A post is about to be tried: from now on it may be up without our knowing.

        False if it was taken back meanwhile.
        """
        row = t.posts.c.key == key
        tried = t.posts.update().where(row).values(tried_at=self._now)
        return (await self._sql.execute(tried)).rowcount > 0

    async def later(self, line: str, after: timedelta) -> None:
        """Nothing more from a line for a while."""
        waiting = sa.and_(_line == line, t.posts.c.sent_at.is_(None), t.posts.c.given_up.is_(None))
        await self._sql.execute(
            t.posts.update().where(waiting).values(not_before=self._now + after)
        )

    async def give_up(self, key: str, why: str) -> None:
        """A post is not tried any more.

        A card that never came up has no place in its room, and choices that nobody was shown are
        not picked: a yes said there means something else.
        """
        room, meeting, _ = await self._settled(key, given_up=why)
        await self._sql.execute(t.choices.delete().where(t.choices.c.post == key))
        if meeting is not None:
            never_up = sa.and_(_card_place(meeting, room), t.card_places.c.message.is_(None))
            await self._sql.execute(t.card_places.delete().where(never_up))

    async def take_back_notices_to(self, account: str) -> None:
        """Drop what waits for one person and answers nothing they asked."""
        waits = sa.and_(t.posts.c.sent_at.is_(None), t.posts.c.given_up.is_(None))
        theirs = sa.and_(t.posts.c.only_for == account, t.posts.c.lane > ANSWERS)
        await self._sql.execute(t.posts.delete().where(waits, theirs))

    async def withhold(self, waiting: Waiting) -> None:
        """A post for one person is not said, as others can read; what is said instead is kept."""
        post = waiting.post
        await self.give_up(post.key, "others can read there")
        if waiting.otherwise is None:
            return
        instead = replace(
            post, key=f"{post.key}/otherwise", content=waiting.otherwise, only_for="", retried=False
        )
        await self.post(Draft(instead, waiting.correlation, waiting.expires_at, waiting.lane))

    async def is_up(self, waiting: Waiting, message: str) -> None:
        """A post is up as `message`: note it, and keep what follows it."""
        key = waiting.post.key
        room, meeting, follow_ups = await self._settled(key, sent_at=self._now, message=message)
        if meeting is not None:
            place = _card_place(meeting, room)
            await self._sql.execute(t.card_places.update().where(place).values(message=message))
        for number, follow_up in enumerate(follow_ups):
            await self.post(_followed(waiting, message, number, follow_up))

    async def _settled(
        self, key: str, **outcome: Any
    ) -> tuple[str, UUID | None, list[dict[str, Any]]]:
        """Keep what came of a post, not its words or whom for; its room, its meeting, the rest."""
        row = t.posts.c.key == key
        kept = sa.select(t.posts.c.room, t.posts.c.meeting, t.posts.c.follow_ups).where(row)
        room, meeting, follow_ups = (await self._sql.execute(kept.with_for_update())).one()
        blank: dict[str, Any] = {"content": {}, "follow_ups": [], "otherwise": None, "only_for": ""}
        await self._sql.execute(t.posts.update().where(row).values(**outcome, **blank))
        return room, meeting, follow_ups

    async def drop_stale_edits(self, room: str, meeting: UUID) -> None:
        """Take back edits of a card that were not tried yet: a newer one is coming."""
        stale = sa.and_(
            t.posts.c.key.startswith(f"card/{meeting}/{room}/v", autoescape=True),
            t.posts.c.tried_at.is_(None),
        )
        await self._sql.execute(t.posts.delete().where(stale))


def _card_place(meeting: UUID, room: str) -> sa.ColumnElement[bool]:
    return sa.and_(t.card_places.c.meeting == meeting, t.card_places.c.room == room)


def _waiting(row: Any) -> Waiting:
    post = Post(
        key=row["key"],
        kind=PostKind(row["kind"]),
        room=row["room"],
        content=row["content"],
        thread=row["thread"],
        reply_to=row["reply_to"],
        target=row["target"],
        code=row["code"],
        created_at=row["created_at"],
        retried=row["tried_at"] is not None,
        ephemeral=row["ephemeral"],
        only_for=row["only_for"],
    )
    return Waiting(post, row["correlation"], row["expires_at"], row["lane"], row["otherwise"])


def _followed(waiting: Waiting, message: str, number: int, follow_up: dict[str, Any]) -> Draft:
    """What follows a message that is up: its words, a reaction on it, a reply in its thread."""
    if "fills" in follow_up:
        return _filling(waiting, message, number, follow_up["fills"])
    is_reaction = "emoji" in follow_up
    post = Post(
        key=f"{waiting.post.key}+{number}",
        kind=PostKind.REACTION if is_reaction else PostKind.MESSAGE,
        room=waiting.post.room,
        content=follow_up,
        thread="" if is_reaction else message,
        target=message if is_reaction else "",
    )
    # Reactions to pick are a convenience: where posts are rationed they come after all words.
    lane = SIGNS if is_reaction else NOTICES
    return Draft(post, waiting.correlation, waiting.expires_at, lane=lane)


def _filling(waiting: Waiting, message: str, number: int, content: dict[str, Any]) -> Draft:
    post = Post(
        key=f"{waiting.post.key}+{number}",
        kind=PostKind.EDIT,
        room=waiting.post.room,
        content=content,
        target=message,
        ephemeral=waiting.post.ephemeral,
    )
    return Draft(post, waiting.correlation, waiting.expires_at, lane=ANSWERS)
