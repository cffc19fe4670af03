"""What is done once per release is done in whole, and once, wherever a process is killed."""

import asyncio
from typing import Any

import pytest

from indaba.ledger import Ledger, Work
from indaba.process import release
from workshop import rows

MARK = "SELECT value FROM ledger.marks WHERE name = 'release'"
DONE = "SELECT key FROM ledger.timers ORDER BY key"


class Killed(Exception):  # noqa: N818 - what happens, not what failed
    """The process ends here."""


@pytest.fixture
def ours(monkeypatch: pytest.MonkeyPatch) -> Any:
    """`ours("0.2.0")` makes this that release."""
    return lambda version: monkeypatch.setattr(release, "version", lambda: version)


async def begun(ledger: Ledger, dies_in: int = -1) -> Ledger:
    """A ledger with three batches to do per release, each of which sets a timer."""

    async def step(work: Work, after: str) -> str:
        number = int(after or 0) + 1
        await work.set_timer(
            work.now, "done", f"{release.version()}/{number}/{work.world.new_id()}", {}
        )
        if number == dies_in:
            raise Killed
        return str(number) if number < 3 else ""

    ledger.on_new_release(step)
    await ledger.start()
    return ledger


async def done(ledger: Ledger) -> list[str]:
    """Release and number of each batch that was done, in order."""
    return [key.removeprefix("done/").rpartition("/")[0] for (key,) in await rows(ledger, DONE)]


async def test_a_step_is_done_on_the_first_start_of_each_newer_release(
    open_ledger: Any, ours: Any
) -> None:
    ours("0.9.0")
    first = await begun(await open_ledger("membership"))
    once = ["0.9.0/1", "0.9.0/2", "0.9.0/3"]
    assert await done(first) == once
    await begun(await open_ledger("membership", replica="2"))
    assert await done(first) == once
    ours("0.10.0")
    await begun(await open_ledger("membership", replica="3"))
    twice = ["0.10.0/1", "0.10.0/2", "0.10.0/3", *once]
    assert await done(first) == twice
    ours("0.9.0")
    await begun(await open_ledger("membership", replica="4"))
    assert await done(first) == twice
    assert await rows(first, MARK) == [("0.10.0",)]


@pytest.mark.parametrize("batch", [1, 2, 3])
async def test_killed_in_any_batch_it_goes_on_there_and_repeats_nothing(
    open_ledger: Any, ours: Any, batch: int
) -> None:
    ours("0.2.0")
    with pytest.raises(Killed):
        await begun(await open_ledger("membership"), dies_in=batch)
    ledger = await begun(await open_ledger("membership", replica="2"))
    assert await done(ledger) == ["0.2.0/1", "0.2.0/2", "0.2.0/3"]


async def test_a_newer_release_does_not_go_on_where_an_older_one_was_killed(
    open_ledger: Any, ours: Any
) -> None:
    ours("0.2.0")
    with pytest.raises(Killed):
        await begun(await open_ledger("membership"), dies_in=2)
    ours("0.3.0")
    ledger = await begun(await open_ledger("membership", replica="2"))
    assert await done(ledger) == ["0.2.0/1", "0.3.0/1", "0.3.0/2", "0.3.0/3"]


async def test_of_copies_that_begin_together_one_does_it(open_ledger: Any, ours: Any) -> None:
    ours("0.2.0")
    copies = [await open_ledger("membership", replica=str(n)) for n in range(3)]
    await asyncio.gather(*(begun(ledger) for ledger in copies))
    assert await done(copies[0]) == ["0.2.0/1", "0.2.0/2", "0.2.0/3"]


@pytest.mark.parametrize(
    ("one", "other", "newer"),
    [
        ("0.10.0", "0.9.9", True),
        ("0.9.9", "0.10.0", False),
        ("0.1.0", "0.1.0", False),
        ("0.1.0", "", True),
        ("0.2.0rc1", "0.2.0", False),
    ],
)
def test_releases_are_compared_by_their_numbers(one: str, other: str, *, newer: bool) -> None:
    assert release.is_newer(one, other) is newer
