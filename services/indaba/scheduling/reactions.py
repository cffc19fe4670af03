"""What scheduling does when other services report something."""

from dataclasses import replace
from functools import partial

from indaba.contracts.consenting import ConsentChanged
from indaba.contracts.erasure import SchedulingErased
from indaba.contracts.ids import CommunityId, MemberId
from indaba.contracts.linking import MembersMerged, MembersParted
from indaba.contracts.membership import (
    CommunityFounded,
    MemberDescribed,
    MemberErased,
    MemberLeft,
    ReleaseInstalled,
)
from indaba.contracts.publishing import PublicationUndecided
from indaba.contracts.purposes import Purpose
from indaba.contracts.retention import MembershipUnlinked
from indaba.contracts.scheduling import MeetingBlanked, RsvpChanged
from indaba.ledger import Work
from indaba.ledger.erasure import erase, unlink
from indaba.ledger.merging import forget, merge, part
from indaba.scheduling.store import ChoicesMade, LongOver, Meetings, Records, Traces, counted_again
from indaba.scheduling.store.calendars import Calendars
from indaba.scheduling.workflows.calendars.following import read_soon
from indaba.scheduling.workflows.digest import plan_digest
from indaba.scheduling.workflows.erasing import withdraw_what_is_open
from indaba.scheduling.workflows.keeping import keep
from indaba.scheduling.workflows.news import plan_news, plan_question
from indaba.scheduling.workflows.record import write_again


async def withdraw_answers(event: MemberLeft, work: Work) -> None:
    """Withdraw the answers of somebody who left. Meetings they attended still count them."""
    for before in await Traces(work).withdraw(event.member, event.community):
        meeting = before.answer(event.member, None, work.now)
        event_of = partial(RsvpChanged.of, member=event.member, answer=None)
        await keep(work, before, meeting, event_of)


async def merge_members(event: MembersMerged, work: Work) -> None:
    """Merge two members: on each meeting the later answer holds, and nobody is counted twice."""
    version, until = event.version, event.undo_until
    await merge(work, event.gone, event.member, _become_one, version=version, until=until)


async def part_members(event: MembersParted, work: Work) -> None:
    """Part two members again; who answered and came is told anew for both."""
    parted = await part(work, event.gone, _become_one, version=event.version)
    if parted is None:
        return
    for name in sorted(counted_again(parted.changes)):
        meeting = await Meetings(work).alone(name)
        if meeting is None:
            continue
        meeting = replace(meeting, version=meeting.version + 1)
        await Meetings(work).keep(meeting)
        for member in (event.gone, parted.member):
            rsvp = meeting.rsvps.get(member)
            answer = rsvp.answer if rsvp else None
            work.emit(RsvpChanged.of(meeting.facts(), member=member, answer=answer))


async def _become_one(gone: MemberId, member: MemberId, work: Work) -> None:
    traces = Traces(work)
    for before in await traces.answered_or_attended(gone):
        spoke_last = await traces.spoke_last(before)
        meeting = before.merged(gone, member, spoke_last)
        rsvp = meeting.rsvps.get(member)
        answer = rsvp.answer if rsvp else None
        await keep(work, before, meeting, partial(RsvpChanged.of, member=member, answer=answer))
    await traces.give_all(gone, member)
    await Calendars(work).give_all(gone, member)


async def unlink_member(event: MembershipUnlinked, work: Work) -> None:
    """Who left everywhere long ago is known no more, whatever they took part in since."""
    long_over = LongOver(work)
    await long_over.unlink(event.member, await unlink(work, event.member))
    await long_over.forget_choices(event.member)
    await forget(work, event.member)


async def know_community(event: CommunityFounded, work: Work) -> None:
    """Store a new community's zone, in which its weeks are counted."""
    chosen = ChoicesMade(work)
    choices = await chosen.of(CommunityId(event.aggregate))
    choices = replace(choices, zone=event.zone)
    await chosen.choose(CommunityId(event.aggregate), choices)
    await plan_digest(CommunityId(event.aggregate), choices, work)


async def hear_of_release(event: ReleaseInstalled, work: Work) -> None:
    """Plan to tell a community's facilitators about a new release, at a suitable hour."""
    await plan_news(event, work)


async def hear_of_undecided(event: PublicationUndecided, work: Work) -> None:
    """Facilitators are to say what stays open: they are asked when it suits them."""
    await plan_question(event, work)


async def describe_member(event: MemberDescribed, work: Work) -> None:
    """Store which category of stakeholder a member is in, for quorums."""
    ChoicesMade(work).describe(event.member, event.category, event.version)


async def drop_what_is_withheld(event: ConsentChanged, work: Work) -> None:
    """What somebody takes back their consent to goes; figures that were released stand."""
    if Purpose.FEEDBACK in event.withheld:
        await LongOver(work).drop_feedback_of(event.member)


async def erase_member(event: MemberErased, work: Work) -> None:
    """Erase a member and the text they wrote. Counts of what is over stay as they are."""
    records = Records(work)
    spoken = await records.documents_with_words_of(event.member)
    wrote = await records.documents_by(event.member)
    fresh = await erase(work, event.member)
    for calendar in await Calendars(work).forget_author(event.member, fresh):
        await read_soon(calendar, work)
    for written in await Traces(work).forget(event.member, fresh):
        meeting = replace(written, title="", reason="", where="", version=written.version + 1)
        await Meetings(work).keep(meeting)
        work.emit(MeetingBlanked.of(meeting.facts()))
    await withdraw_what_is_open(fresh, work)
    for meeting_id in spoken:
        documented = await Meetings(work).alone(meeting_id)
        if documented is not None:
            await write_again(documented, work, theirs=meeting_id in wrote)
    work.emit(
        SchedulingErased(
            aggregate=event.erasure, version=1, erasure=event.erasure, service="scheduling"
        )
    )
