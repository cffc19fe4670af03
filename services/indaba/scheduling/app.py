"""Scheduling's composition root."""

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from indaba.contracts import actions as promised
from indaba.contracts import agenda as agenda_said
from indaba.contracts import calendars as outside
from indaba.contracts import digest as weekly
from indaba.contracts import holding as on
from indaba.contracts import record as noted
from indaba.contracts import reminding
from indaba.contracts import scheduling as contracts
from indaba.contracts import series as repeating
from indaba.contracts import votes as voted
from indaba.contracts.consenting import ConsentChanged
from indaba.contracts.group_sizes import GroupSizeChanged
from indaba.contracts.limits import MEETINGS_A_DAY, NOTES_A_DAY, TOPICS_A_DAY
from indaba.contracts.lines import ReadMeeting
from indaba.contracts.linking import MembersMerged, MembersParted
from indaba.contracts.membership import (
    CommunityFounded,
    MemberDescribed,
    MemberErased,
    MemberLeft,
    ReleaseInstalled,
)
from indaba.contracts.publishing import PublicationUndecided
from indaba.contracts.retention import MembershipUnlinked
from indaba.contracts.times import ReadLength, ReadWeekly, ReadWhen
from indaba.ledger import Ledger
from indaba.ledger.limits import Counter
from indaba.ledger.releases import know_group_size
from indaba.scheduling import model, reactions, timers
from indaba.scheduling.handlers import (
    actions,
    agenda,
    calendars,
    calling,
    coming,
    digest,
    holding,
    minutes,
    reading,
    record,
    series,
    votes,
)
from indaba.scheduling.store import counting
from indaba.scheduling.workflows import actions as promises
from indaba.scheduling.workflows import agenda as agenda_steps
from indaba.scheduling.workflows import deriving, news, planning, plans, unlinking
from indaba.scheduling.workflows import digest as weeks
from indaba.scheduling.workflows import votes as voting
from indaba.scheduling.workflows.calendars import following
from indaba.scheduling.workflows.calendars import reader as calendar_reader

MIGRATIONS = Path(__file__).parent / "migrations"


def wire(
    ledger: Ledger,
    read: calendar_reader.Read | None = None,
    most: Mapping[str, int] | None = None,
) -> None:
    """Connect requests, events and timers with the functions that handle them.

    `read` reads calendars; without it a worker process does. `most` is what limits allow, by their
    names, where it is not the default.
    """
    for counter in counters(most or {}):
        ledger.limit(counter)
    _meetings(ledger)
    _series(ledger)
    _agenda(ledger)
    _record(ledger)
    _actions(ledger)
    _votes(ledger)
    _digest(ledger)
    _calendars(ledger, read)
    ledger.on(CommunityFounded, reactions.know_community)
    ledger.on(GroupSizeChanged, know_group_size, gathers=True)
    ledger.on(MemberDescribed, reactions.describe_member, gathers=True)
    ledger.on(ConsentChanged, reactions.drop_what_is_withheld)
    ledger.on(MemberErased, reactions.erase_member)
    ledger.on(MemberLeft, reactions.withdraw_answers)
    ledger.on(MembersMerged, reactions.merge_members)
    ledger.on(MembersParted, reactions.part_members)
    ledger.on(ReleaseInstalled, reactions.hear_of_release)
    ledger.on(PublicationUndecided, reactions.hear_of_undecided)
    ledger.on(MembershipUnlinked, reactions.unlink_member)
    ledger.keeps(*unlinking.DUTIES)
    ledger.derive(deriving.derive_meetings)
    ledger.derive(deriving.derive_digests)
    for waiting in (planning.REMIND_LATER, plans.TELL_LATER):
        ledger.derive(partial(deriving.look_at_quiet_hours, waiting))
    ledger.derive(deriving.read_calendars_whole)
    ledger.background("warming", partial(asyncio.to_thread, model.warm))


def counters(most: Mapping[str, int], _: Path | None = None) -> Sequence[Counter]:
    """How what has a limit is counted; `most` is what operators allow."""
    called, written = counting.called_by, counting.written_by
    return (
        Counter.of(MEETINGS_A_DAY, most, counting.called, counting.most_called, used_by=called),
        Counter.of(NOTES_A_DAY, most, counting.written, counting.most_written, used_by=written),
        Counter.of(TOPICS_A_DAY, most, counting.topics, counting.most_topics),
    )


