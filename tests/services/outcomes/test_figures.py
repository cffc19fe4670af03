"""Figures, recomputed by hand."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indaba.contracts.figures import release_share
from indaba.contracts.ids import CommunityId, MeetingId, MemberId, ResourceId
from indaba.contracts.outcomes import Figure, Indicator
from indaba.outcomes.model import (
    Facts,
    HeldMeeting,
    PublishedResource,
    UnknownTerm,
    attendance_retention,
    cross_use,
    newcomer_return,
    report,
    term_named,
)

FIRST = datetime(2026, 10, 7, 16, tzinfo=UTC)


def people(*numbers: int) -> frozenset[MemberId]:
    return frozenset(MemberId(UUID(int=n)) for n in numbers)


def held(week: int, *present: int) -> HeldMeeting:
    at = FIRST + timedelta(weeks=week)
    return HeldMeeting(MeetingId(UUID(int=1000 + week)), f"M2A{week}", "", at, frozenset(present))


def brought(number: int, by: int, *used_by: int) -> PublishedResource:
    (author,) = people(by)
    return PublishedResource(
        ResourceId(UUID(int=number)), f"R2A{number}", author, FIRST, people(*used_by)
    )


def parts(figure: Figure) -> tuple[int, int, int]:
    return figure.counted, figure.of, figure.n


def test_retention_sums_who_was_at_the_next_meeting_too() -> None:
    meetings = [held(1, 1, 2, 3, 4), held(2, 1, 2, 5), held(3, 2, 5, 6)]

    # first to second: 1 and 2 of four; second to third: 2 and 5 of three
    assert parts(attendance_retention(meetings)) == (2 + 2, 4 + 3, 5)


def test_one_meeting_has_no_next_one() -> None:
    figure = attendance_retention([held(1, 1, 2, 3, 4, 5, 6)])

    assert parts(figure) == (0, 0, 0)
    assert figure.share is None


def test_a_newcomer_returns_at_one_of_the_next_two_meetings() -> None:
    meetings = [held(1, 1, 2, 3), held(2, 1, 4), held(3, 2, 5), held(4, 4), held(5, 9)]

    # 1, 2, 3 are new at the first: 1 and 2 return, 3 never. 4 is new at the second and returns at
    # the fourth, two later. 5 is new at the third and does not return. 9 has not had the chance.
    assert parts(newcomer_return(meetings, meetings)) == (2 + 1 + 0, 3 + 1 + 1, 5)


def test_who_came_in_an_earlier_term_is_no_newcomer() -> None:
    every = [held(1, 1, 2), held(2, 1, 3), held(3, 3), held(4, 3)]

    (evidence,) = newcomer_return(every, every[1:]).evidence
    assert (evidence.code, evidence.counted, evidence.of) == ("M2A2", 1, 1)


def test_a_resource_crosses_when_another_organisation_used_it() -> None:
    one, two, three, nowhere = (MemberId(UUID(int=n)) for n in (1, 2, 3, 4))
    organisation = {one: "north", two: "north", three: "south", nowhere: ""}
    resources = [
        brought(1, 1, 3),  # another organisation
        brought(2, 1, 2),  # a colleague
        brought(3, 1, 1),  # themself
        brought(4, 1, 4),  # somebody who did not say where from
        brought(5, 4, 3),  # brought by somebody who did not say
        brought(6, 3, 1, 2),  # two people of one other organisation count once
    ]

    yes, no = cross_use(resources, organisation)

    assert yes == [{one, three}, {three, one, two}]
    assert len(no) == 4


def test_below_five_nothing_leaves_the_service() -> None:
    four = attendance_retention([held(n, 1, 2, 3, 4) for n in range(9)])
    new = newcomer_return(several := [held(n, 1, 2, 3, 4) for n in range(9)], several)

    assert [parts(figure) for figure in (four, new)] == [(0, 0, 0), (0, 0, 0)]
    assert (four.needed, four.enough, four.share) == (5, False, None)


def test_five_resources_of_two_people_are_no_figure() -> None:
    two = cross_use([brought(n, 1, 3) for n in range(5)], {})

    assert release_share(*two) is None


def facts(*meetings: HeldMeeting) -> Facts:
    return Facts(CommunityId(UUID(int=7)), "Africa/Johannesburg", meetings, (), {}, 3)


def test_a_report_counts_only_its_term_and_shows_evidence_to_facilitators_only() -> None:
    early = held(-3, 1, 2)
    term = term_named("2026-4", date(2026, 12, 1))

    shown = report(
        facts(early, held(1, 1), held(2, 1)), term, date(2026, 12, 1), None, reads_register=True
    )
    hidden = report(facts(early, held(1, 1)), term, date(2027, 1, 1), None, reads_register=False)

    assert shown.whole
    assert shown.meetings[0].newcomers is None
    assert all(not f.evidence for f in shown.figures)
    assert hidden.whole is None
    shown = shown.as_read()
    assert [m.present for m in shown.meetings] == [1, 1]
    assert shown.meetings[0].newcomers == 0
    assert [f.indicator for f in shown.figures] == list(Indicator)
    assert shown.figures[0].evidence[0].code == "M2A2"
    assert shown.so_far
    assert not hidden.so_far
    assert all(not f.evidence for f in hidden.figures)


@pytest.mark.parametrize(
    ("before", "now", "newcomers", "again"),
    [
        (range(10), range(5, 15), 5, None),  # none that was there earlier came again
        (range(10), range(6, 15), None, None),  # four known ones
        (range(10), range(10), None, None),
        (range(4), range(4, 8), None, None),
    ],
)
def test_members_read_who_was_new_only_where_five_are_on_each_side(
    before: range, now: range, newcomers: int | None, again: int | None
) -> None:
    term = term_named("2026-4", date(2026, 12, 1))
    held_twice = facts(held(1, *before), held(2, *now))

    shown = report(held_twice, term, date(2026, 12, 1), None, reads_register=False).meetings[1]

    assert (shown.newcomers, shown.came_again) == (newcomers, again)
    assert shown.present == len(now)


def test_the_report_of_an_empty_community_is_empty() -> None:
    term = term_named("", date(2026, 12, 1))

    empty = report(facts(), term, date(2026, 12, 1), None, reads_register=True)

    assert all(f.share is None for f in empty.figures)
    assert empty.meetings == ()


@pytest.mark.parametrize(
    ("said", "today", "name", "first", "last"),
    [
        ("", date(2026, 11, 23), "2026-4", date(2026, 10, 1), date(2026, 12, 31)),
        ("this", date(2026, 3, 31), "2026-1", date(2026, 1, 1), date(2026, 3, 31)),
        ("last", date(2026, 1, 5), "2025-4", date(2025, 10, 1), date(2025, 12, 31)),
        ("Last", date(2026, 5, 5), "2026-1", date(2026, 1, 1), date(2026, 3, 31)),
        ("2024-Q1", date(2026, 5, 5), "2024-1", date(2024, 1, 1), date(2024, 3, 31)),
        ("2026 term 2", date(2026, 5, 5), "2026-2", date(2026, 4, 1), date(2026, 6, 30)),
    ],
)
def test_a_term_is_a_quarter_however_it_is_said(
    said: str, today: date, name: str, first: date, last: date
) -> None:
    term = term_named(said, today)

    assert (term.name, term.first, term.last) == (name, first, last)


@pytest.mark.parametrize("said", ["2026-5", "9999999-1", "soon", "2026", "0000-1"])
def test_what_is_no_term_is_refused_in_words(said: str) -> None:
    with pytest.raises(UnknownTerm):
        term_named(said, date(2026, 11, 23))


@given(st.dates(date(2001, 1, 1), date(2998, 12, 31)))
def test_every_day_lies_in_its_own_term(today: date) -> None:
    term = term_named("this", today)

    assert term.first <= today <= term.last
    assert term_named(term.name, date(2026, 1, 1)) == term
