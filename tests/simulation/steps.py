"""One coroutine at a time, from step to step: who goes on is chosen outside, by a seed."""

import asyncio
from collections.abc import Coroutine
from contextvars import ContextVar
from hashlib import blake2b
from typing import Any

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.util import await_only

PATIENCE = 0.0015
"""How long a statement may take before we ask whether it waits for a lock. Changes no outcome."""

CYCLE_SECONDS = 0.01
"""Longer than the `deadlock_timeout` of the simulation's server."""


MOST_LOOKS = 5000


class Stuck(RuntimeError):  # noqa: N818 - a finding
    """Something neither goes on nor waits for a lock: a mistake of the simulation."""


class Killed(BaseException):
    """The process is no more. Not an `Exception`: nothing may catch it and go on."""


class Torn(OSError):  # noqa: N818 - what happens to lines
    """The line broke in the midst: part of it arrived."""


class Activity:
    """One thing that a process is about: a request, a batch of events, its relay, its timers."""

    def __init__(self, name: str, place: str, owner: object) -> None:
        self.name = name
        self.place = place
        self.owner = owner
        self.at = "begin"
        self.go: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.arrived: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.over = False
        self.doomed = False
        self.waits = False
        self.pid = 0
        self.held_up_by: frozenset[int] = frozenset()
        self.error: BaseException | None = None

    async def pause(self, at: str) -> None:
        """Be at a step until chosen. Raises what is to go wrong here."""
        if self.doomed:
            raise Killed
        self.at = at
        self.go = asyncio.get_running_loop().create_future()
        self.arrive()
        await self.go

    def arrive(self) -> None:
        """Say that the step is done."""
        if not self.arrived.done():
            self.arrived.set_result(None)


_now: ContextVar[Activity | None] = ContextVar("activity", default=None)


async def step(at: str) -> None:
    """A step of whoever runs; nothing where the simulation itself looks."""
    activity = _now.get()
    if activity is not None:
        await activity.pause(at)


def on_stage() -> Activity | None:
    """What runs now; `None` where the simulation itself looks."""
    return _now.get()


class Conductor:
    """Lets activities go on, one step of one of them at a time, and keeps the trace."""

    def __init__(self, monitor: Any) -> None:
        self._monitor = monitor
        self._tasks: set[asyncio.Task[None]] = set()
        self._released = False
        self.active: list[Activity] = []
        self.steps = 0
        self.waits = 0
        self._trace = blake2b(digest_size=16)
        self._listeners = self._events()

    @property
    def trace(self) -> str:
        """A digest of all that happened, in order."""
        return self._trace.hexdigest()

    def note(self, *what: object) -> None:
        """Add to the trace."""
        self._trace.update("|".join(map(str, what)).encode())

    def watch(self, database: AsyncEngine) -> None:
        """Make every statement and commit on a database a step, until `unwatch`."""
        for name, inbox in self._listeners:
            event.listen(database.sync_engine, name, inbox)

    def unwatch(self, database: AsyncEngine) -> None:
        """Let a database be."""
        for name, inbox in self._listeners:
            event.remove(database.sync_engine, name, inbox)

    def _events(self) -> list[tuple[str, Any]]:
        def before(connection: Any, _: Any, statement: str, given: Any, *__: Any) -> None:
            activity = _now.get()
            if activity is None:
                return
            await_only(activity.pause(statement))
            activity.pid = connection.connection.driver_connection.get_server_pid()
            self.note(activity.name, statement, given)

        def after(*_: Any) -> None:
            activity = _now.get()
            if activity is not None and activity.waits:
                await_only(activity.pause("waited"))

        def commit(connection: Any) -> None:
            activity = _now.get()
            if activity is not None:
                self._commit(connection, activity)

        def rollback(*_: Any) -> None:
            self._released = True

        return [
            ("before_cursor_execute", before),
            ("after_cursor_execute", after),
            ("handle_error", after),
            ("commit", commit),
            ("rollback", rollback),
        ]

    def _commit(self, connection: Any, activity: Activity) -> None:
        try:
            await_only(activity.pause("commit"))
        except BaseException:
            # A real line or process would be gone, and its transaction with it.
            connection.connection.dbapi_connection.rollback()
            raise
        finally:
            self._released = True
        self.note(activity.name, "commit")

    def begin(
        self, name: str, place: str, owner: object, work: Coroutine[Any, Any, object]
    ) -> Activity:
        """Take up something on a database; it waits at its beginning until it is chosen."""
        activity = Activity(name, place, owner)
        self.active.append(activity)
        task = asyncio.get_running_loop().create_task(self._play(activity, work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return activity

    async def _play(self, activity: Activity, work: Coroutine[Any, Any, object]) -> None:
        _now.set(activity)
        try:
            await activity.go
            await work
        except Killed:
            pass
        except Exception as error:  # noqa: BLE001 - the loop of a process would log it and go on
            activity.error = error
        finally:
            work.close()
            activity.over = True
            activity.arrive()

    async def go_on(self, activity: Activity, trouble: BaseException | None = None) -> None:
        """One step of an activity, or what goes wrong at it."""
        self.steps += 1
        self.note(activity.name, activity.at, type(trouble).__name__)
        activity.arrived = asyncio.get_running_loop().create_future()
        if trouble is None:
            activity.go.set_result(None)
        else:
            activity.go.set_exception(trouble)
        await self._reached(activity)
        while self._released:
            self._released = False
            for other in [a for a in self.active if a.waits]:
                await self._reached(other)
        self.active = [a for a in self.active if not a.over]

    def able(self) -> list[Activity]:
        """Those that may go on.

        Who waits for the same transaction is let go by PostgreSQL at once, in an order that nobody
        can choose. So while one waits, only those that hold it up go on in its database.
        """
        waiting: dict[str, set[int]] = {}
        for activity in self.active:
            if activity.waits:
                waiting.setdefault(activity.place, set()).update(activity.held_up_by)
        return [
            a
            for a in self.active
            if not a.waits and (a.place not in waiting or a.pid in waiting[a.place])
        ]

    async def kill(self, activity: Activity) -> None:
        """Let it do nothing any more. One that waits for a lock ends when it gets it."""
        activity.doomed = True
        if not activity.waits:
            await self.go_on(activity, Killed())

    async def _reached(self, activity: Activity) -> None:
        """Return when an activity is at its next step, over, or waits for another's lock."""
        if not activity.waits and not self._may_wait(activity):
            await activity.arrived
        looked = 0
        while not activity.arrived.done():
            await asyncio.wait([activity.arrived], timeout=PATIENCE)
            looked += 1
            if looked > MOST_LOOKS:
                raise Stuck(f"{activity.name} at {activity.at}")
            if not activity.arrived.done() and await self._is_held_up(activity):
                self.waits += not activity.waits
                activity.waits = True
                return
        activity.waits = False

    def _may_wait(self, activity: Activity) -> bool:
        """Whether anybody else might hold a lock where this one is at work."""
        return any(a is not activity and a.place == activity.place for a in self.active)

    async def _is_held_up(self, activity: Activity) -> bool:
        if not activity.pid:
            return False
        blocking = await self._monitor.fetchval("SELECT pg_blocking_pids($1)", activity.pid)
        if blocking and {a.pid for a in self.active if a.waits} & set(blocking):
            # Perhaps each waits for the other: then PostgreSQL lets the last to come fail.
            await asyncio.sleep(CYCLE_SECONDS)
            blocking = await self._monitor.fetchval("SELECT pg_blocking_pids($1)", activity.pid)
        activity.held_up_by = frozenset(blocking or ())
        return bool(blocking) and not activity.arrived.done()
