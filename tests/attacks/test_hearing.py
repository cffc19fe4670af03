"""A homeserver that says anything: whatever it was, the next good words are heard."""

import json
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings

from attacks.made_up import GOOD, ME, OUR_KEY, answers, syncs
from conftest import FreshDatabase
from indaba.conversation.delivery.platform import Wait
from indaba.conversation.root import MIGRATIONS
from indaba.matrix_bot.app import MatrixBot
from indaba.matrix_bot.client import Refused
from indaba.matrix_bot.settings import MatrixBotSettings
from indaba.process.file_store import FileStore
from selection import examples
from workshop import ledger_of, rows

HONEST = "!honest:example.org"
WHO = {"user_id": ME, "device_id": "DEVICE"}
NO = {"refused": Refused(404, "M_NOT_FOUND"), "busy": Wait(timedelta(seconds=1))}

ENDLESS = {"next_batch": "s1", "device_one_time_keys_count": {"signed_curve25519": -(10**20)}}


class Ears:
    """The bot's real ears and store, in front of a homeserver that says what it is told to say."""

    def __init__(self, bot: MatrixBot, own: MatrixBotSettings) -> None:
        self.bot = bot
        self.said: Any = {}
        self.answers: dict[str, Any] = {}
        self.good = 0
        line: Any = bot._homeserver
        line._ask = self._ask
        self.hearing, _ = bot._ears(bot._conversation, own)

    async def hear(self, said: object, answers: dict[str, Any]) -> None:
        """A round of listening, and of the exchange of keys; both may be put off."""
        ours = self.bot._keyring.machine.account.identity_keys["curve25519"]
        self.said = json.loads(json.dumps(said).replace(OUR_KEY, ours))
        self.answers = answers
        with suppress(Wait):
            await self.hearing._round("s0", 0.0)
        with suppress(Wait):
            await self.bot._exchange.tend()

    async def hears_good_words(self) -> None:
        self.good += 1
        name = f"$good{self.good}"
        timeline = {"events": [{**GOOD, "event_id": name}]}
        join = {HONEST: {"timeline": timeline}}
        self.said, self.answers = {"next_batch": f"s{self.good}", "rooms": {"join": join}}, {}
        assert await self.hearing._round("s0", 0.0) == f"s{self.good}"
        [(text,)] = await rows(
            self.bot._ledger, f"SELECT said ->> 'addressed' FROM heard WHERE id = '{name}'"
        )
        assert text == "next"

    async def _ask(self, method: str, path: str, *_: object, **__: object) -> Any:
        if "/account/whoami" in path:
            return WHO
        if "/sync?" in path:
            return _travelled(self.said)
        found = (told for part, told in self.answers.items() if part in path)
        answer: Any = next(found, {})
        if isinstance(answer, str) and answer in NO:
            raise NO[answer]
        return _travelled(answer)


def _travelled(said: object) -> Any:
    return json.loads(json.dumps(said))


@pytest.fixture
async def ears(database: FreshDatabase, bus_url: str, tmp_path: Path) -> AsyncIterator[Ears]:
    url = await database(MIGRATIONS)
    ledger = ledger_of("matrix_bot", url, bus_url, migrations=MIGRATIONS)
    own = MatrixBotSettings(
        database_url=url,
        homeserver="https://example.org",
        user_id=ME,
        access_token="a token",
        keys_folder=str(tmp_path / "keys"),
    )
    there = Ears(MatrixBot(own, ledger, FileStore(tmp_path / "files")), own)
    await there.hearing._begin("")
    yield there
    there.bot._keyring.close()
    await ledger.stop()


@example(said=ENDLESS, told={})
@settings(max_examples=examples(70), deadline=None, suppress_health_check=list(HealthCheck))
@given(said=syncs, told=answers)
async def test_whatever_a_homeserver_says_the_next_good_words_are_heard(
    ears: Ears, said: dict[str, Any], told: dict[str, Any]
) -> None:
    await ears.hear(said, told)
    await ears.hears_good_words()
