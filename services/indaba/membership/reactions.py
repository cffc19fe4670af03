"""What membership does when other services report something."""

from indaba.contracts.erasure import ErasureAnswered
from indaba.contracts.membership import MemberErasureFinished
from indaba.ledger import Work
from indaba.ledger.erasure import erase
from indaba.membership.store import Erasing


async def count_erasure_answer(event: ErasureAnswered, work: Work) -> None:
    """Note that a service has erased a member. After the last one, forget the old id too."""
    erasing = Erasing(work)
    member = await erasing.answer(event.erasure, event.service)
    if member is None:
        return
    await erase(work, member)
    expected = await erasing.expected_of(event.erasure)
    work.emit(MemberErasureFinished(aggregate=event.erasure, version=1, services=tuple(expected)))
