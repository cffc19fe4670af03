import json
import re
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
BILL = ROOT / "dist" / "sbom.cdx.json"

pytestmark = pytest.mark.skipif(not BILL.exists(), reason="run: make sbom")


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.fixture(scope="module")
def bill() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(BILL.read_text())
    return found


def test_the_bill_has_all_that_is_pinned_for_the_image(bill: dict[str, Any]) -> None:
    pins = (ROOT / "deploy" / "requirements" / "runtime.txt").read_text()
    pinned = re.findall(r"^([\w.-]+)(?:\[[\w,]+\])?==([^\s;]+)( ;)?", pins, re.MULTILINE)
    wanted = {
        (_plain(name), version) for name, version, only_elsewhere in pinned if not only_elsewhere
    }
    listed = {(_plain(part["name"]), part["version"]) for part in bill["components"]}
    assert len(wanted) > 50
    assert wanted <= listed


def test_nothing_in_the_image_is_under_the_agpl(bill: dict[str, Any]) -> None:
    licences = {part["name"]: json.dumps(part.get("licenses", [])) for part in bill["components"]}
    assert [name for name, licence in licences.items() if "AGPL" in licence.upper()] == []
    assert "synapse" not in "".join(licences).lower()
