import asyncio
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indaba.process import logs
from indaba.process.loops import Loops, Wake
from indaba.process.world import RealWorld, uuid7


@given(st.integers(0, 2**48 - 1), st.integers(0, 2**74 - 1))
def test_an_id_is_a_uuid_of_version_seven(milliseconds: int, chance: int) -> None:
    made = uuid7(milliseconds, chance)

    assert (made.version, made.int >> 80) == (7, milliseconds)


@given(st.integers(0, 2**47), st.integers(1, 1000), st.integers(0, 2**74 - 1))
def test_later_ids_sort_later(milliseconds: int, after: int, chance: int) -> None:
    assert uuid7(milliseconds, 2**74 - 1) < uuid7(milliseconds + after, chance)


def test_the_present_is_aware_and_in_utc() -> None:
    assert RealWorld().now().tzinfo is UTC
    assert abs((RealWorld().now() - datetime.now(UTC)).total_seconds()) < 1


async def test_a_loop_that_fails_is_begun_again_and_ends_when_stopped() -> None:
    loops, begun = Loops("test"), []

    async def shaky() -> None:
        begun.append(1)
        if len(begun) == 1:
            raise KeyError
        await asyncio.sleep(3600)

    loops.begin("shaky", shaky)
    await asyncio.sleep(1.2)
    await asyncio.wait_for(loops.stop(), 2)

    assert len(begun) == 2


async def test_a_loop_that_swallows_its_end_is_ended_all_the_same() -> None:
    loops = Loops("test")
    swallowed: list[int] = []

    async def stubborn() -> None:
        while True:
            try:
                await asyncio.sleep(3600)
            except asyncio.CancelledError:
                if swallowed:
                    raise
                swallowed.append(1)

    loops.begin("stubborn", stubborn)
    await asyncio.sleep(0.01)

    await asyncio.wait_for(loops.stop(), 4)


async def test_a_bell_rung_before_the_wait_is_heard() -> None:
    wake = Wake()
    wake.ring()

    async with asyncio.timeout(0.5):
        await wake.wait(60)


def test_a_log_line_is_json_with_level_and_time(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(json=True)

    logs.get(process="membership").info("request.answered", outcome="answered")

    line = json.loads(capsys.readouterr().out)
    assert (line["event"], line["level"], line["process"]) == (
        "request.answered",
        "info",
        "membership",
    )
    assert line["timestamp"].endswith("Z")
