"""Every pin holds the hash of every file that the package's author published."""

import os
import re
import subprocess
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from importlib.metadata import Distribution, distributions
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from packaging.markers import Marker
from packaging.tags import Tag, compatible_tags, cpython_tags
from packaging.utils import canonicalize_name, parse_wheel_filename

ROOT = Path(__file__).parents[2]
PINS = sorted((ROOT / "deploy" / "requirements").glob("*.txt"))
RUNTIME = ROOT / "deploy" / "requirements" / "runtime.txt"

PYTHONS = ("3.11", "3.12", "3.13")
PROCESSORS = {"x86_64": "x86-64", "aarch64": "ARM64"}
GLIBC = 41
"""What Debian 13 has, on which the image is built."""

SOURCE_ONLY = {"atomicwrites": "its author published a source archive of 4 kB and no wheel"}


class Pin:
    """One version of one package, and the hashes that a file of it may have."""

    def __init__(self, name: str, version: str) -> None:
        self.name = canonicalize_name(name)
        self.version = version
        self.hashes: set[str] = set()


def pins_in(path: Path) -> list[Pin]:
    found: list[Pin] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if match := re.match(r"([A-Za-z0-9][\w.-]*)(?:\[.*\])?==([^ ;]+)", line):
            found.append(Pin(match[1], match[2]))
        elif match := re.match(r"\s+--hash=(\S+)", line):
            found[-1].hashes.add(match[1])
    return found


def with_machine_code() -> set[str]:
    """Names of the installed packages whose wheel is one for this kind of machine."""
    return {canonicalize_name(each.name) for each in distributions() if _is_for_one_machine(each)}


def _is_for_one_machine(package: Distribution) -> bool:
    tags = re.findall(r"^Tag: \S+-(\S+)$", package.read_text("WHEEL") or "", re.MULTILINE)
    return bool(tags) and "any" not in tags


@pytest.mark.parametrize("path", PINS, ids=lambda path: path.name)
def test_a_pin_has_more_than_the_hash_of_one_file(path: Path) -> None:
    alone = {pin.name for pin in pins_in(path) if len(pin.hashes) < 2}
    assert alone <= SOURCE_ONLY.keys()


@pytest.mark.parametrize("path", PINS, ids=lambda path: path.name)
def test_a_package_with_machine_code_is_pinned_for_more_than_this_machine(path: Path) -> None:
    ours = with_machine_code()
    assert len(ours) > 20
    few = {pin.name for pin in pins_in(path) if pin.name in ours and len(pin.hashes) < 4}
    assert not few


def test_a_version_has_the_same_hashes_in_every_file() -> None:
    seen: dict[tuple[str, str], dict[frozenset[str], list[str]]]
    seen = defaultdict(lambda: defaultdict(list))
    for path in PINS:
        for pin in pins_in(path):
            seen[pin.name, pin.version][frozenset(pin.hashes)].append(path.name)
    assert {key: list(files.values()) for key, files in seen.items() if len(files) > 1} == {}


def test_what_the_image_holds_is_what_was_tested() -> None:
    tested = {pin.name: pin.version for pin in pins_in(RUNTIME.with_name("indaba.txt"))}
    assert {pin.name: pin.version for pin in pins_in(RUNTIME)}.items() <= tested.items()


def test_pages_name_the_machines_that_pins_are_for() -> None:
    page = (ROOT / "docs" / "operators.md").read_text(encoding="utf-8")
    assert f"Python {', '.join(PYTHONS[:-1])} or {PYTHONS[-1]}" in page
    assert " or ".join(PROCESSORS.values()) in page
    image = (ROOT / "deploy" / "Dockerfile").read_text(encoding="utf-8")
    assert set(re.findall(r"^FROM python:(\d+\.\d+)", image, re.MULTILINE)) <= set(PYTHONS)


def test_pins_are_made_from_what_is_published_and_from_nothing_else(tmp_path: Path) -> None:
    """`make -n pins` shows the commands: each is shielded from folders and older hashes."""
    shown = subprocess.run(
        ["make", "-n", "pins"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    commands = re.findall(r".*pip compile.*", shown)
    assert commands
    for command in commands:
        assert "--no-cache --no-config" in command
        assert "--upgrade" in command, "uv keeps the hashes of a pin that it does not choose anew"
        assert "-u UV_FIND_LINKS" in command


@cache
def published() -> dict[str, dict[str, Any]]:
    """Name -> what the index holds of the pinned version: `wheels` and `sdist`, with hashes.

    One question to the index; no package is downloaded.
    """
    uv = Path(sys.executable).with_name("uv")
    words = "pip compile --quiet --no-cache --no-config --no-header --universal --no-deps"
    ended = subprocess.run(
        [uv, *words.split(), "--python-version", PYTHONS[0], "--format", "pylock.toml", RUNTIME],
        capture_output=True,
        text=True,
        check=False,
        env={name: value for name, value in os.environ.items() if name != "UV_FIND_LINKS"},
    )
    away = "Failed to fetch" in ended.stderr or "network was disabled" in ended.stderr
    if ended.returncode and away:
        pytest.skip(f"the package index does not answer: {ended.stderr.strip()[-300:]}")
    assert not ended.returncode, ended.stderr
    return {each["name"]: each for each in tomllib.loads(ended.stdout)["packages"]}


def files_for(package: dict[str, Any], python: str, processor: str) -> Iterator[str]:
    """Hashes of the wheels that fit."""
    fitting = set(_tags(python, processor))
    for wheel in package.get("wheels", ()):
        *_, tags = parse_wheel_filename(wheel["url"].rpartition("/")[2])
        if not tags.isdisjoint(fitting):
            yield f"sha256:{wheel['hashes']['sha256']}"


def _tags(python: str, processor: str) -> Iterator[Tag]:
    version = tuple(map(int, python.split(".")))
    platforms = [f"manylinux_2_{minor}_{processor}" for minor in range(GLIBC, 4, -1)]
    platforms += [f"manylinux2014_{processor}", f"linux_{processor}"]
    yield from cpython_tags(version, platforms=platforms)
    yield from compatible_tags(version, f"cp{version[0]}{version[1]}", platforms)


def _is_wanted(package: dict[str, Any], python: str, processor: str) -> bool:
    marker = package.get("marker")
    there = {
        "python_version": python,
        "python_full_version": f"{python}.0",
        "platform_machine": processor,
        "platform_system": "Linux",
        "sys_platform": "linux",
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
    }
    return marker is None or Marker(marker).evaluate(there)


@pytest.mark.thorough
@pytest.mark.parametrize(("python", "processor"), list(product(PYTHONS, PROCESSORS)))
def test_the_image_installs_from_wheels_with_its_hashes(python: str, processor: str) -> None:
    pinned = {pin.name: pin.hashes for pin in pins_in(RUNTIME)}
    without = {
        name
        for name, package in published().items()
        if _is_wanted(package, python, processor)
        and pinned[canonicalize_name(name)].isdisjoint(files_for(package, python, processor))
    }
    assert without == set(SOURCE_ONLY)


@pytest.mark.thorough
def test_no_published_wheel_of_the_image_is_missing_from_its_pins() -> None:
    pinned = {pin.name: pin.hashes for pin in pins_in(RUNTIME)}
    for name, package in published().items():
        wheels = {f"sha256:{wheel['hashes']['sha256']}" for wheel in package.get("wheels", ())}
        assert wheels <= pinned[canonicalize_name(name)], name
