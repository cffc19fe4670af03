"""Each limit: below it, near it, at it, past it, on the next day, two at once, the same again."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from indaba.contracts.actions import AddAction
from indaba.contracts.agenda import AddAgendaItem
from indaba.contracts.library import AskForRoom, SaveResource, StoredFile, WithdrawResource
from indaba.contracts.limits import (
    COMMUNITYS_FILES,
    DISK,
    FOUNDED,
    FOUNDED_A_DAY,
    LIMITS,
    MEETINGS_A_DAY,
    MEGABYTE,
    MEMBERS_FILES,
    NOTES_A_DAY,
    SAVED_A_DAY,
    TOPICS_A_DAY,
    Bound,
    Limit,
    Whose,
)
from indaba.contracts.membership import (
    PassportIssued,
    Place,
    Platform,
)
from indaba.contracts.refusal import Refused
from indaba.contracts.scheduling import CancelMeeting, ScheduleMeeting
from indaba.contracts.series import AddDate, Pattern, SeriesShown, StartSeries
from indaba.contracts.wire import Reply, Request
from indaba.ledger.session import Session
from indaba.process.file_store import FileStore
from services.limits.conftest import MOST
from services.town import Town, founding
from workshop import rows

pytestmark = pytest.mark.asyncio(loop_scope="module")
FOUNDER = "@lindiwe:example.org"


@dataclass
class Acts:
    """Makes requests that each come up against a limit by one."""

    town: Town
    held: PassportIssued | None
    files: FileStore

    def saving(self) -> Request[Any]:
        return SaveResource(link=f"https://example.org/{uuid4().hex}", title="Fractions")

    def shelving(self) -> Request[Any]:
        data = uuid4().bytes * (MEGABYTE // 16)
        digest = hashlib.sha256(data).hexdigest()
        path = self.files.path(digest)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        file = StoredFile(digest=digest, size=len(data), media_type="text/plain", name="a.txt")
        return SaveResource(file=file)

    def calling(self) -> Request[Any]:
        starts = (self.town.clock.now() + timedelta(days=3)).replace(tzinfo=None, microsecond=0)
        return ScheduleMeeting(title="Fractions", starts=starts, zone="Africa/Johannesburg")

    def repeating(self) -> Request[SeriesShown]:
        starts = (self.town.clock.now() + timedelta(days=3)).replace(tzinfo=None, microsecond=0)
        pattern = Pattern(first=starts, zone="Africa/Johannesburg", rule="FREQ=WEEKLY")
        return StartSeries(title="Fractions", pattern=pattern, minutes=60)

    def promising(self) -> Request[Any]:
        return AddAction(text="Bring the bottle tops")

    def proposing(self) -> Request[Any]:
        return AddAgendaItem(title="Fractions")

    def founding(self, account: str = FOUNDER) -> Request[Any]:
        place = Place(platform=Platform.MATRIX, room=f"!{uuid4().hex}:example.org")
        return founding(account, place)

    def founding_as_somebody_else(self) -> Request[Any]:
        return self.founding(f"@{uuid4().hex}:example.org")


MAKES: dict[Limit, Callable[[Acts], Request[Any]]] = {
    SAVED_A_DAY: Acts.saving,
    MEETINGS_A_DAY: Acts.calling,
    NOTES_A_DAY: Acts.promising,
    TOPICS_A_DAY: Acts.proposing,
    FOUNDED: Acts.founding,
    FOUNDED_A_DAY: Acts.founding_as_somebody_else,
    MEMBERS_FILES: Acts.shelving,
    COMMUNITYS_FILES: Acts.shelving,
}
OF_A_COMMUNITY = 15
"""What is a community's, so that the facilitator who asks has a share of as much as `MOST`."""
FIRST = {FOUNDED: 1, FOUNDED_A_DAY: 1}
"""How much there is when a test begins: the community itself was founded."""

