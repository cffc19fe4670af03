"""Agendas: seeing, adding, ordering, and going from topic to topic."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field
from pydantic.config import JsonDict

from indaba.contracts.agenda import (
    AddAgendaItem,
    AgendaItem,
    AgendaShown,
    ChangeAgendaItem,
    ItemStatus,
    ListMethods,
    Method,
    OpenTopic,
    RemoveAgendaItem,
    Result,
    ShowAgenda,
)
from indaba.contracts.passport import Role
from indaba.conversation.answer import Answer, Facts, Items, Text
from indaba.conversation.commands.fields import Code, Minutes, one_of
from indaba.conversation.commands.intent import Intent, ServiceClient
from indaba.conversation.commands.person import Person
from indaba.conversation.commands.topics.holding import members_called
from indaba.conversation.wording import Wording, plain

KEYED: JsonDict = {"keyed": True}
CODE: JsonDict = {"code": True}
WHICH = "The meeting's code; the next one if you do not say"
MARKS = {ItemStatus.NOW: "▶", ItemStatus.DONE: "✓"}

ItemResult = Annotated[Result, one_of(Result)]


ASKS_WHATS_ON = ("what is on the agenda", "what's on the agenda", "whats on the agenda")


class Agenda(
    Intent, noun="agenda", verb="show", aliases=("agenda list", "show agenda", *ASKS_WHATS_ON)
):
    """Show a meeting's agenda."""

    needs: ClassVar[Role | None] = Role.MEMBER
    example: ClassVar[str] = "agenda show M7K2"

    code: Code | None = Field(default=None, description=WHICH, json_schema_extra=CODE)

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """The items in order, and how to add one."""
        return agenda_shown(await services.ask(ShowAgenda(code=self.code)), person)


class AddItem(Intent, noun="agenda", verb="add", aliases=("meeting agenda", "agenda")):
    """Add to the agenda; without words it is shown."""

    needs: ClassVar[Role | None] = Role.MEMBER
    example: ClassVar[str] = "agenda add Reading in Grade 1"

    title: str = Field(default="", max_length=120, description="What to talk about")
    code: Code | None = Field(default=None, description=WHICH, json_schema_extra=CODE)
    result: ItemResult = Field(
        default=Result.SHARE,
        description="What it is to lead to: share, decide, learn, plan, connect or evaluate",
        json_schema_extra=KEYED,
    )
    owner: str | None = Field(
        default=None,
        max_length=255,
        description="Who leads it: name or mention the person",
        json_schema_extra={**KEYED, "person": True},
    )
    method: str = Field(
        default="",
        max_length=40,
        description="How: a method such as check-in or spotlight",
        json_schema_extra=KEYED,
    )
    minutes: Minutes | None = Field(
        default=None, description="How long it takes", json_schema_extra=KEYED
    )
    preread: str = Field(
        default="",
        max_length=300,
        description="What to read before: a link, or a code from the library",
        json_schema_extra=KEYED,
    )

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """The agenda as it is now."""
        if not self.title:
            return agenda_shown(await services.ask(ShowAgenda(code=self.code)), person)
        owner = (await members_called((self.owner,), person, services))[0] if self.owner else None
        asked = AddAgendaItem(
            code=self.code,
            title=self.title,
            result=self.result,
            owner=owner,
            method=self.method,
            minutes=self.minutes or 0,
            pre_read=self.preread,
        )
        return agenda_shown(await services.ask(asked), person)


class ChangeItem(Intent, noun="agenda", verb="change", aliases=("agenda edit",)):
    """Change an item of the agenda, or move it to another place."""

    needs: ClassVar[Role | None] = Role.MEMBER
    example: ClassVar[str] = "agenda change 2 place: 1"

    item: Annotated[int, Field(ge=1, le=100)] = Field(
        description="The item's number",
        json_schema_extra={"number": True, "question": "Which item? Give its number."},
    )
    code: Code | None = Field(default=None, description=WHICH, json_schema_extra=CODE)
    place: Annotated[int, Field(ge=1, le=100)] | None = Field(
        default=None, description="Its new place, from 1", json_schema_extra=KEYED
    )
    title: str | None = Field(
        default=None,
        min_length=1,
        max_length=120,
        description="What to talk about",
        json_schema_extra=KEYED,
    )
    result: ItemResult | None = Field(
        default=None, description="What it is to lead to", json_schema_extra=KEYED
    )
    method: str | None = Field(
        default=None, max_length=40, description="How: a method", json_schema_extra=KEYED
    )
    minutes: Minutes | None = Field(
        default=None, description="How long it takes", json_schema_extra=KEYED
    )

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """The agenda as it is now."""
        given = self.model_dump(exclude={"item", "code"}, exclude_none=True)
        asked = ChangeAgendaItem(code=self.code, number=self.item, **given)
        return agenda_shown(await services.ask(asked), person)


