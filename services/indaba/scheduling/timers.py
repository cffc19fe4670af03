"""What scheduling does by the clock: one function per kind of timer. Each may fire too late."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from indaba.contracts.actions import ActionsDue
from indaba.contracts.digest import DigestDue, FeedbackAsked, FeedbackClosed
from indaba.contracts.ids import CommunityId, MeetingId, MemberId
from indaba.contracts.scheduling import MeetingStatus, ReminderDue
from indaba.ledger import Work
from indaba.scheduling.model import Action, Meeting
from indaba.scheduling.model.feedback import taken_until
from indaba.scheduling.store import Actions, Agendas, ChoicesMade, Meetings, Votes, Weeks
from indaba.scheduling.workflows.agenda import do_step
from indaba.scheduling.workflows.digest import ASKED_UNTIL, LATEST, RELEASE, plan_digest
from indaba.scheduling.workflows.digest import release_feedback as release
from indaba.scheduling.workflows.holding import begin, ended
from indaba.scheduling.workflows.planning import CLOSE, REMIND_LATER, START
from indaba.scheduling.workflows.votes import count


async def start(body: dict[str, Any], work: Work) -> None:
    """Begin a meeting at its time. If that is long past, closing it will do everything."""
    meeting = await Meetings(work).alone(MeetingId(UUID(body["meeting"])))
    if meeting is None or meeting.status is not MeetingStatus.SCHEDULED:
        return
    if work.now < meeting.starts_at:
        await work.set_timer(meeting.starts_at, START, str(meeting.id), body, meeting.community)
    elif work.now < meeting.closes_itself_at:
        await begin(meeting, work)


async def close(body: dict[str, Any], work: Work) -> None:
    """Close a meeting that nobody closed, once nothing has happened in it for a while."""
    before = await Meetings(work).alone(MeetingId(UUID(body["meeting"])))
    if before is None or before.status not in (MeetingStatus.SCHEDULED, MeetingStatus.LIVE):
        return
    if before.closes_itself_at > work.now:
        await work.set_timer(before.closes_itself_at, CLOSE, str(before.id), body, before.community)
        return
    await ended(before.close_by_itself(), work)


async def remind(body: dict[str, Any], work: Work) -> None:
    """Remind those who have no quiet hours now, and the others once theirs are over."""
    meeting = await Meetings(work).alone(MeetingId(UUID(body["meeting"])))
    lead = timedelta(minutes=body["lead"])
    # Too early if the meeting was moved just as its old timer fired.
    if meeting is None or not meeting.remind_at(lead) <= work.now < meeting.starts_at:
        return
    muted = await ChoicesMade(work).muted(meeting.rsvps)
    await _remind(meeting, meeting.to_remind(muted), work)


async def _remind(meeting: Meeting, members: Sequence[MemberId], work: Work) -> None:
    quiet = await ChoicesMade(work).quiet_hours(members)
    later = {m: hours.over_at(work.now) for m, hours in quiet.items()}
    _tell_reminder(meeting, [m for m in members if later.get(m) is None], work)
    await _remind_later(meeting, {m: due for m, due in later.items() if due}, work)


async def _remind_later(meeting: Meeting, later: dict[MemberId, datetime], work: Work) -> None:
    for due in sorted(set(later.values())):
        if due >= meeting.starts_at:
            continue
        members = [str(m) for m, at in later.items() if at == due]
        body = {"meeting": str(meeting.id), "members": members}
        key = f"{meeting.id}/{due.isoformat()}"
        await work.set_timer(due, REMIND_LATER, key, body, meeting.community)


async def remind_later(body: dict[str, Any], work: Work) -> None:
    """Remind those whose quiet hours are over, if they still come; others wait again."""
    meeting = await Meetings(work).alone(MeetingId(UUID(body["meeting"])))
    if meeting is None or work.now >= meeting.starts_at:
        return
    waited = {MemberId(UUID(member)) for member in body["members"]}
    muted = await ChoicesMade(work).muted(waited)
    await _remind(meeting, [m for m in meeting.to_remind(muted) if m in waited], work)


def _tell_reminder(meeting: Meeting, members: list[MemberId], work: Work) -> None:
    if members:
        work.emit(
            ReminderDue.of(
                meeting.facts(),
                reminder=work.world.new_id(),
                members=tuple(members),
                until=meeting.starts_at,
            )
        )


async def step(body: dict[str, Any], work: Work) -> None:
    """Announce the next step of a topic's method, if it still is the topic."""
    meeting = await Meetings(work).alone(MeetingId(UUID(body["meeting"])))
    if meeting is None or meeting.status is not MeetingStatus.LIVE:
        return
    agenda = await Agendas(work).of(meeting.id)
    now = agenda.now
    if now is not None and str(now.id) == body["item"]:
        await do_step(meeting, now.facts(agenda.items.index(now) + 1), body, work)


