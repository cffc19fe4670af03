"""The rules of a meeting."""

# ruff: noqa: DTZ901 - wall times are naive on purpose

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indaba.contracts.ids import CommunityId, MeetingId, MemberId
from indaba.contracts.refusal import Refusal
from indaba.contracts.scheduling import Counts, MeetingFacts, MeetingStatus, RsvpAnswer
from indaba.scheduling import model
from indaba.scheduling.model import Meeting, code_from

YES, MAYBE, NO = RsvpAnswer.YES, RsvpAnswer.MAYBE, RsvpAnswer.NO
HOME = "Africa/Johannesburg"
NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
THURSDAY = datetime(2026, 3, 5, 14, 0)
AT_START = datetime(2026, 3, 5, 12, 0, tzinfo=UTC)
THANDI, PIETER, AISHA = (MemberId(UUID(int=n)) for n in (3, 2, 1))


def called(**changes: Any) -> Meeting:
    facts: dict[str, Any] = {
        "id": MeetingId(UUID(int=7)),
        "community": CommunityId(UUID(int=8)),
        "code": "M7K2",
        "author": PIETER,
        "title": "Reading circle",
        "starts": THURSDAY,
        "zone": HOME,
        "minutes": 60,
        "now": NOW,
    }
    return Meeting.called(**(facts | changes))


def answers(meeting: Meeting) -> dict[MemberId, RsvpAnswer]:
    return {member: said.answer for member, said in meeting.rsvps.items()}


def closed() -> Meeting:
    return called().close(called().starts_at)


def called_off() -> Meeting:
    return called().cancel("the hall is flooded")


def test_a_new_meeting_is_scheduled_at_version_1_and_calendar_sequence_0() -> None:
    meeting = called()
    assert (meeting.status, meeting.version, meeting.sequence) == (MeetingStatus.SCHEDULED, 1, 0)
    assert meeting.moved_from is None


def test_the_facts_of_a_meeting_say_all_that_its_community_may_see() -> None:
    meeting = called().answer(THANDI, YES, NOW).answer(AISHA, NO, NOW)
    assert meeting.facts() == MeetingFacts(
        id=MeetingId(UUID(int=7)),
        community=CommunityId(UUID(int=8)),
        code="M7K2",
        version=3,
        author=PIETER,
        title="Reading circle",
        starts=THURSDAY,
        zone=HOME,
        minutes=60,
        starts_at=AT_START,
        status=MeetingStatus.SCHEDULED,
        sequence=0,
        counts=Counts(yes=1, no=1),
    )


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        pytest.param("  Reading \t circle\n", "Reading circle", id="spaces collapse"),
        pytest.param("Read\x00ing\x07 circle", "Reading circle", id="control characters go"),
        pytest.param("\u202egnidaer\u202c\u2066x\u2069", "gnidaerx", id="bidi overrides go"),
        pytest.param("a \u200b b", "a b", id="what is left between spaces collapses"),
        pytest.param("\ud800Maths", "Maths", id="half a surrogate pair goes"),
        pytest.param("👩\u200d🏫 circle", "👩\u200d🏫 circle", id="an emoji's joiner stays"),
        pytest.param("Cafe\u0301", "Café", id="letter and accent become one"),
        pytest.param("x" * 120, "x" * 120, id="120 characters are kept"),
    ],
)
def test_a_title_is_kept_in_one_visible_line(typed: str, kept: str) -> None:
    assert called(title=typed).title == kept


@pytest.mark.parametrize("typed", ["", " \n ", "\u202e\u200b", "\u200d", "\u3164\u2800", "\u0301"])
def test_a_title_that_nobody_can_see_is_refused(typed: str) -> None:
    with pytest.raises(model.TitleEmpty):
        called(title=typed)


def test_a_long_title_is_refused_with_its_count_and_never_cut() -> None:
    with pytest.raises(model.TitleTooLong) as refused:
        called(title="x" * 121)
    assert refused.value.facts == {"length": 121, "most": 120}
    assert "121" in refused.value.words


