"""Handles stored chat events: each person's in order, different people's concurrently."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from functools import partial

from indaba.conversation.delivery.chat_events import WORDLESS, ChatEvent
from indaba.conversation.delivery.platform import Wait
from indaba.conversation.dispatch.dispatcher import Dispatcher
from indaba.conversation.dispatch.loop_guard import MOST_TURNS, LoopGuard, Turn
from indaba.conversation.store import QueuedEvent, Store
from indaba.ledger import Ledger
from indaba.ledger.failures import is_passing, reason_of
from indaba.ledger.session import Session
from indaba.process import logs
from indaba.process.loops import Wake

LOOK_SECONDS = 1.0
AT_ONCE = 200
PER_PERSON = 10
MOST_TRIES = 5
LONGEST_PAUSE = 30.0
"""Seconds."""


class InboxWorker:
    """Stores what platforms hand over, and passes it to the dispatcher until it is handled."""

    def __init__(
        self, ledger: Ledger, dispatcher: Dispatcher, dealt_with: Wake, most_turns: int = MOST_TURNS
    ) -> None:
        self._ledger = ledger
        self._dispatcher = dispatcher
        self._dealt_with = dealt_with
        self._turns = LoopGuard(ledger.world, most_turns)
        self._tries: dict[str, int] = defaultdict(int)
        self._in_hand: dict[tuple[str, str], asyncio.Task[None]] = {}
        self.wake = Wake()

    async def hear(
        self, events: Sequence[ChatEvent], position: tuple[str, str] | None = None
    ) -> int:
        """Store chat events and how far the platform was read, in one transaction.

        Returns how many were new: an event that is already stored is not handled again.
        """
        world = self._ledger.world
        async with self._ledger.database.begin() as connection:
            store = Store(Session(connection, world.now()))
            new = await store.hearing.hear((event, world.new_id()) for event in events)
            if position is not None:
                await store.hearing.set_position(*position)
        if events:
            self.wake.ring()
        return new

    async def read_up_to(self, positions: Sequence[tuple[str, str]]) -> None:
        """Record how far several places were read if nothing there was for us."""
        async with self._ledger.database.begin() as connection:
            store = Store(Session(connection, self._ledger.world.now()))
            for position in positions:
                await store.hearing.set_position(*position)

    async def unsay(self, event: str) -> None:
        """Drop an event that was taken back before it was handled."""
        async with self._ledger.database.begin() as connection:
            await Store(Session(connection, self._ledger.world.now())).hearing.unsay(event)

    async def position(self, name: str) -> str:
        """How far a platform has been read; empty at first."""
        async with self._ledger.reading.connect() as connection:
            return await Store(Session(connection, self._ledger.world.now())).hearing.position(name)

    async def run(self) -> None:
        """Handle stored events until cancelled."""
        try:
            while True:
                await self._begin_what_waits()
                await self.wake.wait(LOOK_SECONDS)
        finally:
            tasks = list(self._in_hand.values())
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _begin_what_waits(self) -> None:
        async with self._ledger.reading.connect() as connection:
            store = Store(Session(connection, self._ledger.world.now()))
            queued = await store.hearing.waiting_to_be_heard(
                AT_ONCE, PER_PERSON, list(self._in_hand)
            )
        by_person: dict[tuple[str, str], list[QueuedEvent]] = defaultdict(list)
        for one in queued:
            by_person[one.event.account, one.event.room].append(one)
        for person, acts in by_person.items():
            task = asyncio.create_task(self._one_by_one(acts))
            self._in_hand[person] = task
            task.add_done_callback(partial(self._let_go, person))

    def _let_go(self, person: tuple[str, str], task: asyncio.Task[None]) -> None:
        del self._in_hand[person]
        if task.cancelled():
            return
        if error := task.exception():
            # No bell: an apology that could not be kept is tried again after the usual pause.
            logs.get(process=self._ledger.name).error("person.failed", reason=reason_of(error))
            return
        self.wake.ring()

    async def _one_by_one(self, acts: Sequence[QueuedEvent]) -> None:
        for queued in acts:
            try:
                await self._take_turn(queued)
            except Wait as wait:
                await asyncio.sleep(min(wait.after.total_seconds(), LONGEST_PAUSE))
                return
            except Exception as error:  # noqa: BLE001 - one act must not stop all others
                if not await self._failed(queued, error):
                    return
            self._tries.pop(queued.event.id, None)
            self._dealt_with.ring()

    async def _take_turn(self, queued: QueuedEvent) -> None:
        wordless = isinstance(queued.event, WORDLESS)
        match Turn.ANSWER if wordless else self._turns.of(queued):
            case Turn.ANSWER:
                if await self._dispatcher.deal_with(queued):
                    self._turns.answered(queued)
            case Turn.HALT:
                await self._dispatcher.call_a_halt(queued)
                self._turns.halted(queued)
            case Turn.SILENCE:
                await self._dispatcher.pass_over(queued)

    async def _failed(self, queued: QueuedEvent, error: Exception) -> bool:
        """Count a failure of ours; after the last, give the act up. Whether it was the last."""
        if is_passing(error):
            await asyncio.sleep(LOOK_SECONDS)
            return False
        self._tries[queued.event.id] += 1
        logs.get(process=self._ledger.name).error(
            "act.failed", reason=reason_of(error), correlation_id=str(queued.correlation)
        )
        if self._tries[queued.event.id] < MOST_TRIES:
            await asyncio.sleep(min(2.0 ** self._tries[queued.event.id], LONGEST_PAUSE))
            return False
        if isinstance(queued.event, WORDLESS):
            await self._dispatcher.pass_over(queued)
            return True
        await self._dispatcher.apologise(queued)
        self._turns.answered(queued)
        return True
