"""The program of an older version, run for real: it brings its data, meets the new schema, and
has all of it again after one command.

Needs the commit in this checkout's history; where it is missing, as in a shallow clone or an
unpacked archive, these tests are skipped and say so.
"""

import io
import json
import shlex
import signal
import subprocess
import sys
import tarfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import pytest

from clock import TestWorld
from indaba.operate.data import secrets
from indaba.operate.data.migrating import bring_up_to_date
from indaba.operate.local.engines import Engines
from indaba.operate.local.lock import Claim
from indaba.operate.processes import DRIVER, PROCESSES
from operate.house import Command
from services.town import started
from workshop import until

ROOT = Path(__file__).parents[2]
COMMIT = "c22b564"
OLDER_WORDING = "2026-11-24"
SAMPLE = Path(__file__).parent / "before" / f"{COMMIT}.tar.xz"
VERSIONS = ROOT / "shared/indaba/ledger/schema/versions"
NEWEST = max(path.stem for path in VERSIONS.glob("ledger_*.py"))[: len("ledger_0000")]
PROGRAM = (sys.executable, "-m", "indaba.operate.cli")
SOURCES = ("shared", "services", "bots", "deploy")
EACH_KIND = tuple({process.kind: name for name, process in PROCESSES.items()}.values())
"""One service, the portal, one bot: all begin in the same way."""

RENAMED = {"ledger.outgoing": "ledger.outbox"}
TOLD_AGAIN = frozenset({"ledger.outgoing", "ledger.inbox"})
"""What a restore changes on purpose: events are published again, the inbox remembers longer."""

TABLES = """
SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND n.nspname IN ('public', 'ledger') AND c.relname <> 'alembic_version'
"""
UNREAD = {
    "INDABA_MATRIX_BOT_HOMESERVER": "http://127.0.0.1:9",
    "INDABA_MATRIX_BOT_USER_ID": "@indaba:example.org",
    "INDABA_MATRIX_BOT_ACCESS_TOKEN": "never used",
    "INDABA_DISCORD_BOT_TOKEN": "never used",
}
"""What bots are told before they look at their database."""

Contents = dict[str, list[dict[str, Any]]]
"""The rows of every table, by database and table."""


@dataclass
class Older:
    """A data folder, and the older program to use on it."""

    source: Path
    folder: Path
    started: list[Command] = field(default_factory=list)

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def saved(self) -> Path:
        return self.folder / "saved"

    def starts(self, *words: str, **environment: str) -> Command:
        path = ":".join(str(self.source / part) for part in SOURCES)
        self.started.append(Command(*words, program=PROGRAM, PYTHONPATH=path, **environment))
        return self.started[-1]

    def does(self, *words: str) -> Command:
        """A command that ends well."""
        done = self.starts(*words)
        assert done.ends(seconds=120) == 0, done.lines
        return done

    def runs(self, name: str, engines: Engines, **environment: str) -> Command:
        """One process of a deployment, on these engines."""
        private, public = secrets.passport_keys(self.data)
        return self.starts(
            "run",
            name,
            INDABA_BUS_URL=engines.valkey.url,
            INDABA_PASSPORT_PUBLIC_KEY=public,
            INDABA_MEMBERSHIP_PASSPORT_PRIVATE_KEY=private,
            INDABA_FILES_FOLDER=str(self.folder / "files"),
            INDABA_PORTAL_PORT="0",
            **{f"INDABA_{name.upper()}_DATABASE_URL": engines.postgres.url(name)},
            **UNREAD,
            **environment,
        )


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The older program's source."""
    git = ["git", "-C", str(ROOT), "archive", COMMIT, *SOURCES]
    try:
        packed = subprocess.run(git, check=True, capture_output=True).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip(f"the history of this checkout has no commit {COMMIT}: `git fetch --unshallow`")
    folder = tmp_path_factory.mktemp("older")
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        archive.extractall(folder, filter="data")
    return folder


@pytest.fixture
def older(source: Path, tmp_path: Path) -> Iterator[Older]:
    """An installation of the older version, put there by that version itself."""
    with tarfile.open(SAMPLE) as packed:
        packed.extractall(tmp_path, filter="data")
    there = Older(source, tmp_path)
    there.does("restore", str(tmp_path / "backup"), "--data", str(there.data))
    yield there
    for command in there.started:
        if command.process.poll() is None:
            command.ends(signal.SIGKILL)


@asynccontextmanager
async def engines_of(data: Path) -> AsyncIterator[Engines]:
    claim, engines = Claim(data).take(), Engines(data)
    try:
        await engines.start()
        yield engines
    finally:
        await engines.stop()
        claim.give_back()


async def contents(engines: Engines) -> Contents:
    found: Contents = {}
    for name in PROCESSES:
        session = await asyncpg.connect(engines.postgres.url(name).replace(DRIVER, "postgresql://"))
        for (table,) in await session.fetch(TABLES):
            rows = await session.fetch(f"SELECT to_jsonb(t) FROM {table} t")
            found[f"{name}: {table}"] = [json.loads(row) for (row,) in rows]
        await session.close()
    return found


