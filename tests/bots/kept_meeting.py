"""What services would answer about one meeting that is kept whole."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from indaba.contracts import actions as a
from indaba.contracts import agenda as g
from indaba.contracts import calendars as c
from indaba.contracts import digest as d
from indaba.contracts import holding, reminding
from indaba.contracts import linking as li
from indaba.contracts import record as r
from indaba.contracts import scheduling as s
from indaba.contracts import series as e
from indaba.contracts import times as t
from indaba.contracts import votes as v
from indaba.contracts.figures import release
from indaba.contracts.ids import MemberId, SeriesId
from indaba.contracts.lines import MeetingRead, MeetingReading, ReadMeeting
from indaba.contracts.membership import Category
from indaba.contracts.wire import Done, Reply

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
THANDI = MemberId(UUID(int=3))
ANSWERED = release({"4": 6, "2": 5}, [(("1", "2", "3", ""), ("4", "5"))])
FIGURES = d.FeedbackFigures(useful=ANSWERED, could_speak=ANSWERED, will_use=release({"yes": 11}))


def answers(meeting: s.MeetingFacts) -> dict[str, Reply | Exception]:
    """A reply per request, by the request's name."""
    return {
        **_calendars(meeting),
        **_series(meeting),
        **_coming(meeting),
        **_agenda(meeting),
        **_record(meeting),
        **_actions(meeting),
        **_vote(meeting),
        **_looking_back(meeting),
    }


def _calendars(meeting: s.MeetingFacts) -> dict[str, Reply]:
    calendar = c.CalendarFacts(
        id=c.CalendarId(UUID(int=9)),
        community=meeting.community,
        number=1,
        version=2,
        author=THANDI,
        title="Team",
        host="example.org",
        zone=meeting.zone,
        state=c.CalendarState.FAILING,
        dates=4,
        left_out=(c.NotFollowed(count=2, why="They last all day.", such_as=("Sports day",)),),
        why="It is not a calendar.",
    )
    return {
        "FollowCalendar": c.CalendarFollowed(calendar=calendar),
        "ListCalendars": c.CalendarsListed(calendars=(calendar,)),
        "UnfollowCalendar": c.CalendarUnfollowed(calendar=calendar, cancelled=4),
    }


def line_read(request: ReadMeeting, kept: Mapping[str, Any]) -> MeetingRead:
    """A line as the kept replies about times and series have it; its title stands in quotes."""
    quoted = re.search('"(.+)"', request.line)
    title = request.title or (quoted[1] if quoted else "")
    minutes = 90 if "90 minutes" in request.line else None
    series, when = kept["ReadRepeat"], kept["ReadWhen"]
    if series.repeats:
        first = series.readings[0].coming[0]
        zone, repeat = series.readings[0].pattern.zone, series.readings[0]
        readings = [MeetingReading(title=title, zone=zone, repeat=repeat, **dict(first))]
    else:
        facts: dict[str, Any] = {"title": title, "minutes": minutes}
        readings = [MeetingReading(**facts, **dict(each)) for each in when.readings]
    sure = series.sure if series.repeats else when.sure
    return MeetingRead(sure=sure, readings=tuple(readings), doubt=when.doubt, title=title)


def _series(meeting: s.MeetingFacts) -> dict[str, Reply]:
    pattern = e.Pattern(
        first=meeting.starts,
        zone=meeting.zone,
        rule="FREQ=WEEKLY",
        avoided=e.Avoided(province="any"),
    )
    series = e.SeriesFacts(
        id=SeriesId(UUID(int=6)),
        community=meeting.community,
        version=1,
        author=THANDI,
        title=meeting.title,
        minutes=60,
        pattern=pattern,
        words="every week on Thursday at 18:00",
    )
    shown = e.SeriesShown(series=series, meetings=(meeting,))
    return {
        "ReadRepeat": e.RepeatRead(repeats=False),
        **dict.fromkeys(("StartSeries", "ShowSeries", "RepeatOtherwise", "ChangeSeries"), shown),
        "EndSeries": e.SeriesEnded(series=series, cancelled=3),
        "ImportTerms": e.TermsKept(kept=0, faults=("Row 3: no such day.",)),
    }


def _coming(meeting: s.MeetingFacts) -> dict[str, Reply]:
    """Who is meant, who was there, and when they are reminded."""
    bo = MemberId(UUID(int=5))
    return {
        "FindMembers": li.MembersFound(
            members={"@thandi:example.org": THANDI, "@bo:example.org": bo}
        ),
        "ShowZones": li.ZonesShown(zones=("Europe/London", "Asia/Tokyo")),
        **dict.fromkeys(("ShowRegister", "CorrectRegister"), register(meeting)),
        "ReadLength": t.LengthRead(sure=True, readings=(90,)),
        "ReadWeekly": t.WeeklyRead(sure=True, readings=(t.WeeklyReading(weekday=5, hour=15),)),
        "SetReminderTimes": reminding.ReminderTimes(leads=(1440, 60)),
        "SetQuietHours": reminding.QuietHours(begins="20:00", ends="07:00"),
        "SetQuorum": r.QuorumSet(needed=5, required={Category.TEACHER: 2}),
    }


