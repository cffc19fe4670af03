"""An installation of commit c22b564, killed in the middle of a meeting, goes on where it was."""

import tarfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import pytest_asyncio

from indaba.contracts.membership import ReleaseInstalled
from indaba.contracts.wire import Event
from indaba.conversation.cards.news import LINES, RELEASE
from indaba.conversation.delivery.chat_events import MessageSent
from indaba.operate.console import Console
from indaba.operate.data import manifest
from indaba.operate.data.restore import restore
from indaba.operate.local.demo.playing import ShiftedWorld, opened
from indaba.operate.local.demo.stage import Stage, words_of
from indaba.operate.local.demo.story import MATRIX_ROOM
from indaba.operate.local.engines import Engines
from indaba.operate.local.lock import Claim
from indaba.operate.processes import PROCESSES, Kind, of_kind
from workshop import until

pytestmark = pytest.mark.asyncio(loop_scope="module")
SAMPLE = Path(__file__).parent / "before" / "c22b564.tar.xz"
LINDIWE, THANDI, NALEDI = (f"@{name}:example.org" for name in ("lindiwe", "thandi", "naledi"))
BOTS = of_kind(Kind.BOT)
LEFT = {
    "matrix_bot": {
        "heard WHERE done_at IS NULL": 1,
        "posts WHERE sent_at IS NULL": 3,
        "notices": 1,
        "errands": 1,
        "questions": 1,
        "choices": 7,
        "cards": 2,
        "polls": 1,
    },
    "discord_bot": {
        "heard WHERE done_at IS NULL": 1,
        "posts WHERE sent_at IS NULL": 1,
        "notices": 1,
        "errands": 1,
        "choices": 1,
        "cards": 2,
        "polls": 1,
    },
    "outcomes": {"ledger.dead_letters": 1},
    "scheduling": {"ledger.timers WHERE kind IN ('close', 'count-vote')": 3, "votes": 1},
    "membership": {"members": 4, "communities": 1},
}
"""What lay there when the sample was taken."""

CHESS = "0190b6b5-0000-7000-8000-0000000000c4"
SECOND = f"""
INSERT INTO communities VALUES
  ('{CHESS}', 'Chess', '', 'English', 'Africa/Johannesburg', 'k', 1);
INSERT INTO places (platform, room, community, posts)
  VALUES ('matrix', '!chess:example.org', '{CHESS}', true);
INSERT INTO memberships SELECT '{CHESS}', member, 'facilitator', '2026-11-01Z'
  FROM accounts WHERE account = '{NALEDI}'
"""
"""A second community, on Matrix alone; its facilitator has no direct chat with the bot."""


@dataclass
class Upgraded:
    """The restored installation, before anything of it ran and while it runs."""

    found: dict[str, dict[str, int]]
    engines: Engines
    parts: dict[str, Any]

    def stage(self, bot: str) -> Stage:
        found: Stage = self.parts[bot]
        return found

    def posted(self, bot: str) -> list[str]:
        return [words_of(post.content) for post in self.stage(bot).house.posted.values()]

    async def count(self, database: str, rows: str) -> int:
        return await _count(self.engines, database, rows)


def _emitted(event: type[Event]) -> str:
    return f"ledger.journal WHERE wire = '{event.wire}'"


async def _count(engines: Engines, database: str, rows: str) -> int:
    session = await asyncpg.connect(engines.postgres.url(database).replace("+asyncpg", ""))
    try:
        return int(await session.fetchval(f"SELECT count(*) FROM {rows}"))
    finally:
        await session.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def upgraded(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Upgraded]:
    folder = tmp_path_factory.mktemp("before")
    with tarfile.open(SAMPLE) as packed:
        packed.extractall(folder, filter="data")
    taken = manifest.read(folder / "backup").began_at
    data = folder / "data"
    await restore(folder / "backup", data, Console(), yes=False)
    claim, engines = Claim(data).take(), Engines(data)
    await engines.start()
    found = {
        database: {rows: await _count(engines, database, rows) for rows in lying}
        for database, lying in LEFT.items()
    }
    await _do(engines, "membership", SECOND)
    world = ShiftedWorld()
    world.go_to(taken + timedelta(minutes=2))
    async with opened(engines, data, world, PROCESSES) as parts:
        yield Upgraded(found, engines, parts)
    await engines.stop()
    claim.give_back()


async def _do(engines: Engines, database: str, statements: str) -> None:
    session = await asyncpg.connect(engines.postgres.url(database).replace("+asyncpg", ""))
    try:
        await session.execute(statements)
    finally:
        await session.close()


