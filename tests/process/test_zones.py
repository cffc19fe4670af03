"""Wherever Indaba runs, wall times mean the same instants: the pinned rules are what is read."""

import os
import re
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import tzdata

from indaba.process import zones
from zone_files import written

ROOT = Path(__file__).parents[2]
SOURCES = [
    page
    for source in ("shared", "services", "bots", "deploy")
    for page in sorted((ROOT / source).rglob("*.py"))
]
BEFORE_INSTALLING = ROOT / "deploy" / "indaba" / "operate" / "install.py"

NOON = datetime(2027, 1, 14, 12)
ENTRIES = [
    page
    for page in SOURCES
    if '__name__ == "__main__"' in page.read_text(encoding="utf-8") and page != BEFORE_INSTALLING
]

CHILD = """
import atexit, runpy, sys
from datetime import datetime
from zoneinfo import ZoneInfo

def tell():
    print("offset", datetime(2027, 1, 14, 12, tzinfo=ZoneInfo("Africa/Johannesburg")).utcoffset())

atexit.register(tell)
sys.argv = ["program", "--check"]
runpy.run_path({path!r}, run_name="__main__")
"""


@pytest.mark.thorough(keep=2)
@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: str(entry.relative_to(ROOT)))
def test_a_process_reads_the_pinned_zones_whatever_the_machine_has(
    entry: Path, tmp_path: Path
) -> None:
    """The machine here has Johannesburg five hours off."""
    written(tmp_path, "Africa/Johannesburg", timedelta(hours=7), "1999z")
    ended = subprocess.run(
        [sys.executable, "-c", CHILD.format(path=str(entry))],
        input="",
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env={**os.environ, "PYTHONTZPATH": str(tmp_path)},
    )
    assert "offset 2:00:00" in ended.stdout, ended.stderr


def test_a_child_that_is_not_told_reads_the_machines_zones(tmp_path: Path) -> None:
    """So that the test above can fail."""
    written(tmp_path, "Africa/Johannesburg", timedelta(hours=7), "1999z")
    bare = tmp_path / "bare.py"
    bare.write_text("")
    ended = subprocess.run(
        [sys.executable, "-c", CHILD.format(path=str(bare))],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONTZPATH": str(tmp_path)},
    )
    assert "offset 7:00:00" in ended.stdout


def test_the_version_is_that_of_the_rules_in_use(tmp_path: Path) -> None:
    written(tmp_path, "Africa/Johannesburg", timedelta(hours=7), "1999z")
    assert zones.version() == tzdata.IANA_VERSION
    try:
        zones.use(tmp_path)
        assert zones.version() == "1999z"
        there = NOON.replace(tzinfo=ZoneInfo("Africa/Johannesburg"))
        assert there.utcoffset() == timedelta(hours=7)
        elsewhere = NOON.replace(tzinfo=ZoneInfo("Africa/Nairobi"))
        assert elsewhere.utcoffset() == timedelta(hours=3)
    finally:
        zones.use_pinned()
    assert zones.version() == tzdata.IANA_VERSION


def test_tests_read_the_pinned_zones_too() -> None:
    summer = datetime(2026, 12, 14, 12, tzinfo=ZoneInfo("America/Vancouver"))
    assert summer.utcoffset() == timedelta(hours=-7)


OTHER_SOURCES = (
    r"\bpytz\b",
    r"\btzlocal\b",
    r"dateutil\.tz\.(?:gettz|tzlocal)|from dateutil\.tz import (?!tzical\b)",
    r"(?i)\bat time zone\b",
    r"func\.(?:timezone|date_trunc|date_part|to_char)\b|sa\.extract\b",
    r"\breset_tzpath\b|\bTZPATH\b",
)


@pytest.mark.parametrize("pattern", OTHER_SOURCES)
def test_nothing_reads_time_zones_from_anywhere_else(pattern: str) -> None:
    """Neither another library's data, nor the database's, nor a process of its own way."""
    ours = ROOT / "shared" / "indaba" / "process" / "zones.py"
    found = [page for page in SOURCES if re.search(pattern, page.read_text(encoding="utf-8"))]
    assert [page for page in found if page != ours] == []


def test_every_other_process_that_is_begun_is_begun_through_one_of_the_entries() -> None:
    """A pool's worker, spawned, begins anew: it is told by the pool."""
    for page in SOURCES:
        text = page.read_text(encoding="utf-8")
        if "ProcessPoolExecutor(" in text:
            assert "initializer=run.begin_worker" in text, page
        assert "multiprocessing.Process(" not in text, page