def _agenda(meeting: s.MeetingFacts) -> dict[str, Reply]:
    item = g.AgendaItem(
        number=1,
        title="Fractions",
        author=THANDI,
        result=g.Result.DECIDE,
        minutes=20,
        method="spotlight",
        pre_read="R7K2",
        carried=True,
        status=g.ItemStatus.NOW,
    )
    agenda = g.AgendaShown(meeting=meeting, items=(item,), minutes=20)
    step = g.MethodStep(words="Tell the story.", minutes=5)
    method = g.Method(
        key="spotlight", name="Spotlight", group="any", in_text="yes", note="One.", steps=(step,)
    )
    return {
        **dict.fromkeys(
            ("AddAgendaItem", "ShowAgenda", "ChangeAgendaItem", "RemoveAgendaItem", "OpenTopic"),
            agenda,
        ),
        "ListMethods": g.MethodsListed(methods=(method,)),
    }


def _note(meeting: s.MeetingFacts) -> r.NoteFacts:
    return r.NoteFacts(
        meeting=meeting.id,
        number=1,
        version=1,
        kind=r.NoteKind.DECISION,
        text="We use stones",
        author=THANDI,
        topic="Fractions",
        at=NOW,
        rule=r.Rule.CONSENT,
        quorum=r.QuorumState(present=2, needed=5, met=False),
        late=True,
        corrected=True,
    )


def _action(meeting: s.MeetingFacts) -> a.ActionFacts:
    return a.ActionFacts(
        code="A7K2",
        community=meeting.community,
        version=1,
        author=THANDI,
        text="Collect stones",
        due=date(2026, 12, 31),
        promised=date(2026, 11, 23),
        status=a.ActionStatus.NEEDS_HELP,
    )


def _record(meeting: s.MeetingFacts) -> dict[str, Reply]:
    note, action = _note(meeting), _action(meeting)
    taken = r.NoteTaken(meeting=meeting, note=note, action=action)
    minutes = r.MinutesShown(
        meeting=meeting,
        status=r.MinutesStatus.DRAFT,
        version=1,
        topics=(r.TopicMinutes(title="Fractions", notes=(note,)),),
        actions=(action,),
        quorum=r.QuorumState(present=2),
        changed=True,
    )
    highlights = r.HighlightsShown(
        meeting=meeting, text="# Fractions\n- We use stones", short="We use stones", shared=0
    )
    return {
        **dict.fromkeys(("TakeNote", "ChangeNote", "RestoreNote"), taken),
        **dict.fromkeys(("ShowMinutes", "ApproveMinutes"), minutes),
        **dict.fromkeys(
            ("ShowHighlights", "EditHighlights", "ShareHighlights", "PublishHighlights"), highlights
        ),
    }


def _actions(meeting: s.MeetingFacts) -> dict[str, Reply]:
    action = _action(meeting)
    acted = a.ActionShown(action=action, doubt="I did not understand that day.")
    return {
        **dict.fromkeys(("AddAction", "ChangeAction", "HandAction", "SetDueDay"), acted),
        "ListActions": a.ActionsListed(actions=(action,) * 17),
    }


def _vote(meeting: s.MeetingFacts) -> dict[str, Reply]:
    vote = v.VoteFacts(
        id=UUID(int=8),
        meeting=meeting.id,
        number=1,
        version=2,
        author=THANDI,
        question="Where?",
        options=("Hall", "Online"),
        tally=(1, 2),
        voters=3,
        closes_at=NOW + timedelta(minutes=10),
        quorum=r.QuorumState(present=1, needed=3, met=False),
    )
    voted = v.VoteShown(meeting=meeting, vote=vote, mine=2)
    return {**dict.fromkeys(("OpenVote", "CastVote", "CloseVote", "ShowVote"), voted)}


def _looking_back(meeting: s.MeetingFacts) -> dict[str, Reply]:
    note, action = _note(meeting), _action(meeting)
    return {
        "ShowDigest": d.DigestShown(
            meetings=(meeting,),
            answers={str(meeting.id): s.RsvpAnswer.YES},
            decisions=(note,),
            asked=(note,),
            minutes=(meeting,),
            actions=(action,),
            mine=(action,),
        ),
        "SetDigest": d.DigestTimes(weekday=1, hour=8),
        "SetMyDigest": Done(),
        "GiveFeedback": Done(),
        "ShowFeedback": d.FeedbackShown(
            meeting=meeting, open_until=meeting.starts_at, figures=FIGURES
        ),
        "ShowChecklist": d.ChecklistShown(
            meeting=meeting,
            duties=(
                d.Duty(key="agenda", when="before", done=True),
                d.Duty(key="minutes", when="after", done=False),
            ),
        ),
    }


def register(meeting: s.MeetingFacts) -> holding.RegisterShown:
    """Two who were there, in two ways."""
    present = ((THANDI, s.Presence.CODE), (MemberId(UUID(int=5)), s.Presence.WROTE))
    return holding.RegisterShown(meeting=meeting, present=present)


def repeating(meeting: s.MeetingFacts) -> e.RepeatRead:
    """A pattern that is sure, with a holiday left out."""
    reading = e.RepeatReading(
        pattern=e.Pattern(first=meeting.starts, zone=meeting.zone, rule="FREQ=WEEKLY"),
        words="every week on Thursday at 18:00",
        coming=(e.Coming(starts=meeting.starts, starts_at=meeting.starts_at),),
        left_out=(e.LeftOut(day=date(2026, 12, 16), why="Day of Reconciliation"),),
        terms_unknown=True,
    )
    return e.RepeatRead(repeats=True, sure=True, readings=(reading,))
