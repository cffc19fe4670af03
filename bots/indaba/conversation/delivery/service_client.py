"""Asking the services on behalf of a person or of the bot itself."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar, cast
from uuid import UUID

from indaba.bus import Bus, Outcome, ReplyEnvelope
from indaba.contracts.erasure import ShowErased
from indaba.contracts.ids import CommunityId, MemberId
from indaba.contracts.membership import IssuePassport, PassportIssued, Platform
from indaba.contracts.refusal import (
    AppealWaits,
    BadPassport,
    Expired,
    Fault,
    Hint,
    LeftBefore,
    NotAllowed,
    NotAMember,
    Refused,
    Removed,
    Suspended,
    Unavailable,
)
from indaba.contracts.wire import Envelope, Question, Reply, Request
from indaba.process.world import World

R = TypeVar("R", bound=Reply)

PATIENCE = timedelta(seconds=10)
HELD_FOR = timedelta(seconds=30)
MOST_CACHED = 5000
STALE = {
    each.code
    for each in (
        *(BadPassport, NotAllowed, NotAMember),
        *(LeftBefore, Suspended, Removed, AppealWaits),
    )
}


@dataclass(frozen=True, slots=True)
class Asker:
    """On whose behalf: an account in a room, or (both empty) the bot itself in a community.

    `house` is what holds the room, where the platform has such a thing. A `guest` is somebody of
    whom nothing is known, and no account either.
    """

    account: str = ""
    room: str = ""
    direct: bool = False
    house: str = ""
    community: CommunityId | None = None
    guest: bool = False


class Passports:
    """Passports in hand, for half a minute or until somebody's roles change.

    A change reaches one copy of a bot only; the half minute is for the others.
    """

    def __init__(self, bus: Bus, platform: Platform, world: World) -> None:
        self._bus = bus
        self.platform = platform
        self._world = world
        self._held: dict[Asker, tuple[PassportIssued, datetime]] = {}
        self._dropped = 0

    async def of(self, asker: Asker, correlation: UUID) -> PassportIssued:
        """The asker's passport. Raises what asking raises."""
        held = self._held.get(asker)
        if held and held[1] > self._world.now():
            return held[0]
        dropped = self._dropped
        request = IssuePassport(
            platform=self.platform,
            account=asker.account,
            room=asker.room,
            house=asker.house,
            community=asker.community,
            direct=asker.direct,
            guest=asker.guest,
        )
        issued = await ask(self._bus, self._world, request, correlation)
        if len(self._held) >= MOST_CACHED:
            self._held.clear()
        # One asked for before a change may arrive after it.
        if issued.community is not None and dropped == self._dropped:
            self._held[asker] = issued, self._world.now() + HELD_FOR
        return issued

    async def is_home(self, room: str, account: str) -> bool:
        """Whether a community lives in a room, as it is now. Raises what asking raises."""
        asker = Asker(account, room)
        self.drop(asker)
        issued = await self.of(asker, self._world.new_id())
        return issued.community is not None and issued.lives_here

    async def erased(self, erasure: UUID, correlation: UUID) -> tuple[str, ...]:
        """Accounts that an erasure under way concerns. Raises what asking raises."""
        wanted = ShowErased(erasure=erasure, platform=self.platform)
        return (await ask(self._bus, self._world, wanted, correlation)).accounts

    def drop(self, asker: Asker) -> None:
        """Forget one passport."""
        self._dropped += 1
        self._held.pop(asker, None)

    def drop_all(self) -> None:
        """Forget all passports."""
        self._dropped += 1
        self._held.clear()

    def drop_member(self, member: MemberId) -> None:
        """Forget the passports of a member, and of guests: they may just have joined."""
        self._dropped += 1
        self._held = {
            asker: held
            for asker, held in self._held.items()
            if held[0].passport.member not in (member, None) or not asker.account
        }


class BusServiceClient:
    """The asking half of the bus, for one act of one asker.

    Each request carries the act's own key, so that doing the act again asks for the same once.
    """

    def __init__(
        self,
        bus: Bus,
        world: World,
        passports: Passports,
        asker: Asker,
        act: str,
        correlation: UUID,
    ) -> None:
        self._bus = bus
        self._world = world
        self._passports = passports
        self.asker = asker
        self._act = act
        self.correlation = correlation
        self._asked: Counter[str] = Counter()

    async def ask(self, request: Request[R]) -> R:
        """The reply. Raises `Refusal`, `Unavailable` or `Fault`."""
        self._asked[request.wire] += 1
        key = f"{self._act}#{self._asked[request.wire]}"
        try:
            reply = await self._ask(request, key)
        except Refused as refused:
            if refused.told not in STALE:
                raise
            # Somebody's rights may have changed a second ago: once more with a fresh passport.
            self._passports.drop(self.asker)
            reply = await self._ask(request, key)
        if request.context() == "membership" and not isinstance(request, Question):
            # What was told of themselves may stand in the passport, such as their time zone.
            self._passports.drop(self.asker)
        return reply

    async def _ask(self, request: Request[R], key: str) -> R:
        issued = await self._passports.of(self.asker, self.correlation)
        return await ask(
            self._bus, self._world, request, self.correlation, passport=issued, key=key
        )


async def ask(
    bus: Bus,
    world: World,
    request: Request[R],
    correlation: UUID,
    *,
    passport: PassportIssued | None = None,
    key: str = "",
) -> R:
    """Ask a service and open its reply. Raises `Refusal`, `Unavailable` or `Fault`."""
    now = world.now()
    envelope = Envelope.around(
        request,
        id=world.new_id(),
        occurred_at=now,
        correlation=correlation,
        passport=passport.token if passport else "",
        community=passport.passport.community if passport else None,
        expires_at=now + PATIENCE,
        idempotency_key=key,
    )
    reply = await bus.ask(request.context(), envelope)
    return cast("R", _opened(request, reply, correlation))


def _opened(request: Request[Any], reply: ReplyEnvelope, correlation: UUID) -> Reply:
    body = reply.body
    match reply.outcome:
        case Outcome.ANSWERED:
            return request.reply().model_validate(body)
        case Outcome.REFUSED:
            raise Refused(body["code"], body["words"], body["facts"], _hint(body))
        case Outcome.UNAVAILABLE:
            raise Unavailable(body["words"])
        case Outcome.EXPIRED:
            raise Expired
        case Outcome.FAULT:
            raise Fault(body.get("reference", str(correlation)))


def _hint(body: dict[str, Any]) -> Hint | None:
    """The hint of a refusal; `None` if there is none, as from versions that knew no hints."""
    told = body.get("hint")
    return Hint(told["intent"], told["arguments"]) if told else None