Try = Callable[[], Awaitable[Reply]]


async def _one(town: Town, limit: Limit, files: FileStore) -> tuple[Acts, Try]:
    """How to come up against a limit by one more. The other limits are wide."""
    for ledger in town.ledgers.values():
        for name, counter in ledger._requests.limits.counters.items():
            object.__setattr__(counter, "most", _most(limit) if name == limit.name else 1000)
    acts = Acts(town, await town.founded(FOUNDER), files)

    async def one() -> Reply:
        return await town.ask(MAKES[limit](acts), acts.held)

    return acts, one


def _most(limit: Limit) -> int:
    return OF_A_COMMUNITY if limit.whose is Whose.COMMUNITY else MOST


def _bound(limit: Limit) -> Bound:
    """What a facilitator comes up against first."""
    most = limit.units(_most(limit))
    one = limit.whose is Whose.COMMUNITY
    return limit.for_one(most, facilitates=True) if one else limit.for_all(most)


async def test_every_limit_is_tried() -> None:
    """A disk does not fill up by one request."""
    assert MAKES.keys() | {DISK} == set(LIMITS)


@pytest.mark.thorough(keep=3)
@pytest.mark.parametrize("limit", MAKES, ids=lambda limit: limit.name)
async def test_a_limit_is_said_before_it_is_reached_and_holds(
    town: Town, files: FileStore, limit: Limit
) -> None:
    acts, one = await _one(town, limit, files)
    used = range(FIRST.get(limit, 0) + 1, MOST + 1)
    near = [(await one()).near for _ in used]
    most, bound = limit.units(MOST), _bound(limit)
    said = {n: bound.usage(limit.units(n)) for n in used}
    assert near == [(said[n],) if n >= MOST - 1 else () for n in used]
    for _ in range(2):
        with pytest.raises(Refused) as refused:
            await one()
        assert (refused.value.told, refused.value.facts["limit"]) == ("limit-reached", limit.name)
        assert refused.value.words.startswith(bound.usage(most))
    town.later(hours=25)
    acts.held = await town.passport(FOUNDER)
    if limit.within is None:
        with pytest.raises(Refused):
            await one()
    else:
        assert (await one()).near == ()


@pytest.mark.thorough(keep=3)
@pytest.mark.parametrize("limit", MAKES, ids=lambda limit: limit.name)
async def test_of_several_at_once_at_the_edge_one_passes(
    town: Town, files: FileStore, limit: Limit
) -> None:
    _, one = await _one(town, limit, files)
    for _ in range(MOST - 1 - FIRST.get(limit, 0)):
        await one()
    told = await asyncio.gather(*(one() for _ in range(4)), return_exceptions=True)
    assert sum(isinstance(each, Reply) for each in told) == 1
    assert {each.told for each in told if isinstance(each, Refused)} == {"limit-reached"}


@pytest.mark.thorough(keep=3)
@pytest.mark.parametrize("limit", MAKES, ids=lambda limit: limit.name)
async def test_the_same_act_again_counts_once(town: Town, files: FileStore, limit: Limit) -> None:
    acts, one = await _one(town, limit, files)
    for _ in range(MOST - 1 - FIRST.get(limit, 0)):
        await one()
    act = MAKES[limit](acts)
    again = [await town.ask(act, acts.held, key="$same") for _ in range(3)]
    said = _bound(limit).usage(limit.units(MOST))
    assert {str(each.near) for each in again} == {str((said,))}
    act = MAKES[limit](acts)
    for _ in range(2):
        with pytest.raises(Refused):
            await town.ask(act, acts.held, key="$more")


async def test_what_is_there_already_is_shown_past_the_limit_too(
    town: Town, files: FileStore
) -> None:
    acts, one = await _one(town, SAVED_A_DAY, files)
    act = acts.saving()
    await town.ask(act, acts.held)
    for _ in range(MOST - 1):
        await one()
    assert (await town.ask(act, acts.held)).known
    with pytest.raises(Refused):
        await one()


