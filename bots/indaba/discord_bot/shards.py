"""Discord's shards: how many there are, which of them are ours, and when one may begin.

A connection to Discord covers at most 2,500 servers. A larger bot has several connections, called
shards, and the events of server n arrive on shard `(n >> 22) % shards`. Copies of the bot share the
shards by advisory locks in the bot's database; a copy that dies or stands still loses its own
within `LEASE`.

Each shard does its own hearing (messages, commands, buttons, votes, voice), initial responses to
interactions, and catching up. Events are stored in one table, once per id, so that an event which
two copies hear for a moment is handled once.

The inbox, posting, cards, native events and direct messages stay under one lease. Sharing the inbox
would mean keeping each person's acts in order across copies, and Discord's rate limits apply to
the whole bot; neither is much work for one copy. Shard 0 belongs to the holder of that lease: it
receives direct messages, and its connection is the one that posts. With one shard, a second copy
therefore stands by. Any shard that connects and finds the commands changed registers them; doing so
twice changes nothing.
"""

import asyncio
import math
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from indaba.conversation.delivery import lease
from indaba.conversation.delivery.inbox_worker import InboxWorker
from indaba.conversation.delivery.lease import to_hold_locks
from indaba.discord_bot.client import Client
from indaba.discord_bot.gateway import Gateway, NoStartsLeft
from indaba.ledger.failures import reason_of
from indaba.ledger.locks import Lock
from indaba.process import logs
from indaba.process.loops import Act, pause

if TYPE_CHECKING:
    from discord.types.gateway import SessionStartLimit

APART = 5.0
"""Seconds that Discord requires between two shards of a group that identify."""

LONGEST_TURN = 60.0
"""Seconds that a shard may take to identify once it is its turn."""

LOOK_FOR_TURN = 0.25
LONGEST_HELD_OFF = timedelta(minutes=10)
"""We ask again after this at the latest: Discord may let us begin sooner than it said."""

PLACE = "discord/shards"
"""The inbox position that holds the number of shards, for all copies."""


@dataclass
class Shard:
    """A shard held by this copy, and the task that runs its loops."""

    gateway: Gateway
    task: asyncio.Task[None]


