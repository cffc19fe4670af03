"""Sends posts to the platform: once each, answers first, within its limits."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from itertools import islice

from indaba.conversation.delivery.platform import CannotPost, ChatPlatform, Limited, Post, Wait
from indaba.conversation.store import Posting, Store, Waiting
from indaba.conversation.store.outgoing_posts import ANSWERS
from indaba.ledger import Ledger
from indaba.ledger.failures import is_passing, reason_of
from indaba.ledger.session import Session
from indaba.process import logs
from indaba.process.loops import Wake, pause
from indaba.process.metrics import POSTS, POSTS_WAITING, RATE_LIMITED_SECONDS

LOOK_SECONDS = 1.0
MEASURED_EVERY = 5.0
AT_ONCE = 200
NOTICES_AT_ONCE = 24
"""Rooms served at once with what nobody waits for.

Platforms let so many posts through in a second: what is handed to them already stands before an
answer there, so it must not be much.
"""

TURN = 5
"""Posts of a room before others have their turn."""

MOST_TRIES = 5


class PostSender:
    """Posts what waits. Lines do not hold each other up; within a line the order is kept."""

    def __init__(self, platform: ChatPlatform, ledger: Ledger) -> None:
        self._platform = platform
        self._ledger = ledger
        self._tries: dict[str, int] = defaultdict(int)
        self._in_hand: dict[str, asyncio.Task[None]] = {}
        self._noticed: set[str] = set()
        self._had_a_turn: set[str] = set()
        self.wake = Wake()
        self.posted: list[Wake] = []

    async def run(self) -> None:
        """Post for ever."""
        try:
            while True:
                await self._begin_what_waits()
                await self.wake.wait(LOOK_SECONDS)
        finally:
            tasks = list(self._in_hand.values())
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def measure(self) -> None:
        """Count what waits, for ever, for /metrics."""
        while True:
            async with self._ledger.reading.connect() as connection:
                store = Store(Session(connection, self._ledger.world.now()))
                waiting = await store.posting.count_waiting()
            POSTS_WAITING.labels(self._ledger.name).set(waiting)
            await pause(MEASURED_EVERY)

    async def _begin_what_waits(self) -> None:
        async with self._ledger.reading.connect() as connection:
            posting = Store(Session(connection, self._ledger.world.now())).posting
            answers = _by_line(await posting.waiting_answers(AT_ONCE, self._in_hand))
            busy = {*self._in_hand, *answers}
            free = NOTICES_AT_ONCE - len(self._noticed)
            notices = await self._next_notices(posting, busy, free) if free > 0 else {}
        for line, posts in notices.items():
            self._noticed.add(line)
            if len(posts) > TURN:
                self._had_a_turn.add(line)
            self._begin(line, posts)
        for line, posts in answers.items():
            self._begin(line, posts)

    async def _next_notices(
        self, posting: Posting, busy: set[str], rooms: int
    ) -> dict[str, list[Waiting]]:
        """Notices of some rooms. One with many waits until all others have had their turn.

        After each post the next room is looked for, so no more is read than can be begun.
        """
        most = rooms * (TURN + 1)
        found = _by_line(await posting.waiting_notices(most, busy | self._had_a_turn))
        if len(found) < rooms and self._had_a_turn:
            self._had_a_turn.clear()
            again = await posting.waiting_notices(most, {*busy, *found})
            found |= _by_line(again)
        return dict(islice(found.items(), rooms))

    def _begin(self, line: str, posts: Sequence[Waiting]) -> None:
        task = asyncio.create_task(self._serve(posts[:TURN]))
        self._in_hand[line] = task
        task.add_done_callback(partial(self._let_go, line))

    def _let_go(self, line: str, task: asyncio.Task[None]) -> None:
        del self._in_hand[line]
        self._noticed.discard(line)
        if task.cancelled():
            return
        if error := task.exception():
            # No bell: what could not even be put off is looked at again after the usual pause.
            self._log_error("line.failed", error)
            return
        self.wake.ring()

    async def _serve(self, waiting: Sequence[Waiting]) -> None:
        for one in waiting:
            try:
                goes_on = await self._bring(one)
            except Exception as error:  # noqa: BLE001 - one post must not stop all others
                goes_on = await self._failed(one, error)
            if not goes_on:
                return
            self._tries.pop(one.post.key, None)

    async def _bring(self, waiting: Waiting) -> bool:
        """Post one; whether the room can take the next."""
        post, now = waiting.post, self._ledger.world.now()
        if waiting.expires_at <= now:
            await self._give_up(waiting, "too late", "too-late")
            return True
        if not post.retried:
            async with self._ledger.database.begin() as connection:
                if not await Store(Session(connection, now)).posting.trying(post.key):
                    return True
        try:
            if not await self._may_be_said(post):
                await self._withhold(waiting)
                return True
            message = await self._platform.post(post)
        except Wait as wait:
            POSTS.labels(self._ledger.name, "waited").inc()
            await self._put_off(post.line, wait.after)
            if isinstance(wait, Limited):
                await self._turned_away(post, wait)
            return False
        except CannotPost as error:
            await self._give_up(waiting, str(error), "refused")
            return True
        await self._is_up(waiting, message)
        return True

    async def _may_be_said(self, post: Post) -> bool:
        """Whether nobody reads a post but whom it is for. What is for all may always be said."""
        if not post.only_for or post.ephemeral:
            return True
        return await self._platform.alone_with(post.room, post.only_for)

    async def _withhold(self, waiting: Waiting) -> None:
        """Say instead how to be told; who has just asked is offered a chat of their own."""
        if waiting.lane == ANSWERS and waiting.otherwise is not None:
            await self._platform.invite_to_own_chat(waiting.post.only_for)
        async with self._ledger.database.begin() as connection:
            store = Store(Session(connection, self._ledger.world.now()))
            await store.posting.withhold(waiting)
        self._log(waiting, "withheld")
        self.wake.ring()

    async def _is_up(self, waiting: Waiting, message: str) -> None:
        async with self._ledger.database.begin() as connection:
            await Store(Session(connection, self._ledger.world.now())).posting.is_up(
                waiting, message
            )
        self._log(waiting, "posted")
        for wake in self.posted:
            wake.ring()

    async def _failed(self, waiting: Waiting, error: Exception) -> bool:
        """Count a failure of ours; after the last, give the post up. Whether it was the last."""
        if is_passing(error):
            await asyncio.sleep(LOOK_SECONDS)
            return False
        key = waiting.post.key
        self._tries[key] += 1
        self._log_error("post.failed", error, correlation_id=str(waiting.correlation))
        if self._tries[key] < MOST_TRIES:
            await self._put_off(waiting.post.line, timedelta(seconds=2 ** self._tries[key]))
            return False
        await self._give_up(waiting, f"failed {MOST_TRIES} times: {reason_of(error)}", "failed")
        return True

    async def _put_off(self, line: str, after: timedelta) -> None:
        async with self._ledger.database.begin() as connection:
            await Store(Session(connection, self._ledger.world.now())).posting.later(line, after)

    async def _turned_away(self, post: Post, limit: Limited) -> None:
        """The platform took nothing, so that a first try leaves nothing open."""
        RATE_LIMITED_SECONDS.labels(self._ledger.name).inc(limit.after.total_seconds())
        if not post.retried:
            async with self._ledger.database.begin() as connection:
                await Store(Session(connection, self._ledger.world.now())).posting.turned_away(
                    post.key
                )

    async def _give_up(self, waiting: Waiting, why: str, outcome: str) -> None:
        async with self._ledger.database.begin() as connection:
            store = Store(Session(connection, self._ledger.world.now()))
            await store.posting.give_up(waiting.post.key, why)
        self._log(waiting, outcome)

    def _log(self, waiting: Waiting, outcome: str) -> None:
        POSTS.labels(self._ledger.name, outcome).inc()
        logs.get(process=self._ledger.name).info(
            "post.settled",
            kind=waiting.post.kind,
            outcome=outcome,
            correlation_id=str(waiting.correlation),
        )

    def _log_error(self, what: str, error: BaseException, **facts: str) -> None:
        logs.get(process=self._ledger.name).error(what, reason=reason_of(error), **facts)


def _by_line(waiting: Sequence[Waiting]) -> dict[str, list[Waiting]]:
    found: dict[str, list[Waiting]] = defaultdict(list)
    for one in waiting:
        found[one.post.line].append(one)
    return found
