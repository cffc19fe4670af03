"""Reads followed calendars every hour, outside any transaction, and applies their dates."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from indaba.contracts.calendars import CalendarNotRead, CalendarRead
from indaba.ledger import Ledger, Work
from indaba.process import logs
from indaba.process.loops import Wake, fetch_for_ever
from indaba.scheduling.model.outside import CalendarDates, Followed
from indaba.scheduling.store.calendars import Calendars
from indaba.scheduling.workflows.calendars.applying import Changes, announce_soon, apply
from indaba.scheduling.workflows.calendars.reader import CalendarReader, Read, Unreadable

FOLLOW = "follow-calendar"
LEASE = timedelta(minutes=2)


async def read_soon(calendar: Followed, work: Work) -> None:
    """Plan when a calendar is read next."""
    await work.set_timer(calendar.due_at, FOLLOW, str(calendar.id), {})


class Following:
    """Reads calendars that are due. `look` is a timer that wakes the loop."""

    def __init__(self, ledger: Ledger, read: Read | None = None) -> None:
        self._ledger = ledger
        self._reader = CalendarReader()
        self._read = read or self._reader.read
        self._wake = Wake()

    async def look(self, body: dict[str, Any], work: Work) -> None:  # noqa: ARG002 - all is in the store
        """Wake the loop, as a calendar is due."""
        self._wake.ring()

    async def run(self) -> None:
        """Read calendars for ever."""
        await fetch_for_ever(self.read_one, self._wake, self._reader.close)

    async def read_one(self) -> bool:
        """Read one calendar that is due; whether there was one."""
        world = self._ledger.world
        async with self._ledger.database.begin() as sql:
            work = Work(sql, world)
            calendar = await Calendars(work).take_due(work.now + LEASE)
            known = await Calendars(work).dates(calendar.id) if calendar else {}
        if calendar is None:
            return False
        result = await self._read(calendar, known, work.now)
        async with self._ledger.database.begin() as sql:
            work = Work(sql, world, correlation=calendar.correlation)
            await settle(calendar, result, work)
            await work.keep()
        why = result.why if isinstance(result, Unreadable) else ""
        log = logs.get(process=self._ledger.name, correlation_id=str(calendar.correlation))
        log.info("calendar.read", why=why, told=len(work.emitted))
        return True


async def settle(asked: Followed, result: CalendarDates | Unreadable, work: Work) -> None:
    """Apply what was read and emit what is worth telling, in one transaction."""
    store = Calendars(work)
    before = await store.alone(asked.id)
    if before is None:
        return
    if isinstance(result, Unreadable):
        after, changes = before.failed(result.why, work.now, again=result.again), Changes()
    else:
        after = before.read(result, work.now)
        changes = Changes() if result.same else await apply(before, result, work)
        if changes.doubted:
            after = replace(after, doubted_at=before.doubted_at).doubted(work.now)
    await announce_soon(before, work)
    await store.keep(await _tell(before, after, changes, work))
    await read_soon(after, work)


async def _tell(before: Followed, after: Followed, changes: Changes, work: Work) -> Followed:
    """Tell facilitators what is new about a calendar. Nothing if everything is as before."""
    failing = after.told and not before.told
    works = not after.failures and (before.told or before.read_at is None)
    if not (failing or works or changes):
        return after
    news = after.next_version()
    facts = news.facts(await Calendars(work).count(news.id))
    if failing:
        work.emit(CalendarNotRead.of(facts))
    else:
        work.emit(
            CalendarRead.of(
                facts,
                called=changes.called,
                changed=changes.changed,
                cancelled=changes.cancelled,
            )
        )
    return news
