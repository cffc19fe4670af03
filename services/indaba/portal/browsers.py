"""Browsers in which a member is signed in: what they are called, and ending a single session."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from indaba.ledger.session import Transaction
from indaba.portal.model import SESSION_LASTS
from indaba.portal.tables import communities, sessions

FAMILIES = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)
"""Parts of a browser's own name, and what people call it. The first that is found counts."""


def family_of(user_agent: str) -> str:
    """A browser and its system, in words; empty if neither is known. Nothing else is kept of it."""
    words = (_first(names, user_agent) for names in (FAMILIES, SYSTEMS))
    return ", ".join(word for word in words if word)


def _first(names: tuple[tuple[str, str], ...], user_agent: str) -> str:
    return next((name for part, name in names if part in user_agent), "")


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session as its member sees it. `handle` names it in a form and opens nothing."""

    handle: str
    browser: str
    begun: datetime
    communities: tuple[str, ...]
    is_here: bool


class OpenSessions:
    """The sessions of whoever has one, within one transaction."""

    def __init__(self, work: Transaction) -> None:
        self._sql = work.connection
        self._now = work.now

    async def beside(self, digest: str) -> tuple[OpenSession, ...]:
        """All sessions of the members of a session, that one included, the newest first."""
        begun = sa.func.max(sessions.c.expires_at) - SESSION_LASTS
        names = sa.func.array_agg(sa.func.coalesce(communities.c.name, "?"))
        query = (
            sa.select(sessions.c.digest, sa.func.max(sessions.c.browser), begun, names)
            .outerjoin_from(sessions, communities, communities.c.id == sessions.c.community)
            .where(self._theirs(digest))
            .group_by(sessions.c.digest)
            .order_by(begun.desc(), sessions.c.digest)
        )
        return tuple(
            OpenSession(_handle(one), browser, since, tuple(sorted(there)), one == digest)
            for one, browser, since, there in await self._sql.execute(query)
        )

    async def end(self, digest: str, handle: str) -> bool:
        """End the session with that handle, if it is one of theirs; whether it is this very one."""
        query = sa.select(sessions.c.digest).where(self._theirs(digest))
        named = {
            one for one in (await self._sql.execute(query)).scalars() if _handle(one) == handle
        }
        ended = sessions.delete().where(sessions.c.digest.in_(named), self._theirs(digest))
        await self._sql.execute(ended)
        return digest in named

    def _theirs(self, digest: str) -> sa.ColumnElement[bool]:
        here = sessions.alias("here")
        still = (here.c.digest == digest, here.c.expires_at > self._now)
        members = sa.select(here.c.member).where(*still).scalar_subquery()
        return sa.and_(sessions.c.member.in_(members), sessions.c.expires_at > self._now)


def _handle(digest: str) -> str:
    return hashlib.sha256(f"handle/{digest}".encode()).hexdigest()[:16]
