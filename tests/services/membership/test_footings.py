"""What somebody is to a community who is no member, or is one with less power than before."""

import pytest

from indaba.contracts.membership import LeaveCommunity, Platform
from indaba.contracts.passport import Belonging
from indaba.contracts.removal import AppealRemoval
from services.membership.village import Village, account

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_membership_knows_what_somebody_is(village: Village) -> None:
    await village.begin("lindiwe", "naledi", members=("thabo", "sipho", "ayanda", "gina"))
    await village.town.ask(LeaveCommunity(), await village.held("thabo"))
    for name in ("sipho", "ayanda"):
        await village.remove("lindiwe", name)
    words = AppealRemoval(platform=Platform.MATRIX, account=account("ayanda"), words="no")
    await village.town.ask(words)
    await village.suspend("lindiwe", "gina")
    await village.suspend("naledi", "lindiwe")

    found = {name: await village.held(name) for name in ("thabo", "sipho", "ayanda", "gina")}
    found |= {name: await village.held(name) for name in ("lindiwe", "stranger", "naledi")}
    assert {name: held.passport.belonging for name, held in found.items()} == {
        "thabo": Belonging.FORMER,
        "sipho": Belonging.REMOVED,
        "ayanda": Belonging.APPEALED,
        "gina": Belonging.SUSPENDED,
        "lindiwe": Belonging.SUSPENDED,
        "stranger": Belonging.GUEST,
        "naledi": Belonging.GUEST,
    }
    assert [found[name].because for name in ("sipho", "gina", "naledi")] == ["spam", "stolen", ""]
    alone = await village.town.passport(account("sipho"), "!chat", direct=True)
    assert alone.passport.belonging is Belonging.REMOVED
    assert alone.community is None
