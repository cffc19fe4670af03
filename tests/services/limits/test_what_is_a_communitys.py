"""Of what is a community's, no two people use up what a third may use: each such limit."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from indaba.contracts.limits import LIMITS, MEETINGS_A_DAY, NOTES_A_DAY, Limit, Whose
from indaba.contracts.membership import AssignRole, PassportIssued, Platform
from indaba.contracts.passport import Role
from indaba.contracts.record import NoteKind, TakeNote
from indaba.contracts.refusal import Refused
from indaba.contracts.series import AddDate
from indaba.contracts.standing import Standing
from indaba.contracts.wire import Request
from indaba.ledger.limits import Counter
from indaba.process.file_store import FileStore
from services.limits.test_limits_reached import FOUNDER, MAKES, Acts
from services.scheduling.whole_meetings import begun
from services.town import Town

pytestmark = pytest.mark.asyncio(loop_scope="module")

COMMUNITYS = [limit for limit in LIMITS if limit.whose is Whose.COMMUNITY]
MOST, MEMBERS, FACILITATORS = 10, 2, 4
"""What is the community's here; what one member may use of it, and one facilitator."""
NAMES = ("thabo", "sipho", "naledi", "lerato")


def _wide_but(town: Town, limit: Limit) -> None:
    for ledger in town.ledgers.values():
        for name, counter in ledger._requests.limits.counters.items():
            object.__setattr__(counter, "most", MOST if name == limit.name else 1000)


async def _people(town: Town, facilitators: int) -> list[PassportIssued]:
    """People of one community beside its founder, of whom the first facilitate too."""
    chair = await town.founded(FOUNDER)
    accounts = [f"@{name}:example.org" for name in NAMES]
    for number, account in enumerate(accounts):
        await town.joined(account)
        if number < facilitators:
            raised = AssignRole(platform=Platform.MATRIX, account=account, role=Role.FACILITATOR)
            await town.ask(raised, chair)
    return [await town.passport(account) for account in accounts]


async def _as_many_as_they_may(
    town: Town, make: Callable[[], Request[Any]], held: PassportIssued
) -> tuple[int, str]:
    """How often somebody could, until they were refused, and what they were told then."""
    for done in range(MOST + 1):
        try:
            await town.ask(make(), held)
        except Refused as no:
            return done, no.words if no.told == "limit-reached" else no.told
    raise AssertionError("nothing holds")


@pytest.mark.thorough(keep=3)
@pytest.mark.parametrize("facilitators", [0, 3])
@pytest.mark.parametrize("limit", COMMUNITYS, ids=lambda limit: limit.name)
async def test_two_people_stop_neither_a_member_nor_a_facilitator(
    town: Town, files: FileStore, limit: Limit, facilitators: int
) -> None:
    _wide_but(town, limit)
    one, two, three, four = await _people(town, facilitators)
    acts = Acts(town, one, files)

    def make() -> Request[Any]:
        return MAKES[limit](acts)

    if facilitators == 0 and make().asked_by is Standing.FACILITATOR:
        return
    share = FACILITATORS if facilitators else MEMBERS
    for held in (one, two):
        could, words = await _as_many_as_they_may(town, make, held)
        assert could == share
        assert "your share" in words
    if make().asked_by is not Standing.FACILITATOR:
        could, words = await _as_many_as_they_may(town, make, four)
        assert could >= 1
        assert ("The last" in words) is bool(facilitators)
    chair = await town.passport(FOUNDER)
    assert (await _as_many_as_they_may(town, make, chair))[0] >= 1
    if not facilitators:
        assert (await _as_many_as_they_may(town, make, three))[0] == 0


async def test_what_is_put_in_for_somebody_counts_for_who_puts_it_in(
    town: Town, files: FileStore
) -> None:
    _wide_but(town, NOTES_A_DAY)
    one, two, *_ = await _people(town, 0)
    await begun(town, await town.passport(FOUNDER))
    line = TakeNote(kind=NoteKind.IDEA, text="Use bottle tops", author=two.passport.member)
    could, words = await _as_many_as_they_may(town, lambda: line, one)
    assert could == MEMBERS
    assert "You have put in" in words
    own = TakeNote(kind=NoteKind.DECISION, text="We use bottle tops")
    assert (await _as_many_as_they_may(town, lambda: own, two))[0] == MEMBERS


async def test_a_date_that_is_added_counts_for_who_adds_it(town: Town, files: FileStore) -> None:
    _wide_but(town, MEETINGS_A_DAY)
    one, *_ = await _people(town, 1)
    chair = await town.passport(FOUNDER)
    acts = Acts(town, chair, files)
    first = (await town.ask(acts.repeating(), chair)).meetings[0]
    hours = iter(range(1, MOST * 2))

    def adding() -> AddDate:
        return AddDate(code=first.code, starts=first.starts + timedelta(hours=next(hours)))

    assert (await _as_many_as_they_may(town, adding, one))[0] == FACILITATORS
    assert (await _as_many_as_they_may(town, adding, chair))[0] == FACILITATORS - 1


async def test_a_days_share_is_there_again_on_the_next_day(town: Town, files: FileStore) -> None:
    _wide_but(town, NOTES_A_DAY)
    one, *_ = await _people(town, 0)
    acts = Acts(town, one, files)
    assert (await _as_many_as_they_may(town, acts.promising, one))[0] == MEMBERS
    town.later(hours=25)
    again = await town.passport(f"@{NAMES[0]}:example.org")
    assert (await _as_many_as_they_may(town, acts.promising, again))[0] == MEMBERS


@pytest.mark.parametrize("limit", LIMITS, ids=lambda limit: limit.name)
async def test_a_counter_of_what_is_a_communitys_counts_by_member_too(limit: Limit) -> None:
    async def none(*_: Any) -> Any:
        return 0

    if limit.whose is Whose.COMMUNITY:
        with pytest.raises(TypeError, match="by member"):
            Counter.of(limit, {}, none, none)
        assert Counter.of(limit, {}, none, none, used_by=none)
        return
    assert Counter.of(limit, {}, none, none)
    with pytest.raises(TypeError, match="by member"):
        Counter.of(limit, {}, none, none, used_by=none)
