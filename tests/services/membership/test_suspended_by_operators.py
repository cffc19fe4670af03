"""`indaba member suspend`, on services that run."""

import pytest

from indaba.contracts.passport import Role
from indaba.contracts.refusal import Refused
from indaba.operate.client import NobodyAnswers
from indaba.operate.console import Console
from indaba.operate.data.suspend import suspend
from indaba.operate.installation import Installation
from services.town import Town

pytestmark = pytest.mark.asyncio(loop_scope="module")

LINDIWE, STOLEN = "@lindiwe:example.org", "The account was stolen"


@pytest.fixture(autouse=True)
def _as_operators_do(town: Town) -> None:
    """The command asks by the machine's clock, so the town lives by it."""
    town.clock.follow_the_machine()


async def test_a_stolen_account_loses_its_powers_at_once(
    town: Town, bus_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    site = Installation(databases={}, bus_url=bus_url)
    await town.founded(LINDIWE)

    with pytest.raises(Refused) as no:
        await suspend(site, LINDIWE, "No such", STOLEN, Console())
    assert "They are in: Maths teachers. Nothing was changed." in no.value.words
    assert Role.FACILITATOR in (await town.passport(LINDIWE)).passport.roles

    await suspend(site, LINDIWE, "maths teachers", STOLEN, Console())
    said = capsys.readouterr().out
    assert f"The powers of {LINDIWE} rest until" in said
    assert "  Maths teachers" in said
    assert (await town.passport(LINDIWE)).passport.roles == {Role.MEMBER}


async def test_where_membership_does_not_run_nothing_is_promised(
    town: Town, bus_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("indaba.operate.data.suspend.PATIENCE", 1.0)
    await town.ledgers["membership"].stop()
    site = Installation(databases={}, bus_url=bus_url)
    with pytest.raises(NobodyAnswers):
        await suspend(site, LINDIWE, "", STOLEN, Console())
