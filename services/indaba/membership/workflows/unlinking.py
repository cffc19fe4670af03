"""What happens to data about people once its time is over (decision 0035)."""

from collections.abc import Sequence
from uuid import UUID

from indaba.contracts.ids import MemberId
from indaba.contracts.keeping import CASES, RECEIPTS
from indaba.contracts.retention import MembershipUnlinked
from indaba.ledger import Work, merging
from indaba.ledger.erasure import unlink
from indaba.ledger.keeping import Duty
from indaba.membership.store import Cases, Linking, Links, LongOver, Store
from indaba.membership.store.cases import cases
from indaba.membership.store.people import receipts


async def forget_receipts(over: Sequence[UUID], work: Work) -> None:
    """Delete receipts, and members who have none left and belong nowhere."""
    for member in await LongOver(work).drop_receipts(over):
        await _forget(member, work)


async def _forget(member: MemberId, work: Work) -> None:
    fresh = await unlink(work, member)
    await merging.forget(work, member)
    await Links(work).forget(member)
    await Linking(work).forget(member)
    await Cases(work).forget(member)
    await Store(work).forget(member, fresh)
    before = work.now - RECEIPTS.long
    work.emit(MembershipUnlinked(aggregate=member, version=1, member=member, before=before))


async def forget_cases(over: Sequence[UUID], work: Work) -> None:
    """Remove names and texts from cases."""
    await LongOver(work).unlink_cases(over)


DUTIES = (
    Duty(RECEIPTS, receipts.c.withdrawn_at, receipts.c.id, forget_receipts),
    Duty(CASES, cases.c.closed_at, cases.c.id, forget_cases),
)
