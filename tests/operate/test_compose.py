import json
import re
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from indaba.operate.console import Console
from indaba.operate.data.bus_users import as_user
from indaba.operate.data.deployment import make_secrets
from indaba.operate.local.engines import Synapse, Valkey
from indaba.operate.local.engines.postgres import binaries
from indaba.operate.processes import PROCESSES
from operate.as_compose import environment_of

ROOT = Path(__file__).parents[2]
ENGINES = {"valkey", "postgres"}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    """docker-compose.yml, read by the YAML parser that Synapse brings."""
    python = str(ROOT / ".venv-synapse" / "bin" / "python")
    script = "import json, sys, yaml; print(json.dumps(yaml.safe_load(sys.stdin)))"
    text = (ROOT / "docker-compose.yml").read_text()
    read = subprocess.run(
        [python, "-c", script], input=text, text=True, capture_output=True, check=True
    )
    found: dict[str, Any] = json.loads(read.stdout)
    return found


def test_there_is_one_service_per_process_and_a_migration_and_no_homeserver(
    compose: dict[str, Any],
) -> None:
    assert set(compose["services"]) == ENGINES | {"migrate"} | set(PROCESSES)


def test_every_process_knows_who_answers_and_how_long_things_are_kept(
    compose: dict[str, Any],
) -> None:
    names = ["RESPONSIBLE_PARTY", "CONTACT", "PLACE_OF_DATA", "REGULATOR"]
    shared = {f"INDABA_MEMBERSHIP_{name}" for name in names} | {"INDABA_SHORTER_PERIODS"}
    for process in PROCESSES:
        assert shared <= compose["services"][process]["environment"].keys(), process


def test_no_secret_stands_in_an_environment(compose: dict[str, Any]) -> None:
    for service in compose["services"].values():
        for name, value in service.get("environment", {}).items():
            assert ("SECRET" in str(value) or "/run/secrets/" in str(value)) == name.endswith(
                "_FILE"
            )
            secret = re.search("DATABASE_URL|BUS_URL|PASSWORD|TOKEN|_KEY(_|$)", name) is not None
            assert secret == name.endswith("_FILE"), name


def test_every_secret_that_is_read_is_mounted_and_made(
    compose: dict[str, Any], tmp_path: Path
) -> None:
    make_secrets(tmp_path, Console())
    made = {path.name for path in tmp_path.iterdir()} - {".gitignore"}
    assert set(compose["secrets"]) == made
    for service in compose["services"].values():
        read = re.findall(r"/run/secrets/(\w+)", json.dumps(service.get("environment", {})))
        assert set(read) <= set(service.get("secrets", []))
        assert set(service.get("secrets", [])) <= made


def test_networks_are_apart_and_nobody_is_on_one_without_need(compose: dict[str, Any]) -> None:
    services, apart = compose["services"], compose["networks"]
    on = {name: set(what["networks"]) for name, what in services.items()}
    assert {name for name, what in apart.items() if (what or {}).get("internal")} == {
        "bus",
        "databases",
    }
    assert on.pop("valkey") == {"bus"}
    assert on.pop("postgres") == on.pop("migrate") == {"databases"}
    assert {name for name, theirs in on.items() if "outside" not in theirs} == {
        "membership",
        "outcomes",
    }
    assert all(theirs >= {"bus", "databases"} for theirs in on.values())


def test_folders_are_volumes_and_saved_files_are_in_one_for_all_who_need_them(
    compose: dict[str, Any],
) -> None:
    shared: dict[str, set[str]] = {}
    for service, what in compose["services"].items():
        mounted = dict(each.split(":")[1::-1] for each in what.get("volumes", []))
        for name, folder in what.get("environment", {}).items():
            if name.endswith("_FOLDER"):
                assert mounted[folder] in compose["volumes"]
                shared.setdefault(f"{name} {mounted[folder]}", set()).add(service)
    assert shared == {
        "INDABA_FILES_FOLDER files": {"library", "portal", "matrix_bot", "discord_bot"},
        "INDABA_MATRIX_BOT_KEYS_FOLDER keys": {"matrix_bot"},
    }
    image = (ROOT / "deploy" / "Dockerfile").read_text()
    assert "--owner=indaba --mode=700 /files /keys" in image


