"""Takes up what was said, each person's acts in order, different people's side by side."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from functools import partial

from indaba.conversation.desk import Desk
from indaba.conversation.platform import Said, Wait
from indaba.conversation.store import Heard, Store
from indaba.conversation.turns import MOST_TURNS, Turn, Turns
from indaba.ledger import Ledger
from indaba.ledger.failures import is_passing, reason_of
from indaba.process import logs
from indaba.process.loops import Wake

LOOK_SECONDS = 1.0
AT_ONCE = 200
PER_PERSON = 10
MOST_TRIES = 5
LONGEST_PAUSE = 30.0
"""Seconds."""


class Listener:
    """Keeps what platforms hand over, and brings it to the desk until it is dealt with."""

    def __init__(
        self, ledger: Ledger, desk: Desk, dealt_with: Wake, most_turns: int = MOST_TURNS
    ) -> None:
        self._ledger = ledger
        self._desk = desk
        self._dealt_with = dealt_with
        self._turns = Turns(ledger.world, most_turns)
        self._tries: dict[str, int] = defaultdict(int)
        self._in_hand: dict[tuple[str, str], asyncio.Task[None]] = {}
        self.wake = Wake()

    async def hear(self, said: Sequence[Said], position: tuple[str, str] | None = None) -> int:
        """Keep what was said, and how far the platform was read, in one transaction.

        Gives how many were new: what is heard again is not done again.
        """
        world = self._ledger.world
        async with self._ledger.database.begin() as connection:
            store = Store(connection, world.now())
            new = await store.hearing.hear((one, world.new_id()) for one in said)
            if position is not None:
                await store.hearing.set_position(*position)
        if said:
            self.wake.ring()
        return new

    async def read_up_to(self, positions: Sequence[tuple[str, str]]) -> None:
        """Remember how far several places were read where nothing was for us."""
        async with self._ledger.database.begin() as connection:
            store = Store(connection, self._ledger.world.now())
            for position in positions:
                await store.hearing.set_position(*position)

    async def unsay(self, said: str) -> None:
        """Drop something that was taken back before it was dealt with."""
        async with self._ledger.database.begin() as connection:
            await Store(connection, self._ledger.world.now()).hearing.unsay(said)

    async def position(self, name: str) -> str:
        """How far a platform has been read; empty at first."""
        async with self._ledger.database.connect() as connection:
            return await Store(connection, self._ledger.world.now()).hearing.position(name)

    async def run(self) -> None:
        """Deal with what was heard, for ever."""
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
        async with self._ledger.database.connect() as connection:
            store = Store(connection, self._ledger.world.now())
            heard = await store.hearing.waiting_to_be_heard(
                AT_ONCE, PER_PERSON, list(self._in_hand)
            )
        by_person: dict[tuple[str, str], list[Heard]] = defaultdict(list)
        for one in heard:
            by_person[one.said.account, one.said.room].append(one)
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

    async def _one_by_one(self, acts: Sequence[Heard]) -> None:
        for heard in acts:
            try:
                await self._take_turn(heard)
            except Wait as wait:
                await asyncio.sleep(min(wait.after.total_seconds(), LONGEST_PAUSE))
                return
            except Exception as error:  # noqa: BLE001 - one act must not stop all others
                if not await self._failed(heard, error):
                    return
            self._tries.pop(heard.said.id, None)
            self._dealt_with.ring()

    async def _take_turn(self, heard: Heard) -> None:
        match self._turns.of(heard):
            case Turn.ANSWER:
                if await self._desk.deal_with(heard):
                    self._turns.answered(heard)
            case Turn.HALT:
                await self._desk.call_a_halt(heard)
                self._turns.halted(heard)
            case Turn.SILENCE:
                await self._desk.pass_over(heard)

    async def _failed(self, heard: Heard, error: Exception) -> bool:
        """Count a failure of ours; after the last, give the act up. Whether it was the last."""
        if is_passing(error):
            await asyncio.sleep(LOOK_SECONDS)
            return False
        self._tries[heard.said.id] += 1
        logs.get(process=self._ledger.name).error(
            "act.failed", reason=reason_of(error), correlation_id=str(heard.correlation)
        )
        if self._tries[heard.said.id] < MOST_TRIES:
            await asyncio.sleep(min(2.0 ** self._tries[heard.said.id], LONGEST_PAUSE))
            return False
        await self._desk.apologise(heard)
        self._turns.answered(heard)
        return True
