"""A member's own calendar: the page where its secret address is made, and the feed behind it."""

import asyncio
from collections.abc import Callable
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response

from indaba.contracts.ids import MemberId
from indaba.conversation.times import say_day
from indaba.conversation.wording import Wording
from indaba.portal import calendar
from indaba.portal.drawing import NEVER_KEEP, answered, draw, sorry
from indaba.portal.model import Answered, Community
from indaba.portal.signing_in import LONGEST_SECRET, check_same_site, digest_of, form_of
from indaba.portal.store import Copies, Store
from indaba.portal.visiting import Visitor, Visitors
from indaba.process.world import World


class MinePages:
    """Only a digest of the address is kept: it is shown once, when it is made."""

    def __init__(
        self, world: World, copies: Copies, visitors: Visitors, url: Callable[[], str]
    ) -> None:
        self._world = world
        self._copies = copies
        self._visitors = visitors
        self._url = url

    async def address(self, request: Request) -> Response:
        """Whether there is an address, and buttons to make or revoke it."""
        visitor = await self._visitors.visitor(request)
        member = visitor.held.passport.member
        if member is None or not visitor.is_member:
            return _for_members(visitor)
        return await self._page(visitor, member)

    async def change(self, request: Request) -> Response:
        """Make an address in the place of any earlier one, or revoke it."""
        check_same_site(request)
        visitor = await self._visitors.visitor(request)
        member = visitor.held.passport.member
        if member is None or not visitor.is_member:
            return _for_members(visitor)
        there, secret = visitor.there.id, self._world.secret()
        if (await form_of(request)).get("do") == "revoke":
            await self._copies.change(lambda store: store.answers.revoke(member, there))
            return await self._page(visitor, member)
        digest = digest_of(secret)
        await self._copies.change(lambda store: store.answers.make_key(digest, member, there))
        link = f"{self._url()}/c/{visitor.there.key}/mine/{secret}.ics"
        return await self._page(visitor, member, link)

    async def feed(self, request: Request) -> Response:
        """What the address' owner said yes or maybe to; 304 where the app has it already."""
        there = await self._visitors.there(request)
        secret = request.path_params["secret"]
        digest = digest_of(secret) if len(secret) <= LONGEST_SECRET else ""

        async def read(store: Store) -> tuple[Answered, ...] | None:
            member = await store.answers.opened_by(digest, there.id)
            return None if member is None else await store.answered(member, there.id)

        found = await self._copies.look(read)
        if found is None:
            return _opens_nothing(there)
        page = f"{self._url()}/c/{there.key}"
        body = await asyncio.to_thread(calendar.my_feed, there, found, page)
        return answered(request, body, calendar.TYPE, "my-meetings.ics", for_all=False)

    async def _page(self, visitor: Visitor, member: MemberId, link: str = "") -> Response:
        there, wording = visitor.there, visitor.wording
        made_at = await self._copies.look(lambda store: store.answers.key_made_at(member, there.id))
        day = made_at.astimezone(ZoneInfo(there.zone)).date() if made_at else None
        return draw(
            "mine",
            headers=NEVER_KEEP,
            wording=wording,
            link=link,
            webcal=f"webcal://{link.partition('://')[2]}" if link else "",
            made_on=say_day(day, wording.locale) if day else "",
            **visitor.facts("meetings", exact=False),
        )


def _for_members(visitor: Visitor) -> Response:
    return draw(
        "for_members",
        status=403,
        headers=NEVER_KEEP,
        wording=visitor.wording,
        what=visitor.wording.say("My calendar address"),
        **visitor.facts("meetings", exact=False),
    )


def _opens_nothing(there: Community) -> Response:
    say = Wording(there.tag).say
    return sorry(
        say("This calendar address opens nothing"),
        say("It was revoked or replaced by a newer one, or a letter of it is missing."),
        say("To make a new one, sign in to the community’s page and choose “My calendar address”."),
        status=404,
        back=(f"/c/{there.key}", say("Go to the community’s page")),
    )
