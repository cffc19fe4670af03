"""What happens to agendas when meetings begin, end or are scheduled, and by the clock."""

from datetime import timedelta
from typing import Any

from indaba.contracts.agenda import AgendaChanged, AgendaItem, StepDue
from indaba.ledger import Work
from indaba.scheduling.model import Agenda, Item, Meeting, method_named
from indaba.scheduling.store import Agendas, Meetings

STEP = "method-step"


async def keep_agenda(meeting: Meeting, agenda: Agenda, work: Work) -> Meeting:
    """Store a meeting's agenda and emit its event. Returns the meeting with its new version."""
    changed = meeting.touched(work.now)
    await Meetings(work).keep(changed)
    await Agendas(work).keep(meeting.community, meeting.id, agenda)
    work.emit(AgendaChanged.of(changed.facts(), items=agenda.facts()))
    return changed


async def carry_over(meeting: Meeting, work: Work) -> None:
    """Move what was not reached to the next meeting's agenda, or let it wait for one."""
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
    """Put the items that wait on the agenda of a meeting just scheduled."""
    agendas = Agendas(work)
    waiting = await agendas.waiting(meeting.community)
    if waiting.items:
        await agendas.keep(meeting.community, meeting.id, waiting)
        work.emit(AgendaChanged.of(meeting.facts(), items=waiting.facts()))


async def begin_steps(meeting: Meeting, item: Item, number: int, work: Work) -> None:
    """Begin the method of a topic with its first step. The others follow by the clock."""
    await work.cancel_timer(STEP, str(meeting.id))
    if item.method:
        body = {"meeting": str(meeting.id), "item": str(item.id), "step": 0}
        await do_step(meeting, item.facts(number), body, work)


async def do_step(meeting: Meeting, item: AgendaItem, body: dict[str, Any], work: Work) -> None:
    """Announce a step of the topic's method and plan the next one. Nothing after the last."""
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
    following = {**body, "step": place + 1}
    await work.set_timer(after, STEP, str(meeting.id), following, meeting.community)
