from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from redis.asyncio import Redis
from sqlalchemy.ext.asyncio import create_async_engine

from indaba.bus.streams import MOST_AHEAD, events_of
from indaba.contracts.responsible import ResponsibleShown
from indaba.operate.data.migrating import bring_up_to_date
from indaba.operate.installation import Installation, NothingHere, knows_nobody
from indaba.operate.local.engines import Synapse
from indaba.operate.local.matrix import MatrixClient
from indaba.operate.observe import doctor
from indaba.operate.observe.doctor import Finding
from indaba.operate.observe.limits import LIMITED, limits_findings
from indaba.operate.observe.status import Standing, standings
from indaba.operate.processes import PROCESSES
from indaba.process.outside.confinement import CALLS, FILES, IN_WORDS, USER
from indaba.process.world import RealWorld, first_id


def troubles(found: Any) -> list[Finding]:
    return [finding for finding in found if not finding.ok]


def test_a_folder_without_data_is_no_house(tmp_path: Path) -> None:
    with pytest.raises(NothingHere):
        Installation.found(tmp_path)


async def test_a_house_that_does_not_run_is_the_only_trouble(tmp_path: Path) -> None:
    found = [f async for f in doctor.findings(Installation({}, "", data=tmp_path))]
    (trouble,) = troubles(found)
    assert trouble.next == "start it with: make up"


async def test_a_database_that_is_away_and_one_that_is_behind_are_told_apart(
    database: Any, tmp_path: Path
) -> None:
    away = f"postgresql+asyncpg://library@/library?host={tmp_path}"
    found = await standings({"library": away, "outcomes": await database()})
    away_words, behind_words = [next(iter(doctor.database_findings(each))) for each in found]
    assert "does not answer" in away_words.what
    assert "INDABA_LIBRARY_DATABASE_URL" in away_words.next
    assert "schema" in behind_words.what
    assert "indaba migrate" in behind_words.next


async def test_events_that_pile_up_and_dead_letters_are_counted(database: Any) -> None:
    url = await database()
    await bring_up_to_date({"library": url})
    engine = create_async_engine(url)
    async with engine.begin() as connection:
        await connection.execute(
            sa.text(
                "INSERT INTO ledger.outbox SELECT gen_random_uuid() FROM generate_series(1, 1001)"
            )
        )
        await connection.execute(
            sa.text(
                "INSERT INTO ledger.dead_letters (id, kind, handler, reason, attempts, died_at,"
                " letter) VALUES (gen_random_uuid(), 'event', 'x', 'y', 5, now(), '{}')"
            )
        )
    await engine.dispose()
    (standing,) = await standings({"library": url})
    whats = [finding.what for finding in troubles(doctor.database_findings(standing))]
    assert whats == ["library: 1001 events wait to be published", "library: 1 dead letters"]
    assert troubles(doctor.database_findings(replace(standing, outgoing=3, dead_letters=0))) == []


