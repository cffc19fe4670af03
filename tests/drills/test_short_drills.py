"""The drills in short: the whole of each is `make drills`."""

from drills import bus_truth


async def test_nothing_is_lost_or_doubled_while_everything_is_killed() -> None:
    verdict = await bus_truth.drill(bus_truth.SHORT, seed=1)
    assert verdict.kept, verdict.told()
