import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import REGISTRY

import indaba.process.metrics  # noqa: F401 - registers what we look for

ROOT = Path(__file__).parents[2]
MONITORING = ROOT / "deploy" / "monitoring"
NAMES = re.compile(r"\bindaba_[a-z_]+\b")


def _made() -> set[str]:
    """Every name that /metrics may show, of ours."""
    kinds = REGISTRY._names_to_collectors
    return {name for name in kinds if name.startswith("indaba_") and not name.endswith("_created")}


def _base(name: str) -> str:
    for ending in ("_bucket", "_sum", "_count"):
        name = name.removesuffix(ending)
    return name


@pytest.fixture(scope="module")
def alerts() -> list[dict[str, Any]]:
    python = str(ROOT / ".venv-synapse" / "bin" / "python")
    script = "import json, sys, yaml; print(json.dumps(yaml.safe_load(sys.stdin)))"
    text = (MONITORING / "alerts.yml").read_text()
    read = subprocess.run(
        [python, "-c", script], input=text, text=True, capture_output=True, check=True
    )
    rules: list[dict[str, Any]] = json.loads(read.stdout)["groups"][0]["rules"]
    return rules


def _shown() -> list[str]:
    panels = json.loads((MONITORING / "dashboard.json").read_text())["panels"]
    return [target["expr"] for panel in panels for target in panel["targets"]]


def test_alerts_and_dashboard_name_only_metrics_that_exist(alerts: list[dict[str, Any]]) -> None:
    named = {n for text in (*_shown(), *(a["expr"] for a in alerts)) for n in NAMES.findall(text)}
    assert named
    assert named <= _made()


def test_every_metric_is_on_the_dashboard() -> None:
    shown = {_base(name) for text in _shown() for name in NAMES.findall(text)}
    counters = {name for name in _made() if f"{name}_total" in _made()}
    assert {_base(name) for name in _made() - counters} == shown


def test_every_alert_leads_to_an_entry_of_the_runbook(alerts: list[dict[str, Any]]) -> None:
    headings = re.findall(r"^## (.+)$", (ROOT / "docs" / "runbook.md").read_text(), re.MULTILINE)
    anchors = {f"docs/runbook.md#{heading.lower().replace(' ', '-')}" for heading in headings}
    led_to = {alert["annotations"]["runbook"] for alert in alerts}
    assert led_to == anchors
