"""The drills in short: the whole of each is `make drills`.

What they promise is tried a step at a time elsewhere: in `ledger/test_killed_anywhere.py`,
`journeys/test_killed_in_a_meeting.py`, `bots/test_discord_trouble.py` and
`operate/one_house/test_backup.py`.
"""

from pathlib import Path

import pytest

from drills import backup, bus_truth, discord_truth, matrix_truth
from indaba.operate.local.engines import Engines, Synapse

pytestmark = pytest.mark.thorough


async def test_nothing_is_lost_or_doubled_while_everything_is_killed(tmp_path: Path) -> None:
    verdict = await bus_truth.drill(bus_truth.SHORT, seed=1, where=tmp_path)
    assert verdict.kept, verdict.told()


async def test_every_matrix_command_is_answered_once_though_the_bot_is_killed(
    engines: Engines, synapse_outside: Synapse
) -> None:
    verdict = await matrix_truth.drill(matrix_truth.SHORT, seed=1, given=(engines, synapse_outside))
    assert verdict.kept, verdict.told()


async def test_discord_is_acknowledged_in_time_and_answered_once_whatever_breaks(
    engines: Engines,
) -> None:
    verdict = await discord_truth.drill(discord_truth.SHORT, seed=1, given=engines)
    assert verdict.kept, verdict.told()


async def test_a_backup_taken_while_all_is_written_to_comes_back_whole() -> None:
    verdict = await backup.drill(backup.SHORT, seed=1)
    assert verdict.kept, verdict.told()
