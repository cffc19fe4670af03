"""Each process writes on the bus where it speaks, and nowhere else: tried on a real Valkey."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from redis.asyncio import Redis
from redis.exceptions import NoPermissionError, RedisError, ResponseError

from indaba.bus.streams import EPOCH, events_of, requests_to
from indaba.operate.data import bus_users
from indaba.operate.data.bus_users import OPERATOR, as_user, users
from indaba.operate.local.engines import Valkey
from indaba.operate.processes import PROCESSES, Kind, of_kind

SERVICES, USERS = of_kind(Kind.SERVICE), users()
ASKING = (*of_kind(Kind.PORTAL, Kind.BOT), OPERATOR)
STREAMS = [*map(events_of, PROCESSES), *map(requests_to, PROCESSES)]
MODIFYING: dict[str, Callable[[str], tuple[str, ...]]] = {
    "add": lambda stream: ("XADD", stream, "*", "data", "x"),
    "delete": lambda stream: ("XDEL", stream, "0-1"),
    "trim": lambda stream: ("XTRIM", stream, "MAXLEN", "10000"),
    "drop": lambda stream: ("DEL", stream),
    "overwrite": lambda stream: ("SET", stream, "x"),
    "forget a reader": lambda stream: ("XGROUP", "DESTROY", stream, "portal"),
}
NEVER = [
    ("FLUSHALL",),
    ("CONFIG", "GET", "*"),
    ("ACL", "LIST"),
    ("KEYS", "*"),
    ("SHUTDOWN", "NOSAVE"),
    ("EVAL", "return 1", "0"),
    ("CLIENT", "LIST"),
    ("MONITOR",),
    ("SET", "anything", "x"),
    ("DEL", EPOCH),
    ("SUBSCRIBE", "replies.somebody.1.token"),
    ("PSUBSCRIBE", "*"),
]


@dataclass
class Guarded:
    """A bus with users, each with a client of their own."""

    clients: dict[str, Redis]


@pytest_asyncio.fixture(scope="module", loop_scope="module", name="guarded")
async def _guarded(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Guarded]:
    data: Path = tmp_path_factory.mktemp("data")
    users = bus_users.keep(data)
    valkey = Valkey(data / "valkey")
    valkey.admit(users.rules)
    await valkey.start()
    clients = {
        name: Redis.from_url(as_user(valkey.url, name, password))
        for name, password in users.passwords.items()
    }
    yield Guarded({**clients, "nobody": Redis.from_url(valkey.url)})
    for client in clients.values():
        await client.aclose()
    await valkey.stop()


pytestmark = pytest.mark.asyncio(loop_scope="module")


async def _refused(client: Redis, *command: str) -> bool:
    try:
        await client.execute_command(*command)
    except NoPermissionError:
        return True
    except ResponseError:
        return False
    return False


def _speaks(user: str, act: str, stream: str) -> bool:
    """Whether a user may change a stream in this way, said apart from the rules."""
    if act == "add":
        own = stream == events_of(user) or (user == OPERATOR and stream.endswith(".events"))
        return own or (user in ASKING and stream in map(requests_to, SERVICES))
    if act == "trim":
        return stream == events_of(user) or (user == OPERATOR and stream.endswith(".events"))
    return act == "delete" and user in SERVICES and stream == requests_to(user)


async def test_every_process_writes_where_it_speaks_and_nowhere_else(guarded: Guarded) -> None:
    wrong, cells = [], 0
    for user in (*USERS, "nobody"):
        for stream in STREAMS:
            for act, command in MODIFYING.items():
                cells += 1
                let = not await _refused(guarded.clients[user], *command(stream))
                if let is not _speaks(user, act, stream):
                    wrong.append((user, act, stream, let))
    assert wrong == []
    assert cells == (len(USERS) + 1) * 2 * len(PROCESSES) * len(MODIFYING)


@pytest.mark.parametrize("command", NEVER, ids=" ".join)
async def test_what_no_process_needs_nobody_can_do(
    guarded: Guarded, command: tuple[str, ...]
) -> None:
    let = [
        user
        for user in (*PROCESSES, "nobody")
        if not await _refused(guarded.clients[user], *command)
    ]
    assert let == []


@pytest.mark.parametrize("user", USERS)
async def test_a_wrong_password_opens_nothing(guarded: Guarded, user: str) -> None:
    there = guarded.clients[user].connection_pool.connection_kwargs["path"]
    stranger = Redis.from_url(as_user(f"unix://{there}", user, "guessed"))
    with pytest.raises(RedisError):
        await stranger.ping()
    await stranger.aclose()


async def test_a_process_reads_the_events_it_reacts_to_and_no_others(guarded: Guarded) -> None:
    for user in PROCESSES:
        let = {
            name
            for name in PROCESSES
            if not await _refused(
                guarded.clients[user],
                *("XREADGROUP", "GROUP", user, "1", "COUNT", "1", "STREAMS", events_of(name), ">"),
            )
        }
        assert let == set(bus_users.reads(user)), user


def test_passwords_are_made_once_and_a_new_process_gets_its_own(tmp_path: Path) -> None:
    first = bus_users.keep(tmp_path)
    kept = tmp_path / "secrets" / bus_users.PASSWORDS
    text = kept.read_text()
    kept.write_text(text.replace('"outcomes"', '"of_an_older_version"'))
    second = bus_users.keep(tmp_path)

    assert set(first.passwords) == set(USERS) < set(second.passwords)
    assert first.passwords["portal"] == second.passwords["portal"]
    assert not any(p in first.rules.read_text() for p in first.passwords.values())
    assert {kept.stat().st_mode & 0o777, first.rules.stat().st_mode & 0o777} == {0o600}
