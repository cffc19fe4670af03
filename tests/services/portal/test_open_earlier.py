"""Communities from before there was a choice: what stays open, how long, and who says so."""

import importlib.util
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext

from indaba.contracts.digest import PublicationAsked
from indaba.contracts.library import Quoted
from indaba.contracts.openness import Part
from indaba.contracts.publishing import PublicationChanged, Publish, ShowPublication
from indaba.contracts.record import (
    ApproveMinutes,
    EditHighlights,
    NoteKind,
    ShareHighlights,
    TakeNote,
)
from indaba.contracts.scheduling import ListMeetings, Which
from indaba.contracts.wire import Event
from services.portal.conftest import ZONE
from workshop import do, rows, until

LINDIWE = "@lindiwe:example.org"
OLDER = {
    "library": "ALTER TABLE resources DROP COLUMN opened",
    "scheduling": "ALTER TABLE documents DROP COLUMN opened",
    "membership": "DROP TABLE publications",
    "portal": "DROP TABLE publications; ALTER TABLE documents DROP COLUMN opened;"
    "DROP INDEX calendar_keys_community; DROP TABLE addresses",
}
CLOSING = {"library": 6, "scheduling": 7, "membership": 7, "portal": 5}


async def _upgraded(lively: Any) -> None:
    """Each database goes back to the schema before, with all that is in it, and on again."""
    ledgers = {**lively.town.ledgers, "portal": lively.opened.ledger}
    for name, drop in OLDER.items():
        for statement in drop.split(";"):
            await do(ledgers[name], statement)
        [closing] = ledgers[name]._migrations.glob(f"{name}_{CLOSING[name]:04}_*.py")
        async with ledgers[name].database.begin() as connection:
            await connection.run_sync(_migrated_by, closing)
    lively.town.later()


def _migrated_by(connection: sa.Connection, page: Path) -> None:
    """One migration, with no regard to which came after it."""
    found = importlib.util.spec_from_file_location(page.stem, page)
    assert found is not None
    assert found.loader is not None
    migration = importlib.util.module_from_spec(found)
    found.loader.exec_module(migration)
    with Operations.context(MigrationContext.configure(connection)):
        migration.upgrade()


def _be(lively: Any, hour: int, days: int = 1) -> None:
    """It becomes this hour of a later day at home."""
    clock = lively.town.clock
    later = clock.now().astimezone(ZoneInfo(ZONE)) + timedelta(days=days)
    clock.set_to(later.replace(hour=hour, minute=0, second=0, microsecond=0))
    lively.town.later()


async def _told(lively: Any, kind: type[Event]) -> list[Any]:
    query = f"SELECT envelope->'body' FROM ledger.journal WHERE wire = '{kind.wire}' ORDER BY id"
    return [body for (body,) in await rows(lively.town.ledgers[kind.context()], query)]


async def _asked(lively: Any, number: int) -> list[Any]:
    async def come() -> bool:
        return len(await _told(lively, PublicationAsked)) >= number

    await until(come)
    return await _told(lively, PublicationAsked)


@pytest.fixture
async def paths(lively: Any) -> dict[str, str]:
    """What there is behind which path, saved and shared before the upgrade."""
    _be(lively, 9)
    await lively.met("Fractions", LINDIWE)
    held = await lively.town.passport(LINDIWE)
    past = await lively.town.ask(ListMeetings(which=Which.PAST), held)
    code = past.meetings[0].code
    note = TakeNote(code=code, kind=NoteKind.DECISION, text="Minutes for us")
    await lively.town.ask(note, held)
    await lively.town.ask(ApproveMinutes(code=code), held)
    await lively.town.ask(EditHighlights(code=code, text="- Highlights for all"), held)
    await lively.town.ask(ShareHighlights(code=code), held)
    link = await lively.saved(link="https://example.org/f", title="A link")
    file = await lively.filed(b"%PDF-1.7 poster", "poster.pdf", title="A file")
    quote = Quoted(author=held.passport.member, text="A message", message="$1")
    message = await lively.saved(quote=quote)
    return {
        "page": "",
        "highlights": f"/meetings/{code}",
        "link": f"/library/{link.code}",
        "file": f"/library/{file.code}",
        "bytes": f"/library/{file.code}/file",
        "message": f"/library/{message.code}",
        "calendar": "/calendar.ics",
    }


