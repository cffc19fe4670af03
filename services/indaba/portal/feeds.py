"""A community's calendar feeds: one for all apps, and one for those that read as Outlook does.

Both have the same rights. Members' own feeds are in `mine`.
"""

import asyncio
from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from indaba.contracts.openness import Part
from indaba.portal import calendar
from indaba.portal.drawing import answered
from indaba.portal.ending import ended
from indaba.portal.entries import Reader
from indaba.portal.visiting import CommunityPages

FEED, FOR_OUTLOOK = "calendar.ics", "outlook.ics"


class FeedPages(CommunityPages):
    """One method per feed."""

    async def calendar(self, request: Request) -> Response:
        """The community's calendar feed. 304 if the app has it already."""
        return await self._feed(request, FEED)

    async def outlook(self, request: Request) -> Response:
        """Likewise, with each date of the next year alone."""
        return await self._feed(request, FOR_OUTLOOK)

    async def _feed(self, request: Request, name: str) -> Response:
        community = await self._visitors.known(request)
        if community is None:
            return ended(request, self._world.now())
        is_open = Part.CALENDAR in self._visitors.opened(community)
        if not is_open and not await self._visitors.signed_in(request, community):
            return ended(request, self._world.now())
        meetings, series = await self._copies.look(lambda store: store.for_calendars(community.id))
        page = f"{self._url()}/c/{community.key}"
        # Writing a long feed for the first time would block other requests for too long.
        reader = Reader.at(self._world.now(), is_member=not is_open, one_by_one=name == FOR_OUTLOOK)
        write = partial(calendar.feed, community, meetings, page, series, reader=reader)
        body = await asyncio.to_thread(write)
        return answered(request, body, calendar.TYPE, name, for_all=is_open)
