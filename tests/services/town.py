"""A small town to test in: real services on real engines, and people who ask them."""

import asyncio
import importlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, TypeVar
from uuid import UUID, uuid4

from clock import TestWorld
from indaba.bus import Bus
from indaba.contracts.group_sizes import NOTICE, SetGroupSize
from indaba.contracts.linking import AnswerLink, IssueLinkCode, ProposeLink
from indaba.contracts.membership import (
    CONSENT_VERSION,
    FoundCommunity,
    IssuePassport,
    JoinCommunity,
    PassportIssued,
    Place,
    Platform,
)
from indaba.contracts.openness import Part
from indaba.contracts.publishing import Publish
from indaba.contracts.wire import Reply, Request
from indaba.conversation.delivery.service_client import ask
from indaba.ledger import Ledger
from indaba.membership.model.safeguarding import Safeguarding
from indaba.operate.processes import ERASURE_OWNER
from workshop import OFFICE, ledger_of, rows, until, widened

R = TypeVar("R", bound=Reply)
LEAD = "@lead:elsewhere.example.org"
REPORTS_TO = Safeguarding.named([f"matrix:{LEAD}"])
RELEASING = ("library", "membership", "outcomes", "scheduling")
ROOM = Place(platform=Platform.MATRIX, room="!room:example.org")


def founding(
    account: str,
    place: Place,
    zone: str = "Africa/Johannesburg",
    wording: str = CONSENT_VERSION,
) -> FoundCommunity:
    """What somebody asks who founds a community there."""
    return FoundCommunity(
        name="Maths teachers",
        purpose="Share what works in grade 9",
        language="English",
        zone=zone,
        place=place,
        posts_in=place,
        account=account,
        has_power=True,
        adult=True,
        consent_version=wording,
    )


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
        wording: str = CONSENT_VERSION,
    ) -> PassportIssued:
        """A community with one facilitator; gives the facilitator's passport."""
        place = Place(platform=Platform.MATRIX, room=room or self.room)
        return await self.ask(founding(account, place, zone, wording))

    async def published(
        self,
        *parts: Part,
        account: str = "@lindiwe:example.org",
        room: str = "",
        close: bool = False,
    ) -> None:
        """Parts of a community are opened to the world by its facilitator: page and calendar."""
        wanted = frozenset(parts or (Part.PAGE, Part.CALENDAR))
        await self.ask(Publish(parts=wanted, open=not close), await self.passport(account, room))

    async def joined(self, account: str, room: str = "") -> PassportIssued:
        place = Place(platform=Platform.MATRIX, room=room or self.room)
        return await self.ask(
            JoinCommunity(place=place, account=account, adult=True, consent_version=CONSENT_VERSION)
        )

    async def linked(
        self,
        held: PassportIssued,
        account: str,
        platform: Platform = Platform.MATRIX,
    ) -> UUID:
        """An account becomes this member's, by the word of both; gives the link's id."""
        code = (await self.ask(IssueLinkCode(), held)).code
        proposed = await self.ask(ProposeLink(platform=platform, account=account, code=code))
        assert proposed.link.link is not None
        answer = AnswerLink(link=proposed.link.link, agreed=True)
        assert (await self.ask(answer, held)).linked
        return proposed.link.link

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

    async def in_groups_of(self, size: int, account: str = "@lindiwe:example.org") -> None:
        """Figures stand for more people: that was asked for, has begun, and all have heard it."""
        await self.ask(SetGroupSize(size=size), await self.passport(account))
        self.later(days=NOTICE.days, seconds=1)
        query = f"SELECT 1 FROM ledger.group_sizes WHERE size = {size} AND until IS NULL"

        async def heard() -> bool:
            told = [self.ledgers[name] for name in RELEASING if name in self.ledgers]
            return all([await rows(ledger, query) for ledger in told])

        await until(heard)

    def later(self, **time: float) -> None:
        """Turn everybody's clock forward."""
        self.clock.ahead += timedelta(**time)
        for ledger in self.ledgers.values():
            ledger._timers.wake.ring()


@asynccontextmanager
async def started(
    ledgers: dict[str, Ledger], bus_url: str, clock: TestWorld
) -> AsyncIterator[Town]:
    """The services of these ledgers, wired before, and a face that asks them; all stop after."""
    face = Bus(bus_url, "face", clock)
    face.expect_replies()
    await asyncio.gather(*(ledger.start() for ledger in ledgers.values()), face.start())
    town = Town(face, clock, ledgers)
    yield town
    await face.stop()
    for ledger in town.ledgers.values():  # a test may have put another in the place of one
        await ledger.stop()


async def wired(
    services: Iterable[str],
    database: Callable[..., Awaitable[str]],
    bus_url: str,
    clock: TestWorld,
    **given: Mapping[str, Any],
) -> dict[str, Ledger]:
    """Ledgers of services by name, each in a new database; `given` is what a service is wired with.

    Membership waits for all others when somebody is erased.
    """
    names = tuple(services)
    erasing = {
        "office": OFFICE,
        "erased_by": tuple(n for n in names if n != ERASURE_OWNER),
        "reports_to": REPORTS_TO,
    }
    ledgers = {}
    for name in names:
        app: Any = importlib.import_module(f"indaba.{name}.app")
        url = await database(app.MIGRATIONS)
        ledgers[name] = ledger_of(name, url, bus_url, migrations=app.MIGRATIONS, world=clock)
        own = erasing if name == ERASURE_OWNER else {}
        app.wire(ledgers[name], **{**own, **given.get(name, {})})
        if not {"most", "strangers"} & given.get(name, {}).keys():
            widened(ledgers[name])
    return ledgers
