import signal
from collections.abc import Callable
from typing import Any

import pytest

from indaba.operate.data.migrating import bring_up_to_date
from workshop import PUBLIC_KEY

START = Callable[..., Any]


def surroundings(bus: str, database: str, port: int = 0) -> dict[str, str]:
    return {
        "INDABA_BUS_URL": bus,
        "INDABA_PASSPORT_PUBLIC_KEY": PUBLIC_KEY,
        "INDABA_LIBRARY_DATABASE_URL": database,
        "INDABA_HEALTH_PORT": str(port),
    }


def test_a_missing_setting_is_named_without_a_traceback(command: START) -> None:
    run = command("run", "library", INDABA_BUS_URL="redis://nowhere")
    assert run.ends() == 2
    assert "INDABA_PASSPORT_PUBLIC_KEY: is not set." in run.lines
    assert "Traceback" not in "\n".join(run.lines)


@pytest.mark.thorough(keep=2)
@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("INDABA_LIBRARY_DATABASE_URL", "mysql://user@host/library"),
        ("INDABA_PASSPORT_PUBLIC_KEY", "not a key"),
        ("INDABA_HEALTH_PORT", "many"),
        ("INDABA_BUS_URL_FILE", "/nowhere/bus_url"),
        ("INDABA_BUS_URL", "mysql://bus"),
        ("INDABA_BUS_URL", "redis+cluster://one:many"),
    ],
)
def test_a_wrong_setting_is_named_without_a_traceback(
    command: START, name: str, wrong: str
) -> None:
    settings = surroundings("redis://nowhere", "postgresql+asyncpg://nobody@nowhere/library")
    if name.endswith("_FILE"):
        del settings[name.removesuffix("_FILE")]
    run = command("run", "library", **settings | {name: wrong})
    assert run.ends() == 2
    assert any(line.startswith(f"{name}:") for line in run.lines), run.lines
    assert "Traceback" not in "\n".join(run.lines)


def test_a_process_that_does_not_exist_is_refused_with_those_that_do(command: START) -> None:
    run = command("run", "librarian")
    assert run.ends() == 1
    assert "membership, scheduling, library" in run.lines[0]


async def test_a_schema_that_is_behind_is_said_in_words(
    command: START, database: Any, bus_url: str
) -> None:
    run = command("run", "library", **surroundings(bus_url, await database()))
    assert run.ends() == 3
    assert run.lines[-1].endswith("Run: indaba migrate")
    assert "Traceback" not in "\n".join(run.lines)


# A service, the portal and a bot get ready and stop each time, in test_compose.py.
@pytest.mark.thorough
async def test_after_migrate_it_gets_ready_and_stops_when_told(
    command: START, database: Any, bus_url: str, free_port: Any, ready: Any
) -> None:
    port = free_port()
    settings = surroundings(bus_url, await database(), port)
    migrate = command("migrate", **settings)
    assert migrate.ends() == 0
    assert migrate.lines == ["library: brought to the newest schema"]
    run = command("run", "library", **settings)
    assert ready(port)
    asked = command("health", INDABA_HEALTH_PORT=str(port))
    assert asked.ends() == 0
    taken = command("run", "library", **settings)
    assert taken.ends() == 2
    assert taken.lines[-1].startswith("INDABA_HEALTH_PORT:")
    assert run.ends(signal.SIGTERM) == 0
    assert command("health", INDABA_HEALTH_PORT=str(port)).ends() == 1


async def test_a_bus_that_is_away_is_waited_for_and_said_so(
    command: START, database: Any, fresh_valkey: Any, free_port: Any, ready: Any
) -> None:
    valkey = await fresh_valkey()
    await valkey.stop()
    port, url = free_port(), await database()
    await bring_up_to_date({"library": url})
    run = command("run", "library", **surroundings(valkey.url, url, port))
    assert run.says("bus.awaited")
    assert any("bus.open" in line for line in run.lines)  # compose of before names no user
    await valkey.start()
    assert ready(port)
    assert run.ends(signal.SIGTERM) == 0
