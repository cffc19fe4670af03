"""Looks once a day whether members are still on their servers: Discord does not tell who left.

Hearing of it would take the intent for members, for which Discord wants its permission. Nor does
Discord say of somebody who is gone whether they left or were sent away.
"""

import asyncio
from contextlib import suppress
from datetime import date

from indaba.contracts.membership import Platform
from indaba.contracts.refusal import Refusal, Unavailable
from indaba.contracts.removal import Departure, Home, ShowHomes
from indaba.conversation.delivery.chat_events import Departed
from indaba.conversation.delivery.platform import ChatPlatform, Wait
from indaba.conversation.delivery.service_client import Asker, BusServiceClient
from indaba.conversation.root import Conversation
from indaba.ledger import Ledger

POSITION = "departures"
PAGE = 100
BETWEEN_SECONDS = 1.0
"""Between two questions to Discord, which are not urgent: 3,600 members take an hour."""

LOOK_SECONDS = 60.0


class Departures:
    """Goes through all accounts once a day, and goes on where it was after a restart."""

    def __init__(self, platform: ChatPlatform, ledger: Ledger, conversation: Conversation) -> None:
        self._platform = platform
        self._ledger = ledger
        self._conversation = conversation

    async def run(self) -> None:
        """Look for ever. The first minute is for what members wait for."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            with suppress(Refusal, Unavailable, Wait):
                await self.look()

    async def look(self, between: float = BETWEEN_SECONDS) -> None:
        """Look at everybody who was not looked at today. Raises `Wait` and what asking raises."""
        inbox, today = self._conversation.inbox, self._ledger.world.now().date()
        day, _, after = (await inbox.position(POSITION)).partition(" ")
        if day and date.fromisoformat(day) >= today and not after:
            return
        while True:
            shown = await self._services().ask(
                ShowHomes(platform=Platform.DISCORD, after=after, limit=PAGE)
            )
            for account, homes in shown.homes.items():
                await self._look_for(account, homes, between)
            after = shown.next
            await inbox.hear([], (POSITION, f"{today} {after}"))
            if not after:
                return

    async def _look_for(self, account: str, homes: tuple[Home, ...], between: float) -> None:
        there: dict[str, bool] = {}
        for place in {p.house: p for home in homes for p in home.places}.values():
            there[place.house] = await self._platform.is_in(place, account)
            await asyncio.sleep(between)
        for home in homes:
            if any(there[place.house] for place in home.places):
                continue
            place, now = home.places[0], self._ledger.world.now()
            departed = Departed(
                id=f"departed/{self._ledger.world.new_id()}",
                room=place.room,
                account=account,
                sent_at=now,
                house=place.house,
                how=Departure.GONE,
            )
            await self._conversation.inbox.hear([departed])

    def _services(self) -> BusServiceClient:
        world = self._ledger.world
        return BusServiceClient(
            self._ledger.bus,
            world,
            self._conversation.passports,
            Asker(),
            f"departures/{world.new_id()}",
            world.new_id(),
        )
