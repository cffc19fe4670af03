"""The bus: requests and events over Valkey or Redis Streams."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any
from uuid import UUID

from faststream.message import StreamMessage
from faststream.redis.parser import BinaryMessageFormatV1
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as RedisTimeout

from indaba.bus.reader import Reader
from indaba.bus.replies import Outcome, ReplyEnvelope
from indaba.bus.streams import (
    EPOCH,
    MOST_AHEAD,
    Channel,
    context_of,
    events_of,
    replies_to,
    requests_to,
)
from indaba.bus.wiring import broker_at, is_cluster, nodes_of
from indaba.contracts.refusal import Unavailable
from indaba.contracts.wire import Envelope
from indaba.process import logs
from indaba.process.loops import Loops, pause
from indaba.process.world import World

Answer = Callable[[Envelope], Awaitable[ReplyEnvelope | None]]
Listen = Callable[[Sequence[Envelope]], Awaitable[set[UUID]]]

BUS_ERRORS = (RedisError, RedisTimeout, OSError)
ASK_AGAIN_SECONDS = 2.0
LAST_WORD_SECONDS = 1.0
MOMENT_SECONDS = 0.005
"""Too short to be answered in: timers come a little early, and clocks differ."""

WATCH_SECONDS = 0.5
KEEP_AT_LEAST_SECONDS = 3600
LITTLE_LATER = "I cannot reach the rest of Indaba just now. Please try again a little later."


class Bus:
    """Carries requests to the service that answers them, and events to every reader.

    Promises:

    * A message handed over (`tell` has returned) reaches every reader at least once, in no promised
      order, as soon as it runs, whether it was running when the message was sent or not.
    * A reader that fails, or is killed, gets its message again; another replica takes it over.
    * A malformed entry is dropped and counted; the entries around it are unaffected.
    * `ask` sends again until it is answered or expires; the effect must happen only once.
    * When the bus comes back without its data, `on_loss` is called and readers continue.

    It stores nothing: the service databases are the truth.
    """

    def __init__(
        self,
        url: str,
        process: str,
        world: World,
        replica: str = "1",
        take_over_ms: int = 3000,
        ask_again: float = ASK_AGAIN_SECONDS,
    ) -> None:
        self.process = process
        self.consumer = f"{process}-{replica}"
        self._url = url
        self._world = world
        self._take_over_ms = take_over_ms
        self._ask_again = ask_again
        self._replies = replies_to(process, replica, world.secret())
        self._waiting: dict[UUID, asyncio.Future[ReplyEnvelope]] = {}
        self._readers: list[Reader] = []
        self._loops = Loops(process)
        self._epoch = ""
        self._asks = False
        self._sending = asyncio.Semaphore(64)
        self.on_loss: Callable[[str], Awaitable[None]] | None = None
        self._broker = broker_at(url)
        self.client: Any = None

    def answer(self, context: str, answer: Answer) -> None:
        """Answer the requests of a context. `answer` gives `None` to have it tried again."""

        async def one(envelopes: Sequence[Envelope]) -> set[UUID]:
            done = set()
            for envelope in envelopes:
                reply = await answer(envelope)
                if reply is not None:
                    await self._send_reply(envelope, reply)
                    done.add(envelope.id)
            return done

        self._readers.append(
            Reader(self, requests_to(context), one, batch=1, delete=True, workers=6)
        )

    def listen(self, contexts: Mapping[str, int], listen: Listen) -> None:
        """Read the events of contexts, at most so many at a time of each.

        `listen` returns the ids of those it has handled.
        """
        for context, most in contexts.items():
            self._readers.append(Reader(self, events_of(context), listen, batch=most))

    def expect_replies(self) -> None:
        """Receive replies. For faces only."""
        self._asks = True
        channel = Channel(self._replies)
        self._broker.subscriber(channel=channel, parser=_raw, decoder=_data)(self._hear_reply)

    async def start(self) -> None:
        """Connect, create the groups, handle what was left, then read. Waits for the bus."""
        while not await self._begun():
            with suppress(*BUS_ERRORS):
                await self._broker.stop()
        self._loops.begin("bus.watch", self._watch)
        for reader in self._readers:
            self._loops.begin("bus.take-up", reader.take_up_own)

    async def stop(self) -> None:
        """Stop reading. Messages in progress are finished, or left for the next start."""
        await self._loops.stop()
        with suppress(*BUS_ERRORS):
            await self._broker.stop()

    @property
    def epoch(self) -> str:
        """Identifies the bus's data, as last checked; changes when the data was lost."""
        return self._epoch

    async def reachable(self) -> bool:
        """Whether the bus answers now."""
        if self.client is None:
            return False
        with suppress(*BUS_ERRORS):
            async with asyncio.timeout(1):
                return bool(await self.client.ping())
        return False

    async def ask(self, context: str, envelope: Envelope) -> ReplyEnvelope:
        """Send a request and wait for its reply, sending again until it expires.

        The pause between two sendings doubles: who is slow to answer is not asked more often.
        An expired request returns the outcome `EXPIRED`, or `UNAVAILABLE` if that is the
        last that was heard. Raises `Unavailable` if the bus could not be reached at all.
        """
        heard: ReplyEnvelope | None = None
        sent, lull = False, self._ask_again
        try:
            while (left := self._seconds_left(envelope.expires_at)) > MOMENT_SECONDS:
                reply = self._expect(envelope)
                patience, began = min(left, lull), time.monotonic()
                sent = await self._sent_within(patience, context, envelope) or sent
                # Not in one time-out with the sending: redis-py may swallow it there, since it
                # uses `wait_for`, which does so in Python 3.11. Then this would wait for ever.
                await asyncio.wait({reply}, timeout=max(0.0, began + patience - time.monotonic()))
                if not reply.done():
                    lull *= 2
                    continue
                heard = reply.result()
                if heard.outcome is not Outcome.UNAVAILABLE:
                    return heard
                left = self._seconds_left(envelope.expires_at)
                await asyncio.sleep(min(patience, max(0.0, left)))
            if not sent:
                raise Unavailable(LITTLE_LATER)
            heard = heard or await self._last_word(envelope)
            return heard or ReplyEnvelope(to=envelope.id, outcome=Outcome.EXPIRED)
        finally:
            self._waiting.pop(envelope.id, None)

    async def _sent_within(self, seconds: float, context: str, envelope: Envelope) -> bool:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                return await self._try_send(context, envelope)
        return False

    async def _last_word(self, envelope: Envelope) -> ReplyEnvelope | None:
        """What was done at the last moment is answered a moment later."""
        with suppress(TimeoutError):
            async with asyncio.timeout(LAST_WORD_SECONDS):
                return await self._expect(envelope)
        return None

    def _expect(self, envelope: Envelope) -> asyncio.Future[ReplyEnvelope]:
        """A future for the next reply to a request."""
        reply: asyncio.Future[ReplyEnvelope] = asyncio.get_running_loop().create_future()
        self._waiting[envelope.id] = reply
        return reply

    async def tell(self, context: str, envelopes: Sequence[Envelope]) -> None:
        """Publish events of a context in one batch. Raises one of `BUS_ERRORS`."""
        if is_cluster(self._broker):
            await asyncio.gather(*(self._tell(context, envelope) for envelope in envelopes))
            return
        async with self.client.pipeline(transaction=False) as pipe:
            for envelope in envelopes:
                await self._tell(context, envelope, pipeline=pipe)
            await pipe.execute()

    async def room_for_events(self, context: str) -> bool:
        """Trim what every reader has handled. Whether fewer than 10,000 wait for the slowest."""
        stream = events_of(context)
        if await self.client.xlen(stream) == 0:
            return True
        slowest = await self._slowest(stream)
        hour_ago = f"{int((self._world.now().timestamp() - KEEP_AT_LEAST_SECONDS) * 1000)}-0"
        if slowest is not None:
            oldest = min(slowest, hour_ago, key=_order)
            await self.client.xtrim(stream, minid=oldest, approximate=False)
        if await self.client.xlen(stream) < MOST_AHEAD:
            return True
        # A busy hour fills the stream too: then only what readers still need may stay.
        if slowest is not None:
            await self.client.xtrim(stream, minid=slowest, approximate=False)
        return bool(await self.client.xlen(stream) < MOST_AHEAD)

    async def behind(self) -> dict[str, int]:
        """How many events of each context are waiting for us. Raises one of `BUS_ERRORS`."""
        heard = [reader for reader in self._readers if not reader.deletes]
        return {context_of(reader.stream): await reader.behind() for reader in heard}

    async def oldest_request(self) -> float:
        """The age of the oldest unanswered request to us, in seconds; 0 if there is none."""
        added = [await reader.oldest() for reader in self._readers if reader.deletes]
        now = self._world.now().timestamp()
        return max((now - at for at in added if at), default=0.0)

    async def forget(self, context: str) -> None:
        """Trim every event that all readers have handled and rewrite the bus's file (erasure)."""
        if not await self.client.exists(events_of(context)):
            return
        slowest = await self._slowest(events_of(context))
        if slowest is not None:
            await self.client.xtrim(events_of(context), minid=slowest, approximate=False)
        for node in nodes_of(self.client):
            with suppress(RedisError):  # one rewrite may be under way already; it serves as well
                await self.client.bgrewriteaof(**node)

    async def rewrite(self) -> None:
        """Rewrite the bus's file without what was trimmed. Returns when it is done."""
        await asyncio.gather(*(self._rewrite(node) for node in nodes_of(self.client)))

    async def _rewrite(self, node: dict[str, Any]) -> None:
        began = False
        while True:
            state = await self.client.info("persistence", **node)
            if not state["aof_rewrite_in_progress"] and not state["aof_rewrite_scheduled"]:
                if began:
                    return
                await self.client.bgrewriteaof(**node)
                began = True
            await asyncio.sleep(0.05)

    async def _slowest(self, stream: str) -> str | None:
        needed: list[str] = []
        for group in await self.client.xinfo_groups(stream):
            pending = await self.client.xpending(stream, group["name"])
            first = pending["min"] if pending["pending"] else _after(group["last-delivered-id"])
            needed.append(_text(first))
        return min(needed, key=_order) if needed else None

    async def _begun(self) -> bool:
        """Connect and read. FastStream gives each reader three seconds; a busy machine more."""
        await self._wait_for_bus()
        try:
            for reader in self._readers:
                await reader.prepare(self._broker, self._take_over_ms)
            await self._broker.start()
            await self._look_at_epoch()
        except BUS_ERRORS as error:
            logs.get(process=self.process).warning("bus.again", error=type(error).__name__)
            return False
        return True

    async def _wait_for_bus(self) -> None:
        told = False
        while True:
            try:
                self.client = await self._broker.connect()
                await self.client.ping()
            except BUS_ERRORS:
                if not told:
                    logs.get(process=self.process).warning("bus.awaited")
                told = True
                await asyncio.sleep(0.5)
            else:
                return

    async def _watch(self) -> None:
        while True:
            await pause(WATCH_SECONDS)
            with suppress(*BUS_ERRORS):
                await self._look_at_epoch()
                for reader in self._readers:
                    await reader.revive()

    async def _look_at_epoch(self) -> None:
        """The epoch key is set once per life of the bus's data; a new one means it was lost."""
        await self.client.set(EPOCH, self._world.secret(), nx=True)
        epoch = _text(await self.client.get(EPOCH))
        if epoch == self._epoch:
            return
        for reader in self._readers:
            await reader.make_group()
        if self.on_loss is not None:
            await self.on_loss(epoch)
        self._epoch = epoch

    async def _tell(self, context: str, envelope: Envelope, **pipeline: Any) -> None:
        await self._broker.publish(
            envelope.model_dump_json().encode(),
            stream=events_of(context),
            correlation_id=str(envelope.correlation),
            **pipeline,
        )

    async def _try_send(self, context: str, envelope: Envelope) -> bool:
        addressed = envelope.model_copy(update={"reply_to": self._replies})
        try:
            async with self._sending:
                await self._broker.publish(
                    addressed.model_dump_json().encode(),
                    stream=requests_to(context),
                    correlation_id=str(envelope.correlation),
                )
        except BUS_ERRORS:
            return False
        return True

    async def _send_reply(self, request: Envelope, reply: ReplyEnvelope) -> None:
        if request.reply_to:
            await self._broker.publish(reply.model_dump_json().encode(), channel=request.reply_to)

    async def _hear_reply(self, data: bytes) -> None:
        reply = ReplyEnvelope.model_validate_json(data)
        waiting = self._waiting.get(reply.to)
        if waiting is not None and not waiting.done():
            waiting.set_result(reply)

    def _seconds_left(self, expires_at: datetime | None) -> float:
        if expires_at is None:
            raise ValueError("a request must expire")
        left: float = (expires_at - self._world.now()).total_seconds()
        return left


async def _raw(message: Any) -> StreamMessage[Any]:
    return StreamMessage(raw_message=message, body=b"")


async def _data(message: StreamMessage[Any]) -> bytes:
    data, _headers = BinaryMessageFormatV1.parse(message.raw_message["data"])
    return data


def _text(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value


def _order(stream_id: str) -> tuple[int, int]:
    milliseconds, _, count = stream_id.partition("-")
    return int(milliseconds), int(count or 0)


def _after(stream_id: bytes | str) -> str:
    milliseconds, count = _order(_text(stream_id))
    return f"{milliseconds}-{count + 1}"