@pytest.mark.parametrize("minutes", [4, 0, -5, 24 * 60 + 1])
def test_a_meeting_of_an_impossible_length_is_refused(minutes: int) -> None:
    with pytest.raises(model.BadLength):
        called(minutes=minutes)


@pytest.mark.parametrize(
    ("starts", "refusal", "words"),
    [
        pytest.param(
            datetime(2026, 3, 2, 9, 59),
            model.TimePassed,
            "Monday 2 March 09:59 has already passed.",
            id="a minute ago",
        ),
        pytest.param(datetime.min, model.TimePassed, "has already passed.", id="the first day"),
        pytest.param(
            datetime(2028, 3, 5), model.TimeTooFar, "more than two years", id="over two years"
        ),
        pytest.param(datetime.max, model.TimeTooFar, "more than two years", id="the last day"),
    ],
)
@pytest.mark.parametrize("zone", [HOME, "America/New_York", "Pacific/Kiritimati"])
def test_a_meeting_is_called_between_now_and_two_years_ahead(
    starts: datetime, refusal: type[Refusal], words: str, zone: str
) -> None:
    now = NOW if zone == HOME else NOW + timedelta(hours=12)
    with pytest.raises(refusal) as refused:
        called(starts=starts, zone=zone, now=now)
    assert words in refused.value.words


def test_a_meeting_may_start_this_very_minute_and_two_years_from_now() -> None:
    assert called(starts=datetime(2026, 3, 2, 10, 0)).starts_at == NOW
    assert called(starts=datetime(2028, 3, 2, 10, 0)).starts.year == 2028


@pytest.mark.parametrize(
    "zone", ["", "Nowhere/City", "../etc/passwd", "America", "\x00", "x" * 900]
)
def test_a_zone_that_does_not_exist_is_refused(zone: str) -> None:
    with pytest.raises(model.UnknownZone):
        called(zone=zone)


@pytest.mark.parametrize(
    ("zone", "skipped", "instead"),
    [
        ("Europe/London", datetime(2026, 3, 29, 1, 30), datetime(2026, 3, 29, 2, 0)),
        ("America/New_York", datetime(2026, 3, 8, 2, 0), datetime(2026, 3, 8, 3, 0)),
        ("Australia/Adelaide", datetime(2026, 10, 4, 2, 59), datetime(2026, 10, 4, 3, 0)),
        ("Australia/Lord_Howe", datetime(2026, 10, 4, 2, 15), datetime(2026, 10, 4, 2, 30)),
    ],
)
def test_a_time_that_the_clocks_skip_is_refused_with_the_next_there_is(
    zone: str, skipped: datetime, instead: datetime
) -> None:
    with pytest.raises(model.TimeSkipped) as refused:
        called(starts=skipped, zone=zone)
    assert refused.value.facts["instead"] == instead.isoformat()
    assert f"{instead:%H:%M}" in refused.value.words
    assert called(starts=instead, zone=zone).starts == instead


@pytest.mark.parametrize(
    ("zone", "repeated", "first"),
    [
        ("Europe/London", datetime(2026, 10, 25, 1, 30), datetime(2026, 10, 25, 0, 30)),
        ("America/New_York", datetime(2026, 11, 1, 1, 30), datetime(2026, 11, 1, 5, 30)),
        ("Australia/Adelaide", datetime(2026, 4, 5, 2, 30), datetime(2026, 4, 4, 16, 0)),
    ],
)
def test_of_a_time_that_comes_twice_the_first_is_meant(
    zone: str, repeated: datetime, first: datetime
) -> None:
    assert called(starts=repeated, zone=zone).starts_at == first.replace(tzinfo=UTC)
    assert called(starts=repeated.replace(fold=1), zone=zone).starts_at.hour == first.hour


def test_a_meeting_lasts_its_minutes_of_real_time_over_a_clock_change() -> None:
    night = called(zone="Europe/London", starts=datetime(2026, 10, 25, 0, 30), minutes=120)
    assert night.ends_at - night.starts_at == timedelta(hours=2)


