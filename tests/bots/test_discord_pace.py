"""How fast requests leave for Discord, which bars a bot that sends more than fifty a second."""

import asyncio
import time

from indaba.discord_bot.pace import AT_ONCE, PER_SECOND, Pace


async def _sent(pace: Pace, count: int) -> list[float]:
    times: list[float] = []

    async def one() -> None:
        await pace.turn()
        times.append(asyncio.get_running_loop().time())

    await asyncio.gather(*(one() for _ in range(count)))
    return times


def _most_in_a_second(times: list[float]) -> int:
    return max(sum(begin <= other < begin + 1 for other in times) for begin in times)


async def test_no_second_has_more_than_its_share_even_after_standing_still() -> None:
    pace = Pace()
    going = asyncio.create_task(_sent(pace, 3 * PER_SECOND))
    for _ in range(4):
        await asyncio.sleep(0.3)
        time.sleep(0.25)
    times = await going
    assert _most_in_a_second(times) <= PER_SECOND + AT_ONCE


async def test_a_few_go_at_once_and_the_rest_evenly() -> None:
    times = await _sent(Pace(per_second=100, at_once=5), 50)
    assert times[4] - times[0] < 0.04
    assert 0.4 <= times[-1] - times[0] < 0.9


async def test_a_copy_that_only_hears_takes_its_part() -> None:
    times = await _sent(Pace(per_second=100, at_once=5, part=lambda: 0.2), 20)
    assert times[-1] - times[0] >= 0.7
