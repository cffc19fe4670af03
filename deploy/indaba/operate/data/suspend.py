"""`indaba member suspend`: for an account that was stolen, or a facilitator who does harm."""

import asyncio

from indaba.contracts.refusal import Unavailable
from indaba.contracts.removal import AccountSuspended, SuspendAccount
from indaba.operate.client import NobodyAnswers, face, full, who_asks
from indaba.operate.console import Console
from indaba.operate.installation import Installation
from indaba.operate.local import lock

PATIENCE = 30.0


async def suspend(
    site: Installation, account: str, community: str, reason: str, saying: Console
) -> None:
    """Let an account's powers rest for 72 hours, in one community or in all of theirs.

    Raises `NotRunning`, `NobodyAnswers`, or what membership says, such as that two communities
    have that name.
    """
    if not site.is_running and site.data is not None:
        raise lock.NotRunning(site.data)
    whole = full(account, site)
    try:
        async with asyncio.timeout(PATIENCE):
            done = await _asked(site, whole, community, reason)
    except (Unavailable, TimeoutError, OSError):
        raise NobodyAnswers from None
    saying.line(f"The powers of {whole} rest until {done.until:%Y-%m-%d %H:%M} UTC in:")
    for name in done.communities:
        saying.line(f"  {name}")
    saying.line("They and the facilitators are told the reason.")


async def _asked(site: Installation, account: str, community: str, reason: str) -> AccountSuspended:
    from indaba.contracts.membership import IssuePassport
    from indaba.conversation.delivery.service_client import ask

    platform = who_asks(account).platform
    request = SuspendAccount(platform=platform, account=account, community=community, reason=reason)
    async with face(site.bus_url) as (bus, world):
        held = await ask(
            bus, world, IssuePassport(platform=platform, account="", direct=True), world.new_id()
        )
        return await ask(bus, world, request, world.new_id(), passport=held)