async def ask_owners(body: dict[str, Any], work: Work) -> None:
    """Ask the owners of open actions how far they are, before the next meeting."""
    meeting = await Meetings(work).alone(MeetingId(UUID(body["meeting"])))
    if meeting is None or meeting.status is not MeetingStatus.SCHEDULED:
        return
    if work.now >= meeting.starts_at:
        return
    theirs: dict[MemberId, list[Action]] = {}
    for action in await Actions(work).open(meeting.community):
        if action.owner is not None:
            theirs.setdefault(action.owner, []).append(action)
    for member, owned in theirs.items():
        work.emit(
            ActionsDue(
                aggregate=work.world.new_id(),
                version=1,
                community=meeting.community,
                member=member,
                actions=tuple(action.facts() for action in owned),
                meeting=meeting.facts(),
                until=meeting.starts_at,
            )
        )


async def count_vote(body: dict[str, Any], work: Work) -> None:
    """Count a vote whose time is over."""
    wanted = UUID(body["vote"])
    of = await Votes(work).meeting_of(wanted)
    meeting = await Meetings(work).alone(of) if of else None
    for vote in await Votes(work).of(meeting.id) if meeting else ():
        if meeting is not None and vote.id == wanted and vote.open:
            await count(meeting, vote, work)


async def digest(body: dict[str, Any], work: Work) -> None:
    """Send the weekly digest, unless the week was empty or the hour is long past."""
    community = CommunityId(UUID(body["community"]))
    choices = await ChoicesMade(work).of(community)
    await plan_digest(community, choices, work)
    due = datetime.fromisoformat(body["due"])
    weeks = Weeks(work)
    if work.now > due + LATEST or not await weeks.has_news(community):
        return
    work.emit(
        DigestDue(
            aggregate=work.world.new_id(),
            version=1,
            community=community,
            members=tuple(await weeks.concerned(community)),
            until=due + LATEST,
        )
    )


async def ask_feedback(body: dict[str, Any], work: Work) -> None:
    """Ask those who came to a meeting for feedback, once."""
    meeting = await Meetings(work).alone(MeetingId(UUID(body["meeting"])))
    if meeting is None or meeting.status is not MeetingStatus.CLOSED:
        return
    until = (meeting.ended_at or work.now) + ASKED_UNTIL
    if work.now >= until:
        return
    work.emit(
        FeedbackAsked.of(
            meeting.facts(),
            asking=work.world.new_id(),
            members=tuple(meeting.present),
            until=until,
        )
    )


async def release_feedback(body: dict[str, Any], work: Work) -> None:
    """Close feedback on a meeting, and say so where there is anything to tell."""
    meeting = await Meetings(work).alone(MeetingId(UUID(body["meeting"])))
    if meeting is None or meeting.status is not MeetingStatus.CLOSED:
        return
    closes = taken_until(meeting)
    if work.now < closes:
        await work.set_timer(closes, RELEASE, str(meeting.id), body, meeting.community)
        return
    figures = await release(meeting, work)
    until = closes + ASKED_UNTIL
    if figures.useful.people is not None and work.now < until:
        work.emit(FeedbackClosed.of(meeting.facts(), until=until))