async def _says_plainly(upgraded: Upgraded, account: str, text: str) -> str:
    """Words in the room that are not addressed to the bot; its answer."""
    stage = upgraded.stage("matrix_bot")
    event = MessageSent(
        id=str(stage.ledger.world.new_id()),
        room=MATRIX_ROOM,
        account=account,
        sent_at=stage.ledger.world.now(),
        text=text,
    )
    await stage._inbox.hear([event])
    return await stage.house.answer_to(event)


async def test_nothing_is_lost_on_the_way(upgraded: Upgraded) -> None:
    assert upgraded.found == LEFT


@pytest.mark.parametrize("bot", BOTS)
async def test_what_waited_is_answered_posted_and_told(upgraded: Upgraded, bot: str) -> None:
    async def all_done() -> bool:
        waiting = [
            "heard WHERE done_at IS NULL",
            "posts WHERE sent_at IS NULL",
            "notices",
            "errands",
        ]
        return not any([await upgraded.count(bot, rows) for rows in waiting])

    await until(all_done, 40)
    posted = "\n".join(upgraded.posted(bot))
    assert "Coming meetings" in posted  # asked for, and not yet answered or sent, when it died
    assert "Fractions" in posted
    assert "called off" in posted.casefold()


async def test_each_community_is_told_once_on_one_platform_what_is_new(upgraded: Upgraded) -> None:
    def news() -> dict[str, list[str]]:
        posts = [post for bot in BOTS for post in upgraded.stage(bot).house.posted.values()]
        found: dict[str, list[str]] = {}
        for post in posts:
            if f"Indaba {RELEASE}" in (words := words_of(post.content)):
                found.setdefault(post.room, []).append(words)
        return found

    async def both_are_told() -> bool:
        return len(news()) >= 2

    await until(both_are_told, 30)
    [chess], [maths] = news().pop("!chess:example.org"), news().pop("!lindiwe:private.invalid")
    assert len(news()) == await upgraded.count("membership", _emitted(ReleaseInstalled)) == 2
    assert chess.startswith("For the facilitators of Chess: ")
    assert "!cop invite" in chess
    assert maths.startswith("For the facilitators of Maths teachers: ")
    assert "!cop" not in maths
    assert len(maths.splitlines()) == 1 + len(LINES) + 1


@pytest.mark.parametrize(("bot", "elsewhere"), [("matrix_bot", 0), ("discord_bot", 1)])
async def test_a_bot_learns_at_once_which_communities_live_elsewhere(
    upgraded: Upgraded, bot: str, elsewhere: int
) -> None:
    async def knows_both() -> bool:
        return await upgraded.count(bot, "communities") == 2

    await until(knows_both, 20)
    assert await upgraded.count(bot, "communities WHERE NOT here") == elsewhere


async def test_the_portal_learns_at_once_on_which_platforms_a_community_lives(
    upgraded: Upgraded,
) -> None:
    async def knows_both() -> bool:
        return await upgraded.count("portal", "community_platforms") == 2

    await until(knows_both, 20)
    one = "community_platforms WHERE platforms = '{matrix}'"
    assert await upgraded.count("portal", one) == 1


async def test_a_question_that_was_open_is_answered(upgraded: Upgraded) -> None:
    assert "Johannesburg" in await _says_plainly(upgraded, NALEDI, "Durban")


async def test_a_choice_that_was_offered_can_be_picked(upgraded: Upgraded) -> None:
    # It was to call a meeting off, which somebody has done since.
    told = await _says_plainly(upgraded, LINDIWE, "1")
    word = told.rpartition("or type: ")[2]
    assert word.startswith("Call off M")
    assert "was called off" in await _says_plainly(upgraded, LINDIWE, word)


async def test_the_vote_goes_on_and_counts_what_was_cast_before(upgraded: Upgraded) -> None:
    stage = upgraded.stage("matrix_bot")
    await stage.says(LINDIWE, "vote choose 1")
    counted = await stage.says(LINDIWE, "vote count")
    shown = await stage.says(LINDIWE, "vote show")

    assert "Online: 2" in f"{counted}\n{shown}"


async def test_the_meeting_that_was_on_still_takes_lines_and_ends(upgraded: Upgraded) -> None:
    stage = upgraded.stage("matrix_bot")
    assert "Fractions" in await stage.says(THANDI, "next")
    await stage.says(LINDIWE, "meeting end")

    async def is_over() -> bool:
        return "We use bottle tops" in await stage.says(LINDIWE, "minutes")

    await until(is_over, 20)
    assert "example.org/tops" in await stage.says(THANDI, "find tops")


async def test_what_was_given_up_is_still_there_to_be_tried_again(upgraded: Upgraded) -> None:
    assert await upgraded.count("outcomes", "ledger.dead_letters") == 1
