"""Two members become one, are parted, and every row of every process is as it was."""

import json
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
import sqlalchemy as sa

from clock import TestWorld
from databases import Databases
from growth.community import Community, Founder
from growth.names import account
from growth.processes import MIGRATIONS, Processes
from indaba.contracts.ids import MemberId
from indaba.contracts.linking import AccountName, UnlinkAccount
from indaba.contracts.membership import PassportIssued, Platform
from indaba.ledger.changes import _OWN
from services.town import Town
from workshop import OFFICE, passport

pytestmark = pytest.mark.asyncio(loop_scope="module")

MESSAGES = {
    "ledger.journal": "what was told stays as it was told",
    "ledger.outbox": "as the journal",
    "ledger.inbox": "marks of messages; of both, replies are dropped",
    "ledger.attempts": "as the inbox",
    "ledger.timers": "of what was told in between",
    "ledger.links": "who was linked, and that they are not",
    "ledger.changes": "what is undone",
    "ledger.dead_letters": "what was given up",
    "ledger.marks": "names nobody",
    "ledger.group_sizes": "of a community, and names nobody",
    "ledger.releases": "what was released stands, and names nobody",
}
DIFFERENT = {
    "membership: public.account_links": "the link itself",
    "membership: public.codes": "spent by linking",
    "membership: public.sign_ins": "end when an account is unlinked",
    "portal: public.sessions": "all sign in again when an account is unlinked",
    "portal: public.answers": "a copy: who has not answered is told as such",
    "matrix_bot: public.cards": "to be drawn again, though it shows what it did",
    "matrix_bot: public.errands": "notices of the link to be written",
}
"""Tables that are not as before, and why. Whatever is not named here is compared."""

VERSIONS = {"version", "changed_at", "told_at"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def lived(databases: Databases) -> AsyncIterator[tuple[Processes, Community]]:
    clock = TestWorld()
    async with databases.lending() as fresh:
        there = Processes({name: await fresh(folder) for name, folder in MIGRATIONS.items()}, clock)
        yield there, await Founder(there, members=8, past=2).live()
        await there.close()


async def everything(there: Processes) -> dict[str, list[str]]:
    """All rows of all tables by process, but for versions."""
    found: dict[str, list[str]] = {}
    for process, ledger in there.ledgers.items():
        async with ledger.database.connect() as connection:
            query = "SELECT table_schema || '.' || table_name FROM information_schema.tables"
            of_ours = " WHERE table_schema IN ('public', 'ledger') AND table_type = 'BASE TABLE'"
            for table in (await connection.execute(sa.text(query + of_ours))).scalars().all():
                if table in MESSAGES or table.endswith("alembic_version"):
                    continue
                rows = await connection.execute(sa.text(f"SELECT to_jsonb(t) FROM {table} t"))
                kept = [{k: v for k, v in r.items() if k not in VERSIONS} for r in rows.scalars()]
                found[f"{process}: {table}"] = sorted(json.dumps(r, sort_keys=True) for r in kept)
    return found


def held(there: Processes, found: PassportIssued) -> PassportIssued:
    minutes = 5 + int(there.clock.ahead.total_seconds() // 60)
    p = found.passport
    again = passport(p.community, p.member, *p.roles, minutes=minutes)
    return found.model_copy(update={"token": OFFICE.sign(again), "passport": again})


def who(number: int, lived: Community) -> PassportIssued:
    return [lived.chair, lived.member, *lived.members[1:]][number]


async def named_in(there: Processes, member: MemberId) -> set[str]:
    return {table for table, rows in (await everything(there)).items() if str(member) in str(rows)}


@pytest.mark.parametrize(("owner", "gone"), [(0, 1), (1, 6), (6, 1), (2, 1)])
async def test_every_row_is_as_before_once_they_are_parted(
    lived: tuple[Processes, Community], owner: int, gone: int
) -> None:
    there, community = lived
    town = Town(there.bus, there.clock, there.ledgers)
    mine, theirs = (held(there, who(number, community)) for number in (owner, gone))
    assert theirs.passport.member is not None
    before = await everything(there)

    await town.linked(mine, account(gone))
    await there.settle()
    linked = await everything(there)
    assert linked != before
    names = AccountName(platform=Platform.MATRIX, account=account(gone))
    undo = UnlinkAccount(platform=Platform.MATRIX, account=account(owner), unlinked=names)
    assert (await town.ask(undo, mine)).restored
    await there.settle()

    after = await everything(there)
    changed = {table: rows for table, rows in after.items() if rows != before[table]}
    wrong = {t: _difference(before[t], rows) for t, rows in changed.items() if t not in DIFFERENT}
    assert wrong == {}


async def test_every_table_of_every_process_is_watched(
    lived: tuple[Processes, Community],
) -> None:
    """Whatever names a member is either undone by the database itself, or named here."""
    there, _ = lived
    query = sa.text(
        "SELECT n.nspname || '.' || c.relname, EXISTS (SELECT FROM pg_trigger t"
        " WHERE t.tgrelid = c.oid AND t.tgname = 'note_change') FROM pg_class c"
        " JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE c.relkind IN ('r', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema')"
    )
    for process, ledger in there.ledgers.items():
        async with ledger.database.connect() as connection:
            for table, watched in await connection.execute(query):
                free = table in MESSAGES or table.endswith("alembic_version")
                assert watched is not free, f"{process}: {table}"
                assert not (table in _OWN and free)


def _difference(before: list[str], after: list[str]) -> dict[str, list[str]]:
    return {
        "gone": [row for row in before if row not in after],
        "new": [row for row in after if row not in before],
    }
