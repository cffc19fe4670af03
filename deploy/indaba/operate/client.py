"""Ask a running Indaba something as one of its members."""

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, TypeVar

from indaba.contracts.membership import IssuePassport, PassportIssued, Platform
from indaba.contracts.refusal import Refusal, Unavailable
from indaba.contracts.wire import Reply, Request
from indaba.operate.installation import Installation
from indaba.operate.local import lock
from indaba.operate.naming import the_one_meant

if TYPE_CHECKING:
    from indaba.bus import Bus
    from indaba.process.world import World

PATIENCE = 30.0
DISCORD_IDS = re.compile(r"\d{15,20}")

R = TypeVar("R", bound=Reply)


class NotYourCommunity(Refusal):
    """The account is not a member of that community."""

    code = "not-your-community"

    def __init__(self, account: str, named: str, known: Sequence[str]) -> None:
        theirs = f"It is in: {', '.join(known)}." if known else "It is in no community."
        super().__init__(f"{account} is no member of a community called {named!r}. {theirs}")


class NobodyAnswers(Refusal):
    """Indaba is not running, or its bus cannot be reached."""

    code = "nobody-answers"

    def __init__(self) -> None:
        super().__init__(
            "Nobody answers, so I do not know whether it was kept. Look with: indaba status. "
            "Then try again: the same thing is kept once."
        )


async def ask_as(site: Installation, request: Request[R], community: str, account: str) -> R:
    """Ask as a member of the community, which is given by its name or key.

    Raises `NotRunning`, `NotYourCommunity`, `SeveralOfThatName`, `NobodyAnswers`, or what the
    service says.
    """
    if not site.is_running and site.data is not None:
        raise lock.NotRunning(site.data)
    try:
        async with asyncio.timeout(PATIENCE):
            return await _asked(site.bus_url, request, community, full(account, site))
    except (Unavailable, TimeoutError, OSError):
        raise NobodyAnswers from None


def full(account: str, site: Installation) -> str:
    """The account of somebody in the trial room, if only their name is given."""
    if site.data is None or account.startswith("@"):
        return account
    from indaba.operate.data.secrets import accounts

    known = accounts(site.data).get(account)
    return known.user_id if known else account


async def _asked(bus_url: str, request: Request[R], named: str, account: str) -> R:
    from indaba.conversation.delivery.service_client import ask

    async with face(bus_url) as (bus, world):
        held = await _passport(bus, world, named, account)
        return await ask(bus, world, request, world.new_id(), passport=held)


@asynccontextmanager
async def face(bus_url: str) -> "AsyncIterator[tuple[Bus, World]]":
    """A connection to the bus from which to send requests."""
    from indaba.bus import Bus
    from indaba.process.world import RealWorld

    world = RealWorld()
    bus = Bus(bus_url, "operator", world, replica=str(world.new_id()))
    bus.expect_replies()
    await bus.start()
    try:
        yield bus, world
    finally:
        await bus.stop()


def who_asks(account: str) -> IssuePassport:
    """An account, wherever it speaks."""
    platform = Platform.DISCORD if DISCORD_IDS.fullmatch(account) else Platform.MATRIX
    return IssuePassport(platform=platform, account=account, direct=True)


async def _passport(bus: "Bus", world: "World", named: str, account: str) -> PassportIssued:
    """The passport of an account in the community that is named."""
    from indaba.conversation.delivery.service_client import ask

    who = who_asks(account)
    issued = await ask(bus, world, who, world.new_id())
    theirs = [*issued.choices, *([issued.community] if issued.community else [])]
    card = the_one_meant(named, theirs)
    if card is None:
        raise NotYourCommunity(account, named, [card.name for card in theirs])
    there = who.model_copy(update={"community": card.id})
    return await ask(bus, world, there, world.new_id())
