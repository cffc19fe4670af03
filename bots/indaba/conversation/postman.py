"""Brings posts to the platform: once each, answers first, limits honoured."""

import asyncio
from collections import defaultdict
from datetime import timedelta

from indaba.conversation.platform import CannotPost, ChatPlatform, Wait
from indaba.conversation.store import Store, Waiting
from indaba.ledger import Ledger
from indaba.process import logs
from indaba.process.loops import Wake
from indaba.process.metrics import POSTS

LOOK_SECONDS = 1.0
AT_ONCE = 50


class Postman:
    """Posts what waits. Rooms do not hold each other up; within a room the order is kept."""

    def __init__(self, platform: ChatPlatform, ledger: Ledger) -> None:
        self._platform = platform
        self._ledger = ledger
        self.wake = Wake()
        self.posted: list[Wake] = []

    async def run(self) -> None:
        """Post for ever."""
        while True:
            if await self.round() < AT_ONCE:
                await self.wake.wait(LOOK_SECONDS)

    async def round(self) -> int:
        """Try what waits now; gives how many there were."""
        async with self._ledger.database.connect() as connection:
            store = Store(connection, self._ledger.world.now())
            waiting = await store.posting.waiting_posts(AT_ONCE)
        by_room: dict[str, list[Waiting]] = defaultdict(list)
        for one in waiting:
            by_room[one.post.room].append(one)
        await asyncio.gather(*(self._serve(room) for room in by_room.values()))
        return len(waiting)

    async def _serve(self, waiting: list[Waiting]) -> None:
        for one in waiting:
            if not await self._bring(one):
                return

    async def _bring(self, waiting: Waiting) -> bool:
        """Post one; whether the room can take the next."""
        post, now = waiting.post, self._ledger.world.now()
        if waiting.expires_at <= now:
            await self._give_up(waiting, "too late")
            return True
        if not post.retried:
            async with self._ledger.database.begin() as connection:
                await Store(connection, now).posting.trying(post.key)
        try:
            message = await self._platform.post(post)
        except Wait as wait:
            await self._wait(post.room, wait.after)
            return False
        except CannotPost as error:
            await self._give_up(waiting, str(error))
            return True
        async with self._ledger.database.begin() as connection:
            await Store(connection, self._ledger.world.now()).posting.is_up(waiting, message)
        self._log(waiting, "posted")
        for wake in (*self.posted, self.wake):
            wake.ring()
        return True

    async def _wait(self, room: str, after: timedelta) -> None:
        POSTS.labels(self._ledger.name, "waited").inc()
        async with self._ledger.database.begin() as connection:
            await Store(connection, self._ledger.world.now()).posting.later(room, after)

    async def _give_up(self, waiting: Waiting, why: str) -> None:
        async with self._ledger.database.begin() as connection:
            store = Store(connection, self._ledger.world.now())
            await store.posting.give_up(waiting.post.key, why)
        self._log(waiting, "given-up")

    def _log(self, waiting: Waiting, outcome: str) -> None:
        POSTS.labels(self._ledger.name, outcome).inc()
        logs.get(process=self._ledger.name).info(
            "post.settled",
            kind=waiting.post.kind,
            outcome=outcome,
            correlation_id=str(waiting.correlation),
        )
