"""The weekly digest, feedback, and the chair's checklist."""

from dataclasses import replace
from datetime import timedelta

from indaba.contracts.digest import (
    ChecklistShown,
    DigestShown,
    DigestTimes,
    Duty,
    FeedbackShown,
    GiveFeedback,
    SetDigest,
    SetMyDigest,
    ShowChecklist,
    ShowDigest,
    ShowFeedback,
)
from indaba.contracts.record import NoteKind
from indaba.contracts.scheduling import MeetingStatus
from indaba.contracts.wire import Done
from indaba.ledger import Work
from indaba.ledger.merging import now_called
from indaba.scheduling.handlers.actions import today
from indaba.scheduling.handlers.keeping import meeting_called, meeting_on_or_last
from indaba.scheduling.model import Meeting, StillOn
from indaba.scheduling.model.feedback import FeedbackOver, WasNotThere, taken_until
from indaba.scheduling.store import (
    Actions,
    Agendas,
    ChoicesMade,
    Meetings,
    Records,
    Votes,
    Weeks,
)
from indaba.scheduling.store.record import HIGHLIGHTS, MINUTES
from indaba.scheduling.workflows import digest as timers

A_WEEK = timedelta(days=7)


async def show_digest(request: ShowDigest, work: Work) -> DigestShown:  # noqa: ARG001 - says all
    """Show the week. A member also sees their own part of it."""
    community = work.passport.in_community()
    member = work.passport.member if work.passport.roles else None
    member = await now_called(work, member) if member else None
    weeks, records, actions = Weeks(work), Records(work), Actions(work)
    since = work.now - A_WEEK
    coming = await weeks.coming(community)
    decisions = await records.since(community, NoteKind.DECISION, since)
    asked = await records.since(community, NoteKind.HELP, since)
    mine = await actions.open(community, owner=member) if member else []
    return DigestShown(
        meetings=tuple(meeting.facts() for meeting in coming),
        answers=await weeks.answers(member, coming) if member else {},
        decisions=tuple(note.facts() for note in decisions),
        asked=tuple(note.facts() for note in asked),
        minutes=tuple(meeting.facts() for meeting in await weeks.published(community)),
        actions=tuple(action.facts() for action in await actions.open(community)),
        mine=tuple(action.facts() for action in mine),
    )


async def set_digest(request: SetDigest, work: Work) -> DigestTimes:
    """Choose the day and hour of the community's digest, or that there is none."""
    community, chosen = work.passport.in_community(), ChoicesMade(work)
    choices = await chosen.of(community)
    choices = replace(
        choices,
        zone=choices.zone or work.passport.zone,
        digest_weekday=request.weekday,
        digest_hour=request.hour,
    )
    await chosen.choose(community, choices)
    await timers.plan_digest(community, choices, work)
    return DigestTimes(weekday=request.weekday, hour=request.hour)


async def set_my_digest(request: SetMyDigest, work: Work) -> Done:
    """Turn the asker's own digest on or off."""
    await Weeks(work).want_digest(work.passport.a_member(), on=request.on)
    return Done()


async def give_feedback(request: GiveFeedback, work: Work) -> Done:
    """Store an answer of somebody who was there. Parts that were answered before stay.

    Raises `StillOn`, `FeedbackOver` or `WasNotThere`.
    """
    member = await now_called(work, work.passport.a_member())
    meeting = await meeting_called(work, request.code)
    if meeting.status is not MeetingStatus.CLOSED:
        raise StillOn(meeting.code)
    if work.now >= taken_until(meeting):
        raise FeedbackOver(meeting.code)
    if member not in meeting.present:
        raise WasNotThere(meeting.code)
    answers = request.model_dump(exclude={"code"}, exclude_none=True)
    if answers:
        await Votes(work).say_how_it_was(meeting.id, member, answers)
    return Done()


async def show_feedback(request: ShowFeedback, work: Work) -> FeedbackShown:
    """Show the figures, once no more feedback is taken."""
    meeting = await meeting_on_or_last(work, request.code)
    until = taken_until(meeting)
    is_closed = meeting.status is MeetingStatus.CLOSED and work.now >= until
    figures = await timers.release_feedback(meeting, work) if is_closed else None
    return FeedbackShown(meeting=meeting.facts(), open_until=until, figures=figures)


async def show_checklist(request: ShowChecklist, work: Work) -> ChecklistShown:
    """Show what the chair has to do, and what of it is done."""
    meeting = await _in_hand(request, work)
    duties = (
        *[("before", key, done) for key, done in (await _before(meeting, work)).items()],
        *[("during", key, done) for key, done in (await _during(meeting, work)).items()],
        *[("after", key, done) for key, done in (await _after(meeting, work)).items()],
    )
    listed = tuple(Duty(key=key, when=when, done=done) for when, key, done in duties)
    return ChecklistShown(meeting=meeting.facts(), duties=listed)


async def _in_hand(request: ShowChecklist, work: Work) -> Meeting:
    if request.code is None:
        on = await Meetings(work).live(work.passport.in_community())
        if on is not None:
            return on
    return await meeting_called(work, request.code)


async def _before(meeting: Meeting, work: Work) -> dict[str, bool]:
    late = await Actions(work).open(meeting.community, before=today(work))
    return {
        "agenda": bool((await Agendas(work).of(meeting.id)).items),
        "where": bool(meeting.where),
        # Where there are no roles, there is nothing to take.
        **({"roles": all(meeting.roles.values())} if meeting.roles else {}),
        "answers": meeting.counts().yes > 0,
        "actions": not late,
    }


async def _during(meeting: Meeting, work: Work) -> dict[str, bool]:
    notes = await Records(work).of(meeting.id)
    return {
        "started": meeting.started_at is not None,
        "register": bool(meeting.present),
        "noted": any(not note.removed for note in notes),
    }


async def _after(meeting: Meeting, work: Work) -> dict[str, bool]:
    records = Records(work)
    minutes = await records.document(meeting.id, MINUTES)
    highlights = await records.document(meeting.id, HIGHLIGHTS)
    return {
        "ended": meeting.status is MeetingStatus.CLOSED,
        "minutes": bool(minutes and minutes.version),
        "highlights": bool(highlights and highlights.version),
        "next": await Meetings(work).following(meeting) is not None,
    }
