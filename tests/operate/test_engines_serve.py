import os
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx
import pytest
from redis.asyncio import Redis
from redis.exceptions import ResponseError
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from indaba.operate.local.engines import Engines, Synapse, Valkey
from indaba.operate.local.engines.socket_folder import private
from indaba.operate.local.engines.trouble import FolderTaken, NotInstalled, UnsafeFolder
from indaba.operate.processes import PROCESSES

FreshDatabase = Callable[..., Awaitable[str]]
FreshValkey = Callable[[], Awaitable[Valkey]]


async def _do(url: str, *statements: str) -> object:
    engine = create_async_engine(url)
    try:
        async with engine.begin() as session:
            for statement in statements:
                answer = await session.execute(text(statement))
            return answer.scalar() if answer.returns_rows else None
    finally:
        await engine.dispose()


@pytest.mark.parametrize("name", PROCESSES)
async def test_every_service_owns_a_database_of_its_own(engines: Engines, name: str) -> None:
    assert await _do(engines.postgres.url(name), "SELECT current_user || current_database()") == (
        name + name
    )


async def test_provisioning_again_changes_nothing(
    engines: Engines, database: FreshDatabase
) -> None:
    url = await database()
    await _do(url, "CREATE TABLE shelf AS SELECT 7 AS n")
    await engines.postgres.provision([url.partition("@/")[2].partition("?")[0]])
    assert await _do(url, "SELECT n FROM shelf") == 7


async def test_a_copy_has_the_rows_and_shares_nothing(
    engines: Engines, database: FreshDatabase
) -> None:
    original = await database()
    await _do(original, "CREATE TABLE shelf AS SELECT 7 AS n")
    copy = await database(original.partition("@/")[2].partition("?")[0])
    await _do(copy, "UPDATE shelf SET n = 8")
    assert await _do(original, "SELECT n FROM shelf") == 7
    assert await _do(copy, "SELECT n FROM shelf") == 8


async def test_lower_case_knows_more_than_english(database: FreshDatabase) -> None:
    assert await _do(await database(), "SELECT lower('ŠÉ')") == "šé"


async def test_no_name_can_smuggle_sql(engines: Engines) -> None:
    with pytest.raises(ValueError, match="not a database name"):
        await engines.postgres.provision(['x"; DROP DATABASE membership; --'])


async def test_commits_are_durable(engines: Engines) -> None:
    url = engines.postgres.url("library")
    assert await _do(url, "SELECT current_setting('fsync')") == "on"
    assert await _do(url, "SELECT current_setting('synchronous_commit')") == "on"


async def test_the_engines_listen_on_no_network(engines: Engines) -> None:
    assert await _do(engines.postgres.url("library"), "SHOW listen_addresses") == ""
    assert engines.valkey.url.startswith("unix://")


async def test_both_engines_are_back_within_a_second_and_a_half(tmp_path: Path) -> None:
    engines = Engines(tmp_path)
    await engines.start()
    await engines.stop()
    began = time.monotonic()
    await engines.start()
    took = time.monotonic() - began
    await engines.stop()
    assert took < 1.5


async def test_the_bus_begins_empty(bus_url: str) -> None:
    async with Redis.from_url(bus_url) as bus:
        assert await bus.dbsize() == 0
        await bus.set("left", "over")


async def test_the_bus_begins_empty_again(bus_url: str) -> None:
    async with Redis.from_url(bus_url) as bus:
        assert await bus.dbsize() == 0
        await bus.set("left", "over")


async def test_a_killed_bus_remembers(fresh_valkey: FreshValkey) -> None:
    valkey = await fresh_valkey()
    async with Redis.from_url(valkey.url) as bus:
        await bus.xadd("scheduling", {"n": "1"})
    assert valkey.pid
    os.kill(valkey.pid, 9)
    await valkey.stop()
    await valkey.start()
    async with Redis.from_url(valkey.url) as bus:
        assert await bus.xlen("scheduling") == 1


async def test_a_bus_has_one_owner(fresh_valkey: FreshValkey) -> None:
    valkey = await fresh_valkey()
    with pytest.raises(FolderTaken, match=str(valkey.folder)):
        await type(valkey)(valkey.folder).start()


