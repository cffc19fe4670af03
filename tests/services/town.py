"""A small town to test in: real services on real engines, and people who ask them."""

from datetime import timedelta
from typing import TypeVar
from uuid import UUID, uuid4

from clock import TestWorld
from indaba.bus import Bus
from indaba.contracts.membership import (
    CONSENT_VERSION,
    FoundCommunity,
    IssuePassport,
    JoinCommunity,
    PassportIssued,
    Place,
    Platform,
)
from indaba.contracts.wire import Reply, Request
from indaba.conversation.delivery.service_client import ask
from indaba.ledger import Ledger

R = TypeVar("R", bound=Reply)
ROOM = Place(platform=Platform.MATRIX, room="!room:example.org")


class Town:
    """Asks as a face does. `clock` is everybody's."""

    def __init__(
        self, bus: Bus, clock: TestWorld, ledgers: dict[str, Ledger], room: str = ROOM.room
    ) -> None:
        self.bus = bus
        self.clock = clock
        self.ledgers = ledgers
        self.room = room

    def in_another_room(self) -> "Town":
        """The same services, where nobody has founded anything yet; the clock is put right."""
        self.clock.ahead = timedelta()
        return Town(self.bus, self.clock, self.ledgers, f"!{uuid4().hex}:example.org")

    async def ask(
        self, request: Request[R], held: PassportIssued | None = None, key: str = ""
    ) -> R:
        return await ask(self.bus, self.clock, request, self.clock.new_id(), passport=held, key=key)

    async def founded(
        self,
        account: str = "@lindiwe:example.org",
        room: str = "",
        zone: str = "Africa/Johannesburg",
    ) -> PassportIssued:
        """A community with one facilitator; gives the facilitator's passport."""
        place = Place(platform=Platform.MATRIX, room=room or self.room)
        return await self.ask(
            FoundCommunity(
                name="Maths teachers",
                purpose="Share what works in grade 9",
                language="English",
                zone=zone,
                place=place,
                posts_in=place,
                account=account,
                has_power=True,
                adult=True,
                consent_version=CONSENT_VERSION,
            )
        )

    async def joined(self, account: str, room: str = "") -> PassportIssued:
        place = Place(platform=Platform.MATRIX, room=room or self.room)
        return await self.ask(
            JoinCommunity(place=place, account=account, adult=True, consent_version=CONSENT_VERSION)
        )

    async def passport(
        self,
        account: str,
        room: str = "",
        community: UUID | None = None,
        *,
        direct: bool = False,
    ) -> PassportIssued:
        return await self.ask(
            IssuePassport(
                platform=Platform.MATRIX,
                account=account,
                room=room or self.room,
                direct=direct,
                community=community,  # type: ignore[arg-type]  # a plain UUID will do
            )
        )

    def later(self, **time: float) -> None:
        """Turn everybody's clock forward."""
        self.clock.ahead += timedelta(**time)
        for ledger in self.ledgers.values():
            ledger._timers.wake.ring()
