"""Nobody is given away by figures, whatever a member or a facilitator asks, and whenever."""

from collections.abc import Collection
from itertools import pairwise

import pytest

from attacks.figures.attacker import Attacker, given_away
from indaba.contracts import digest as d
from indaba.contracts import holding
from indaba.contracts import scheduling as s
from indaba.contracts.figures import FEWEST, NOTHING
from indaba.contracts.library import HowUsed, SaveResource, UseResource
from indaba.contracts.membership import DescribeMe, PassportIssued
from services.town import Town

pytestmark = pytest.mark.asyncio(loop_scope="module")
FACILITATOR, SPY = "@lindiwe:example.org", "@spy:example.org"


def _account(n: int) -> str:
    return f"@member{n}:example.org"


class Term:
    """A term of a community, played one confidential act after the other."""

    def __init__(self, town: Town, people: int, size: int = FEWEST) -> None:
        self.town = town
        self.size = size
        self.people = people
        self.meeting = ""
        self.resource = ""

    async def begin(self) -> None:
        """Everybody joins and comes to a meeting; one thing is in the library."""
        held = await self.town.founded(FACILITATOR)
        spy = await self.town.joined(SPY)
        joined = [await self.town.joined(_account(n)) for n in range(self.people)]
        if self.size > FEWEST:
            await self.town.in_groups_of(self.size, FACILITATOR)
            held, spy, *joined = [
                await self.town.passport(account)
                for account in (FACILITATOR, SPY, *map(_account, range(self.people)))
            ]
        begun = await self.town.ask(holding.StartMeeting(title="First", zone="Etc/UTC"), held)
        self.meeting = begun.meeting.code
        for member in (held, spy, *joined):
            await self.town.ask(s.CheckIn(code=self.meeting), member)
        await self.town.ask(s.CloseMeeting(), held)
        saved = SaveResource(link="https://example.org/a", title="A thing")
        self.resource = (await self.town.ask(saved, joined[0])).resource.code

    async def confide(self, n: int) -> None:
        """What one member says in confidence: how it was, what they used, where they live."""
        member = await self.town.passport(_account(n))
        uses = (d.WillUse.YES, d.WillUse.MAYBE, d.WillUse.NO)
        feedback = d.GiveFeedback(
            code=self.meeting, useful=1 + n % 5, could_speak=1 + n % 2 * 4, will_use=uses[n % 3]
        )
        await self.town.ask(feedback, member)
        how = list(HowUsed)[n % 3]
        await self.town.ask(UseResource(code=self.resource, how=how), member)
        zone = "Asia/Tokyo" if n % 2 else "Europe/London"
        await self.town.ask(DescribeMe(zone=zone, organisation=f"School {n % 3}"), member)

    async def merge(self, n: int, other: int) -> None:
        """Two accounts turn out to be one person's, and every service has heard of it."""
        await self.town.linked(await self.town.passport(_account(n)), _account(other))

    async def passports(self) -> tuple[PassportIssued, PassportIssued]:
        return await self.town.passport(SPY), await self.town.passport(FACILITATOR)

    def attacker(self) -> Attacker:
        codes = {"code": ("", self.meeting, self.resource), "term": ("", "last")}
        return Attacker(self.town, codes)


async def _played(town: Town, people: int, size: int, looked_after: Collection[int]) -> Attacker:
    """All that an attacker saw of a term: after so many acts, as it closes, and after it."""
    term = Term(town, people, size)
    await term.begin()
    attacker = term.attacker()
    for n in range(people + 1):
        if n in looked_after:
            await attacker.look(n, *await term.passports())
        if n < people:
            await term.confide(n)
    for days in (15, 100):
        town.later(days=days)
        await attacker.look(people, *await term.passports())
        await term.merge(days % people, days % people + 1)
        await attacker.look(people, *await term.passports())
    return attacker


FEW_LOOKS = (0, 4, 5, 6, 10, 11)
LOOKS_AT_EIGHT = (0, 7, 8, 9, 16, 18)


@pytest.mark.parametrize(
    ("people", "size", "looked_after"),
    [
        (11, FEWEST, FEW_LOOKS),
        pytest.param(18, 8, LOOKS_AT_EIGHT, marks=pytest.mark.thorough),
        pytest.param(27, FEWEST, range(28), marks=pytest.mark.thorough),
    ],
)
async def test_who_asks_for_everything_at_every_moment_solves_for_nobody(
    town: Town, people: int, size: int, looked_after: Collection[int]
) -> None:
    attacker = await _played(town, people, size, looked_after)

    assert given_away(attacker.sums(), size) == {}
    for path, seen in attacker.released.items():
        acts = [0, *(after for after, _ in seen if after)]
        between = [after - before for before, after in pairwise(acts)]
        assert all(each >= size for each in between), (path, seen)
    assert _kinds(attacker) == {"counts", "zones", "useful", "could_speak", "will_use"}


async def test_what_is_said_in_confidence_moves_nothing_else_that_anybody_reads(town: Town) -> None:
    """No number that is exempt, no version, no list and no refusal tells that somebody spoke."""
    term = Term(town, 6)
    await term.begin()
    attacker = term.attacker()
    before = await attacker.look(0, *await term.passports())
    for n in range(term.people):
        await term.confide(n)
    now = await attacker.look(term.people, *await term.passports())

    assert {path: (before.get(path), v) for path, v in now.items() if before.get(path) != v} == {}
    assert len(now) > 500


def _kinds(attacker: Attacker) -> set[str]:
    """What was released of this term, by the names of fields."""
    empty = (NOTHING, ())
    told = {p for p, seen in attacker.released.items() if any(v not in empty for _, v in seen)}
    return {path.rsplit(".", 1)[-1] for path in told}
