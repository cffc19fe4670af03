"""Long answers for one alone, in several parts, on a Discord that does not tell what is up."""

import signal
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from drills.discord_stage import SURVIVED, Stage, a_stage
from drills.mortals import Step, nursery
from indaba.contracts.holding import StartMeeting
from indaba.contracts.record import NoteKind, TakeNote
from indaba.conversation.delivery.keeping import EMPTY
from indaba.discord_bot.platform import DiscordPlatform
from indaba.operate.local.engines import Engines
from wire.world import Interaction
from workshop import rows, until

NOTES, LETTERS = 5, 900
PARTS = 3


@pytest_asyncio.fixture
async def stage(engines: Engines) -> AsyncIterator[Stage]:
    """A meeting with long minutes, and no bot yet."""
    with (
        nursery("drills.discord_stage") as context,
        tempfile.TemporaryDirectory(prefix="indaba-") as folder,
    ):
        async with a_stage(context, Path(folder), engines, people=2, channels=1) as there:
            owner = next(iter(there.people.values()))
            wish = StartMeeting(title="Fractions", zone="Africa/Johannesburg")
            there.code = (await there.ask(wish, owner)).meeting.code
            for number in range(NOTES):
                text = f"{number}" * LETTERS
                await there.ask(TakeNote(code=there.code, kind=NoteKind.INFO, text=text), owner)
            yield there
            for bot in there.bots:
                bot.kill()


@pytest.mark.thorough
@pytest.mark.parametrize("after", [True, False])
async def test_each_part_is_read_once_wherever_the_bot_dies(stage: Stage, *, after: bool) -> None:
    await stage.bot_at_work()
    whole = _told(await _answered(stage, await _minutes(stage)))
    assert len(whole) == PARTS
    for others in reversed(range(SURVIVED + 1)):
        made = await _interrupted(stage, (DiscordPlatform, "_ephemeral", after), others)
        assert _told(await _answered(stage, made)) == whole, others


async def _minutes(stage: Stage) -> Interaction:
    account = next(iter(stage.people))
    return await stage.discord.slash(stage.channels[0], account, "minutes show", code=stage.code)


async def _interrupted(stage: Stage, step: Step, others: int) -> Interaction:
    """Minutes asked for; at which of their parts the bot dies depends on what it did before."""
    for bot in stage.bots:
        bot.kill()
    doomed = await stage.bot_at_work(step)
    account = list(stage.people)[1]
    for _ in range(others):
        short = await stage.discord.slash(stage.channels[0], account, "meeting next")
        await _replaced(short)
    made = await _minutes(stage)
    await until(lambda: _is_dead(doomed.death(0.01)), 20)
    await stage.bot_at_work()
    return made


async def _is_dead(death: int | None) -> bool:
    return death == -signal.SIGKILL


async def _replaced(one: Interaction) -> None:
    async def replaced() -> bool:
        return bool(one.edits)

    await until(replaced, 20)


async def _answered(stage: Stage, one: Interaction) -> Interaction:
    """All that is posted for an interaction is noted."""
    ledger = stage.ledger("discord_bot")
    waits = f"SELECT 1 FROM posts WHERE whisper = '{one.token}' AND sent_at IS NULL"

    async def all_is_up() -> bool:
        return bool(one.edits) and not await rows(ledger, waits)

    await until(all_is_up, 30)
    await ledger.database.dispose()
    return one


def _told(one: Interaction) -> list[str]:
    """What the asker reads, part by part; what is still empty says nothing."""
    texts = [one.edits[-1]["content"], *(body["content"] for body in one.shown.values())]
    return [text for text in texts if text != EMPTY]