def test_secrets_made_twice_stay_the_same(tmp_path: Path) -> None:
    make_secrets(tmp_path, Console())
    before = {path.name: path.read_text() for path in tmp_path.iterdir()}
    make_secrets(tmp_path, Console())
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == before


async def test_the_database_script_makes_a_closed_database_per_process(
    engines: Any, tmp_path: Path, compose: dict[str, Any]
) -> None:
    """Run as the image would, against another PostgreSQL of the same version."""
    from indaba.operate.local.engines import Postgres

    postgres = Postgres(tmp_path / "postgres")
    make_secrets(tmp_path / "secrets", Console())
    await postgres.start()
    try:
        environment = {
            "PATH": f"{binaries()}:/usr/bin:/bin",
            "SECRETS": str(tmp_path / "secrets"),
            "POSTGRES_USER": "indaba",
            "PGHOST": str(postgres.sockets),
        }
        script = str(ROOT / "deploy" / "initdb" / "databases.sh")
        done = subprocess.run(
            [script], env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        query = (
            "SELECT datname FROM pg_database JOIN pg_authid a ON a.oid = datdba"
            " WHERE a.rolname = datname AND a.rolpassword LIKE 'SCRAM%'"
            " AND NOT has_database_privilege('pg_monitor', datname, 'CONNECT')"
        )
        asked = subprocess.run(
            ["psql", "-U", "indaba", "-d", "postgres", "-Atc", query],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
    finally:
        await postgres.stop()
    assert set(asked.stdout.split()) == set(PROCESSES), asked.stderr


# What stands there for each is compared with the table in test_table_of_processes.py, where a
# service is started by its command, too.
@pytest.mark.thorough
@pytest.mark.parametrize("alike", [False, True])
async def test_every_service_starts_as_it_is_written_there_and_gets_ready(  # noqa: PLR0915, PLR0917
    alike: bool,
    compose: dict[str, Any],
    command: Callable[..., Any],
    database: Any,
    synapse: Synapse,
    free_port: Any,
    ready: Any,
    tmp_path: Path,
) -> None:
    await synapse.register("indaba", "secret")
    token = await synapse.login("indaba", "secret", "COMPOSE")
    make_secrets(tmp_path, Console())
    (tmp_path / "matrix_bot_access_token").write_text(token)
    assert "--aclfile /run/secrets/bus_users" in compose["services"]["valkey"]["command"]
    bus = Valkey(tmp_path / "valkey")
    bus.admit(tmp_path / "bus_users")
    await bus.start()
    for name in PROCESSES:
        (tmp_path / f"{name}_database_url").write_text(await database())
        theirs = tmp_path / f"{name}_bus_url"
        password = urlsplit(theirs.read_text()).password
        assert password
        theirs.write_text(as_user(bus.url, name, password))
    outside = {
        "INDABA_MATRIX_BOT_HOMESERVER": synapse.url,
        "INDABA_MATRIX_BOT_USER_ID": synapse.user_id("indaba"),
    }
    migrate = compose["services"]["migrate"]
    assert command(*migrate["command"], **environment_of(migrate, outside, tmp_path)).ends() == 0
    ports, started = {}, []
    here = [name for name in PROCESSES if "profiles" not in compose["services"][name]]
    if not alike:
        here = list({PROCESSES[name].kind: name for name in here}.values())
    for name in here:
        service = compose["services"][name]
        assert service["command"] == ["run", name]
        ports[name] = free_port()
        local = {"INDABA_HEALTH_PORT": str(ports[name])}
        if name == "portal":
            local["INDABA_PORTAL_PORT"] = str(free_port())
        environment = environment_of(service, outside, tmp_path)
        assert set(local) <= set(environment)
        started.append(command(*service["command"], **environment | local))
    assert {name: ready(port) for name, port in ports.items()} == dict.fromkeys(here, True)
    for each in started:
        each.process.send_signal(signal.SIGTERM)
    assert [each.ends() for each in started] == [0] * len(started)
    await bus.stop()
