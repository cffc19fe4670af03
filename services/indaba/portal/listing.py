"""What the portal stores about one person, by the rows of the table in `keeping`."""

from typing import Any

import sqlalchemy as sa

from indaba.contracts.ids import MemberId
from indaba.contracts.keeping_by_faces import (
    ANSWERS_SHOWN,
    CALENDAR_KEYS,
    CANCELLED_SHOWN,
    SESSIONS,
)
from indaba.contracts.retention import Kept
from indaba.contracts.scheduling import MeetingStatus
from indaba.ledger.listing import OF_THE_LEDGER, Entries, Listing, Whom, entries_of, unknown
from indaba.ledger.session import Transaction
from indaba.portal.model import SESSION_LASTS
from indaba.portal.tables import answers, calendar_keys, communities, meetings, sessions


class OwnData:
    """Everything the portal stores about somebody, in one transaction."""

    def __init__(self, work: Transaction) -> None:
        self._work = work

    async def of(self, member: MemberId) -> tuple[Entries, ...]:
        """Entries by kind, under all ids the member has had, with no secret among them."""
        return await entries_of(LISTINGS, await Whom.of(self._work, member), self._work)


def _sessions(whom: Whom) -> sa.Select[Any]:
    begun = sessions.c.expires_at - SESSION_LASTS
    query = sa.select(
        begun.label("begun"),
        sessions.c.expires_at.label("ends"),
        _name_of(sessions.c.community),
        sa.func.coalesce(sa.func.nullif(sessions.c.browser, ""), "?").label("browser"),
    )
    query = query.outerjoin_from(sessions, communities, _is(sessions.c.community))
    return query.where(sessions.c.member.in_(whom.members))


def _calendar_keys(whom: Whom) -> sa.Select[Any]:
    keys = calendar_keys
    query = sa.select(
        keys.c.made_at.label("begun"), unknown().label("ends"), _name_of(keys.c.community)
    )
    query = query.outerjoin_from(keys, communities, _is(keys.c.community))
    return query.where(keys.c.member.in_(whom.members))


def _answers(whom: Whom) -> sa.Select[Any]:
    status = sa.func.coalesce(meetings.c.status, "")
    return _answered(whom, ANSWERS_SHOWN).where(status != MeetingStatus.CANCELLED)


def _cancelled(whom: Whom) -> sa.Select[Any]:
    return _answered(whom, CANCELLED_SHOWN).where(meetings.c.status == MeetingStatus.CANCELLED)


def _answered(whom: Whom, row: Kept) -> sa.Select[Any]:
    ends = sa.func.coalesce(meetings.c.starts_at, answers.c.told_at) + row.long
    query = sa.select(
        answers.c.told_at.label("begun"),
        ends.label("ends"),
        sa.func.coalesce(answers.c.answer, "taken back").label("answer"),
        sa.func.coalesce(meetings.c.title, "?").label("title"),
    )
    query = query.outerjoin_from(answers, meetings, meetings.c.id == answers.c.meeting)
    return query.where(answers.c.member.in_(whom.members))


def _name_of(community: sa.ColumnElement[Any]) -> sa.ColumnElement[str]:
    named = sa.func.coalesce(communities.c.name, sa.cast(community, sa.Text))
    return named.label("community")


def _is(community: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
    return communities.c.id == community


LISTINGS = (
    Listing(SESSIONS, "a browser that is signed in to {community}: {browser}", _sessions),
    Listing(CALENDAR_KEYS, "the address of your calendar in {community}", _calendar_keys),
    Listing(ANSWERS_SHOWN, "{answer}, to “{title}”", _answers),
    Listing(CANCELLED_SHOWN, "{answer}, to “{title}”", _cancelled),
    *OF_THE_LEDGER,
)
