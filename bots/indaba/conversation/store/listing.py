"""What a bot keeps of one person, by the rows of the table of what is kept."""

from collections.abc import Sequence
from itertools import product
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from indaba.contracts.ids import MemberId
from indaba.contracts.keeping_by_faces import (
    CHATS,
    ERRANDS,
    HEARD,
    INVITATIONS,
    OFFERS,
    POSTS,
    QUESTIONS,
    TAPS,
)
from indaba.conversation.store import tables as t
from indaba.conversation.store.digests import DIRECT, INVITED, TAP, digest
from indaba.ledger.listing import (
    OF_THE_LEDGER,
    Entries,
    Listing,
    Whom,
    entries_of,
    names_any,
    unknown,
)
from indaba.ledger.session import Transaction


class OwnData:
    """All that this bot keeps of somebody, within one transaction."""

    def __init__(self, work: Transaction) -> None:
        self._work = work

    async def of(self, member: MemberId | None, accounts: Sequence[str]) -> tuple[Entries, ...]:
        """Entries by kind, of a member and of accounts on this platform; no secrets among them."""
        whom = await Whom.of(self._work, member, accounts)
        return await entries_of(LISTINGS, whom, self._work)

    async def unlink(self, whom: Whom, fresh: MemberId) -> None:
        """What is still to be told names a random id in the place of a member's."""
        for table, member in product((t.errands, t.notices), whom.members):
            renamed = sa.func.replace(sa.cast(table.c.event, sa.Text), str(member), str(fresh))
            theirs = table.update().where(names_any(table.c.event, (str(member),)))
            await self._work.connection.execute(theirs.values(event=sa.cast(renamed, JSONB)))


def _heard(whom: Whom) -> sa.Select[Any]:
    event, at = t.heard.c.said, t.heard.c.heard_at
    theirs = event.is_not(None), event["account"].astext.in_(whom.accounts)
    return _between(at, unknown(), event["room"].astext.label("room")).where(*theirs)


def _positions(whom: Whom) -> sa.Select[Any]:
    name, value = t.positions.c.name, t.positions.c.value
    theirs = t.direct_rooms.c.account.in_(_digests(DIRECT, whom))
    room = t.direct_rooms.c.room
    of_their_chat = sa.exists().where(theirs, sa.or_(name.endswith(room), value.contains(room)))
    named = (value.contains(account, autoescape=True) for account in whom.accounts)
    return _between(unknown(), unknown(), name).where(sa.or_(of_their_chat, *named))


def _posts(whom: Whom) -> sa.Select[Any]:
    posts, offers = t.posts, t.choices
    chats = sa.select(t.direct_rooms.c.room).where(
        t.direct_rooms.c.account.in_(_digests(DIRECT, whom))
    )
    keys = sa.union(
        sa.select(posts.c.key).where(posts.c.room.in_(chats)),
        sa.select(posts.c.key).where(posts.c.only_for != "", posts.c.only_for.in_(whom.accounts)),
        sa.select(offers.c.post).where(offers.c.account.in_(whom.accounts)),
    )
    ends = sa.func.coalesce(posts.c.sent_at, posts.c.expires_at) + POSTS.long
    return _between(posts.c.created_at, ends, posts.c.room).where(posts.c.key.in_(keys))


def _posts_naming(whom: Whom) -> sa.Select[Any]:
    """Those that are not up yet. Of others the words are not kept."""
    posts = t.posts
    words = (posts.c.content, posts.c.otherwise, posts.c.follow_ups)
    named = (
        sa.cast(each, sa.Text).contains(account, autoescape=True)
        for each in words
        for account in whom.accounts
    )
    waits = posts.c.sent_at.is_(None), posts.c.given_up.is_(None)
    query = _between(posts.c.created_at, posts.c.expires_at + POSTS.long, posts.c.room)
    return query.where(*waits, sa.or_(sa.false(), *named))


def _taps(whom: Whom) -> sa.Select[Any]:
    taps = t.reactions
    query = _between(taps.c.seen_at, taps.c.seen_at + TAPS.long, taps.c.emoji, t.cards.c.code)
    query = query.outerjoin_from(taps, t.cards, t.cards.c.meeting == taps.c.meeting)
    return query.where(taps.c.reactor.in_(_digests(TAP, whom)))


def _offers(whom: Whom) -> sa.Select[Any]:
    offers, posts = t.choices, t.posts
    ends = offers.c.expires_at + OFFERS.long
    query = _between(posts.c.created_at, ends, offers.c.label, offers.c.room)
    query = query.outerjoin_from(offers, posts, posts.c.key == offers.c.post)
    return query.where(offers.c.account.in_(whom.accounts))


def _questions(whom: Whom) -> sa.Select[Any]:
    """Not what was said by then: it may be a report of harm, and others may look on."""
    asked = t.questions
    question = asked.c.ask["question"].astext.label("question")
    query = _between(unknown(), asked.c.expires_at, question, asked.c.room)
    return query.where(asked.c.account.in_(whom.accounts))


def _errands(whom: Whom) -> sa.Select[Any]:
    return _to_be_told(t.errands, whom)


def _notices(whom: Whom) -> sa.Select[Any]:
    return _to_be_told(t.notices, whom)


def _to_be_told(table: sa.Table, whom: Whom) -> sa.Select[Any]:
    kind = sa.func.replace(sa.func.split_part(table.c.wire, ".", 2), "-", " ").label("kind")
    query = _between(table.c.kept_at, table.c.expires_at, kind)
    return query.where(names_any(table.c.event, whom.names))


def _chats(whom: Whom) -> sa.Select[Any]:
    theirs = t.direct_rooms.c.account.in_(_digests(DIRECT, whom))
    return _between(unknown(), unknown(), t.direct_rooms.c.room).where(theirs)


def _invitations(whom: Whom) -> sa.Select[Any]:
    invited = t.invitations.c
    query = _between(invited.begun_at, invited.begun_at + INVITATIONS.long, invited.room)
    return query.where(invited.inviter.in_(_digests(INVITED, whom)))


def _between(
    begun: sa.ColumnElement[Any], ends: sa.ColumnElement[Any], *facts: sa.ColumnElement[Any]
) -> sa.Select[Any]:
    return sa.select(begun.label("begun"), ends.label("ends"), *facts)


def _digests(use: str, whom: Whom) -> list[str]:
    return [digest(use, account) for account in whom.accounts]


LISTINGS = (
    Listing(HEARD, "in the room {room}, not dealt with yet", _heard),
    Listing(HEARD, "how far I have read, under {name}", _positions),
    Listing(POSTS, "in the room {room}", _posts),
    Listing(POSTS, "in the room {room}, where it names you and is not up yet", _posts_naming),
    Listing(TAPS, "{emoji} on the card {code}", _taps),
    Listing(OFFERS, "“{label}” in the room {room}", _offers),
    Listing(QUESTIONS, "“{question}” in the room {room}", _questions),
    Listing(ERRANDS, "{kind}, to you or to a room", _errands),
    Listing(ERRANDS, "{kind}, to the thread of a meeting", _notices),
    Listing(CHATS, "the room {room}", _chats),
    Listing(INVITATIONS, "to the room {room}", _invitations),
    *OF_THE_LEDGER,
)
