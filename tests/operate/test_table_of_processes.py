"""Whatever knows the processes knows all of them, and a new one needs its row and nothing else."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from indaba.bus import Bus
from indaba.contracts import find
from indaba.contracts.erasure import ErasureAnswered, erasure_answer
from indaba.contracts.membership import Platform
from indaba.ledger import Ledger
from indaba.membership.settings import MembershipSettings
from indaba.operate.local.demo.stage import Stage
from indaba.operate.processes import (
    ERASURE_OWNER,
    PROCESSES,
    Kind,
    erased_by,
    of_kind,
    readers_first,
    wired,
)
from indaba.process.passports import PassportControl
from indaba.process.settings import ProcessSettings, read
from indaba.process.world import RealWorld
from workshop import PRIVATE_KEY, PUBLIC_KEY

ROOT = Path(__file__).parents[2]
ALWAYS = [name for name, process in PROCESSES.items() if not process.optional]
OPTIONAL = [name for name, process in PROCESSES.items() if process.optional]
NOWHERE = "postgresql+asyncpg://nobody@/nowhere"


def _yaml(path: Path) -> Any:
    """A page of YAML, read by the parser that Synapse brings."""
    python = str(ROOT / ".venv-synapse" / "bin" / "python")
    script = "import json, sys, yaml; print(json.dumps(yaml.safe_load(sys.stdin)))"
    read_by = subprocess.run(
        [python, "-c", script], input=path.read_text(), text=True, capture_output=True, check=True
    )
    return json.loads(read_by.stdout)


@pytest.fixture(scope="module")
def compose() -> Any:
    return _yaml(ROOT / "docker-compose.yml")


def wired_alone(name: str) -> Ledger:
    """A process's ledger, wired, with nothing to connect to."""
    world = RealWorld()
    process = PROCESSES[name]
    bus = Bus("redis://127.0.0.1:1", name, world)
    control = PassportControl(PUBLIC_KEY)
    ledger = Ledger(name, NOWHERE, process.migrations, bus, world, control)
    if process.kind is Kind.BOT:
        Stage(Platform(name.removesuffix("_bot")), ledger, "")
        return ledger
    common = read(ProcessSettings, bus_url="redis://127.0.0.1:1", passport_public_key=PUBLIC_KEY)
    own = read(process.settings, database_url=NOWHERE, passport_private_key=PRIVATE_KEY)
    wired(ledger, common, own)
    return ledger


@pytest.mark.parametrize("name", PROCESSES)
def test_a_row_says_whose_events_a_process_reads(name: str) -> None:
    contracts = [find(wire) for wire in wired_alone(name).listens_to]
    owners = {c.context() for c in contracts if c and not issubclass(c, ErasureAnswered)}

    assert owners == set(PROCESSES[name].reads)


def test_readers_are_saved_before_those_they_read() -> None:
    order = readers_first()

    assert sorted(order) == sorted(PROCESSES)
    for name, process in PROCESSES.items():
        assert all(order.index(name) < order.index(owner) for owner in process.reads)


@pytest.mark.parametrize("name", [name for name in PROCESSES if name != ERASURE_OWNER])
def test_every_process_answers_erasures(name: str) -> None:
    assert "membership.member-erased.v1" in wired_alone(name).listens_to
    assert erasure_answer(name).wire in wired_alone(ERASURE_OWNER).listens_to


def test_an_erasure_waits_by_default_for_every_process_that_always_runs() -> None:
    default = MembershipSettings.model_fields["erased_by"].default

    assert sorted(default) == sorted(erased_by(*set(ALWAYS) & set(of_kind(Kind.BOT))))


def test_prometheus_looks_for_every_process() -> None:
    (job,) = _yaml(ROOT / "deploy" / "monitoring" / "prometheus.yml")["scrape_configs"]
    (always,), (sometimes,) = job["static_configs"], job["dns_sd_configs"]

    assert always["targets"] == [f"{name}:{sometimes['port']}" for name in ALWAYS]
    assert sometimes["names"] == OPTIONAL


@pytest.mark.parametrize("name", PROCESSES)
def test_compose_runs_a_process_as_its_row_says(name: str, compose: Any) -> None:
    service = compose["services"][name]
    url = f"{name}_database_url"

    assert service["command"] == ["run", name]
    assert ("profiles" in service) == PROCESSES[name].optional
    assert url in service["secrets"]
    for other in ("migrate", "postgres"):
        assert url in compose["services"][other]["secrets"]


def test_no_list_of_processes_is_kept_by_hand() -> None:
    """A list of names in the code would be the one that a new process is missing from."""
    names = "|".join(PROCESSES)
    listed = re.compile(rf'"({names})",?\s+"({names})"')
    places = {
        page.relative_to(ROOT).as_posix()
        for source in ("deploy", "shared", "services", "bots")
        for page in (ROOT / source).rglob("*.py")
        if listed.search(page.read_text())
    }

    assert places == {
        "deploy/indaba/operate/processes.py",  # the table
        "services/indaba/membership/settings.py",  # a default, compared above
        "shared/indaba/contracts/__init__.py",  # modules of contracts that have the same names
    }


def test_the_table_is_read_without_loading_database_and_bus() -> None:
    """Every command reads it, those too that need neither: they would begin a second later."""
    heavy = "{'sqlalchemy', 'faststream', 'redis', 'nio', 'discord'}"
    program = f"import sys, indaba.operate.processes; print({heavy} & set(sys.modules))"

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)

    assert done.stdout.decode().strip() == "set()"


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory, compose: Any) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("made_up")
    ours = os.environ | {"PYTHONPATH": str(ROOT / "tests")}
    command = [sys.executable, "-m", "operate.made_up.life", str(folder), json.dumps(compose)]
    done = subprocess.run(
        command, env=ours, cwd=ROOT, capture_output=True, text=True, check=False, timeout=180
    )
    assert done.returncode == 0, done.stderr + done.stdout
    seen: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return seen


@pytest.mark.parametrize(
    ("step", "is_seen"),
    [
        ("initdb", lambda seen: seen is True),
        ("settings", lambda seen: seen is True),
        ("started", lambda seen: seen == [200, 200]),
        ("migrated", lambda seen: seen == 2),
        ("saved", lambda seen: seen is True),
        ("exported", lambda seen: seen == 2),
        ("erased_by", lambda seen: "made_up" in seen),
        ("forgotten", lambda seen: seen == 1),
        ("restored", lambda seen: seen == 1),
    ],
)
def test_a_service_with_a_row_in_the_table_takes_part_in_everything(
    life: dict[str, Any], step: str, is_seen: Callable[[Any], bool]
) -> None:
    assert is_seen(life[step]), life