class Starts:
    """Begins shards as Discord allows: so many a day, and one after the other in a group.

    `wanted` is the number of shards; 0 means as many as Discord recommends.
    """

    def __init__(self, database: AsyncEngine, inbox: InboxWorker, wanted: int) -> None:
        self._database = database
        self._inbox = inbox
        self._wanted = wanted
        self._turns: dict[int, asyncio.Lock] = {}
        self._resting: set[asyncio.Task[None]] = set()

    async def first(self, client: Client) -> None:
        """Before shard 0 connects: settle how many shards there are, for all copies.

        Raises `NoStartsLeft`.
        """
        recommended, _, limit = await client.http.get_bot_gateway()
        count = max(1, self._wanted or recommended)
        if await self._inbox.position(PLACE) != str(count):
            await self._inbox.hear([], (PLACE, str(count)))
        await self._begin(0, count, client, limit)

    async def one(self, shard: int, count: int, client: Client) -> None:
        """Before another shard connects: number it and await its turn. Raises `NoStartsLeft`."""
        _, _, limit = await client.http.get_bot_gateway()
        await self._begin(shard, count, client, limit)

    async def count(self) -> int:
        """The number of shards; 1 until shard 0 has settled it."""
        return int(await self._inbox.position(PLACE) or 1)

    async def _begin(
        self, shard: int, count: int, client: Client, limit: "SessionStartLimit"
    ) -> None:
        if count > 1:
            client.be_shard(shard, count)
        client.before_again = partial(self._again, client)
        await self._turn(client, limit)

    async def _again(self, client: Client) -> None:
        """Before a shard without a session identifies again: await its turn."""
        _, _, limit = await client.http.get_bot_gateway()
        await self._turn(client, limit)

    async def _turn(self, client: Client, limit: "SessionStartLimit") -> None:
        if limit["remaining"] < 1:
            after = timedelta(milliseconds=limit["reset_after"])
            raise NoStartsLeft(min(after, LONGEST_HELD_OFF))
        if client.shard_count is None:
            return
        group = (client.shard_id or 0) % max(1, limit["max_concurrency"])
        turn = self._turns.setdefault(group, asyncio.Lock())
        await turn.acquire()
        client.identifying.clear()
        taken = asyncio.Event()
        resting = asyncio.ensure_future(self._rest(group, turn, taken, client.identifying))
        self._resting.add(resting)
        resting.add_done_callback(self._resting.discard)
        waiting = asyncio.ensure_future(taken.wait())
        try:
            await asyncio.wait({resting, waiting}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            waiting.cancel()
        if resting.done():
            resting.result()

    async def _rest(
        self, group: int, turn: asyncio.Lock, taken: asyncio.Event, used: asyncio.Event
    ) -> None:
        """Take a group's turn among all copies, and hold it until the next shard may identify."""
        try:
            async with self._database.connect() as connection:
                await connection.execution_options(isolation_level="AUTOCOMMIT")
                while not await lease.take(connection, Lock.SHARD_BEGINS, group):  # noqa: ASYNC110 - another process holds it
                    await asyncio.sleep(LOOK_FOR_TURN)
                taken.set()
                try:
                    with suppress(TimeoutError):
                        await asyncio.wait_for(used.wait(), LONGEST_TURN)
                    await asyncio.sleep(APART)
                finally:
                    await connection.invalidate()
        finally:
            turn.release()


class Shards:
    """This copy's share of the shards beyond number 0.

    `is_at_work` says whether shard 0 is ours. `make` returns the loops that receive events on a
    gateway; `first` is the gateway of shard 0.
    """

    def __init__(
        self,
        database: AsyncEngine,
        is_at_work: Callable[[], bool],
        starts: Starts,
        first: Gateway,
        make: Callable[[Gateway], Sequence[Act]],
    ) -> None:
        self._database = database
        self._is_at_work = is_at_work
        self._starts = starts
        self._first = first
        self._make = make
        self._count = 1
        self._held: dict[int, Shard] = {}

    @property
    def gateways(self) -> list[Gateway]:
        """The gateways of the shards that this copy holds, without shard 0."""
        return [shard.gateway for shard in self._held.values()]

    @property
    def trouble(self) -> str:
        """The reason, in words, why one of our shards is not connected; empty if all are."""
        troubles = ((n, shard.gateway.trouble) for n, shard in sorted(self._held.items()))
        return next((f"shard {n} of {self._count}: {why}" for n, why in troubles if why), "")

    async def run(self) -> None:
        """Hold our share of the shards, for ever. Raises when the database connection is lost."""
        async with self._database.connect() as connection:
            await to_hold_locks(connection)
            try:
                await lease.be_counted(connection, Lock.COPY_PRESENT)
                while True:
                    await self._look(connection)
                    await pause(lease.LOOK_SECONDS)
            finally:
                await self._let_go(list(self._held))
                await connection.invalidate()

    async def _look(self, connection: AsyncConnection) -> None:
        copies = await lease.count(connection, Lock.COPY_PRESENT) or 1
        count = await self._starts.count()
        ended = [n for n, shard in self._held.items() if shard.task.done()]
        await self._give_back(connection, list(self._held) if count != self._count else ended)
        self._count = count
        share = math.ceil(count / copies) - self._is_at_work()
        await self._give_back(connection, sorted(self._held)[max(0, share) :])
        for number in range(1, count):
            if len(self._held) >= share:
                return
            if number not in self._held and await lease.take(connection, Lock.WORKING_BOT, number):
                self._begin(number)

    def _begin(self, number: int) -> None:
        gateway = self._first.another()
        gateway.before = partial(self._starts.one, number, self._count)
        task = asyncio.create_task(self._listen(self._make(gateway)), name=f"shard {number}")
        self._held[number] = Shard(gateway, task)

    async def _listen(self, loops: Sequence[Act]) -> None:
        """Run all loops until one fails, which is logged."""
        try:
            async with asyncio.TaskGroup() as group:
                for loop in loops:
                    group.create_task(_forever(loop))
        except* Exception as failures:  # noqa: BLE001 - the shard begins again, perhaps in another copy
            for error in failures.exceptions:
                self._log().warning("shard.failed", reason=reason_of(error))

    async def _give_back(self, connection: AsyncConnection, numbers: list[int]) -> None:
        await self._let_go(numbers)
        for number in numbers:
            await lease.give_back(connection, Lock.WORKING_BOT, number)

    async def _let_go(self, numbers: list[int]) -> None:
        """Stop these shards, and wait until they have stopped."""
        tasks = [self._held.pop(number).task for number in numbers]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _log(self) -> Any:
        return logs.get(process="discord_bot")


async def _forever(loop: Act) -> None:
    await loop()
