"""One sample of every request there is: what is asked, and by whom.

`SAMPLES` must know every request of the contracts: a test compares.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from growth.asking import AGREED, FRESH, MATRIX, STRANGER, Sample, home_of, member_of
from growth.community import Community, pattern
from growth.names import CALENDAR, OWN, ROOM, SPARE, ZONE, account
from growth.samples_of_cases import CASES
from growth.samples_of_links import LINKS
from indaba.contracts import (
    actions,
    agenda,
    calendars,
    digest,
    erasure,
    group_sizes,
    holding,
    library,
    linking,
    outcomes,
    publishing,
    reaching,
    record,
    reminding,
    removal,
    votes,
)
from indaba.contracts import membership as m
from indaba.contracts import scheduling as s
from indaba.contracts import series as r
from indaba.contracts.lines import ReadMeeting
from indaba.contracts.openness import Part
from indaba.contracts.passport import Role
from indaba.contracts.times import ReadLength, ReadWeekly, ReadWhen
from indaba.contracts.wire import Request


def _near(c: Community) -> Any:
    """Wall time soon after the meetings that are to come."""
    return c.meetings["coming"].starts + timedelta(days=1)


MEMBERSHIP: Mapping[type[Request[Any]], Sample] = {
    linking.AddPlace: (
        "nobody",
        lambda c: linking.AddPlace(
            place=FRESH, account=STRANGER, code=c.secrets["room"], has_power=True
        ),
    ),
    m.AssignRole: (
        "chair",
        lambda _: m.AssignRole(platform=MATRIX, account=account(1), role=Role.FACILITATOR),
    ),
    publishing.ShowPublication: ("member", lambda _: publishing.ShowPublication()),
    publishing.Publish: (
        "chair",
        lambda _: publishing.Publish(parts=frozenset({Part.PAGE, Part.CALENDAR})),
    ),
    group_sizes.ShowGroupSize: ("member", lambda _: group_sizes.ShowGroupSize()),
    group_sizes.SetGroupSize: ("chair", lambda _: group_sizes.SetGroupSize(size=8)),
    group_sizes.TakeBackGroupSize: ("chair", lambda _: group_sizes.TakeBackGroupSize()),
    publishing.RenewAddress: ("chair", lambda c: publishing.RenewAddress(key=c.key)),
    m.ConsumeSignIn: ("nobody", lambda c: m.ConsumeSignIn(secret=c.secrets["sign in"])),
    m.DescribeMe: ("member", lambda _: m.DescribeMe(organisation="Another school")),
    m.EraseMe: ("member", lambda _: m.EraseMe()),
    m.FindAccounts: (
        "member",
        lambda c: m.FindAccounts(
            platform=MATRIX, members=tuple(member_of(h.passport) for h in c.members[:20])
        ),
    ),
    reaching.ReachMembers: (
        "face",
        lambda c: reaching.ReachMembers(
            platform=MATRIX,
            wanted={
                c.chair.passport.in_community(): tuple(
                    member_of(h.passport) for h in c.members[:20]
                )
            },
        ),
    ),
    linking.FindMembers: (
        "member",
        lambda _: linking.FindMembers(platform=MATRIX, accounts=(account(0), account(1))),
    ),
    m.FindPlaces: ("member", lambda _: m.FindPlaces()),
    m.FoundCommunity: (
        "nobody",
        lambda _: m.FoundCommunity(
            name="Another",
            purpose="Share",
            language="English",
            zone=ZONE,
            place=FRESH,
            posts_in=FRESH,
            account=STRANGER,
            has_power=True,
            **AGREED,
        ),
    ),
    linking.IssueLinkCode: ("member", lambda _: linking.IssueLinkCode()),
    m.IssuePassport: (
        "nobody",
        lambda _: m.IssuePassport(platform=MATRIX, account=account(1), room=ROOM),
    ),
    linking.IssueRoomCode: ("chair", lambda _: linking.IssueRoomCode()),
    m.IssueSignIn: ("member", lambda _: m.IssueSignIn()),
    m.JoinCommunity: (
        "nobody",
        lambda c: m.JoinCommunity(place=home_of(c), account=STRANGER, **AGREED),
    ),
    m.LeaveCommunity: ("member", lambda _: m.LeaveCommunity()),
    linking.RemovePlace: ("chair", lambda _: linking.RemovePlace(place=SPARE)),
    erasure.ShowErased: (
        "nobody",
        lambda c: erasure.ShowErased(erasure=c.erasure, platform=MATRIX),  # type: ignore[arg-type]
    ),
    m.ShowMyData: ("member", lambda _: m.ShowMyData()),
    linking.ShowRoomCode: (
        "nobody",
        lambda c: linking.ShowRoomCode(
            platform=MATRIX, account=STRANGER, code=c.secrets["room"], has_power=True
        ),
    ),
    linking.ShowZones: ("chair", lambda _: linking.ShowZones()),
}

LIBRARY: Mapping[type[Request[Any]], Sample] = {
    library.DescribeResource: (
        "member",
        lambda c: library.DescribeResource(code=c.resource, why="It is short"),
    ),
    library.AskForRoom: ("member", lambda _: library.AskForRoom(size=1000)),
    library.FindResources: ("member", lambda _: library.FindResources(words="fractions sheet")),
    library.SaveResource: (
        "member",
        lambda _: library.SaveResource(link="https://example.org/new", title="A new one"),
    ),
    library.PublishResource: (
        "chair",
        lambda c: library.PublishResource(code=c.resource, open=False),
    ),
    library.ShareResource: ("member", lambda c: library.ShareResource(code=c.resource)),
    library.ShowMyLibraryData: (
        "member",
        lambda _: library.ShowMyLibraryData(accounts=("@nobody:x",)),
    ),
    library.ShowResource: ("member", lambda c: library.ShowResource(code=c.resource)),
    library.UseResource: ("newest", lambda c: library.UseResource(code=c.resource, note="Good")),
    library.WithdrawResource: ("member", lambda c: library.WithdrawResource(code=c.resource)),
}

OUTCOMES: Mapping[type[Request[Any]], Sample] = {
    outcomes.ShowMyOutcomesData: ("member", lambda _: outcomes.ShowMyOutcomesData()),
    outcomes.ShowReport: ("chair", lambda _: outcomes.ShowReport()),
}

MEETINGS: Mapping[type[Request[Any]], Sample] = {
    s.AnswerRsvp: (
        "newest",
        lambda c: s.AnswerRsvp(code=c.codes["coming"], answer=s.RsvpAnswer.YES),
    ),
    s.CancelMeeting: ("chair", lambda c: s.CancelMeeting(code=c.codes["coming"])),
    s.ChangeMeeting: (
        "chair",
        lambda c: s.ChangeMeeting(code=c.codes["coming"], title="Reading and writing"),
    ),
    s.CheckIn: ("newest", lambda c: s.CheckIn(code=c.codes["live"])),
    s.CloseMeeting: ("chair", lambda c: s.CloseMeeting(code=c.codes["live"])),
    s.ListMeetings: ("member", lambda _: s.ListMeetings(limit=20)),
    s.MoveMeeting: (
        "chair",
        lambda c: s.MoveMeeting(code=c.codes["coming"], starts=_near(c), zone=ZONE),
    ),
    ReadLength: ("member", lambda _: ReadLength(text="an hour and a half")),
    ReadWeekly: ("member", lambda _: ReadWeekly(text="fridays at 4pm")),
    ReadWhen: ("member", lambda _: ReadWhen(text="next thursday 14:00")),
    s.RestoreMeeting: ("chair", lambda c: s.RestoreMeeting(code=c.codes["off"])),
    s.ScheduleMeeting: (
        "chair",
        lambda c: s.ScheduleMeeting(title="One more", starts=_near(c), zone=ZONE),
    ),
    s.ShowMeeting: ("member", lambda c: s.ShowMeeting(code=c.codes["coming"])),
    s.ShowMySchedulingData: ("member", lambda _: s.ShowMySchedulingData(accounts=("@nobody:x",))),
    s.TakeRole: ("member", lambda c: s.TakeRole(code=c.codes["live"], role="notes")),
    holding.CorrectRegister: (
        "chair",
        lambda c: holding.CorrectRegister(
            code=c.codes["over"], was_not_there=(member_of(c.member.passport),)
        ),
    ),
    holding.ShowRegister: ("chair", lambda c: holding.ShowRegister(code=c.codes["over"])),
    holding.StartMeeting: ("chair", lambda c: holding.StartMeeting(code=c.codes["soon"])),
    reminding.SetQuietHours: (
        "member",
        lambda _: reminding.SetQuietHours(begins="21:00", ends="06:00"),
    ),
    reminding.SetReminderTimes: ("chair", lambda _: reminding.SetReminderTimes(leads=(60, 1440))),
    reminding.SetReminders: ("member", lambda _: reminding.SetReminders(on=False)),
    r.AddDate: ("chair", lambda c: r.AddDate(code=c.codes["dated"], starts=_near(c))),
    r.ChangeSeries: (
        "chair",
        lambda c: r.ChangeSeries(code=c.codes["dated"], scope=r.Scope.ALL, title="Circles"),
    ),
    r.EndSeries: ("chair", lambda c: r.EndSeries(code=c.codes["dated"], scope=r.Scope.ALL)),
    r.ImportTerms: (
        "chair",
        lambda _: r.ImportTerms(
            csv="province,year,term,first,last,status,source\n"
            "Limpopo,2027,1,2027-01-13,2027-03-19,gazetted,DBE\n"
        ),
    ),
    ReadMeeting: ("member", lambda _: ReadMeeting(line="Reading circle thu 14:00 for 90 minutes")),
    r.ReadRepeat: ("member", lambda _: r.ReadRepeat(text="every second thursday 14:00")),
    r.RepeatOtherwise: (
        "chair",
        lambda c: r.RepeatOtherwise(
            code=c.codes["dated"],
            scope=r.Scope.ALL,
            pattern=pattern(c.meetings["coming"].starts_at),
        ),
    ),
    r.ShowSeries: ("member", lambda c: r.ShowSeries(code=c.codes["dated"])),
    r.StartSeries: (
        "chair",
        lambda c: r.StartSeries(title="More", pattern=pattern(c.meetings["coming"].starts_at)),
    ),
}

AROUND: Mapping[type[Request[Any]], Sample] = {
    actions.AddAction: ("member", lambda _: actions.AddAction(text="Bring chalk")),
    actions.ChangeAction: (
        "member",
        lambda c: actions.ChangeAction(code=c.action, status=actions.ActionStatus.DONE),
    ),
    actions.HandAction: (
        "member",
        lambda c: actions.HandAction(code=c.action, to=member_of(c.chair.passport)),
    ),
    actions.SetDueDay: (
        "member",
        lambda c: actions.SetDueDay(code=c.action, day="in 5 days"),
    ),
    actions.ListActions: (
        "member",
        lambda _: actions.ListActions(which=actions.WhichActions.OPEN),
    ),
    agenda.AddAgendaItem: (
        "member",
        lambda c: agenda.AddAgendaItem(code=c.codes["coming"], title="Sums"),
    ),
    agenda.ChangeAgendaItem: (
        "chair",
        lambda c: agenda.ChangeAgendaItem(code=c.codes["live"], number=2, minutes=15),
    ),
    agenda.ListMethods: ("member", lambda _: agenda.ListMethods()),
    agenda.OpenTopic: ("chair", lambda c: agenda.OpenTopic(code=c.codes["live"], number=2)),
    agenda.RemoveAgendaItem: (
        "chair",
        lambda c: agenda.RemoveAgendaItem(code=c.codes["live"], number=3),
    ),
    agenda.ShowAgenda: ("member", lambda c: agenda.ShowAgenda(code=c.codes["live"])),
    calendars.FollowCalendar: (
        "chair",
        lambda _: calendars.FollowCalendar(link=f"{CALENDAR}?more"),
    ),
    calendars.ListCalendars: ("chair", lambda _: calendars.ListCalendars()),
    calendars.UnfollowCalendar: ("chair", lambda _: calendars.UnfollowCalendar(number=1)),
    digest.GiveFeedback: (
        "chair",
        lambda c: digest.GiveFeedback(code=c.codes["over"], useful=5),
    ),
    digest.SetDigest: ("chair", lambda _: digest.SetDigest(weekday=2)),
    digest.SetMyDigest: ("member", lambda _: digest.SetMyDigest(on=False)),
    digest.ShowChecklist: ("chair", lambda c: digest.ShowChecklist(code=c.codes["coming"])),
    digest.ShowDigest: ("member", lambda _: digest.ShowDigest()),
    digest.ShowFeedback: ("chair", lambda c: digest.ShowFeedback(code=c.codes["over"])),
    record.ApproveMinutes: ("chair", lambda c: record.ApproveMinutes(code=c.codes["over"])),
    record.ChangeNote: (
        "member",
        lambda _: record.ChangeNote(origin=f"$note1-{OWN}", text="It holds well"),
    ),
    record.EditHighlights: (
        "chair",
        lambda c: record.EditHighlights(code=c.codes["over"], text="We tried fractions."),
    ),
    record.RestoreNote: ("chair", lambda c: record.RestoreNote(code=c.codes["live"], number=1)),
    record.SetQuorum: ("chair", lambda _: record.SetQuorum(needed=5)),
    record.PublishHighlights: (
        "chair",
        lambda c: record.PublishHighlights(code=c.codes["over"], open=False),
    ),
    record.ShareHighlights: ("chair", lambda c: record.ShareHighlights(code=c.codes["over"])),
    record.ShowHighlights: ("member", lambda c: record.ShowHighlights(code=c.codes["over"])),
    record.ShowMinutes: ("member", lambda c: record.ShowMinutes(code=c.codes["over"])),
    record.TakeNote: (
        "member",
        lambda c: record.TakeNote(
            code=c.codes["live"], kind=record.NoteKind.IDEA, text="Use bottle tops"
        ),
    ),
    votes.CastVote: ("newest", lambda c: votes.CastVote(vote=c.vote, option=2)),
    votes.CloseVote: ("chair", lambda c: votes.CloseVote(vote=c.vote)),
    votes.OpenVote: (
        "chair",
        lambda c: votes.OpenVote(
            code=c.codes["live"], question="Where?", options=("Here", "There")
        ),
    ),
    votes.ShowVote: ("member", lambda c: votes.ShowVote(vote=c.vote)),
}

SAMPLES: Mapping[type[Request[Any]], Sample] = {
    **MEMBERSHIP,
    **CASES,
    **LINKS,
    **LIBRARY,
    **OUTCOMES,
    **MEETINGS,
    **AROUND,
}

BEFORE: Mapping[type[Request[Any]], Sample] = {
    holding.StartMeeting: ("chair", lambda c: s.CloseMeeting(code=c.codes["live"])),
    votes.OpenVote: ("chair", lambda c: votes.CloseVote(vote=c.vote)),
    removal.AppealRemoval: CASES[removal.RemoveMember],
    removal.ReadmitMember: CASES[removal.RemoveMember],
}
"""What must have happened just before, for these not to be refused."""