def test_a_kept_meeting_whose_time_is_skipped_by_new_rules_still_has_an_instant() -> None:
    kept = Meeting(
        id=MeetingId(UUID(int=7)),
        community=CommunityId(UUID(int=8)),
        code="M7K2",
        author=PIETER,
        title="Night watch",
        starts=datetime(2026, 3, 29, 1, 30),
        zone="Europe/London",
    )
    assert kept.starts_at == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


def test_moving_keeps_every_answer_and_raises_the_calendar_sequence() -> None:
    before = called().answer(THANDI, YES, NOW)
    after = before.move(datetime(2026, 3, 6, 9, 0), "Africa/Lagos", NOW)
    assert answers(after) == {THANDI: YES}
    assert (after.starts, after.zone) == (datetime(2026, 3, 6, 9, 0), "Africa/Lagos")
    in_lagos = THURSDAY - timedelta(hours=1)
    assert (after.moved_from, after.sequence, after.version) == (in_lagos, 1, 3)
    assert before.starts == THURSDAY


def test_moving_to_the_time_it_has_changes_nothing() -> None:
    meeting = called()
    assert meeting.move(THURSDAY.replace(second=9), HOME, NOW) is meeting


def test_a_meeting_cannot_be_moved_into_the_past() -> None:
    with pytest.raises(model.TimePassed):
        called().move(datetime(2026, 3, 1, 9, 0), HOME, NOW)


def test_an_answer_is_kept_changed_and_withdrawn() -> None:
    meeting = called().answer(THANDI, YES, NOW)
    assert answers(meeting) == {THANDI: YES}
    meeting = meeting.answer(THANDI, MAYBE, NOW)
    assert meeting.counts() == Counts(maybe=1)
    meeting = meeting.answer(THANDI, None, NOW)
    assert (answers(meeting), meeting.version, meeting.sequence) == ({}, 4, 0)


@pytest.mark.parametrize("answer", [*RsvpAnswer, None])
def test_the_same_answer_again_changes_nothing(answer: RsvpAnswer | None) -> None:
    once = called().answer(THANDI, answer, NOW)
    assert once.answer(THANDI, answer, NOW) is once


@pytest.mark.parametrize(
    ("meeting", "refusal", "words"),
    [
        pytest.param(closed(), model.MeetingOver, "This meeting is over", id="closed"),
        pytest.param(
            called_off(),
            model.MeetingCalledOff,
            "was called off. For what is known",
            id="called off",
        ),
    ],
)
def test_a_meeting_that_is_over_or_called_off_refuses_every_change(
    meeting: Meeting, refusal: type[Refusal], words: str
) -> None:
    changes: list[Callable[[], Meeting]] = [
        lambda: meeting.answer(THANDI, YES, NOW),
        lambda: meeting.answer(THANDI, None, NOW),
        lambda: meeting.move(THURSDAY + timedelta(days=1), HOME, NOW),
        lambda: meeting.move(THURSDAY, HOME, NOW),
        lambda: meeting.cancel(""),
        lambda: meeting.check_in(THANDI, AT_START),
    ]
    for change in changes:
        with pytest.raises(refusal) as refused:
            change()
        assert words in refused.value.words


def test_an_hour_after_its_end_a_meeting_is_over_though_nobody_closed_it() -> None:
    meeting = called()
    ends = AT_START + timedelta(hours=1)
    assert meeting.closes_itself_at == ends + timedelta(minutes=60)
    last_moment = meeting.closes_itself_at - timedelta(seconds=1)
    assert answers(meeting.answer(THANDI, YES, last_moment)) == {THANDI: YES}
    with pytest.raises(model.MeetingOver):
        meeting.answer(THANDI, YES, meeting.closes_itself_at)
    with pytest.raises(model.MeetingOver):
        meeting.check_in(THANDI, meeting.closes_itself_at)