def _meetings(ledger: Ledger) -> None:
    ledger.answer(ReadWhen, reading.understand_when)
    ledger.answer(ReadLength, reading.understand_length)
    ledger.answer(ReadWeekly, reading.understand_weekly)
    ledger.answer(ReadMeeting, reading.understand_meeting)
    ledger.answer(contracts.ScheduleMeeting, calling.schedule_meeting)
    ledger.answer(contracts.ChangeMeeting, calling.change_meeting)
    ledger.answer(contracts.MoveMeeting, calling.move_meeting)
    ledger.answer(contracts.CancelMeeting, calling.cancel_meeting)
    ledger.answer(contracts.RestoreMeeting, calling.restore_meeting)
    ledger.answer(contracts.ShowMeeting, calling.show_meeting)
    ledger.answer(contracts.ListMeetings, calling.list_meetings)
    ledger.answer(contracts.ShowMySchedulingData, calling.show_my_data)
    ledger.answer(contracts.AnswerRsvp, coming.answer_rsvp)
    ledger.answer(contracts.TakeRole, coming.take_role)
    ledger.answer(reminding.SetReminders, coming.set_reminders)
    ledger.answer(reminding.SetReminderTimes, coming.set_reminder_times)
    ledger.answer(reminding.SetQuietHours, coming.set_quiet_hours)
    ledger.answer(on.StartMeeting, holding.start_meeting)
    ledger.answer(contracts.CloseMeeting, holding.close_meeting)
    ledger.answer(contracts.CheckIn, holding.check_in)
    ledger.answer(on.ShowRegister, holding.show_register)
    ledger.answer(on.CorrectRegister, holding.correct_register)
    ledger.on_timer(planning.REMIND, timers.remind)
    ledger.on_timer(planning.REMIND_LATER, timers.remind_later)
    ledger.on_timer(plans.TELL_LATER, plans.tell_later)
    ledger.on_timer(planning.START, timers.start)
    ledger.on_timer(planning.CLOSE, timers.close)


def _series(ledger: Ledger) -> None:
    ledger.answer(repeating.ReadRepeat, reading.understand_repeat)
    ledger.answer(repeating.StartSeries, series.start_series)
    ledger.answer(repeating.ShowSeries, series.show_series)
    ledger.answer(repeating.ChangeSeries, series.change_series)
    ledger.answer(repeating.RepeatOtherwise, series.repeat_otherwise)
    ledger.answer(repeating.AddDate, series.add_date)
    ledger.answer(repeating.EndSeries, series.end_series)
    ledger.answer(repeating.ImportTerms, series.import_terms)


def _agenda(ledger: Ledger) -> None:
    ledger.answer(agenda_said.AddAgendaItem, agenda.add_agenda_item)
    ledger.answer(agenda_said.ShowAgenda, agenda.show_agenda)
    ledger.answer(agenda_said.ChangeAgendaItem, agenda.change_agenda_item)
    ledger.answer(agenda_said.RemoveAgendaItem, agenda.remove_agenda_item)
    ledger.answer(agenda_said.OpenTopic, agenda.open_topic)
    ledger.answer(agenda_said.ListMethods, agenda.list_methods)
    ledger.on_timer(agenda_steps.STEP, timers.step)


def _record(ledger: Ledger) -> None:
    ledger.answer(noted.TakeNote, record.take_note)
    ledger.answer(noted.ChangeNote, record.change_note)
    ledger.answer(noted.RestoreNote, record.restore_note)
    ledger.answer(noted.SetQuorum, record.set_quorum)
    ledger.answer(noted.ShowMinutes, minutes.show_minutes)
    ledger.answer(noted.ApproveMinutes, minutes.approve_minutes)
    ledger.answer(noted.ShowHighlights, minutes.show_highlights)
    ledger.answer(noted.EditHighlights, minutes.edit_highlights)
    ledger.answer(noted.ShareHighlights, minutes.share_highlights)
    ledger.answer(noted.PublishHighlights, minutes.publish_highlights)


def _actions(ledger: Ledger) -> None:
    ledger.answer(promised.AddAction, actions.add_action)
    ledger.answer(promised.ListActions, actions.list_actions)
    ledger.answer(promised.ChangeAction, actions.change_action)
    ledger.answer(promised.HandAction, actions.hand_action)
    ledger.answer(promised.SetDueDay, actions.set_due_day)
    ledger.on_timer(promises.ASK_OWNERS, timers.ask_owners)


def _calendars(ledger: Ledger, read: calendar_reader.Read | None) -> None:
    reading = following.Following(ledger, read)
    ledger.answer(outside.FollowCalendar, calendars.follow_calendar)
    ledger.answer(outside.UnfollowCalendar, calendars.unfollow_calendar)
    ledger.answer(outside.ListCalendars, calendars.list_calendars)
    ledger.on_timer(following.FOLLOW, reading.look)
    ledger.background("following", reading.run)


def _votes(ledger: Ledger) -> None:
    ledger.answer(voted.OpenVote, votes.open_vote)
    ledger.answer(voted.CastVote, votes.cast_vote)
    ledger.answer(voted.CloseVote, votes.close_vote)
    ledger.answer(voted.ShowVote, votes.show_vote)
    ledger.on_timer(voting.COUNT, timers.count_vote)


def _digest(ledger: Ledger) -> None:
    ledger.answer(weekly.ShowDigest, digest.show_digest)
    ledger.answer(weekly.SetDigest, digest.set_digest)
    ledger.answer(weekly.SetMyDigest, digest.set_my_digest)
    ledger.answer(weekly.GiveFeedback, digest.give_feedback)
    ledger.answer(weekly.ShowFeedback, digest.show_feedback)
    ledger.answer(weekly.ShowChecklist, digest.show_checklist)
    ledger.on_timer(weeks.DIGEST, timers.digest)
    ledger.on_timer(weeks.FEEDBACK, timers.ask_feedback)
    ledger.on_timer(weeks.RELEASE, timers.release_feedback)
    ledger.on_timer(news.NEWS, news.tell_news)
    ledger.on_timer(news.UNDECIDED, news.ask_undecided)
