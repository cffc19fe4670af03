"""What happens to agendas by the clock and by what happens to meetings."""

from datetime import timedelta
from typing import Any

from indaba.contracts.agenda import AgendaChanged, AgendaItem, StepDue
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
        await do_step(meeting, item.facts(number), body, work)


async def do_step(meeting: Meeting, item: AgendaItem, body: dict[str, Any], work: Work) -> None:
    """Tell of a step of the topic's method, and set the next one; past the last, nothing."""
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
