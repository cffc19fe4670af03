"""Agendas and methods: adding, ordering, and moving from topic to topic."""

from typing import Any

from indaba.contracts.agenda import (
    AddAgendaItem,
    AgendaShown,
    ChangeAgendaItem,
    ListMethods,
    MethodsListed,
    OpenTopic,
    RemoveAgendaItem,
    ShowAgenda,
    TopicOpened,
)
from indaba.contracts.ids import MeetingCode, MemberId
from indaba.ledger import Work
from indaba.ledger.merging import now_called
from indaba.scheduling.handlers.keeping import (
    check_chair,
    facilitates,
    meeting_called,
    meeting_on,
)
from indaba.scheduling.model import (
    METHODS,
    Agenda,
    Item,
    Meeting,
    NothingPlanned,
    method_named,
)
from indaba.scheduling.store import Agendas
from indaba.scheduling.workflows import agenda as timers


async def add_agenda_item(request: AddAgendaItem, work: Work) -> AgendaShown:
    """Add an item, which any member may. If no meeting is planned, it waits for the next one."""
    author = await now_called(work, work.passport.a_member())
    item = Item(id=work.world.new_id(), author=author, **request.model_dump(exclude={"code"}))
    meeting, agenda = await _agenda(work, request.code)
    leads = facilitates(work) or (meeting is not None and author == meeting.chair)
    return await _keep_and_show(work, meeting, agenda.add(item, leads=leads))


async def show_agenda(request: ShowAgenda, work: Work) -> AgendaShown:
    """Show a meeting's agenda, or the items that wait for the next meeting."""
    return _shown(*await _agenda(work, request.code))


async def change_agenda_item(request: ChangeAgendaItem, work: Work) -> AgendaShown:
    """Change an item, or move it to another position."""
    meeting, agenda = await _may_change(work, request.code, request.number)
    facts: dict[str, Any] = request.model_dump(
        exclude={"code", "number", "place"}, exclude_none=True
    )
    return await _keep_and_show(
        work, meeting, agenda.change(request.number, request.place, **facts)
    )


async def remove_agenda_item(request: RemoveAgendaItem, work: Work) -> AgendaShown:
    """Remove an item."""
    meeting, agenda = await _may_change(work, request.code, request.number)
    return await _keep_and_show(work, meeting, agenda.remove(request.number))


async def open_topic(request: OpenTopic, work: Work) -> AgendaShown:
    """Make an item the topic of the moment; a new title is added first."""
    member = await now_called(work, work.passport.a_member())
    meeting = await meeting_on(work, request.code)
    check_chair(work, meeting, member)
    agenda = await Agendas(work).of(meeting.id)
    agenda, item = _topic(request, agenda, member, work)
    opened = agenda.open(item)
    number = [each.id for each in opened.items].index(item.id) + 1
    meeting = await timers.keep_agenda(meeting, opened, work)
    work.emit(TopicOpened.of(meeting.facts(), item=opened.at(number).facts(number)))
    await timers.begin_steps(meeting, item, number, work)
    return _shown(meeting, opened)


def _topic(request: OpenTopic, agenda: Agenda, member: MemberId, work: Work) -> tuple[Agenda, Item]:
    """The item meant: by number or title, else the next open one. A new title adds an item."""
    if request.number is not None:
        return agenda, agenda.at(request.number)
    if request.title is None:
        return agenda, agenda.next_open()
    item = agenda.titled(request.title)
    if item is not None:
        return agenda, item
    more = agenda.add(Item(id=work.world.new_id(), author=member, title=request.title), leads=True)
    return more, more.items[-1]


async def list_methods(request: ListMethods, work: Work) -> MethodsListed:  # noqa: ARG001 - the same for all
    """List all methods, or the one with a name."""
    return MethodsListed(methods=(method_named(request.name),) if request.name else METHODS)


async def _agenda(work: Work, code: MeetingCode | None) -> tuple[Meeting | None, Agenda]:
    """The meeting and its agenda. With no code and nothing planned: `None`, and what waits."""
    try:
        meeting = await meeting_called(work, code)
    except NothingPlanned:
        return None, await Agendas(work).waiting(work.passport.in_community())
    return meeting, await Agendas(work).of(meeting.id)


async def _may_change(
    work: Work, code: MeetingCode | None, number: int
) -> tuple[Meeting | None, Agenda]:
    """The meeting and agenda, if the asker added the item, chairs the meeting, or facilitates."""
    member = await now_called(work, work.passport.a_member())
    meeting, agenda = await _agenda(work, code)
    if agenda.at(number).author == member:
        return meeting, agenda
    if meeting is None:
        work.passport.a_facilitator()
    else:
        check_chair(work, meeting, member)
    return meeting, agenda


async def _keep_and_show(work: Work, meeting: Meeting | None, agenda: Agenda) -> AgendaShown:
    if meeting is None:
        await Agendas(work).keep(work.passport.in_community(), None, agenda)
    else:
        meeting = await timers.keep_agenda(meeting, agenda, work)
    return _shown(meeting, agenda)


def _shown(meeting: Meeting | None, agenda: Agenda) -> AgendaShown:
    facts = meeting.facts() if meeting else None
    return AgendaShown(meeting=facts, items=agenda.facts(), minutes=agenda.minutes)