async def contents_of(data: Path) -> Contents:
    async with engines_of(data) as engines:
        return await contents(engines)


def missing(before: Contents, after: Contents, but_for: frozenset[str] = frozenset()) -> list[str]:
    """Tables of which `after` has not the same rows, as far as `before` had columns."""
    lost = []
    for name, rows in before.items():
        process, _, table = name.partition(": ")
        there = after[f"{process}: {RENAMED.get(table, table)}" if name not in after else name]
        if table not in but_for and _sorted(rows) != _sorted(_only(rows, there)):
            lost.append(name)
    return lost


def begun(after: Contents) -> list[dict[str, Any]]:
    """Takes out, and gives, the timers that the upgrade itself sets: what is to stay open?"""
    timers = after["membership: ledger.timers"]
    asking = [row for row in timers if row["kind"] == "ask-what-stays-open"]
    after["membership: ledger.timers"] = [row for row in timers if row not in asking]
    return asking


def _only(like: list[dict[str, Any]], rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{k: v for k, v in row.items() if not like or k in like[0]} for row in rows]


def _sorted(rows: list[dict[str, Any]]) -> list[str]:
    return sorted(json.dumps(row, sort_keys=True) for row in rows)


def upgraded(older: Older) -> str:
    """Bring it over with this version; gives what it names as the way back."""
    older.does("backup", str(older.saved), "--data", str(older.data))
    upgrade = Command("upgrade", "--data", str(older.data), "--backup", str(older.saved))
    assert upgrade.ends(seconds=120) == 0, upgrade.lines
    return upgrade.says("The way back").partition("since: ")[2]


def page_of(portal: str, path: str) -> tuple[int, str]:
    line = HTTPConnection(urlsplit(portal).netloc, timeout=10)
    line.request("GET", path)
    answer = line.getresponse()
    return answer.status, answer.read().decode()


# What it left is brought over each time, in test_from_the_version_before.py.
@pytest.mark.thorough
async def test_all_is_brought_over_and_back_by_the_one_command_that_the_upgrade_names(
    older: Older,
) -> None:
    before = await contents_of(older.data)
    assert sum(map(len, before.values())) > 200

    back = upgraded(older)
    after = await contents_of(older.data)
    assert len(begun(after)) == len(after["membership: public.communities"])
    assert missing(before, after) == []

    program, *words = shlex.split(back)
    assert program == "indaba"
    older.does(*words)
    assert missing(before, await contents_of(older.data), TOLD_AGAIN) == []

    up = older.starts("up", "--no-synapse", "--port", "0", "--data", str(older.data))
    up.says("Indaba is ready")
    portal = up.says("Portal: ").partition(": ")[2]
    [key] = {row["key"] for row in before["membership: public.communities"]}
    status, ready = page_of(portal, "/ready")
    assert status == 200, ready
    assert "Maths teachers" in page_of(portal, f"/c/{key}")[1]
    assert up.ends(signal.SIGTERM) == 0


# The older program stays what it is: what it says could only change with how schemas are numbered,
# and that this one says the same is tried in tests/ledger/test_schema.py.
@pytest.mark.thorough
async def test_the_older_program_says_that_it_does_not_know_the_new_schema_and_stops(
    older: Older,
) -> None:
    upgraded(older)
    before = await contents_of(older.data)

    up = older.starts("up", "--no-synapse", "--port", "0", "--data", str(older.data))
    assert up.ends(seconds=60) == 1
    assert up.says("is of an older version")
    again = older.starts("upgrade", "--data", str(older.data), "--backup", str(older.saved))
    assert again.ends(seconds=60) == 1
    assert again.says("No database was changed")

    async with engines_of(older.data) as engines:
        for name, command in {name: older.runs(name, engines) for name in EACH_KIND}.items():
            assert command.ends(seconds=60) == 3, command.lines
            words = command.says(f"The database of {name} is at schema ")
            found, _, known = words.partition(", this program knows ")
            assert NEWEST in found
            assert "ledger_0002" in known
        assert await contents(engines) == before


@pytest.mark.thorough
async def test_one_that_runs_when_the_new_schema_comes_loses_nothing_and_does_not_start_again(
    older: Older, free_port: Callable[[], int], ready: Callable[[int], bool]
) -> None:
    clock = TestWorld()
    clock.follow_the_machine()
    async with engines_of(older.data) as engines:
        port = str(free_port())
        running = older.runs("membership", engines, INDABA_HEALTH_PORT=port)
        assert ready(int(port)), running.lines
        await bring_up_to_date({name: engines.postgres.url(name) for name in PROCESSES})
        async with started({}, engines.valkey.url, clock) as town:
            held = await town.founded(room="!chess:example.org", wording=OLDER_WORDING)
        assert held.community is not None

        async def all_is_published() -> bool:
            return (await contents(engines))["membership: ledger.outbox"] == []

        await until(all_is_published, 20)
        journal = (await contents(engines))["membership: ledger.journal"]
        assert str(held.community.id) in {row["envelope"]["body"]["aggregate"] for row in journal}
        assert running.ends(signal.SIGTERM) == 0
        assert older.runs("membership", engines).ends(seconds=60) == 3
