"""Taking back what was called a moment ago."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from pydantic import AwareDatetime

from indaba.contracts.passport import Role
from indaba.contracts.refusal import Hint, hint
from indaba.contracts.scheduling import CancelMeeting
from indaba.contracts.series import EndSeries, Scope
from indaba.conversation.answer import Answer, Choice, Choices, Text
from indaba.conversation.commands.intent import Intent, ServiceClient
from indaba.conversation.commands.numbered import FIVE
from indaba.conversation.commands.person import Person
from indaba.conversation.commands.taking_back import way_back
from indaba.conversation.wording import Wording

UNDONE_WITHIN = timedelta(minutes=10)


class TakeBack(
    Intent,
    noun="me",
    verb="undo",
    aliases=("undo", "undo it", "undo that", "take it back", "take that back"),
):
    """Take back what I did a moment ago."""

    example: ClassVar[str] = "me undo"

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """What can be taken back here, by name: a choice for each."""
        say = person.wording.say
        if not person.undoable:
            words = "Nothing of yours can be undone here now: that goes for a few minutes, where "
            words += "it was done. To call a meeting off: {cancel}. To move it: {move}"
            cancel = person.types("meeting cancel", code="M7K2")
            move = person.types("meeting move", code="M7K2", when="fri 17:00")
            return Answer.of(say(words, cancel=cancel, move=move))
        picks = tuple(
            Choice(say("Undo: {what}", what=intent.takes_back(person.wording)), number, intent)
            for number, intent in zip(FIVE, person.undoable, strict=False)
        )
        lead = "You said more since, so I ask before I undo anything. Which do you mean?"
        if not person.moved_on:
            lead = "There is more than one thing of yours to undo. Which do you mean?"
        return Answer((Text(say(lead)), Choices(picks)))


class Uncall(Intent, noun="meeting", verb="uncall", hidden=True):
    """Take back a meeting or series that was called a moment ago."""

    needs: ClassVar[Role | None] = Role.FACILITATOR

    code: str
    until: AwareDatetime
    scope: Scope = Scope.THIS

    def again(self) -> Hint:
        """It can be called off at any time."""
        return hint("meeting cancel", code=self.code)

    def takes_back(self, wording: Wording) -> str:
        """The call."""
        return wording.say("call off {code}", code=self.code)

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """One line: the card changes by itself."""
        say = person.wording.say
        if person.now > self.until:
            words = "That was called more than ten minutes ago. To call it off, type: {line}"
            return Answer.of(say(words, line=person.types("meeting cancel", code=self.code)))
        if self.scope is Scope.THIS:
            await services.ask(CancelMeeting(code=self.code))
        else:
            await services.ask(EndSeries(code=self.code, scope=self.scope))
        return Answer.of(say("Called off: {code}", code=self.code))


def with_undo(words: str, code: str, person: Person, scope: Scope = Scope.THIS) -> Answer:
    """That something was called, with the way back: a choice for ten minutes, and a line."""
    say = person.wording.say
    whole = {} if scope is Scope.THIS else {"scope": scope.value}
    line = person.types("meeting cancel", code=code, **whole)
    how = say("Called by mistake? You can undo it for ten minutes; later, type: {line}", line=line)
    undo = Uncall(code=code, until=person.now + UNDONE_WITHIN, scope=scope)
    return Answer((Text(words), Text(how), way_back(undo, person.wording)))
