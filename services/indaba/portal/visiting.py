"""The visitors of a community's pages, and asking services on their behalf."""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from indaba.contracts.ids import CommunityId, MemberId
from indaba.contracts.membership import FindAccounts, IssuePassport, PassportIssued, Platform
from indaba.contracts.openness import Part
from indaba.contracts.passport import Role
from indaba.contracts.refusal import Fault, Refusal, Unavailable
from indaba.contracts.wire import Reply
from indaba.contracts.wire import Request as Asked
from indaba.conversation.delivery.service_client import Asker, Passports, ask
from indaba.conversation.times import say_zone
from indaba.conversation.wording import Wording, plain
from indaba.ledger import Ledger
from indaba.portal.drawing import NEVER_KEEP, draw
from indaba.portal.model import Community
from indaba.portal.signing_in import Cookie
from indaba.portal.store import Copies
from indaba.process.world import World

R = TypeVar("R", bound=Reply)

NOTICE_SECONDS = 1.0
"""How long a page that needs only the portal's copies waits to say what else is new."""

_KEY = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody on a community's page, with a passport as a member or as a guest."""

    community: Community
    held: PassportIssued
    correlation: UUID

    @property
    def is_member(self) -> bool:
        """Whether they are signed in and a member at this moment."""
        passport = self.held.passport
        return passport.member is not None and bool(passport.roles)

    @property
    def facilitates(self) -> bool:
        """Whether they are signed in as a facilitator."""
        return self.is_member and Role.FACILITATOR in self.held.passport.roles

    @property
    def has_news(self) -> bool:
        """Whether there is a new wording that they have not answered yet."""
        return self.is_member and (self.held.unasked or bool(self.held.unanswered))

    @property
    def wording(self) -> Wording:
        """The community's language."""
        return Wording(self.community.tag)

    def facts(self, here: str, *, exact: bool = True) -> dict[str, Any]:
        """What every page of a community shows. `exact`: the page is the one that `here` names."""
        facts = facts_of(self.community, here, exact=exact)
        return {**facts, "is_member": self.is_member, "has_news": self.has_news}


def facts_of(community: Community, here: str, *, exact: bool = True) -> dict[str, Any]:
    """What every page of a community shows, for members and guests."""
    return {
        "key": community.key,
        "name": plain(community.name),
        "tag": community.tag,
        "zone": say_zone(community.zone, community.tag),
        "platforms": community.platforms,
        "here": here,
        "exact": exact,
        "has_news": False,
    }


def for_members(
    community: Community, parts: frozenset[Part], what: str, here: str, *, exact: bool = False
) -> Response:
    """A page that says that something is for members, and how to join or sign in.

    It does not name a community whose page is not published.
    """
    wording = Wording(community.tag)
    if Part.PAGE in parts:
        facts = facts_of(community, here, exact=exact)
        return draw(
            "for_members", status=403, headers=NEVER_KEEP, wording=wording, what=what, **facts
        )
    return draw("closed", status=403, headers=NEVER_KEEP, wording=wording)


class Visitors:
    """Identifies visitors by the key in the address, and asks services with their rights."""

    def __init__(self, ledger: Ledger, copies: Copies, cookie: Cookie) -> None:
        self._bus = ledger.bus
        self._world = ledger.world
        self._copies = copies
        self._cookie = cookie
        # Guests' passports and the portal's own name nobody, so any platform will do.
        self._passports = Passports(ledger.bus, Platform.MATRIX, ledger.world)

    async def community(self, request: Request) -> Community:
        """The community in the address. Raises a 404."""
        community = await self.known(request)
        if community is None:
            raise HTTPException(404)
        return community

    async def known(self, request: Request) -> Community | None:
        """The community in the address; `None` if the key is unknown or was renewed."""
        key = request.path_params["key"]
        if not _KEY.fullmatch(key):
            return None
        return await self._copies.look(lambda store: store.community(key))

    async def signed_in(self, request: Request, community: Community) -> bool:
        """Whether somebody is signed in as a member, by the portal's copies."""
        return await self._signed_in(request, community) is not None

    def opened(self, community: Community) -> frozenset[Part]:
        """The parts of a community that the world sees now."""
        return community.opened(self._world.now())

    async def visitor(self, request: Request) -> Visitor:
        """Who asks. Raises a 404 if the key opens nothing, and errors as `ask`."""
        community, correlation = await self.community(request), self._world.new_id()
        member = await self._signed_in(request, community)
        held = await self._passport(member, community.id, correlation) if member else None
        return Visitor(community, held or await self._guest(community, correlation), correlation)

    async def member(self, request: Request, community: Community) -> Visitor | None:
        """Who asks, if they are a member. Guests are recognised by the portal's copies alone."""
        if await self._signed_in(request, community) is None:
            return None
        visitor = await self.visitor(request)
        return visitor if visitor.is_member else None

    async def has_news(self, request: Request, community: Community) -> bool:
        """Whether a member should read a new wording. False if membership does not answer soon."""
        try:
            async with asyncio.timeout(NOTICE_SECONDS):
                member = await self.member(request, community)
        except (TimeoutError, Unavailable, Refusal, Fault):
            return False
        return member is not None and member.has_news

    async def belongs(self, member: MemberId, community: CommunityId) -> bool:
        """Whether somebody is a member at this moment, as membership knows it."""
        held = await self._passport(member, community, self._world.new_id())
        return held is not None and bool(held.passport.roles)

    async def ask(self, request: Asked[R], visitor: Visitor) -> R:
        """The reply to a visitor's question. Raises `Refusal`, `Unavailable` or `Fault`."""
        return await ask(
            self._bus, self._world, request, visitor.correlation, passport=visitor.held
        )

    async def _guest(self, community: Community, correlation: UUID) -> PassportIssued:
        """A guest's passport, renewed if it differs from what we last knew to be published."""
        guest = Asker(community=community.id, guest=True)
        held = await self._passports.of(guest, correlation)
        if held.passport.opened == self.opened(community):
            return held
        self._passports.drop(guest)
        return await self._passports.of(guest, correlation)

    async def _signed_in(self, request: Request, community: Community) -> MemberId | None:
        digest = self._cookie.digest(request)
        if not digest:
            return None
        return await self._copies.look(lambda store: store.signed_in_as(digest, community.id))

    async def _passport(
        self, member: MemberId, community: CommunityId, correlation: UUID
    ) -> PassportIssued | None:
        """A new passport for a member, so that nothing is shown by rights they no longer have.

        Passports are issued to chat accounts, so one of the member's accounts is looked up and not
        stored.
        """
        ours = await self._passports.of(Asker(community=community), correlation)
        for platform in Platform:
            named = FindAccounts(platform=platform, members=(member,))
            accounts = await ask(self._bus, self._world, named, correlation, passport=ours)
            account = accounts.accounts.get(str(member))
            if account:
                wanted = IssuePassport(platform=platform, account=account, community=community)
                return await ask(self._bus, self._world, wanted, correlation)
        return None


class CommunityPages:
    """Base of what answers for one community: the clock, our copies, visitors and our address."""

    def __init__(
        self, world: World, copies: Copies, visitors: Visitors, url: Callable[[], str]
    ) -> None:
        self._world = world
        self._copies = copies
        self._visitors = visitors
        self._url = url
