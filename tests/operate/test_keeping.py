"""Everything that is kept of people stands in the table, and facts last as long as figures."""

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

from databases import Databases
from indaba.contracts import find
from indaba.contracts.erasure import ErasureAnswered
from indaba.contracts.keeping import KEEPING, kept_by
from indaba.contracts.retention import BOTS, EVERY, UNTIL, MemberUnlinked
from indaba.contracts.wire import KEPT_AS_A_FACT, Event
from indaba.operate.local.engines import Engines
from indaba.operate.processes import PROCESSES, Kind, of_kind
from operate.test_table_of_processes import wired_alone

_PLAIN = """
action added calendar case code community correlation counts digest door earlier emoji erasure
etag expected file found_by handler house how id key kind lane language leads left_out licence
link meeting meeting_code message method modified name not_held number opened opens origin page
pattern place platform platforms post province purpose quorum related repeats required resource
role roles room rule same_as sealed sectors series service skills skipped source state status
table thread value version vote way wire zone
"""
NOBODY = frozenset(_PLAIN.split())
"""Names of columns that say nothing of a person wherever they stand, unless the table lists them:
ids of things, kinds, places, times, and what a community says of itself."""

OWN_REASONS = {
    "cases.banned_in": "the server or room of a ban, by which that is lifted",
    "ledger.changes.table": "the name of a table",
    "ledger.outbox.id": "an event's id",
    "ledger.outgoing.id": "an event's id",
    "mirrors.event": "an event of a platform's own, which shows a meeting",
    "calendars_followed.title": "a calendar's own name",
    "calendars_followed.such_as": "titles that a public calendar has now, read anew each hour",
    "calendars_followed.why": "why a calendar could not be read",
    "resources.words": "made of the words of the resource",
    "series.words": "how often, in words made by scheduling",
    "merged.gone": "copied to the ledger's, and empty since",
    "merged.member": "copied to the ledger's, and empty since",
    "publications.calendar": "whether it is published",
}
SHAPE = """
SELECT CASE table_schema WHEN 'public' THEN '' ELSE table_schema || '.' END
  || table_name || '.' || column_name
FROM information_schema.columns
WHERE table_schema IN ('public', 'ledger')
  AND table_name NOT LIKE 'alembic%'
"""
TELLING = "  AND data_type IN ('uuid', 'text', 'json', 'jsonb', 'ARRAY', 'bytea')"
NOT_FACTS = {
    "membership.roles-changed.v1": "ends sessions, which end by themselves",
    "membership.account-unlinked.v1": "ends sessions, which end by themselves",
    "membership.member-erased.v1": "done long before",
    "scheduling.rsvp-changed.v1": "answers leave the calendar ninety days after their meeting",
    "scheduling.meeting-announced.v1": "a later event tells the same of the meeting",
    "scheduling.meeting-started.v1": "a later event tells the same of the meeting",
    "scheduling.moved-up.v1": "a later event tells the same of the meeting",
    "scheduling.plans-changed.v1": "the event before it tells the same of the meeting",
    "scheduling.reminder-due.v1": "a later event tells the same of the meeting",
}
"""Events that a read model can be built anew without, and why."""

OTHERWISE = {
    "membership": {
        "reports": "a timer for each",
    },
    "scheduling": {"outside": "whenever the calendar is read"},
}
"""Rows that end after a time and are not duties, and what carries them out."""


async def _columns(
    engines: Engines, databases: Databases, process: str
) -> tuple[set[str], set[str]]:
    """All columns, and those that may tell of a person by what they hold."""
    name = await databases.lend(PROCESSES[process].migrations)
    engine = create_async_engine(engines.postgres.url(name))
    async with engine.connect() as connection:
        there = set((await connection.execute(sa.text(SHAPE))).scalars())
        telling = set((await connection.execute(sa.text(SHAPE + TELLING))).scalars())
    await engine.dispose()
    await databases.take_back(name)
    return there, telling


@pytest.mark.parametrize("process", PROCESSES)
async def test_every_column_that_may_tell_of_a_person_is_in_the_table(
    engines: Engines, databases: Databases, process: str
) -> None:
    there, telling = await _columns(engines, databases, process)
    covered = {column for row in kept_by(process) for column in row.columns}
    unsaid = {c for c in telling - covered - OWN_REASONS.keys() if c.split(".")[-1] not in NOBODY}

    assert unsaid == set(), "say in contracts/keeping.py how long it is kept, and why"
    assert covered - there == set(), "there is no such column"


def test_each_row_is_somebodys_and_has_a_name_of_its_own() -> None:
    names = [row.name for row in KEEPING]

    assert len(set(names)) == len(names)
    assert {row.process for row in KEEPING} <= {EVERY, BOTS, *PROCESSES}


@pytest.mark.parametrize("process", of_kind(Kind.SERVICE))
def test_a_service_carries_out_all_its_rows_that_end_after_a_time(process: str) -> None:
    own = {row.name for row in KEEPING if row.process == process and row.long < UNTIL}
    carried = {duty.row.name for duty in wired_alone(process)._keeping.duties}

    assert own - carried == OTHERWISE.get(process, {}).keys()


@pytest.mark.parametrize("process", [*of_kind(Kind.PORTAL), "outcomes"])
def test_what_a_read_model_is_made_of_is_kept_as_long_as_figures(process: str) -> None:
    heard = [find(wire) for wire in wired_alone(process).listens_to]
    lost = {
        event.wire
        for event in heard
        if event is not None
        and issubclass(event, Event)
        and event.kept < KEPT_AS_A_FACT
        and not issubclass(event, ErasureAnswered | MemberUnlinked)
    }

    assert lost <= NOT_FACTS.keys()
