"""After an upgrade facilitators are asked once a week what stays open, whatever is killed then."""

import re
import tarfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg
import pytest

from indaba.contracts.publishing import PublicationChanged, PublicationUndecided
from indaba.conversation.delivery.chat_events import ReactionAdded
from indaba.conversation.delivery.platform import PostKind
from indaba.operate.console import Console
from indaba.operate.data import manifest
from indaba.operate.data.restore import restore
from indaba.operate.local.demo.playing import ShiftedWorld, opened
from indaba.operate.local.demo.stage import words_of
from indaba.operate.local.engines import Engines
from indaba.operate.processes import Kind, of_kind
from workshop import until

SAMPLE = Path(__file__).parent / "before" / "c22b564.tar.xz"
LINDIWE, CHAT = "@lindiwe:example.org", "!lindiwe:private.invalid"
HOME = ZoneInfo("Africa/Johannesburg")
ASKED = "until now, whoever had the link could see this"


@dataclass
class House:
    """A restored installation of the version before, and the clock of all that runs in it."""

    engines: Engines
    data: Path
    world: ShiftedWorld

    @asynccontextmanager
    async def runs(self, *kinds: Kind) -> AsyncIterator[dict[str, Any]]:
        async with opened(self.engines, self.data, self.world, of_kind(*kinds)) as parts:
            yield parts

    async def rows(self, database: str, query: str) -> list[Any]:
        session = await asyncpg.connect(self.engines.postgres.url(database).replace("+asyncpg", ""))
        try:
            return [row[0] for row in await session.fetch(query)]
        finally:
            await session.close()

    async def told(self, event: Any) -> int:
        query = f"SELECT id FROM ledger.journal WHERE wire = '{event.wire}'"
        return len(await self.rows(event.context(), query))

    async def questions(self) -> list[str]:
        """Where the question was posted, by the bot's own database."""
        asked = "FROM choices WHERE intent::text LIKE '%cop keep-open%'"
        query = f"SELECT room FROM posts WHERE key IN (SELECT post {asked}) AND sent_at IS NOT NULL"
        return await self.rows("matrix_bot", query)

    def be(self, days: int, hour: int = 10) -> None:
        later = self.world.now().astimezone(HOME) + timedelta(days=days)
        self.world.go_to(later.replace(hour=hour, minute=0))

    async def is_asked(self, number: int) -> None:
        async def there() -> bool:
            return len(await self.questions()) >= number

        await until(there, 30)
        assert await self.questions() == [CHAT] * number


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    with tarfile.open(SAMPLE) as packed:
        packed.extractall(tmp_path, filter="data")
    taken: datetime = manifest.read(tmp_path / "backup").began_at
    data = tmp_path / "data"
    await restore(tmp_path / "backup", data, Console(), yes=False)
    engines, world = Engines(data), ShiftedWorld()
    await engines.start()
    world.go_to(taken + timedelta(minutes=2))
    yield House(engines, data, world)
    await engines.stop()


# That it is asked once a week is tried on the portal; here the bots die as well.
@pytest.mark.thorough
async def test_the_bots_die_in_between_and_each_week_one_question_comes(house: House) -> None:
    house.be(days=1)
    async with house.runs(Kind.SERVICE):

        async def is_told() -> bool:
            return await house.told(PublicationUndecided) == 1

        await until(is_told, 30)
    async with house.runs(Kind.SERVICE, Kind.BOT):
        await house.is_asked(1)
    async with house.runs(Kind.SERVICE, Kind.BOT) as parts:
        await house.is_asked(1)
        house.be(days=7, hour=11)
        await house.is_asked(2)
        answer = await _picks(parts["matrix_bot"], "✅")
        assert "Everybody sees: the community's page, the calendar" in answer
        house.be(days=7, hour=11)
        house.be(days=24)
        assert "Everybody sees" in await parts["matrix_bot"].says(LINDIWE, "portal")
    assert await house.told(PublicationUndecided) == 2
    assert await house.told(PublicationChanged) == 2


async def test_a_renewed_address_is_on_the_cards_of_meetings_to_come(house: House) -> None:
    house.be(days=1)
    async with house.runs(Kind.SERVICE, Kind.BOT) as parts:
        stage = parts["matrix_bot"]
        day = house.world.now().astimezone(HOME) + timedelta(days=9)
        await stage.agrees(LINDIWE, f'meeting new "Much later" {day:%d %B %Y} 15:00')
        old = re.findall(r"/c/([\w-]+)", await stage.says(LINDIWE, "portal"))[0]

        def on_card(key: str) -> bool:
            cards = [words_of(c) for c in stage.house.shown.values() if "Much later" in words_of(c)]
            return any(f"/c/{key}" in card for card in cards)

        async def is_up(key: str) -> bool:
            return on_card(key)

        await until(lambda: is_up(old), 30)
        answer = await stage.agrees(LINDIWE, "cop renew-address")
        new = re.findall(r"/c/([\w-]+)", answer)[0]
        assert new != old
        await until(lambda: is_up(new), 30)
        assert not on_card(old)


async def _picks(stage: Any, emoji: str) -> str:
    """The facilitator taps below the newest question; what the bot says to it."""
    posted = [(k, p) for k, p in stage.house.posted.items() if p.kind is PostKind.MESSAGE]
    keys = [key for key, post in posted if ASKED in words_of(post.content)]
    tap = ReactionAdded(
        id=str(stage.ledger.world.new_id()),
        room=CHAT,
        account=LINDIWE,
        sent_at=stage.ledger.world.now(),
        message=stage.house.message_of(keys[-1]),
        emoji=emoji,
        direct=True,
    )
    await stage._inbox.hear([tap])
    answer: str = await stage.house.answer_to(tap)
    return answer
