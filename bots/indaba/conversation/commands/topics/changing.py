"""About a meeting that was called: moving it, calling it off, closing it."""

from __future__ import annotations

from functools import partial
from typing import Annotated, ClassVar

from pydantic import Field, NaiveDatetime

from indaba.contracts.passport import Role
from indaba.contracts.refusal import Hint, hint
from indaba.contracts.scheduling import (
    CancelMeeting,
    MeetingFacts,
    MeetingStatus,
    MoveMeeting,
    ShowMeeting,
)
from indaba.contracts.series import Scope
from indaba.contracts.times import Reading, ReadWhen
from indaba.conversation.answer import Answer, Choice, Choices, Facts, Style, Text
from indaba.conversation.cards.views import states_of
from indaba.conversation.commands.fields import Code, one_of
from indaba.conversation.commands.in_parts import InParts
from indaba.conversation.commands.intent import Intent, Meant, ServiceClient
from indaba.conversation.commands.never_mind import NeverMind
from indaba.conversation.commands.person import Person
from indaba.conversation.commands.readings import asked_again, pick_reading
from indaba.conversation.commands.taking_back import way_back
from indaba.conversation.commands.topics.holding import Restore
from indaba.conversation.commands.topics.repeating import PreviewEnd, PreviewOtherwise
from indaba.conversation.commands.topics.scheduling import as_said, both_zones, own_time, when_here
from indaba.conversation.times import say_when
from indaba.conversation.wording import Wording, plain


class Move(
    InParts,
    noun="meeting",
    verb="move",
    aliases=("postpone", "reschedule", "meeting postpone", "meeting change", "change meeting"),
):
    """Move a meeting to another time."""

    needs: ClassVar[Role | None] = Role.FACILITATOR
    example: ClassVar[str] = "meeting move M7K2 fri 17:00"

    code: Code = Field(
        description="The meeting's code, such as M7K2",
        json_schema_extra={"code": True, "question": "Which meeting? Its code looks like M7K2."},
    )
    when: str = Field(
        min_length=1,
        max_length=200,
        description="The new time, in your own words: fri 17:00",
        json_schema_extra={"question": "To when? For example: fri 17:00"},
    )
    scope: Annotated[Scope, one_of(Scope)] = Field(
        default=Scope.THIS,
        description="Of a series: this, later (this and later ones) or all",
        json_schema_extra={"keyed": True},
    )

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """The preview when sure; else the readings to pick from, or the question again."""
        if self.scope is not Scope.THIS:
            other = PreviewOtherwise(code=self.code, text=self.when, scope=self.scope)
            return await other.respond(person, services)
        asking = partial(_asking, self.code)
        read, words = await self.read_on(self.when, asking, services)
        ready = [_preview(self.code, each) for each in read.readings]
        if read.sure and ready:
            return await ready[0].respond(person, services)
        if not ready:
            return asked_again(self, read.doubt, words, person.wording)
        return pick_reading(read.readings, ready, read.doubt, person.wording)


def _asking(code: str, text: str) -> ReadWhen:
    return ReadWhen(text=text, moves=code)


def _preview(code: str, read: Reading) -> PreviewMove:
    return PreviewMove(code=code, starts=read.starts, zone=read.zone, abroad=read.said_in)


class PreviewMove(Intent, noun="meeting", verb="preview-move", hidden=True):
    """Show what moving would do."""

    MEANT: ClassVar[Meant] = Meant.BY_YES
    needs: ClassVar[Role | None] = Role.FACILITATOR

    code: str
    starts: NaiveDatetime
    zone: str
    abroad: str = ""

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """From when to when, who is told, and the choice."""
        meeting = (await services.ask(ShowMeeting(code=self.code))).meeting
        wording, say = person.wording, person.wording.say
        if meeting.status is not MeetingStatus.SCHEDULED:
            return no_longer(meeting, wording)
        here, mine = both_zones(self.starts, self.zone, person)
        there = as_said(self.starts, self.zone, self.abroad, wording)
        rows = (
            (say("Title"), plain(meeting.title)),
            (say("From"), when_here(meeting, wording)),
            (say("To"), here),
            *(((say("As you said it"), there),) if there else ()),
            *own_time(here, mine, wording),
        )
        move = MoveNow(code=self.code, starts=self.starts, zone=self.zone)
        options = (
            Choice(say("Move {code}", code=meeting.code), "✅", move, Style.MAIN),
            Choice(say("Leave it as it is"), "❌", NeverMind()),
        )
        return Answer((Facts(rows), Text(who_is_told(meeting, wording)), Choices(options)))


