"""About one community in several rooms."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from indaba.contracts.linking import (
    AddPlace,
    CodeIssued,
    IssueRoomCode,
    RemovePlace,
    ShowRoomCode,
)
from indaba.contracts.passport import Role
from indaba.contracts.refusal import Hint, Refusal, hint
from indaba.contracts.scheduling import ListMeetings, MeetingFacts
from indaba.conversation.answer import Answer, Audience, Choice, Choices, Items, Style, Text
from indaba.conversation.commands.fields import Secret
from indaba.conversation.commands.intent import Intent, ServiceClient
from indaba.conversation.commands.never_mind import NeverMind
from indaba.conversation.commands.person import Person
from indaba.conversation.commands.topics.cop import AlreadyHere, RunsTheRoomOnly
from indaba.conversation.commands.topics.scheduling import MOST_LISTED, when_here
from indaba.conversation.wording import Wording, plain


def spoken(issued: CodeIssued) -> str:
    """A code as people read it out."""
    return f"{issued.code[:4]}-{issued.code[4:]}"


class InviteRoom(Intent, noun="cop", verb="invite", aliases=("invite room",)):
    """Get a code by which one more room or server joins this community."""

    PRIVATE: ClassVar[bool] = True
    needs: ClassVar[Role | None] = Role.FACILITATOR
    example: ClassVar[str] = "cop invite"

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """The code, and what to do with it."""
        code = spoken(await services.ask(IssueRoomCode()))
        say = person.wording.say
        return Answer.of(
            say("The code is {code}. It works once, for ten minutes.", code=code),
            say(
                "Somebody who runs the other room types there: {line}",
                line=person.types_elsewhere(hint("cop connect", code=code)),
            ),
            say("From then on each meeting has a card in both rooms, and one count."),
        )


class Connect(Intent, noun="cop", verb="connect"):
    """Make this room one more room of a community."""

    example: ClassVar[str] = "cop connect 7K2M-9QPX3"
    TAKES_CODES_OPENLY: ClassVar[bool] = True

    code: Secret = Field(
        description="The code that a facilitator of the community got from me",
        json_schema_extra={
            "question": "Which code did the facilitator get from me? It looks like 7K2M-9QPX3.",
            "word": True,
        },
    )

    @classmethod
    def check(cls, person: Person) -> None:
        """Raise `AlreadyHere` or `RunsTheRoomOnly`."""
        _may_connect(person)

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """What would happen, and the choice."""
        shown = await services.ask(
            ShowRoomCode(
                platform=person.platform,
                account=person.account,
                code=self.code,
                has_power=person.has_power,
                place=person.place,
            )
        )
        say, name = person.wording.say, plain(shown.community.name)
        lead = say(
            "This code is from {name}: {purpose}", name=name, purpose=plain(shown.community.purpose)
        )
        after = say(
            "If you go on, this room becomes one of its rooms: its meetings are posted here, and "
            "people here can become members of it."
        )
        connect = ConnectNow(ticket=shown.ticket)
        options = (
            Choice(say("Connect this room"), "✅", connect, Style.MAIN),
            Choice(say("Stop"), "❌", NeverMind()),
        )
        return Answer((Text(lead), Text(after), Choices(options)))


def _may_connect(person: Person) -> None:
    if person.community is not None and person.at_home:
        raise AlreadyHere(plain(person.community.name))
    if not person.has_power:
        raise RunsTheRoomOnly


class ConnectNow(Intent, noun="cop", verb="connect-now", hidden=True):
    """Connect the room, having seen to what."""

    ticket: str

    def again(self) -> Hint:
        """What led to it."""
        return hint("cop connect")

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """Says in the room what it belongs to now and what is coming."""
        _may_connect(person)
        shown = await services.ask(
            AddPlace(
                place=person.place,
                account=person.account,
                ticket=self.ticket,
                has_power=person.has_power,
            )
        )
        say, name = person.wording.say, plain(shown.community.name)
        coming = await _coming_for(services)
        lines = tuple(
            say(
                "{code} {title}: {when}",
                code=m.code,
                title=plain(m.title),
                when=when_here(m, person.wording),
            )
            for m in coming
        )
        joining = say("To become a member type: {line}", line=person.types("cop join"))
        lead = say("This room belongs to {name} now. Its meetings are posted here too.", name=name)
        blocks = (Text(lead), Text(joining), *_coming(lines, person.wording))
        return Answer(blocks, Audience.ROOM)


async def _coming_for(services: ServiceClient) -> tuple[MeetingFacts, ...]:
    """What is coming, for somebody who may know: who runs the room need not be a member."""
    try:
        return (await services.ask(ListMeetings(limit=MOST_LISTED))).meetings
    except Refusal:
        return ()


def _coming(lines: tuple[str, ...], wording: Wording) -> tuple[Text | Items, ...]:
    return (Text(wording.say("Coming meetings:")), Items(lines)) if lines else ()


class Disconnect(Intent, noun="cop", verb="disconnect"):
    """Take this room out of the community."""

    needs: ClassVar[Role | None] = Role.FACILITATOR
    example: ClassVar[str] = "cop disconnect"

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """What it means, and the choice."""
        say, name = person.wording.say, plain(person.in_community().name)
        words = (
            "If you go on, meetings of {name} are not posted here any more. Its members stay "
            "members. To undo it you need a new code from its other room."
        )
        options = (
            Choice(say("Disconnect this room"), "✅", DisconnectNow(), Style.DANGER),
            Choice(say("Stop"), "❌", NeverMind()),
        )
        return Answer((Text(say(words, name=name)), Choices(options)))


class DisconnectNow(Intent, noun="cop", verb="disconnect-now", hidden=True):
    """Disconnect the room, having been told what it means."""

    needs: ClassVar[Role | None] = Role.FACILITATOR

    def again(self) -> Hint:
        """What led to it."""
        return hint("cop disconnect")

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """Says so in the room."""
        await services.ask(RemovePlace(place=person.place))
        name = plain(person.in_community().name)
        words = person.wording.say("This room does not belong to {name} any more.", name=name)
        return Answer((Text(words),), Audience.ROOM)
