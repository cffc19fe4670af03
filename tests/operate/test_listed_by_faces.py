"""Each face lists what it keeps of a person: every table and row, or there is a reason."""

from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.sql import visitors

from databases import Databases
from indaba.contracts.ids import MemberId
from indaba.contracts.keeping import KEEPING, kept_by
from indaba.contracts.retention import EVERY
from indaba.conversation.store import listing as bots
from indaba.ledger.listing import OF_THE_LEDGER, Listing, Whom
from indaba.operate.local.engines import Engines
from indaba.operate.processes import PROCESSES, Kind, of_kind
from indaba.portal import listing as portal

FACES = (*of_kind(Kind.PORTAL), *of_kind(Kind.BOT))
SOMEBODY = Whom((MemberId(UUID(int=7)),), ("@thandi:example.org",))
TABLES = """
SELECT CASE schemaname WHEN 'public' THEN '' ELSE schemaname || '.' END || tablename
FROM pg_tables WHERE schemaname IN ('public', 'ledger') AND tablename NOT LIKE 'alembic%'
"""
ROWS_OF_NOBODY = {
    "events": "of a service the same as its rows; a face tells of erasures, under an id of each",
    "facts": "a face owns no facts, and a service lists its own one by one",
    "keys-in-replies": "among the replies",
    "marks": "ids of messages",
    "releases": "figures name nobody",
    "documents-shown": "copies name nobody",
}
TABLES_OF_NOBODY = {
    "ledger.journal": ROWS_OF_NOBODY["events"],
    "ledger.outbox": "ids of events",
    "ledger.outgoing": "ids of events",
    "ledger.attempts": "ids of events that are tried again",
    "ledger.marks": "the life of the bus",
    "ledger.group_sizes": "of communities",
    "ledger.releases": ROWS_OF_NOBODY["releases"],
    "card_places": "where a meeting's card is",
    "communities": "what a community is and where it lives",
    "mirrors": "a platform's own event for a meeting",
    "polls": "which post is the poll of a vote",
    "addresses": "a community's address",
    "community_platforms": "where a community lives",
    "documents": ROWS_OF_NOBODY["documents-shown"],
    "publications": "what of a community is published",
    "series": "meetings that repeat",
}


def listings_of(face: str) -> tuple[Listing, ...]:
    return portal.LISTINGS if face in of_kind(Kind.PORTAL) else bots.LISTINGS


def _looked_in(listing: Listing) -> set[str]:
    """The tables that a query looks in, wherever in it they are named."""
    found = visitors.iterate(listing.query(SOMEBODY))
    return {each.fullname for each in found if isinstance(each, sa.Table)}


@pytest.mark.parametrize("face", FACES)
def test_every_row_that_a_face_keeps_is_listed_or_is_about_nobody(face: str) -> None:
    rows = {row.name for row in kept_by(face)}
    listed = {listing.row.name for listing in listings_of(face)}

    assert rows - listed <= ROWS_OF_NOBODY.keys(), "list it in the face's listing.py"
    assert listed <= rows
    assert not listed & ROWS_OF_NOBODY.keys()


def test_every_row_of_every_process_is_listed_by_services_too() -> None:
    rows = {row.name for row in KEEPING if row.process == EVERY}
    listed = {listing.row.name for listing in OF_THE_LEDGER}

    assert rows - listed <= ROWS_OF_NOBODY.keys()


@pytest.mark.parametrize("face", FACES)
async def test_every_table_of_a_face_is_looked_in_or_is_about_nobody(
    face: str, engines: Engines, databases: Databases
) -> None:
    name = await databases.lend(PROCESSES[face].migrations)
    engine = create_async_engine(engines.postgres.url(name))
    async with engine.connect() as connection:
        there = set((await connection.execute(sa.text(TABLES))).scalars())
    await engine.dispose()
    await databases.take_back(name)
    looked_in = set().union(*(_looked_in(listing) for listing in listings_of(face)))

    assert there - looked_in - TABLES_OF_NOBODY.keys() == set(), "list it in the face's listing.py"
    assert looked_in <= there