async def test_who_is_near_a_limit_is_named_by_id_and_a_full_machine_is_trouble(
    database: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INDABA_MEMBERSHIP_MOST_COMMUNITIES_A_DAY", "1")
    site = Installation({name: await database() for name in LIMITED}, "", files=tmp_path)
    await bring_up_to_date(site.databases)
    community, founder = first_id(RealWorld().now()), UUID(int=7)
    engine = create_async_engine(site.databases["membership"])
    async with engine.begin() as connection:
        for statement in (
            (
                "INSERT INTO communities (id, name, purpose, language, zone, key, version)"
                f" VALUES ('{community}', 'a', 'b', 'en', 'UTC', 'k', 1)"
            ),
            (
                "INSERT INTO receipts"
                " (id, member, community, wording, purposes, given_at, founding)"
                f" SELECT gen_random_uuid(), '{founder}', '{community}', 'w', '[]', now(), true"
                " FROM generate_series(1, 4)"
            ),
        ):
            await connection.execute(sa.text(statement))
    await engine.dispose()
    found = [each async for each in limits_findings(site, LIMITED)]
    whats = {each.what: each.ok for each in found if each.what.startswith("membership")}
    assert whats == {
        f"membership: member {founder} is near a limit, 4 of 5:"
        " INDABA_MEMBERSHIP_MOST_COMMUNITIES_PER_ACCOUNT": True,
        "membership: machine is near a limit, 1 of 1:"
        " INDABA_MEMBERSHIP_MOST_COMMUNITIES_A_DAY": False,
    }


async def test_a_reader_that_holds_events_back_is_named(bus_url: str) -> None:
    stream = events_of("scheduling")
    async with Redis.from_url(bus_url) as bus:
        for reader in ("portal", "matrix_bot"):
            await bus.xgroup_create(stream, reader, id="0", mkstream=True)
        async with bus.pipeline(transaction=False) as pipe:
            for _ in range(MOST_AHEAD):
                pipe.xadd(stream, {"x": "1"})
            await pipe.execute()
        await bus.xreadgroup("portal", "portal-1", {stream: ">"}, count=MOST_AHEAD, noack=True)
    (held_back,) = troubles(await doctor.bus_findings(Installation({"scheduling": ""}, bus_url)))
    assert f"matrix_bot is {MOST_AHEAD} behind" in held_back.what


async def test_a_bus_that_is_away_is_said_so(tmp_path: Path) -> None:
    site = Installation({"scheduling": ""}, f"unix://{tmp_path}/bus.sock")
    (away,) = troubles(await doctor.bus_findings(site))
    assert "the bus does not answer" in away.what


async def test_a_token_that_is_refused_or_another_accounts_is_said_so(synapse: Synapse) -> None:
    await synapse.register("themba", "secret")
    token = await synapse.login("themba", "secret", "DOCTOR")
    refused = Installation({}, "", synapse.url, "@themba:indaba.localhost", "no-such-token")
    (trouble,) = troubles(await doctor.homeserver_findings(refused))
    assert "INDABA_MATRIX_BOT_ACCESS_TOKEN" in trouble.next
    other = replace(refused, token=token, bot="@indaba:indaba.localhost")
    (trouble,) = troubles(await doctor.homeserver_findings(other))
    assert "belongs to @themba:indaba.localhost" in trouble.what


async def test_a_homeserver_that_is_away_is_said_so() -> None:
    (trouble,) = troubles(
        await doctor.homeserver_findings(
            Installation({}, "", "http://127.0.0.1:9", "@a:b", "token")
        )
    )
    assert "does not answer" in trouble.what


async def test_a_room_where_the_bot_may_not_post_is_named(synapse: Synapse) -> None:
    tokens = {}
    for user in ("nomsa", "listener"):
        await synapse.register(user, "secret")
        tokens[user] = await synapse.login(user, "secret", "DOCTOR")
    bot = synapse.user_id("listener")
    async with MatrixClient(synapse.url, tokens["nomsa"]) as line:
        room = await line.create_room(
            name="Announcements", invite=[bot], power_level_content_override={"events_default": 50}
        )
    async with MatrixClient(synapse.url, tokens["listener"]) as line:
        await line.join(room)
    site = Installation({}, "", synapse.url, bot, tokens["listener"])
    (trouble,) = troubles(await doctor.homeserver_findings(site))
    assert trouble.what == "the bot may not post in Announcements"
    (outside,) = troubles(await doctor.homeserver_findings(replace(site, room="!other")))[1:]
    assert outside.what == "the bot is not in the trial room"


async def test_one_trouble_is_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert await doctor.examine(Installation({}, "", data=tmp_path))
    assert "1 trouble found." in capsys.readouterr().out


def test_little_room_on_the_disk_is_a_trouble() -> None:
    assert doctor.disk_finding(5_000_000_000).ok
    assert not doctor.disk_finding(500_000_000).ok


@pytest.mark.parametrize("missing", [(), (FILES,), (FILES, CALLS, USER)])
def test_what_a_kernel_cannot_take_away_is_said_and_is_no_trouble(missing: tuple[str, ...]) -> None:
    finding = doctor.confinement_finding(missing)

    assert finding.ok
    assert all(IN_WORDS[each] in finding.what for each in missing)
    assert (", but " in finding.what) is bool(missing)


def test_a_database_that_could_not_be_asked_counts_nothing() -> None:
    assert not Standing("library", "the database does not answer").reachable


@pytest.mark.parametrize(
    ("site", "for_others"),
    [
        ({"portal": "http://127.0.0.1:8080", "homeserver": "http://localhost:8008"}, False),
        ({}, False),
        ({"portal": "https://cop.example.org"}, True),
        ({"homeserver": "https://matrix.example.org"}, True),
        ({"homeserver": "http://localhost:8008", "bot": "@indaba:indaba.localhost"}, False),
        ({"homeserver": "http://localhost:8008", "bot": "@indaba:example.org:8448"}, True),
    ],
)
def test_what_is_on_another_machine_is_for_others(site: Any, *, for_others: bool) -> None:
    assert Installation({}, "", **site).is_for_others is for_others


@pytest.mark.parametrize(("host", "for_others"), [("127.0.0.1", False), ("0.0.0.0", True)])
def test_a_portal_that_others_can_reach_is_for_others(
    host: str, for_others: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INDABA_PORTAL_HOST", host)
    assert Installation({}, "").is_for_others is for_others


@pytest.mark.parametrize("process", PROCESSES)
def test_every_process_says_at_start_that_nobody_is_named(
    process: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert knows_nobody(process) is (process == "membership")
    for name in ("RESPONSIBLE_PARTY", "CONTACT", "PLACE_OF_DATA"):
        monkeypatch.setenv(f"INDABA_MEMBERSHIP_{name}", "")
        assert knows_nobody(process)
        monkeypatch.setenv(f"INDABA_MEMBERSHIP_{name}", "said")
    assert not knows_nobody(process)


async def test_for_others_nobody_named_is_refused_and_for_oneself_it_is_a_hint(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def found(site: Installation) -> Any:
        for finding in doctor.responsible_finding(ResponsibleShown(), site):
            yield finding

    monkeypatch.setattr(doctor, "findings", found)
    assert not await doctor.examine(Installation({}, ""))
    assert "for trying out" in capsys.readouterr().out
    assert await doctor.examine(Installation({}, "", portal="https://cop.example.org"))
    out = capsys.readouterr().out
    assert "REFUSED nobody is named who answers" in out
    assert "Others must not use it yet" in out


def test_a_bot_on_discord_is_for_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INDABA_DISCORD_BOT_TOKEN", "given")
    assert Installation({}, "").is_for_others
