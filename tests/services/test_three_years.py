"""Three years on nobody knows who it was, and every figure that was told is as it was."""

from typing import Any

import pytest
import sqlalchemy as sa

from indaba.contracts import digest as d
from indaba.contracts import holding, votes
from indaba.contracts import library as lib
from indaba.contracts import scheduling as s
from indaba.contracts.actions import AddAction
from indaba.contracts.membership import DescribeMe, LeaveCommunity, PassportIssued
from indaba.contracts.outcomes import ShowReport
from indaba.contracts.record import NoteKind, TakeNote
from indaba.contracts.wire import Envelope
from indaba.ledger import Ledger
from indaba.operate.processes import Kind, of_kind
from services.scheduling.whole_meetings import begun
from services.standing import _all_done
from services.town import Town
from workshop import rows, until

pytestmark = pytest.mark.asyncio(loop_scope="module")
FACILITATOR, STAYS, LEAVES, SILENT = "@lindiwe:x", "@member0:x", "@member1:x", "@member6:x"
PEOPLE = 7
READ_MODELS = {
    "outcomes": "communities memberships members meetings check_ins resources uses",
    "portal": "communities addresses publications meetings series documents community_platforms",
}
"""What is built anew from events; releases stand by themselves."""


@pytest.fixture(scope="module")
def running() -> tuple[str, ...]:
    return tuple(of_kind(Kind.SERVICE, Kind.PORTAL))


class Past:
    """What happened in a community, and what is told of it."""

    def __init__(self, town: Town) -> None:
        self._town = town
        self.codes: list[str] = []
        self.vote: Any = None
        self.resource = ""
        now = town.clock.now()
        number = now.year * 4 + (now.month - 1) // 3
        self.terms = [f"{n // 4}-{n % 4 + 1}" for n in (number, number + 1)]

    async def live(self) -> None:
        """Three meetings within two weeks, with feedback, a vote, an action and a resource."""
        town = self._town
        await town.founded(FACILITATOR)
        people = [await town.joined(f"@member{n}:x") for n in range(PEOPLE)]
        await town.linked(people[2], "@member2-at-home:x")
        for number, held in enumerate(people):
            await town.ask(DescribeMe(organisation=f"School {number % 2}"), held)
        for number in range(3):
            await self._meet(number)
        people = await self._people(0)
        saved = await town.ask(lib.SaveResource(link="https://x.org/a", title="A"), people[0])
        self.resource = saved.resource.code
        for held in people[1:]:
            await town.ask(lib.UseResource(code=self.resource), held)
        await town.ask(AddAction(text="Bring tiles"), people[3])
        await town.ask(LeaveCommunity(), await town.passport(LEAVES))

    async def _people(self, first: int) -> list[PassportIssued]:
        return [await self._town.passport(f"@member{n}:x") for n in range(first, PEOPLE)]

    async def _meet(self, first: int) -> None:
        town, lindiwe = self._town, await self._town.passport(FACILITATOR)
        meeting, people = await begun(town, lindiwe), await self._people(first)
        self.codes.append(meeting.code)
        for held in people:
            await town.ask(s.CheckIn(), held)
        await town.ask(TakeNote(kind=NoteKind.IDEA, text="Tiles"), people[0])
        await self._vote(people, lindiwe)
        await town.ask(s.CloseMeeting(), lindiwe)
        for number, held in enumerate(people):
            await town.ask(d.GiveFeedback(code=meeting.code, useful=1 + number % 5), held)
        town.later(days=7)

    async def _vote(self, people: list[PassportIssued], lindiwe: PassportIssued) -> None:
        asked = votes.OpenVote(question="Again?", options=("Yes", "No"))
        self.vote = (await self._town.ask(asked, lindiwe)).vote.id
        for held in people:
            await self._town.ask(votes.CastVote(option=1), held)

    async def told(self) -> dict[str, Any]:
        """Every figure, as the facilitator reads it."""
        lindiwe = await self._town.passport(FACILITATOR)
        found: dict[str, Any] = {}
        for term in self.terms:
            found[term] = await self._town.ask(ShowReport(term=term), lindiwe)
        for code in self.codes:
            found[code] = (await self._town.ask(s.ShowMeeting(code=code), lindiwe)).meeting.counts
            found[f"{code} feedback"] = (
                await self._town.ask(d.ShowFeedback(code=code), lindiwe)
            ).figures
            register = await self._town.ask(holding.ShowRegister(code=code), lindiwe)
            found[f"{code} register"] = len(register.present)
        vote = await self._town.ask(votes.ShowVote(vote=self.vote), lindiwe)
        found["vote"] = (vote.vote.tally, vote.vote.voters)
        shown = await self._town.ask(lib.ShowResource(code=self.resource), lindiwe)
        found["uses"] = shown.resource.counts
        return found