class RemoveItem(Intent, noun="agenda", verb="remove", aliases=("agenda delete",)):
    """Take an item off the agenda."""

    needs: ClassVar[Role | None] = Role.MEMBER
    example: ClassVar[str] = "agenda remove 2"

    item: Annotated[int, Field(ge=1, le=100)] = Field(
        description="The item's number",
        json_schema_extra={"number": True, "question": "Which item? Give its number."},
    )
    code: Code | None = Field(default=None, description=WHICH, json_schema_extra=CODE)

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """The agenda as it is now."""
        asked = RemoveAgendaItem(code=self.code, number=self.item)
        return agenda_shown(await services.ask(asked), person)


class Topic(Intent, noun="agenda", verb="topic", aliases=("topic", "meeting topic", "next topic")):
    """Go to the next item, or to another topic."""

    needs: ClassVar[Role | None] = Role.MEMBER
    example: ClassVar[str] = "agenda topic Reading in Grade 1"

    title: str = Field(
        default="", max_length=120, description="An item's number, or the words of a topic"
    )
    code: Code | None = Field(
        default=None,
        description="The meeting's code; the one that is on if you do not say",
        json_schema_extra=CODE,
    )

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """A sign: the thread is told of the topic."""
        number = int(self.title) if self.title.strip(" .").isdecimal() else None
        title = None if number is not None else self.title or None
        shown = await services.ask(OpenTopic(code=self.code, number=number, title=title))
        now = next((item for item in shown.items if item.status is ItemStatus.NOW), None)
        words = person.wording.say("Topic: {topic}", topic=plain(now.title) if now else "")
        return Answer((Text(words),), ack=True, sign="▶️")


class Methods(Intent, noun="agenda", verb="method", aliases=("methods", "method")):
    """Show the methods for agenda items, or one with its steps."""

    example: ClassVar[str] = "agenda method spotlight"

    name: str = Field(default="", max_length=60, description="A method, such as check-in")

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """All in one line each, or one with its steps and their minutes."""
        found = (await services.ask(ListMethods(name=self.name))).methods
        if self.name and len(found) == 1:
            return _method(found[0], person)
        say = person.wording.say
        lines = tuple(
            say(
                "{key}: {name}, {group} people, works in text: {works}",
                key=method.key,
                name=say(method.name),
                group=say(method.group),
                works=say(method.in_text),
            )
            for method in found
        )
        more = say(
            "To see the steps: {line}", line=person.types("agenda method", name=found[0].key)
        )
        return Answer((Text(say("Methods for an agenda item:")), Items(lines), Text(more)))


def _method(method: Method, person: Person) -> Answer:
    wording, say = person.wording, person.wording.say
    steps = tuple(
        say(
            "{minutes}: {words}",
            minutes=wording.length(step.minutes),
            words=say(step.words),
        )
        for step in method.steps
    )
    rows = ((say("Group"), say(method.group)), (say("Works in text"), say(method.in_text)))
    use = person.types("agenda add", title="Welcome", method=method.key)
    return Answer(
        (
            Text(say("{name}. {note}", name=say(method.name), note=say(method.note))),
            Facts(rows),
            Items(steps),
            Text(say("To use it: {line}", line=use)),
        )
    )


def agenda_shown(shown: AgendaShown, person: Person) -> Answer:
    """An agenda in order, with how much time is planned."""
    wording, say = person.wording, person.wording.say
    meeting = shown.meeting
    name = (
        say("{title} ({code})", title=plain(meeting.title), code=meeting.code)
        if meeting
        else say("the next meeting, which is not planned yet")
    )
    add = say("To add to it: {line}", line=person.types("agenda add", title="Reading in Grade 1"))
    if not shown.items:
        return Answer.of(say("Nothing is on the agenda of {name}.", name=name), add)
    lead = say("Agenda of {name}:", name=name)
    if shown.minutes:
        lead = say("{lead} {time} planned", lead=lead, time=wording.length(shown.minutes))
    lines = tuple(item_line(item, wording) for item in shown.items)
    return Answer((Text(lead), Items(lines), Text(add)), card=meeting.id if meeting else None)


def item_line(item: AgendaItem, wording: Wording) -> str:
    """One item: number, title, result, time and method."""
    say = wording.say
    told = [say(item.result.value)] if item.result is not Result.SHARE else []
    told += [wording.length(item.minutes)] if item.minutes else []
    told += [item.method] if item.method else []
    told += [say("from last time")] if item.carried else []
    told += [say("read before: {what}", what=plain(item.pre_read))] if item.pre_read else []
    title = f"{MARKS.get(item.status, '')} {plain(item.title)}".strip()
    more = f" ({', '.join(told)})" if told else ""
    return say("{number}. {title}{more}", number=str(item.number), title=title, more=more)