async def test_a_full_bus_refuses_and_forgets_nothing(fresh_valkey: FreshValkey) -> None:
    async with Redis.from_url((await fresh_valkey()).url) as bus:
        await bus.set("kept", "yes")
        await bus.config_set("maxmemory", "1")
        with pytest.raises(ResponseError, match="maxmemory"):
            await bus.set("more", "x")
        assert await bus.get("kept") == b"yes"


async def test_an_account_can_be_registered_twice_and_used(synapse: Synapse) -> None:
    await synapse.register("thandi", "umlilo-omkhulu")
    await synapse.register("thandi", "another")
    token = await synapse.login("thandi", "umlilo-omkhulu", "PHONE")
    assert await _whoami(synapse, token) == "@thandi:indaba.localhost"


async def test_talk_is_limited_until_the_limit_is_lifted(synapse: Synapse) -> None:
    await synapse.register("keeper", "isihluthulelo", admin=True)
    await synapse.register("sipho", "umthombo-omdala")
    admin = await synapse.login("keeper", "isihluthulelo", "DESK")
    token = await synapse.login("sipho", "umthombo-omdala", "PHONE")
    async with _client(synapse, token) as client:
        room = (await client.post("/_matrix/client/v3/createRoom", json={})).json()["room_id"]
        assert 429 in await _talk(client, room, "before")
        await synapse.lift_rate_limit(admin, synapse.user_id("sipho"))
        assert set(await _talk(client, room, "after")) == {200}


async def test_strangers_cannot_register(synapse: Synapse) -> None:
    async with _client(synapse, "") as client:
        ask = {"username": "mallory", "password": "x" * 12, "auth": {"type": "m.login.dummy"}}
        reply = await client.post("/_matrix/client/v3/register", json=ask)
    assert reply.status_code == 403


async def test_the_homeserver_keeps_its_secrets_to_itself(synapse: Synapse) -> None:
    for name in ("homeserver.yaml", "secrets.json", "signing.key"):
        assert (synapse.folder / name).stat().st_mode & 0o077 == 0


async def test_the_homeserver_is_at_the_same_address_after_a_restart(
    tmp_path: Path, synapse: Synapse
) -> None:
    own = Synapse(tmp_path / "hs", Path(__file__).parents[2] / ".venv-synapse")
    await own.start()
    await own.register("thandi", "umlilo-omkhulu")
    address, token = own.url, await own.login("thandi", "umlilo-omkhulu", "PHONE")
    await own.stop()
    await own.start()
    try:
        assert own.url == address
        assert await _whoami(own, token) == "@thandi:indaba.localhost"
        assert own.url != synapse.url
    finally:
        await own.stop()


async def test_a_missing_homeserver_is_explained(tmp_path: Path) -> None:
    with pytest.raises(NotInstalled, match=r"make \.venv-synapse"):
        await Synapse(tmp_path / "hs", tmp_path / "nowhere").start()


def test_a_socket_folder_that_others_can_enter_is_refused(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir(mode=0o755)
    with pytest.raises(UnsafeFolder):
        private(tmp_path / "run")


def test_a_socket_folder_that_is_only_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir(mode=0o700)
    (tmp_path / "run").symlink_to(tmp_path / "real")
    with pytest.raises(UnsafeFolder):
        private(tmp_path / "run")


def _client(synapse: Synapse, token: str) -> httpx.AsyncClient:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return httpx.AsyncClient(base_url=synapse.url, headers=headers, trust_env=False)


async def _whoami(synapse: Synapse, token: str) -> str:
    async with _client(synapse, token) as client:
        return str((await client.get("/_matrix/client/v3/account/whoami")).json()["user_id"])


async def _talk(client: httpx.AsyncClient, room: str, mark: str) -> list[int]:
    said = []
    for n in range(13):
        path = f"/_matrix/client/v3/rooms/{room}/send/m.room.message/{mark}{n}"
        reply = await client.put(path, json={"msgtype": "m.text", "body": str(n)})
        said.append(reply.status_code)
    return said
