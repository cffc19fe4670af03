"""Which tests are run: every promise once, the whole breadth, or a part of either.

What is marked `thorough` tries again, wider or for longer, what another test promises. Of a test
marked `thorough(keep=4)` that many cases are run each time, the same ones for ever; the others are
breadth. `--thorough` runs what is left out otherwise, and `--part 3/8` an eighth of what would run.

Tests of anything that hypothesis makes up are run each time, on a fifth of their `examples`, and
once more with all of them by `--thorough`.
"""

import zlib
from collections import defaultdict
from collections.abc import Iterable

import pytest
from xdist.scheduler import LoadFileScheduling

ONE_WORKER = ("tests/operate/one_house/",)
"""Folders whose tests share what is started once, so that one worker runs them all."""

STAND_TOGETHER = ("tests/bots/", "tests/journeys/", "tests/services/portal/one_town/")
"""Files whose tests share a town: starting it costs more than they do."""


_share_of_examples = 5


class Sharing(LoadFileScheduling):  # type: ignore[misc]  # xdist has no types
    """A file is run by one worker, and so is a folder of ONE_WORKER."""

    def _split_scope(self, nodeid: str) -> str:
        folder = next((each for each in ONE_WORKER if nodeid.startswith(each)), "")
        return folder or super()._split_scope(nodeid)


def add_options(parser: pytest.Parser) -> None:
    parser.addoption("--thorough", action="store_true", help="what `make test` leaves out")
    parser.addoption("--part", default="1/1", help="3/8 is the third of eight equal parts")


def examples(number: int) -> int:
    """How many of so many examples are tried now; for tests that hypothesis makes up."""
    return max(1, number // _share_of_examples)


def try_all_examples(config: pytest.Config) -> None:
    """Before tests are loaded: `--thorough` tries them all."""
    global _share_of_examples  # noqa: PLW0603 - decorators read it as tests are loaded
    _share_of_examples = 1 if config.getoption("--thorough") else 5


def chosen(items: list[pytest.Item], config: pytest.Config) -> list[pytest.Item]:
    """Those to run, in their order. Depends on names alone: the same on every machine and day."""
    which, of = map(int, str(config.getoption("--part")).split("/"))
    broad = _breadth(items)
    wanted = bool(config.getoption("--thorough"))
    return [
        item
        for item in items
        if _is_run(item, broad, wanted=wanted) and _number(_unit(item)) % of == which % of
    ]


def _is_run(item: pytest.Item, broad: set[str], *, wanted: bool) -> bool:
    is_made_up = getattr(getattr(item, "obj", None), "is_hypothesis_test", False)
    return (item.nodeid in broad) == wanted or (wanted and is_made_up)


def _breadth(items: Iterable[pytest.Item]) -> set[str]:
    """Node ids of all that is left out by default."""
    broad: set[str] = set()
    cases: dict[str, list[str]] = defaultdict(list)
    kept: dict[str, int] = {}
    for item in items:
        marker = item.get_closest_marker("thorough")
        if marker is not None:
            function = item.nodeid.partition("[")[0]
            cases[function].append(item.nodeid)
            kept[function] = int(marker.kwargs.get("keep", 0))
    for function, names in cases.items():
        broad |= set(sorted(names, key=_number)[kept[function] :])
    return broad


def _unit(item: pytest.Item) -> str:
    """What stays together when tests are divided into parts."""
    path = item.nodeid.partition("::")[0]
    return path if path.startswith(STAND_TOGETHER) else item.nodeid


def _number(name: str) -> int:
    return zlib.crc32(name.encode())
