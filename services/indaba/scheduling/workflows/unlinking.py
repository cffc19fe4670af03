"""What becomes of what is kept about people once its time is over (decision 0035)."""

from collections.abc import Sequence
from uuid import UUID

from indaba.contracts.keeping import ANSWERS, FEEDBACK, PROMISES, TRAIL
from indaba.contracts.retention import SchedulingUnlinked
from indaba.ledger import Work
from indaba.ledger.erasure import unlink
from indaba.ledger.keeping import Duty
from indaba.scheduling.store import LongOver
from indaba.scheduling.store.tables import actions, meetings


async def forget_answers(over: Sequence[UUID], work: Work) -> None:
    """Answers and ballots lose their names."""
    await LongOver(work).unlink_answers(over)


async def forget_feedback(over: Sequence[UUID], work: Work) -> None:
    """Feedback goes."""
    await LongOver(work).drop_feedback(over)


async def forget_promises(over: Sequence[UUID], work: Work) -> None:
    """Actions lose their names."""
    await LongOver(work).unlink_actions(over)


async def forget_trails(over: Sequence[UUID], work: Work) -> None:
    """Unlink those who took part for the last time in these meetings.

    A whole trail at once, so that each person stays one: who comes for the first time, and who
    comes again, is counted from all of it.
    """
    long_over, before = LongOver(work), work.now - TRAIL.long
    for member in await long_over.took_part_last(over, before):
        await long_over.unlink(member, await unlink(work, member))
        work.emit(SchedulingUnlinked(aggregate=member, version=1, member=member, before=before))


DUTIES = (
    Duty(FEEDBACK, meetings.c.over_at, meetings.c.id, forget_feedback),
    Duty(ANSWERS, meetings.c.over_at, meetings.c.id, forget_answers),
    Duty(TRAIL, meetings.c.over_at, meetings.c.id, forget_trails),
    Duty(PROMISES, actions.c.changed_at, actions.c.id, forget_promises),
)