async def _settled(town: Town) -> None:
    for ledger in town.ledgers.values():
        await until(_all_done(ledger), 60)


async def _aged(town: Town, **time: float) -> None:
    town.later(**time)
    await _settled(town)


async def _forgotten(town: Town) -> None:
    """Every process carries out what it owes; what it says of that goes a month later."""
    for _ in range(2):
        for ledger in town.ledgers.values():
            await ledger.tidy()
        await _settled(town)
    await _aged(town, days=31)
    for ledger in town.ledgers.values():
        await ledger.tidy()


async def _built_anew(town: Town) -> None:
    """Empty every read model, and tell it all that its owners' journals hold."""
    told = [
        Envelope.model_validate(envelope)
        for owner in of_kind(Kind.SERVICE)
        for (envelope,) in await rows(
            town.ledgers[owner], "SELECT envelope FROM ledger.journal ORDER BY occurred_at, id"
        )
    ]
    for name, tables in READ_MODELS.items():
        ledger = town.ledgers[name]
        whole = ", ".join([*tables.split(), "ledger.inbox", "ledger.merged", "ledger.links"])
        async with ledger.database.begin() as connection:
            await connection.execute(sa.text(f"TRUNCATE {whole}"))
        heard = set(ledger.listens_to)
        await ledger.hear([one for one in told if one.wire in heard])


async def _copies(town: Town) -> dict[str, list[str]]:
    """What the portal shows from: every row, but when it was told."""
    found = {}
    for table in READ_MODELS["portal"].split():
        query = f"SELECT (to_jsonb(t) - 'told_at' - 'changed_at')::text FROM {table} t ORDER BY 1"
        found[table] = [row for (row,) in await rows(town.ledgers["portal"], query)]
    return found


async def _naming(ledger: Ledger, member: str) -> set[str]:
    """The tables in which somebody still stands."""
    query = (
        "SELECT CASE schemaname WHEN 'ledger' THEN 'ledger.' ELSE '' END || tablename"
        " FROM pg_tables WHERE schemaname IN ('public', 'ledger')"
    )
    found = set()
    for (table,) in await rows(ledger, query):
        name = '"merged"' if table == "merged" else table
        if await rows(ledger, f"SELECT 1 FROM {name} t WHERE t::text LIKE '%{member}%' LIMIT 1"):
            found.add(table)
    return found


async def _member_of(town: Town, account: str) -> str:
    query = f"SELECT member FROM accounts WHERE account = '{account}'"
    ((member,),) = await rows(town.ledgers["membership"], query)
    return str(member)


async def _meet_again(town: Town) -> None:
    lindiwe = await town.passport(FACILITATOR)
    await begun(town, lindiwe)
    await town.ask(s.CheckIn(), await town.passport(STAYS))
    await town.ask(s.CloseMeeting(), lindiwe)


async def test_three_years_on_every_figure_is_the_same_and_nobody_is_known(town: Town) -> None:
    past = Past(town)
    await past.live()
    stays, left, silent = [await _member_of(town, who) for who in (STAYS, LEAVES, SILENT)]
    await _aged(town, days=250)
    before = await past.told()
    assert before[f"{past.codes[0]} feedback"].useful.people
    await _aged(town, days=300)
    await _meet_again(town)
    await _aged(town, days=3 * 366 - 520)

    await _forgotten(town)

    assert await past.told() == before
    copies = await _copies(town)
    await _built_anew(town)
    assert await past.told() == before
    assert await _copies(town) == copies
    for name, ledger in town.ledgers.items():
        assert await _naming(ledger, left) == set(), name
        if name != "membership":
            assert await _naming(ledger, silent) <= {"members", "memberships", "categories"}, name
    assert "check_ins" in await _naming(town.ledgers["scheduling"], stays)
