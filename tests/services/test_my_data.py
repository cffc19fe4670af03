"""A member sees what every service keeps, and where others wrote about them."""

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from indaba.contracts import spoken
from indaba.contracts.actions import AddAction
from indaba.contracts.agenda import AddAgendaItem
from indaba.contracts.consenting import AnswerConsent
from indaba.contracts.keeping import PROMISES, SAVED, TRAIL
from indaba.contracts.library import SaveResource, WithdrawResource
from indaba.contracts.membership import (
    CONSENT_VERSION,
    Category,
    DescribeMe,
    PassportIssued,
    ShowMyDataHere,
)
from indaba.contracts.purposes import Purpose
from indaba.contracts.record import ChangeNote, NoteKind, TakeNote
from indaba.contracts.removal import CaseKind
from indaba.contracts.retention import Kept
from indaba.ledger.mentions import MOST_PLACES
from indaba.library.store import named as library
from indaba.library.store import tables as library_tables
from indaba.membership.workflows.removing import CALLED
from indaba.operate.processes import Kind, of_kind
from indaba.scheduling.store import named as scheduling
from indaba.scheduling.store import tables as scheduling_tables
from services.membership.test_consenting import kept_of
from services.scheduling.whole_meetings import begun
from services.town import Town
from workshop import do

pytestmark = pytest.mark.asyncio(loop_scope="module")
THANDI = "@thandi:example.org"
KINDS = spoken(ShowMyDataHere)
_TABLES = (
    *scheduling_tables.metadata.tables.values(),
    library_tables.resources,
    library_tables.uses,
)
NOT_LOOKED_THROUGH = {
    "series.title": "each of its meetings has it",
    "series.where": "each of its meetings has it",
    "resources.wrote": "ids of who wrote what",
    "resources.document": "an address",
    "resources.file": "what a file is, not what it says",
}
"""Texts in which nobody is looked for, and why."""


async def _where(town: Town, held: PassportIssued) -> set[str]:
    """Where others wrote about Thandi, as every service tells it to somebody."""
    told = [await town.ask(kind(accounts=(THANDI,)), held) for kind in KINDS]
    listed = [one.data.get("others wrote about you", []) for one in told]
    return {place["where"] for places in listed for place in places}


async def test_a_member_is_told_where_others_wrote_about_them_and_not_what(town: Town) -> None:
    lindiwe, thandi = await town.founded(), await town.joined(THANDI)
    meeting = await begun(town, lindiwe)
    words = f"Ask {THANDI} about tiles"
    await town.ask(TakeNote(kind=NoteKind.IDEA, text=words), lindiwe)
    await town.ask(AddAgendaItem(title=words), lindiwe)
    action = (await town.ask(AddAction(text=words), lindiwe)).action.code
    saved = await town.ask(SaveResource(link="https://x.org/a", title="A", why=words), lindiwe)
    await town.ask(TakeNote(kind=NoteKind.IDEA, text=f"I am {THANDI}"), thandi)

    told = [await town.ask(kind(accounts=(THANDI,)), thandi) for kind in KINDS]

    assert {f"notes of {meeting.code}", f"action {action}"} <= await _where(town, thandi)
    assert f"resource {saved.resource.code}" in await _where(town, thandi)
    assert all("tiles" not in str(one.data) for one in told)


async def test_what_was_taken_out_is_told_as_such_and_leads_to_no_page(town: Town) -> None:
    lindiwe, thandi = await town.founded(), await town.joined(THANDI)
    meeting = await begun(town, lindiwe)
    words = f"Ask {THANDI} about tiles"
    await town.ask(TakeNote(kind=NoteKind.IDEA, text=words), lindiwe)
    saved = await town.ask(SaveResource(link="https://x.org/b", title="B", why=words), lindiwe)
    await town.ask(ChangeNote(code=meeting.code, number=1), lindiwe)
    await town.ask(WithdrawResource(code=saved.resource.code), lindiwe)

    told = [await town.ask(kind(accounts=(THANDI,)), thandi) for kind in KINDS]

    places = [place for one in told for place in one.data.get("others wrote about you", [])]
    out = {f"notes of {meeting.code} (taken out)", f"resource {saved.resource.code} (taken out)"}
    assert {place["where"] for place in places} == out
    assert {place["code"] for place in places} == {""}


async def test_of_many_places_the_newest_hundred_are_told(town: Town) -> None:
    lindiwe, thandi = await town.founded(), await town.joined(THANDI)
    await town.ask(AddAction(text=f"Ask {THANDI}"), lindiwe)
    copies = "INSERT INTO actions SELECT (many).* FROM ("
    one = "jsonb_build_object('id', gen_random_uuid(), 'code', 'A9' || n)"
    copies += f"SELECT jsonb_populate_record(a, {one}) AS many FROM actions a,"
    copies += f" generate_series(1, 120) n WHERE community = '{lindiwe.passport.community}') c"
    await do(town.ledgers["scheduling"], copies)

    assert len(await _where(town, thandi)) == MOST_PLACES


@pytest.mark.parametrize("row", [TRAIL, PROMISES, SAVED], ids=lambda row: row.name)
def test_every_text_that_others_may_write_is_looked_through(row: Kept) -> None:
    tables = {table.name: table for table in _TABLES}
    texts = {
        name
        for name in row.columns
        if (table := tables.get(name.split(".")[0])) is not None
        and isinstance(table.c[name.split(".")[1]].type, sa.Text | JSONB)
    }
    looked = {
        f"{text.table.name}.{text.name}"
        for written in (*scheduling.WRITTEN, *library.WRITTEN)
        for text in written.texts
    }

    assert texts
    assert texts - looked - NOT_LOOKED_THROUGH.keys() == set()


async def test_every_service_tells_what_it_keeps_as_every_process_does(town: Town) -> None:
    lindiwe, thandi = await town.founded(), await town.joined(THANDI)
    await town.ask(AddAction(text="Ask around"), lindiwe)
    await town.ask(AddAction(text="Buy tiles"), thandi)

    replies = [await town.ask(kind(), thandi) for kind in KINDS]

    listed = {one.service: one.data["kept by every process"] for one in replies}
    assert [entry["which"] for entry in listed["scheduling"]] == ["the answer to: add action"]
    assert all(entry["since"] < entry["until"] for entry in listed["scheduling"])
    assert listed["outcomes"] == []


async def test_what_is_written_elsewhere_is_not_told_here(town: Town) -> None:
    lindiwe = await town.founded(room="!elsewhere:example.org")
    await town.ask(AddAction(text=f"Ask {THANDI}"), lindiwe)
    await town.founded("@sipho:example.org")

    assert await _where(town, await town.joined(THANDI)) == set()


async def test_what_is_taken_back_goes_from_every_copy(town: Town) -> None:
    await town.founded()
    member = (await town.joined(THANDI)).passport.member
    said = DescribeMe(category=Category.UNION, organisation="A school")
    await town.ask(said, await town.passport(THANDI))
    told = await kept_of(town, Purpose.PROFILE, member)
    assert told == {"members.profile", "categories.category", "members.organisation"}

    no = AnswerConsent(purposes=(Purpose.PROFILE,), agreed=False, wording=CONSENT_VERSION)
    await town.ask(no, await town.passport(THANDI))

    assert await kept_of(town, Purpose.PROFILE, member) == set()


def test_every_service_tells_what_it_keeps_of_a_member() -> None:
    assert sorted(kind.context() for kind in KINDS) == sorted(of_kind(Kind.SERVICE))


def test_every_kind_of_case_has_words_for_whom_it_is_about() -> None:
    assert CALLED.keys() == set(CaseKind)
