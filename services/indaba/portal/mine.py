"""A member's own calendar: the page that makes its secret address, and the feed behind it."""

import asyncio
from collections.abc import Callable
from functools import partial
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response

from indaba.contracts.ids import MemberId
from indaba.conversation.times import say_day
from indaba.portal import calendar
from indaba.portal.drawing import NEVER_KEEP, answered, draw
from indaba.portal.ending import ended
from indaba.portal.entries import Reader
from indaba.portal.feeds import FOR_OUTLOOK
from indaba.portal.model import Community
from indaba.portal.signing_in import LONGEST_SECRET, check_same_site, digest_of, form_of
from indaba.portal.store import Store
from indaba.portal.visiting import CommunityPages, Visitor, for_members

Feed = Callable[..., bytes]

ALL = "all"
"""A query parameter of a member's own address: all meetings, not only theirs."""


class MinePages(CommunityPages):
    """One method per page. An address is shown once, when made; only its digest is stored."""

    async def address(self, request: Request) -> Response:
        """Whether there is an address, and buttons to make or revoke it."""
        visitor = await self._visitors.visitor(request)
        member = visitor.held.passport.member
        if member is None or not visitor.is_member:
            return self._for_members(visitor)
        return await self._page(visitor, member)

    async def change(self, request: Request) -> Response:
        """Make an address in place of an earlier one, or revoke it."""
        check_same_site(request)
        visitor = await self._visitors.visitor(request)
        member = visitor.held.passport.member
        if member is None or not visitor.is_member:
            return self._for_members(visitor)
        community, secret = visitor.community.id, self._world.secret()
        if (await form_of(request)).get("do") == "revoke":
            await self._copies.change(lambda store: store.answers.revoke(member, community))
            return await self._page(visitor, member)
        digest = digest_of(secret)
        await self._copies.change(lambda store: store.answers.make_key(digest, member, community))
        link = f"{self._url()}/c/{visitor.community.key}/mine/{secret}"
        return await self._page(visitor, member, link)

    async def feed(self, request: Request) -> Response:
        """Meetings the owner of the address answered with yes or maybe. 304 if the app has them.

        With `?all`, all meetings of the community, which its members may read.
        """
        return await self._feed(request, one_by_one=False)

    async def outlook(self, request: Request) -> Response:
        """Likewise, with each date of the next year alone."""
        return await self._feed(request, one_by_one=True)

    async def _feed(self, request: Request, *, one_by_one: bool) -> Response:
        community = await self._visitors.known(request)
        feed = await self._feed_of(request, community) if community is not None else None
        if community is None or feed is None:
            return ended(request, self._world.now())
        reader = Reader.at(self._world.now(), is_member=True, one_by_one=one_by_one)
        write = partial(feed, page=f"{self._url()}/c/{community.key}", reader=reader)
        body = await asyncio.to_thread(write)
        return answered(request, body, calendar.TYPE, "my-meetings.ics", for_all=False)

    async def _feed_of(self, request: Request, community: Community) -> Feed | None:
        secret = request.path_params["secret"]
        digest = digest_of(secret) if len(secret) <= LONGEST_SECRET else ""

        async def read(store: Store) -> Feed | None:
            member = await store.answers.opened_by(digest, community.id)
            if member is None:
                return None
            if ALL in request.query_params:
                meetings, series = await store.for_calendars(community.id)
                return partial(calendar.feed, community, meetings, series=series)
            answers = await store.answered(member, community.id)
            return partial(calendar.my_feed, community, answers)

        return await self._copies.look(read)

    def _for_members(self, visitor: Visitor) -> Response:
        community, what = visitor.community, visitor.wording.say("My calendar address")
        return for_members(community, self._visitors.opened(community), what, "meetings")

    async def _page(self, visitor: Visitor, member: MemberId, link: str = "") -> Response:
        community, wording = visitor.community, visitor.wording
        made_at = await self._copies.look(
            lambda store: store.answers.key_made_at(member, community.id)
        )
        day = made_at.astimezone(ZoneInfo(community.zone)).date() if made_at else None
        return draw(
            "mine",
            headers=NEVER_KEEP,
            wording=wording,
            link=f"{link}.ics" if link else "",
            webcal=f"webcal://{link.partition('://')[2]}.ics" if link else "",
            outlook=f"{link}/{FOR_OUTLOOK}" if link else "",
            made_on=say_day(day, wording.locale) if day else "",
            **visitor.facts("meetings", exact=False),
        )
