"""No two people fill an agenda: others find room on it, and whoever leads the meeting does."""

from itertools import product
from uuid import UUID

import pytest

from indaba.contracts.ids import MemberId
from indaba.contracts.refusal import Refusal
from indaba.scheduling.model import Agenda, Item
from indaba.scheduling.model.agenda import MOST_ITEMS


def _added(agenda: Agenda, who: int, *, leads: bool = False) -> Agenda:
    item = Item(id=UUID(int=len(agenda.items)), author=MemberId(UUID(int=who)), title="Reading")
    return agenda.add(item, leads=leads)


def _filled(*people: int) -> tuple[Agenda, str]:
    """What these add in turns until none of them can, and what the last one is told."""
    agenda, told = Agenda(), ""
    for who in people * MOST_ITEMS:
        try:
            agenda = _added(agenda, who)
        except Refusal as refusal:
            told = refusal.code
    return agenda, told


@pytest.mark.parametrize("others", [(1,), (1, 2), (2, 1)])
def test_whatever_two_members_add_a_third_and_who_leads_find_room(others: tuple[int, ...]) -> None:
    agenda, told = _filled(*others)
    assert told == "agenda-share-used"
    assert len(_added(agenda, 3).items) == len(agenda.items) + 1
    assert len(_added(agenda, 4, leads=True).items) == len(agenda.items) + 1


def test_whatever_all_members_add_the_last_items_are_for_who_leads() -> None:
    agenda, told = _filled(*range(1, 11))
    assert told == "agenda-full"
    assert len(agenda.items) == 36
    for _ in range(4):
        agenda = _added(agenda, 99, leads=True)
    for who, leads in product((1, 99), (False, True)):
        with pytest.raises(Refusal, match="more do not fit"):
            _added(agenda, who, leads=leads)
