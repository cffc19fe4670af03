"""A meeting's page, and its highlights as a PDF, for members or as far as published."""

import asyncio
from collections.abc import Callable
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter, ValidationError
from starlette.requests import Request
from starlette.responses import Response

from indaba.contracts.agenda import ShowAgenda
from indaba.contracts.ids import MeetingCode
from indaba.contracts.openness import Part
from indaba.contracts.refusal import Refusal, Unavailable
from indaba.contracts.scheduling import RsvpAnswer, ShowMeeting
from indaba.conversation.commands.topics.agenda import item_line
from indaba.conversation.times import say_day
from indaba.conversation.wording import Wording, plain
from indaba.portal import calendar
from indaba.portal.adding import adding
from indaba.portal.drawing import answered, draw, sorry
from indaba.portal.model import Community, Document, Kind, Meeting
from indaba.portal.printing.press import Paper, Press
from indaba.portal.showing import is_over, shown
from indaba.portal.store import Copies, Store
from indaba.portal.visiting import CommunityPages, Visitor, Visitors, facts_of, for_members
from indaba.portal.writing import blocks
from indaba.process.world import World

_CODE: TypeAdapter[str] = TypeAdapter(MeetingCode)

PATIENCE_SECONDS = 3.0
"""How long a page waits for what it can do without."""

Found = tuple[Meeting, dict[Kind, Document]]


class MeetingPages(CommunityPages):
    """One method per page."""

    def __init__(
        self, world: World, copies: Copies, visitors: Visitors, url: Callable[[], str]
    ) -> None:
        super().__init__(world, copies, visitors, url)
        self._press = Press()

    async def meeting(self, request: Request) -> Response:
        """Everything about a meeting; for visitors, what is published of it."""
        community = await self._visitors.community(request)
        page = await self._look_up(request, community)
        member = await self._visitors.member(request, community)
        parts = self._visitors.opened(community)
        if member is None and not _is_published(page, parts):
            return for_members(community, parts, Wording(community.tag).say("Meeting"), "meetings")
        if page is None:
            return _no_such_meeting(community)
        return await self._drawn(community, *page, member)

    async def _drawn(
        self,
        community: Community,
        meeting: Meeting,
        documents: dict[Kind, Document],
        member: Visitor | None,
    ) -> Response:
        wording, now, parts = (
            Wording(community.tag),
            self._world.now(),
            self._visitors.opened(community),
        )
        mine, agenda = await self._for_member(member, meeting) if member else (None, ())
        highlights, minutes = (documents.get(kind) for kind in (Kind.HIGHLIGHTS, Kind.MINUTES))
        if highlights and not (member or highlights.is_open(parts)):
            highlights = None
        facts = (
            member.facts("meetings", exact=False)
            if member
            else facts_of(community, "meetings", exact=False)
        )
        return draw(
            "meeting",
            wording=wording,
            meeting=shown(meeting, community, now, wording, for_members=member is not None),
            in_full=member is not None or Part.PAGE in parts,
            is_over=is_over(meeting, now),
            highlights=blocks(highlights.text) if highlights else (),
            short=plain(highlights.short) if highlights else "",
            minutes=blocks(minutes.text) if minutes and member else (),
            has_minutes=minutes is not None,
            mine=wording.say(mine.value) if mine else "",
            other="no" if mine is RsvpAnswer.YES else "yes",
            agenda=agenda,
            adding=adding(meeting, self._link(community, meeting), wording),
            **facts,
        )

    async def paper(self, request: Request) -> Response:
        """The highlights as a one-page PDF."""
        community = await self._visitors.community(request)
        page, parts = await self._look_up(request, community), self._visitors.opened(community)
        highlights = page[1].get(Kind.HIGHLIGHTS) if page else None
        is_open = highlights is not None and highlights.is_open(parts)
        if not is_open and not await self._visitors.signed_in(request, community):
            return for_members(
                community, parts, Wording(community.tag).say("Highlights"), "meetings"
            )
        if page is None or highlights is None:
            return _no_such_meeting(community)
        meeting = page[0]
        paper = _paper(highlights, community, self._link(community, meeting))
        drawn = await self._press.drawn(paper, meeting.id, highlights.version)
        name = f"{meeting.code}-highlights.pdf"
        return answered(request, drawn, "application/pdf", name, for_all=is_open)

    async def entry(self, request: Request) -> Response:
        """The meeting as a calendar file, for those who see all of its page."""
        community = await self._visitors.community(request)
        parts = self._visitors.opened(community)
        is_member = await self._visitors.signed_in(request, community)
        if not is_member and Part.PAGE not in parts:
            return for_members(community, parts, Wording(community.tag).say("Meeting"), "meetings")
        page = await self._look_up(request, community)
        if page is None:
            return _no_such_meeting(community)
        link = f"{self._url()}/c/{community.key}"
        body = calendar.one(page[0], community, link, is_member=is_member)
        name = f"{page[0].code}.ics"
        return answered(request, body, calendar.TYPE, name, for_all=not is_member)

    async def _for_member(
        self, member: Visitor, meeting: Meeting
    ) -> tuple[RsvpAnswer | None, tuple[str, ...]]:
        """The member's answer and the lines of the agenda, as scheduling has them now.

        Nothing if scheduling cannot be reached: the page shows all else.
        """
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                stands, agenda = await asyncio.gather(
                    self._visitors.ask(ShowMeeting(code=meeting.code), member),
                    self._visitors.ask(ShowAgenda(code=meeting.code), member),
                )
        except (TimeoutError, Unavailable, Refusal):
            return None, ()
        return stands.mine, tuple(item_line(item, member.wording) for item in agenda.items)

    def _link(self, community: Community, meeting: Meeting) -> str:
        return f"{self._url()}/c/{community.key}/meetings/{meeting.code}"

    async def _look_up(self, request: Request, community: Community) -> Found | None:
        try:
            code = _CODE.validate_python(request.path_params["code"])
        except ValidationError:
            return None

        async def read(store: Store) -> Found | None:
            meeting = await store.meeting(community.id, code)
            return (meeting, await store.documents.of(meeting.id)) if meeting else None

        return await self._copies.look(read)


def _is_published(page: Found | None, parts: frozenset[Part]) -> bool:
    """Whether a visitor can read anything of it, or even that there is no such meeting."""
    if Part.PAGE in parts:
        return True
    highlights = page[1].get(Kind.HIGHLIGHTS) if page else None
    return highlights is not None and highlights.is_open(parts)


def _paper(highlights: Document, community: Community, link: str) -> Paper:
    wording = Wording(community.tag)
    day = highlights.told_at.astimezone(ZoneInfo(community.zone)).date()
    return Paper(
        title=plain(highlights.title),
        community=plain(community.name),
        link=link,
        seen=link.partition("://")[2],
        day=wording.say("Shared on {day}", day=say_day(day, wording.locale)),
        lang=community.tag.partition("-")[0],
        parts=blocks(highlights.text),
    )


def _no_such_meeting(community: Community) -> Response:
    say = Wording(community.tag).say
    return sorry(
        say("There is no such meeting here"),
        say("The code may be mistyped, or the meeting was long ago and nothing was shared of it."),
        say("A code looks like M7K2."),
        status=404,
        back=(f"/c/{community.key}", say("Go to the community’s page")),
    )
