"""Which number of people holds and which waits, whatever facilitators ask for, and whenever."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indaba.contracts.figures import FEWEST, MOST_ASKED
from indaba.contracts.group_sizes import (
    NOTICE,
    GroupSizeTooLarge,
    NoSizeWaits,
    WaitingSize,
    most_for,
)
from indaba.membership.model import GroupSizes

BEGAN = datetime(2026, 12, 1, 8, tzinfo=UTC)
SIZES = range(FEWEST, MOST_ASKED + 1)
Act = tuple[str, int]
ACTS: st.SearchStrategy[Act] = st.one_of(
    st.tuples(st.just("ask"), st.sampled_from(SIZES)),
    st.tuples(st.just("take back"), st.just(0)),
    st.tuples(st.just("wait"), st.integers(1, 10)),
)


def waits(size: int, day: int = 0) -> WaitingSize:
    return WaitingSize(size=size, begins_at=BEGAN + timedelta(days=day) + NOTICE)


@pytest.mark.parametrize("now", [FEWEST, 8, 12])
def test_every_number_asked_for_beside_every_one_that_waits(now: int) -> None:
    later = BEGAN + timedelta(days=3)
    above = [None, *(waits(size) for size in SIZES if size > now)]
    for waiting, asked in product(above, SIZES):
        after = GroupSizes(now, waiting).asked(asked, MOST_ASKED, later + NOTICE)
        if asked <= now:
            assert after == GroupSizes(asked)
        elif waiting and asked == waiting.size:
            assert after == GroupSizes(now, waiting)
        else:
            assert after == GroupSizes(now, waits(asked, day=3))


@pytest.mark.parametrize("members", [1, 4, 5, 6, 12, 19, 20, 21, 3500])
def test_the_largest_is_as_many_as_there_are_members_from_five_to_twenty(members: int) -> None:
    most = most_for(members)
    assert FEWEST <= most <= MOST_ASKED
    assert most == members or members not in SIZES
    for size in SIZES:
        if size > max(most, FEWEST):
            with pytest.raises(GroupSizeTooLarge, match=f"makes sense now is {most}"):
                GroupSizes().asked(size, members, BEGAN)
        else:
            GroupSizes().asked(size, members, BEGAN)


@pytest.mark.parametrize("members", [1, 5, 9])
def test_what_waits_or_is_lowered_is_not_refused_when_members_have_left(members: int) -> None:
    sizes = GroupSizes(12, waits(14))
    assert sizes.asked(14, members, BEGAN) == sizes
    assert sizes.asked(10, members, BEGAN) == GroupSizes(10)


def test_there_is_nothing_to_take_back_before_and_after() -> None:
    sizes = GroupSizes().asked(8, 12, BEGAN + NOTICE)
    assert sizes.taken_back() == GroupSizes()
    for none in (GroupSizes(), sizes.taken_back(), sizes.as_of(BEGAN + NOTICE)):
        with pytest.raises(NoSizeWaits):
            none.taken_back()


@given(st.lists(ACTS, max_size=30))
def test_it_only_rises_a_week_after_the_same_number_was_asked_for(acts: list[Act]) -> None:
    sizes, now, asked_at = GroupSizes(), BEGAN, dict[int, datetime]()
    for what, number in acts:
        before = sizes
        if what == "wait":
            now += timedelta(days=number)
            sizes = sizes.as_of(now)
            assert sizes.now == before.now or now - asked_at[sizes.now] >= NOTICE
        elif what == "ask":
            sizes = sizes.asked(number, MOST_ASKED, now + NOTICE)
            assert sizes.now == min(before.now, number)
            if sizes.waiting != before.waiting:
                asked_at = {number: now}
        elif before.waiting:
            sizes = sizes.taken_back()
            assert sizes.now == before.now
        assert sizes.waiting is None or sizes.waiting.size > sizes.now
        assert sizes.waiting is None or now < sizes.waiting.begins_at
