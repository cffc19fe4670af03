"""What happens to agendas by the clock and by what happens to meetings."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from indaba.contracts.agenda import AgendaChanged, AgendaItem, StepDue
from indaba.contracts.ids import MeetingId
from indaba.contracts.scheduling import MeetingStatus
from indaba.ledger import Work
from indaba.scheduling.model import Agenda, Item, Meeting, method_named
from indaba.scheduling.store import Agendas, Meetings

STEP = "method-step"


async def keep_agenda(meeting: Meeting, agenda: Agenda, work: Work) -> Meeting:
    """Keep and tell a meeting's agenda; gives the meeting as it is after it."""
    changed = meeting.touched(work.now)
    await Meetings(work).keep(changed)
    await Agendas(work).keep(meeting.community, meeting.id, agenda)
    work.emit(AgendaChanged.of(changed.facts(), items=agenda.facts()))
    return changed


async def carry_over(meeting: Meeting, work: Work) -> None:
    """What a meeting that is over did not reach goes to the next one, or waits for it."""
    agendas = Agendas(work)
    agenda = await agendas.of(meeting.id)
    left = agenda.left_over()
    if not agenda.items:
        return
    await agendas.keep(meeting.community, meeting.id, agenda.closed())
    following = await Meetings(work).following(meeting)
    if following is None:
        waiting = await agendas.waiting(meeting.community)
        await agendas.keep(meeting.community, None, Agenda((*waiting.items, *left)))
    elif left:
        theirs = await agendas.of(following.id)
        await keep_agenda(following, Agenda((*left, *theirs.items)), work)


async def take_up(meeting: Meeting, work: Work) -> None:
    """What waits goes on the agenda of a meeting just called."""
    agendas = Agendas(work)
    waiting = await agendas.waiting(meeting.community)
    if waiting.items:
        await agendas.keep(meeting.community, meeting.id, waiting)
        work.emit(AgendaChanged.of(meeting.facts(), items=waiting.facts()))


async def begin_steps(meeting: Meeting, item: Item, number: int, work: Work) -> None:
    """A topic with a method begins with its first step; the others follow by the clock."""
    await work.cancel_timer(STEP, str(meeting.id))
    if item.method:
        body = {"meeting": str(meeting.id), "item": str(item.id), "step": 0}
        await _step(meeting, item.facts(number), body, work)


async def step(body: dict[str, Any], work: Work) -> None:
    """The next step of the topic's method, while it still is the topic."""
    meeting = await Meetings(work).alone(MeetingId(UUID(body["meeting"])))
    if meeting is None or meeting.status is not MeetingStatus.LIVE:
        return
    agenda = await Agendas(work).of(meeting.id)
    now = agenda.now
    if now is not None and str(now.id) == body["item"]:
        await _step(meeting, now.facts(agenda.items.index(now) + 1), body, work)


async def _step(meeting: Meeting, item: AgendaItem, body: dict[str, Any], work: Work) -> None:
    steps, place = method_named(item.method).steps, int(body["step"])
    if place >= len(steps):
        return
    due = steps[place]
    after = work.now + timedelta(minutes=due.minutes)
    until = after if place + 1 < len(steps) else after + timedelta(minutes=due.minutes)
    work.emit(
        StepDue.of(
            meeting.facts(),
            item=item.number,
            step=place + 1,
            steps=len(steps),
            words=due.words,
            minutes=due.minutes,
            until=until,
        )
    )
    await work.set_timer(after, STEP, str(meeting.id), {**body, "step": place + 1})
