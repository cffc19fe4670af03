"""What is added to the code is added to the lists that make it work."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from indaba.conversation.commands import topics
from indaba.conversation.commands.intent import Intent
from indaba.operate.processes import PROCESSES, Kind, of_kind

ROOT = Path(__file__).parents[2]
FACES = of_kind(Kind.PORTAL, Kind.BOT)
SERVICES = of_kind(Kind.SERVICE)


def import_rules() -> dict[str, dict[str, Any]]:
    """The import rules of pyproject.toml, by name."""
    tool = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]
    return {rule["name"]: rule for rule in tool["importlinter"]["contracts"]}


def intents(kind: type[Intent]) -> Iterator[type[Intent]]:
    """Every intent of the topics; what begins with an underscore is only inherited from."""
    for each in kind.__subclasses__():
        yield from intents(each)
        if each.__module__.startswith(topics.__name__) and not each.__name__.startswith("_"):
            yield each


def test_every_program_has_its_row_in_the_table_of_processes() -> None:
    apps = [*ROOT.glob("services/indaba/*/app.py"), *ROOT.glob("bots/indaba/*/app.py")]
    assert {app.parent.name for app in apps} == set(PROCESSES)


@pytest.mark.parametrize("service", SERVICES)
def test_the_import_rules_name_every_service(service: str) -> None:
    named = [f"indaba.{service}" in str(rule) for rule in import_rules().values()]
    assert sum(named) >= 3, "layers, faces apart from services, the inside of a service"


@pytest.mark.parametrize("face", FACES)
def test_the_import_rules_name_every_face(face: str) -> None:
    named = [f"indaba.{face}" in str(rule) for rule in import_rules().values()]
    assert sum(named) >= 2, "layers, faces apart from services"


def test_every_intent_that_is_written_can_be_asked_for() -> None:
    written = set(intents(Intent))
    assert len(written) > 80
    assert {each.__name__ for each in written - set(topics.INTENTS)} == set()