async def test_who_takes_back_what_they_saved_has_saved_it_all_the_same(
    town: Town, files: FileStore
) -> None:
    acts, one = await _one(town, SAVED_A_DAY, files)
    shown: Any = await town.ask(acts.saving(), acts.held)
    await town.ask(WithdrawResource(code=shown.resource.code), acts.held)
    for _ in range(MOST - 1):
        await one()
    with pytest.raises(Refused):
        await one()


async def test_a_file_taken_out_gives_its_room_back(town: Town, files: FileStore) -> None:
    acts, one = await _one(town, MEMBERS_FILES, files)
    shown: Any = await town.ask(acts.shelving(), acts.held)
    for _ in range(MOST - 1):
        await one()
    with pytest.raises(Refused):
        await one()
    await town.ask(WithdrawResource(code=shown.resource.code), acts.held)
    await one()


@pytest.mark.parametrize("limit", [MEMBERS_FILES, COMMUNITYS_FILES])
async def test_whether_there_is_room_is_known_before_a_file_is_copied(
    town: Town, files: FileStore, limit: Limit
) -> None:
    acts, one = await _one(town, limit, files)
    for _ in range(MOST - 1):
        await one()
    await town.ask(AskForRoom(size=MEGABYTE), acts.held)
    with pytest.raises(Refused) as refused:
        await town.ask(AskForRoom(size=MEGABYTE + 1), acts.held)
    assert refused.value.facts["limit"] == limit.name


@pytest.mark.parametrize("most", [1, 100])
async def test_no_file_is_kept_on_a_disk_that_is_nearly_full(
    town: Town, files: FileStore, most: int
) -> None:
    acts, _ = await _one(town, DISK, files)
    object.__setattr__(town.ledgers["library"]._requests.limits.counters[DISK.name], "most", most)
    asked = town.ask(AskForRoom(size=1), acts.held)
    if most == 100:
        await asked
        return
    with pytest.raises(Refused) as refused:
        await asked
    assert refused.value.facts["limit"] == DISK.name


async def test_a_refused_act_keeps_nothing(town: Town, files: FileStore) -> None:
    _, one = await _one(town, FOUNDED, files)
    for _ in range(MOST - 1):
        await one()
    membership = town.ledgers["membership"]
    before = await rows(membership, "SELECT count(*) FROM communities")
    with pytest.raises(Refused):
        await one()
    assert await rows(membership, "SELECT count(*) FROM communities") == before
    assert len(await rows(membership, "SELECT * FROM receipts WHERE founding")) == MOST


async def test_operators_see_who_has_most(town: Town, files: FileStore) -> None:
    acts, one = await _one(town, SAVED_A_DAY, files)
    for _ in range(3):
        await one()
    counter = town.ledgers["library"]._requests.limits.counters[SAVED_A_DAY.name]
    async with town.ledgers["library"].database.connect() as connection:
        fullest = await counter.fullest(Session(connection, town.clock.now()))
    assert acts.held is not None
    assert list(fullest) == [(acts.held.passport.member, 3)]


async def test_dates_that_are_added_to_a_series_count_each_also_once_called_off(
    town: Town, files: FileStore
) -> None:
    acts, _ = await _one(town, MEETINGS_A_DAY, files)
    first = (await town.ask(acts.repeating(), acts.held)).meetings[0]
    for number in range(1, MOST):
        adding = AddDate(code=first.code, starts=first.starts + timedelta(hours=number))
        added = (await town.ask(adding, acts.held)).meeting
        await town.ask(CancelMeeting(code=added.code), acts.held)
    adding = AddDate(code=first.code, starts=first.starts + timedelta(hours=MOST))
    with pytest.raises(Refused, match=f"{MOST} of {MOST} meetings"):
        await town.ask(adding, acts.held)