WORDS = {"highlights": "Highlights for all", "calendar": "SUMMARY:Fractions", "page": "Fractions"}


async def _open(lively: Any, paths: dict[str, str]) -> set[str]:
    """What a visitor reads now."""
    answers = {name: await lively.get(path) for name, path in paths.items()}
    assert "Minutes for us" not in str([answer.text for answer in answers.values()])
    return {
        name
        for name, answer in answers.items()
        if answer.status_code == 200 and WORDS.get(name, "") in answer.text
    }


async def test_after_thirty_days_of_silence_all_is_for_members(
    lively: Any, paths: dict[str, str]
) -> None:
    await _upgraded(lively)
    open_still = {"page", "highlights", "link", "calendar"}

    async def is_open() -> bool:
        return await _open(lively, paths) == open_still

    await until(is_open)
    [asked] = await _asked(lively, 1)
    began = lively.town.clock.now()
    until_then = datetime.fromisoformat(asked["publication"]["until"])
    assert until_then - began == pytest.approx(timedelta(days=30), abs=timedelta(hours=1))
    held = await lively.town.passport(LINDIWE)
    assert asked["members"] == [str(held.passport.member)]
    for number in (2, 3, 4, 5):
        _be(lively, 10, days=7)
        assert len(await _asked(lively, number)) == number
        assert await _open(lively, paths) == open_still
    _be(lively, 10, days=3)
    assert await _open(lively, paths) == set()

    async def closed() -> bool:
        return len(await _told(lively, PublicationChanged)) == 3  # the first by the fixture

    await until(closed)
    _be(lively, 10, days=30)
    assert len(await _told(lively, PublicationAsked)) == 5
    waits = "SELECT 1 FROM ledger.timers WHERE kind = 'ask-what-stays-open'"
    assert await rows(lively.town.ledgers["membership"], waits) == []
    held = await lively.town.passport(LINDIWE)
    assert (await lively.town.ask(ShowPublication(), held)).publication.undecided() == frozenset()


@pytest.mark.thorough(keep=1)
@pytest.mark.parametrize("keep", [True, False])
async def test_one_answer_settles_it_and_nobody_is_asked_again(
    lively: Any, paths: dict[str, str], keep: bool
) -> None:
    await _upgraded(lively)
    await _asked(lively, 1)
    held = await lively.town.passport(LINDIWE)
    await lively.town.ask(Publish(undecided=True, open=keep), held)
    expected = {"page", "highlights", "link", "calendar"} if keep else set()

    async def settled() -> bool:
        return await _open(lively, paths) == expected

    await until(settled)
    for _ in range(6):
        _be(lively, 10, days=7)
    assert await _open(lively, paths) == expected
    assert len(await _told(lively, PublicationAsked)) == 1


async def test_what_is_decided_for_itself_stays_so_and_the_rest_closes(
    lively: Any, paths: dict[str, str]
) -> None:
    await _upgraded(lively)
    await _asked(lively, 1)
    await lively.town.published(Part.PAGE)
    await lively.town.published(Part.CALENDAR, close=True)

    async def settled() -> bool:
        return await _open(lively, paths) == {"page", "highlights", "link"}

    await until(settled)
    _be(lively, 10, days=31)
    assert await _open(lively, paths) == {"page"}


async def test_at_night_nobody_is_asked(lively: Any, paths: dict[str, str]) -> None:
    _be(lively, 23)
    await _upgraded(lively)

    async def waits() -> bool:
        query = "SELECT 1 FROM ledger.timers WHERE kind = 'publication-undecided'"
        return bool(await rows(lively.town.ledgers["scheduling"], query))

    await until(waits)
    assert await _told(lively, PublicationAsked) == []
    _be(lively, 8)
    await _asked(lively, 1)


async def test_a_community_founded_since_begins_closed(lively: Any, paths: dict[str, str]) -> None:
    await _upgraded(lively)
    await _asked(lively, 1)
    held = await lively.town.founded("@new:example.org", "!new:example.org")
    key = held.community.key

    async def heard() -> bool:
        return bool((await lively.browser.get(f"/c/{key}")).status_code == 403)

    await until(heard)
    assert (await lively.town.ask(ShowPublication(), held)).publication.undecided() == frozenset()