def test_calling_off_keeps_the_reason_in_one_line_and_the_answers() -> None:
    meeting = called().answer(THANDI, YES, NOW).cancel(" the hall\nis \u202eflooded ")
    assert (meeting.status, meeting.reason) == (MeetingStatus.CANCELLED, "the hall is flooded")
    assert (meeting.sequence, answers(meeting)) == (1, {THANDI: YES})


def test_a_long_reason_is_refused_with_its_count() -> None:
    with pytest.raises(model.ReasonTooLong) as refused:
        called().cancel("x" * 301)
    assert refused.value.facts["length"] == 301


def test_closing_twice_is_closing_once_and_a_cancelled_meeting_is_not_closed() -> None:
    once = closed()
    assert (once.status, once.sequence, once.version) == (MeetingStatus.CLOSED, 1, 2)
    assert once.close(NOW) is once
    with pytest.raises(model.MeetingCalledOff):
        called_off().close(NOW)


def test_check_in_opens_half_an_hour_before_the_start() -> None:
    meeting = called()
    early = AT_START - timedelta(minutes=30, seconds=1)
    with pytest.raises(model.CheckInNotOpen) as refused:
        meeting.check_in(THANDI, early)
    assert "Thursday 5 March 13:30" in refused.value.words
    assert refused.value.facts["opens"] == "2026-03-05T13:30:00"
    here = meeting.check_in(THANDI, AT_START - timedelta(minutes=30))
    assert set(here.present) == {THANDI}


def test_check_in_needs_no_answer_and_counts_once() -> None:
    once = called().check_in(THANDI, AT_START)
    assert once.check_in(THANDI, AT_START) is once
    assert once.counts() == Counts(checked_in=1)


def test_reminders_go_to_yes_and_maybe_sorted_without_the_muted() -> None:
    meeting = called().answer(THANDI, YES, NOW).answer(AISHA, MAYBE, NOW).answer(PIETER, NO, NOW)
    assert meeting.to_remind(set()) == (AISHA, THANDI)
    assert meeting.to_remind([AISHA]) == (THANDI,)
    assert meeting.to_remind({AISHA, THANDI}) == ()
    assert meeting.cancel("").to_remind(set()) == ()
    assert meeting.close(meeting.starts_at).to_remind(set()) == ()


def test_a_reminder_is_due_its_lead_before_the_start() -> None:
    assert called().remind_at(timedelta(hours=24)) == AT_START - timedelta(hours=24)


@given(st.integers(min_value=0), st.integers(4, 8))
def test_every_code_is_one_that_the_contract_takes(number: int, length: int) -> None:
    code = code_from(number, length)
    assert len(code) == length
    meeting = Meeting(
        id=MeetingId(UUID(int=7)),
        community=CommunityId(UUID(int=8)),
        code=code,
        author=PIETER,
        title="Reading circle",
        starts=THURSDAY,
        zone=HOME,
    )
    assert meeting.facts().code == code


def test_different_numbers_give_different_codes_until_they_run_out() -> None:
    assert len({code_from(n, 4) for n in range(8 * 31**2)}) == 8 * 31**2


@pytest.mark.parametrize("length", [0, 3, 9])
def test_a_code_of_another_length_cannot_be_made(length: int) -> None:
    with pytest.raises(ValueError, match=str(length)):
        code_from(1, length)


@given(
    st.lists(
        st.tuples(st.sampled_from([THANDI, PIETER, AISHA]), st.sampled_from([*RsvpAnswer, None]))
    )
)
def test_the_last_answer_of_each_member_counts_and_versions_count_changes(
    said: list[tuple[MemberId, RsvpAnswer | None]],
) -> None:
    meeting, changes = called(), 0
    expected: dict[MemberId, RsvpAnswer] = {}
    for member, answer in said:
        changes += expected.get(member) is not answer
        expected.pop(member, None)
        if answer:
            expected[member] = answer
        meeting = meeting.answer(member, answer, NOW)
    assert (answers(meeting), meeting.version) == (expected, 1 + changes)