def no_longer(meeting: MeetingFacts, wording: Wording) -> Answer:
    """Why nothing about a meeting changes any more."""
    return Answer(states_of(meeting, wording))


def who_is_told(meeting: MeetingFacts, wording: Wording) -> str:
    """How many people said that they come or may come, and so are told."""
    return wording.count(
        meeting.counts.yes + meeting.counts.maybe,
        "I tell the room; {n} person said yes or maybe.",
        "I tell the room; {n} people said yes or maybe.",
    )


class MoveNow(Intent, noun="meeting", verb="move-now", hidden=True):
    """Move the meeting as previewed."""

    needs: ClassVar[Role | None] = Role.FACILITATOR

    code: str
    starts: NaiveDatetime
    zone: str

    def again(self) -> Hint:
        """What led to it."""
        return hint("meeting move", code=self.code)

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """One line: the card changes by itself."""
        asked = MoveMeeting(code=self.code, starts=self.starts, zone=self.zone)
        meeting = (await services.ask(asked)).meeting
        when = when_here(meeting, person.wording)
        words = person.wording.say("Moved: {code}, now {when}", code=meeting.code, when=when)
        if meeting.moved_from is None:
            return Answer((Text(words),), card=meeting.id)
        back = MoveBack(code=meeting.code, starts=meeting.moved_from, zone=meeting.zone)
        return Answer((Text(words), way_back(back, person.wording)))


class MoveBack(MoveNow, noun="meeting", verb="move-back", hidden=True):
    """Move the meeting back to where it was."""

    def takes_back(self, wording: Wording) -> str:
        """The move."""
        when = say_when(self.starts, self.zone, wording.locale)
        return wording.say("move {code} back to {when}", code=self.code, when=when)


class Cancel(
    Intent,
    noun="meeting",
    verb="cancel",
    aliases=("call off", "delete meeting", "remove meeting", "meeting delete", "meeting remove"),
):
    """Call a meeting off."""

    needs: ClassVar[Role | None] = Role.FACILITATOR
    example: ClassVar[str] = "meeting cancel M7K2 the hall is taken"

    code: Code = Field(
        description="The meeting's code, such as M7K2",
        json_schema_extra={"code": True, "question": "Which meeting? Its code looks like M7K2."},
    )
    reason: str = Field(default="", max_length=300, description="Why, for those who wanted to come")
    scope: Annotated[Scope, one_of(Scope)] = Field(
        default=Scope.THIS,
        description="Of a series: this, later (this and later ones) or all",
        json_schema_extra={"keyed": True},
    )

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """What is called off, who is told, and the choice."""
        if self.scope is not Scope.THIS:
            end = PreviewEnd(code=self.code, scope=self.scope, reason=self.reason)
            return await end.respond(person, services)
        meeting = (await services.ask(ShowMeeting(code=self.code))).meeting
        wording, say = person.wording, person.wording.say
        if meeting.status is not MeetingStatus.SCHEDULED:
            return no_longer(meeting, wording)
        rows = [(say("Title"), plain(meeting.title)), (say("When"), when_here(meeting, wording))]
        if self.reason:
            rows.append((say("Why"), plain(self.reason)))
        off = CallOff(code=self.code, reason=self.reason)
        options = (
            Choice(say("Call off {code}", code=meeting.code), "✅", off, Style.DANGER),
            Choice(say("Leave it as it is"), "❌", NeverMind()),
        )
        return Answer((Facts(tuple(rows)), Text(who_is_told(meeting, wording)), Choices(options)))


class CallOff(Intent, noun="meeting", verb="call-off", hidden=True):
    """Call the meeting off as previewed."""

    needs: ClassVar[Role | None] = Role.FACILITATOR

    code: str
    reason: str = ""

    def again(self) -> Hint:
        """What led to it."""
        return hint("meeting cancel", code=self.code)

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """One line: the card changes by itself."""
        asked = CancelMeeting(code=self.code, reason=self.reason)
        meeting = (await services.ask(asked)).meeting
        words = person.wording.say("Called off: {code}", code=meeting.code)
        return Answer((Text(words), way_back(Restore(code=meeting.code), person.wording)))
