"""One consumer group on one stream, with workarounds for FastStream."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

from faststream import AckPolicy
from faststream.redis import RedisBroker
from redis.exceptions import RedisError, ResponseError

from indaba.bus.entries import Entry, keep_raw, open_all, open_entry
from indaba.bus.streams import Stream
from indaba.contracts.wire import Envelope
from indaba.process import logs
from indaba.process.metrics import MESSAGES

if TYPE_CHECKING:
    from indaba.bus.bus import Bus


Handle = Callable[[Sequence[Envelope]], Awaitable[set[UUID]]]


class Reader:
    """Reads a stream as one named group.

    The stream is read twice: a subscriber for new entries, and one that claims entries left
    pending by a failure or a dead replica (`min_idle_time` makes FastStream read *only* those).
    What this consumer left pending when it was killed is handled first, page by page. One that
    `deletes` has only unhandled entries in its stream.
    """

    def __init__(
        self,
        bus: "Bus",
        stream: str,
        handle: Handle,
        *,
        batch: int,
        delete: bool = False,
        workers: int = 1,
    ) -> None:
        self._bus = bus
        self.stream = stream
        self.deletes = delete
        self._handle = handle
        self._batch = batch
        self._workers = workers
        self._in_hand: set[bytes] = set()
        self._subscribers: list[Any] = []
        self._left: list[Entry] = []

    async def prepare(self, broker: RedisBroker, take_over_ms: int) -> None:
        """Create the group and declare both subscribers. Call once, before the broker starts."""
        await self.make_group()
        if not self._subscribers:
            self._subscribe(broker, min_idle_time=None)
            self._subscribe(broker, min_idle_time=take_over_ms)

    async def make_group(self) -> None:
        """Create the group at the stream's beginning. Idempotent.

        FastStream would create it at `$` and miss what was sent before its first start.
        """
        try:
            await self._bus.client.xgroup_create(
                self.stream, self._bus.process, id="0", mkstream=True
            )
        except ResponseError as error:
            if "BUSYGROUP" not in str(error):
                raise

    async def take_up_own(self) -> None:
        """Handle what this consumer had pending when it was killed. Ends when nothing is left."""
        last = "0"
        while True:
            found = await self._bus.client.xreadgroup(
                self._bus.process, self._bus.consumer, {self.stream: last}, count=100
            )
            entries = found[0][1] if found else []
            if not entries:
                return
            last = entries[-1][0].decode()
            await self._take([open_entry(i, fields or {}) for i, fields in entries])

    async def revive(self) -> None:
        """Restart a subscriber that FastStream stopped because its stream was deleted."""
        for subscriber in self._subscribers:
            if not subscriber.running:
                await self.make_group()
                logs.get(process=self._bus.process).warning("bus.reader-revived")
                await subscriber.start()

    async def behind(self) -> int:
        """How many entries are waiting for this group."""
        for group in await self._bus.client.xinfo_groups(self.stream):
            if group["name"] == self._bus.process.encode():
                # After a trim the server may not know how many are left, but then they are few.
                return int(group["lag"] or 0) + int(group["pending"])
        return 0

    async def oldest(self) -> float:
        """When the oldest entry was added, in seconds since the epoch; 0 if there is none."""
        found = await self._bus.client.xrange(self.stream, count=1)
        return int(found[0][0].split(b"-")[0]) / 1000 if found else 0.0

    def _subscribe(self, broker: RedisBroker, min_idle_time: int | None) -> None:
        """Requests come one by one: FastStream mixes up the answers of a batch (decision 0005)."""
        single = self._batch == 1
        stream = Stream(
            self.stream,
            group=self._bus.process,
            consumer=self._bus.consumer,
            batch=not single,
            max_records=self._workers if single else self._batch,
            min_idle_time=min_idle_time,
            polling_interval=min(1000, min_idle_time or 1000),
        )
        declare = (
            partial(broker.subscriber, max_workers=self._workers) if single else broker.subscriber
        )
        subscriber: Any = declare(
            stream=stream, ack_policy=AckPolicy.MANUAL, parser=keep_raw, decoder=open_all
        )
        subscriber(self._take)
        self._subscribers.append(subscriber)

    async def _take(self, entries: list[Entry]) -> None:
        """Handle entries that nothing here is handling; acknowledge those that are done."""
        mine = [entry for entry in entries if entry.id not in self._in_hand]
        self._in_hand.update(entry.id for entry in mine)
        try:
            await self._settle(mine)
        finally:
            self._in_hand.difference_update(entry.id for entry in mine)

    async def _settle(self, entries: Sequence[Entry]) -> None:
        opened = [entry.envelope for entry in entries if entry.envelope is not None]
        done = await self._handle(opened) if opened else set()
        settled = [e.id for e in entries if e.envelope is None or e.envelope.id in done]
        malformed = len(entries) - len(opened)
        if malformed:
            MESSAGES.labels(self._bus.process, "unknown", "malformed").inc(malformed)
            logs.get(process=self._bus.process).warning("message.malformed", entries=malformed)
        if settled:
            # Left pending when this fails: it comes again and is recognised as done.
            with suppress(RedisError, OSError, asyncio.TimeoutError):
                await self._acknowledge(settled)

    async def _acknowledge(self, ids: Sequence[bytes]) -> None:
        async with self._bus.client.pipeline(transaction=False) as pipe:
            pipe.xack(self.stream, self._bus.process, *ids)
            if self.deletes:
                pipe.xdel(self.stream, *ids)
            await pipe.execute()
