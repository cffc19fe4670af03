"""Operators may name who sets up communities, on both platforms."""

from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from indaba.contracts.ids import MemberId
from indaba.contracts.limits import MayNotSetUp
from indaba.contracts.membership import (
    IssuePassport,
    Place,
    Platform,
)
from indaba.contracts.passport import Passport
from indaba.contracts.refusal import Refused
from indaba.conversation.commands.carrying_out import may_not
from indaba.conversation.commands.person import Person
from indaba.conversation.commands.topics import INTENTS
from indaba.conversation.commands.topics.cop import SetUp
from indaba.membership.app import _wire_joining
from indaba.process.named import Named
from services.town import REPORTS_TO, Town, founding
from workshop import OFFICE, rows

pytestmark = pytest.mark.asyncio(loop_scope="module")
HOUSE, OTHER_HOUSE, ACCOUNT, OTHER = (f"12345678901234567{n}" for n in range(4))
NAMED = Named(("matrix:example.org", f"discord:{HOUSE}", f"discord:{ACCOUNT}"))
MATRIX, DISCORD = Platform.MATRIX, Platform.DISCORD
CASES = [
    (MATRIX, "@lindiwe:example.org", "", True),
    (MATRIX, "@stranger:far.example.org", "", False),
    (DISCORD, OTHER, HOUSE, True),
    (DISCORD, ACCOUNT, OTHER_HOUSE, True),
    (DISCORD, OTHER, OTHER_HOUSE, False),
]


@pytest.fixture
def named(town: Town) -> Iterator[None]:
    """Operators have named some, until the test is over."""
    ledger = town.ledgers["membership"]
    _wire_joining(ledger, OFFICE, REPORTS_TO, NAMED)
    yield
    _wire_joining(ledger, OFFICE, REPORTS_TO, Named())


@pytest.mark.parametrize(("platform", "account", "house", "may"), CASES)
@pytest.mark.usefixtures("named")
async def test_only_who_is_named_sets_up(
    town: Town, platform: Platform, account: str, house: str, may: bool
) -> None:
    place = Place(platform=platform, room=uuid4().hex, house=house)
    asked = IssuePassport(platform=platform, account=account, room=place.room, house=house)
    assert (await town.ask(asked)).may_set_up is may
    act = founding(account, place)
    if may:
        await town.ask(act)
        return
    with pytest.raises(Refused) as refused:
        await town.ask(act)
    assert refused.value.told == MayNotSetUp.code
    assert await rows(town.ledgers["membership"], "SELECT * FROM accounts") == []


@pytest.mark.parametrize("platform", Platform)
@pytest.mark.parametrize("may", [True, False])
async def test_nobody_answers_four_questions_for_nothing(platform: Platform, may: bool) -> None:
    now = datetime(2026, 6, 9, 8, tzinfo=UTC)
    person = Person(
        platform=platform,
        account=ACCOUNT,
        room="!room",
        direct=False,
        passport=Passport(expires_at=now, member=MemberId(uuid4())),
        community=None,
        has_power=True,
        now=now,
        said_at=now,
        prefix="!cop ",
        intents=INTENTS,
        may_set_up=may,
    )
    no = may_not(SetUp, person)
    assert (no is None) is may
    assert no is None or no.text().endswith("a community that is there: !cop connect")
