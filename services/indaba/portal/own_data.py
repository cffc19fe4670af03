"""What the portal stores about whoever is signed in: a page, and the same as a file."""

import json
from typing import Any
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from indaba.conversation.own_data import as_data, told_by_kind
from indaba.conversation.times import say_day
from indaba.conversation.wording import Wording, plain
from indaba.ledger import Ledger
from indaba.ledger.listing import MOST_LISTED, Entries
from indaba.portal.browsers import OpenSession
from indaba.portal.drawing import NEVER_KEEP, draw
from indaba.portal.model import Community
from indaba.portal.privacy import PrivacyPage
from indaba.portal.signing_in import Cookie
from indaba.portal.store import Copies, Store

MOST_SHOWN = 20
"""Entries of each kind on the page. The file has them all."""

ELSEWHERE = (
    "This is what the portal keeps. The services and the bots answer for themselves: ask the bot "
    "in a private chat what is kept about you, on each platform where you have an account."
)

Known = tuple[Community, tuple[Entries, ...], tuple[OpenSession, ...]]


def privacy_routes(ledger: Ledger, copies: Copies, cookie: Cookie) -> tuple[Route, ...]:
    """Pages about what is stored about people, and about the person who asks."""
    own = OwnDataPages(copies, cookie)
    return (
        Route("/privacy", PrivacyPage(ledger).show),
        Route("/privacy/mine", own.show),
        Route("/privacy/mine.json", own.download),
    )


class OwnDataPages:
    """Answered from the portal's own tables, for the session that asks."""

    def __init__(self, copies: Copies, cookie: Cookie) -> None:
        self._copies = copies
        self._cookie = cookie

    async def show(self, request: Request) -> Response:
        """A section for each kind of entry; for a guest, how to sign in."""
        known = await self._known(request)
        if known is None:
            return draw("own_data", status=403, headers=NEVER_KEEP, is_member=False, kinds=())
        community, listed, browsers = known
        wording = Wording(community.tag)
        return draw(
            "own_data",
            headers=NEVER_KEEP,
            wording=wording,
            is_member=True,
            kinds=told_by_kind(listed, MOST_SHOWN, wording, community.zone),
            browsers=[_shown(one, wording, community.zone) for one in browsers],
        )

    async def download(self, request: Request) -> Response:
        """All entries, as JSON."""
        known = await self._known(request)
        if known is None:
            return draw("own_data", status=403, headers=NEVER_KEEP, is_member=False, kinds=())
        community, listed, _ = known
        say = Wording(community.tag).say
        whole = {
            "portal": as_data(listed, Wording(community.tag)),
            "most entries of a kind": MOST_LISTED,
            "kept elsewhere": say(ELSEWHERE),
        }
        body = json.dumps(whole, ensure_ascii=False, indent=2).encode()
        named = {"content-disposition": 'attachment; filename="indaba-portal-data.json"'}
        return Response(body, media_type="application/json", headers=NEVER_KEEP | named)

    async def _known(self, request: Request) -> Known | None:
        """A community of the session's member, and the member's entries. `None` for a guest."""
        digest = self._cookie.digest(request)
        if not digest:
            return None

        async def read(store: Store) -> Known | None:
            communities = await store.signed_in_to(digest)
            member = await store.signed_in_as(digest, communities[0].id) if communities else None
            if member is None:
                return None
            browsers = await store.open_sessions.beside(digest)
            return communities[0], await store.own_data.of(member), browsers

        return await self._copies.look(read)


def _shown(session: OpenSession, wording: Wording, zone: str) -> dict[str, Any]:
    """A session in words, with what ends it."""
    day = say_day(session.begun.astimezone(ZoneInfo(zone)).date(), wording.locale)
    browser = session.browser or wording.say("An unknown browser")
    there = ", ".join(map(plain, session.communities))
    words = wording.say("{browser}, since {day}: {there}", browser=browser, day=day, there=there)
    return {"words": words, "handle": session.handle, "is_here": session.is_here}
