"""`indaba erase`: for somebody who asks to be erased and cannot ask the bot."""

import asyncio
from uuid import UUID

import asyncpg

from indaba.contracts.membership import EraseMe, ErasureBegun
from indaba.contracts.refusal import Refusal, Unavailable
from indaba.operate.client import NobodyAnswers, face, full, who_asks
from indaba.operate.console import Console
from indaba.operate.installation import Installation
from indaba.operate.local import lock

PATIENCE = 60.0
DONE = "SELECT member IS NULL FROM erasures WHERE id = $1"
LEFT = """SELECT array(SELECT json_array_elements_text(expected) EXCEPT
SELECT service FROM erasure_answers WHERE erasure = $1) FROM erasures WHERE id = $1"""


class NobodyOfThatAccount(Refusal):
    """The account is unknown."""

    code = "nobody-of-that-account"

    def __init__(self, account: str) -> None:
        super().__init__(f"Nobody here is known as {account}. Nothing was changed.")


class NotConfirmed(Refusal):
    """An erasure cannot be taken back, so it is asked for twice."""

    code = "not-confirmed"

    def __init__(self, account: str) -> None:
        super().__init__(
            f"This erases {account} from every community for good: what they wrote goes, counts "
            "stay. If that is meant, add: --yes"
        )


async def erase(site: Installation, account: str, saying: Console, *, yes: bool) -> None:
    """Erase the member behind an account, and wait until every process has.

    Raises `NotRunning`, `NobodyAnswers`, `NobodyOfThatAccount`, `NotConfirmed`, or what membership
    says, such as that a community would be left without a facilitator.
    """
    if not site.is_running and site.data is not None:
        raise lock.NotRunning(site.data)
    whole = full(account, site)
    if not yes:
        raise NotConfirmed(whole)
    try:
        async with asyncio.timeout(PATIENCE / 2):
            begun = await _begin(site, whole)
    except (Unavailable, TimeoutError, OSError):
        raise NobodyAnswers from None
    left = await _finished(site, begun.erasure)
    if left:
        saying.line(f"Begun. It is finished when these have answered too: {', '.join(left)}")
        return
    saying.line(f"Erased {whole} in {', '.join(begun.services)}.")
    saying.line("To have the disk forget as well: indaba sweep")


async def _begin(site: Installation, account: str) -> ErasureBegun:
    from indaba.conversation.delivery.service_client import ask

    async with face(site.bus_url) as (bus, world):
        held = await ask(bus, world, who_asks(account), world.new_id())
        if held.passport.member is None:
            raise NobodyOfThatAccount(account)
        key = f"operator/{world.new_id()}"
        return await ask(bus, world, EraseMe(), world.new_id(), passport=held, key=key)


async def _finished(site: Installation, erasure: UUID) -> list[str]:
    """Wait for the answers; gives those still out when the time is over."""
    session = await asyncpg.connect(site.databases["membership"].replace("+asyncpg", ""))
    try:
        until = asyncio.get_running_loop().time() + PATIENCE
        while not await session.fetchval(DONE, erasure):
            if asyncio.get_running_loop().time() > until:
                return list(await session.fetchval(LEFT, erasure))
            await asyncio.sleep(0.1)
        return []
    finally:
        await session.close()
