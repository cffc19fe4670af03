"""Tells those whose plans a change alters: at once, or when their quiet hours are over."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from indaba.contracts.ids import MeetingId, MemberId
from indaba.contracts.plans import PlanChange, PlansChanged
from indaba.ledger import Work
from indaba.ledger.merging import who_asks
from indaba.scheduling.model import Meeting
from indaba.scheduling.model.plans import change_of_plans, concerned, still_so, told_at
from indaba.scheduling.store import ChoicesMade, Meetings

TELL_LATER = "plans-later"
LASTS = timedelta(hours=24)


async def plans_changed(before: Meeting, meeting: Meeting, work: Work) -> PlansChanged | None:
    """What those are told now whose plans a change alters, but not who made it; `None` for nobody.

    Others are told after their quiet hours. What waits to be told of an earlier change is dropped,
    as this one concerns the same people.
    """
    what = change_of_plans(before, meeting)
    if what is None:
        return None
    await work.cancel_timers(TELL_LATER, f"{meeting.id}/")
    who = await who_asks(work)
    members = [member for member in concerned(before) if member != who]
    begins = min(before.starts_at, meeting.starts_at)
    return await _parted(what, meeting, members, begins, work)


async def tell_later(body: dict[str, Any], work: Work) -> None:
    """Tell those whose quiet hours are over, if it still is so and they still mean to come."""
    meeting = await Meetings(work).alone(MeetingId(UUID(body["meeting"])))
    what = PlanChange(body["what"])
    starts = datetime.fromisoformat(body["starts"])
    if meeting is None or not still_so(what, meeting, starts, body["where"]):
        return
    waited = {MemberId(UUID(member)) for member in body["members"]}
    members = [member for member in concerned(meeting) if member in waited]
    event = await _parted(what, meeting, members, meeting.starts_at, work)
    if event is not None:
        work.emit(event.model_copy(update={"late": True}))


async def _parted(
    what: PlanChange,
    meeting: Meeting,
    members: Sequence[MemberId],
    begins: datetime,
    work: Work,
) -> PlansChanged | None:
    """What is told now, if to anybody; set timers for members whose quiet hours end later."""
    hours = await ChoicesMade(work).quiet_hours(members)
    due = {member: told_at(hours.get(member), begins, work.now) for member in members}
    now = tuple(member for member, at in due.items() if at == work.now)
    for at in sorted(set(due.values()) - {work.now}):
        body = {
            "meeting": str(meeting.id),
            "what": what,
            "starts": meeting.starts.isoformat(),
            "where": meeting.where,
            "members": [str(member) for member, then in due.items() if then == at],
        }
        key = f"{meeting.id}/{at.isoformat()}"
        await work.set_timer(at, TELL_LATER, key, body, meeting.community)
    if not now:
        return None
    return PlansChanged.of(meeting.facts(), what=what, members=now, until=work.now + LASTS)
