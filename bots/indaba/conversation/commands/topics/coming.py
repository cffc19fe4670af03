"""Who comes to a meeting: answers, and being there."""

from __future__ import annotations

import re
from typing import ClassVar

from pydantic import Field

from indaba.contracts.ids import CODE_LETTERS
from indaba.contracts.passport import Role
from indaba.contracts.refusal import Refusal, hint
from indaba.contracts.scheduling import (
    AnswerRsvp,
    CheckIn,
    MeetingFacts,
    MeetingShown,
    RsvpAnswer,
    TakeRole,
)
from indaba.conversation.answer import Answer, Text
from indaba.conversation.commands.fields import Code, Guests
from indaba.conversation.commands.intent import Intent, Meant, ServiceClient
from indaba.conversation.commands.person import Person
from indaba.conversation.times import say_for
from indaba.conversation.wording import plain

DOOR = re.compile(f"[{CODE_LETTERS}]{{4}}")


class _Rsvp(Intent):
    """Says whether I come; the answer to say is the class's own."""

    needs: ClassVar[Role | None] = Role.MEMBER
    MEANT: ClassVar[Meant] = Meant.BY_YES
    said: ClassVar[RsvpAnswer | None] = None
    noted: ClassVar[str] = ""

    code: Code | None = Field(
        default=None,
        description="The meeting's code; the next one if you do not say",
        json_schema_extra={"code": True},
    )

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """One line; a sign is enough about a meeting that they named, or whose card it is under."""
        reply = await services.ask(AnswerRsvp(code=self.code, answer=self.said))
        words = _about(self.noted, reply.meeting, person)
        return self._answered(words, reply.meeting, person)

    def _answered(self, words: str, meeting: MeetingFacts, person: Person) -> Answer:
        """Who named no meeting is told which it was, when it is, and the way back."""
        when = say_for(meeting.starts_at, person.zone, person.wording.locale)
        if self.code is not None:
            beside = Text(person.wording.say("{when}", when=when))
            return Answer((Text(words), beside), card=meeting.id, ack=True)
        lines = [words, when]
        if self.said is not None:
            back = person.types("meeting withdraw", code=meeting.code)
            lines.append(person.wording.say("Not meant? Take it back: {line}", line=back))
        return Answer(tuple(Text(line) for line in lines), card=meeting.id)


def _about(words: str, meeting: MeetingFacts, person: Person) -> str:
    return person.wording.say(words, title=plain(meeting.title), code=meeting.code)


class SayYes(_Rsvp, noun="meeting", verb="yes", aliases=("yes",)):
    """Say that I come."""

    example: ClassVar[str] = "meeting yes M7K2"
    said = RsvpAnswer.YES
    noted = "Noted: you are coming to {title} ({code})."

    guests: Guests | None = Field(
        default=None,
        description="How many guests you bring, such as +2",
        json_schema_extra={"plus": True},
    )

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """One line, with guests; who has to wait for a place is told so in words."""
        asked = AnswerRsvp(code=self.code, answer=self.said, guests=self.guests)
        reply = await services.ask(asked)
        if not reply.waiting:
            return self._answered(self._with_guests(reply, person), reply.meeting, person)
        return Answer.of(
            person.wording.say(
                "{title} ({code}) is full. You are number {place} in the queue, and move up by "
                "yourself: I tell you then.",
                title=plain(reply.meeting.title),
                code=reply.meeting.code,
                place=str(reply.waiting),
            )
        )

    def _with_guests(self, reply: MeetingShown, person: Person) -> str:
        if not reply.my_guests:
            return _about(self.noted, reply.meeting, person)
        return person.wording.count(
            reply.my_guests,
            "Noted: you are coming to {title} ({code}) with {n} guest.",
            "Noted: you are coming to {title} ({code}) with {n} guests.",
            title=plain(reply.meeting.title),
            code=reply.meeting.code,
        )


class SayMaybe(_Rsvp, noun="meeting", verb="maybe", aliases=("maybe",)):
    """Say that I may come."""

    example: ClassVar[str] = "meeting maybe M7K2"
    said = RsvpAnswer.MAYBE
    noted = "Noted: you may come to {title} ({code})."


class SayNo(_Rsvp, noun="meeting", verb="no", aliases=("no",)):
    """Say that I do not come."""

    example: ClassVar[str] = "meeting no M7K2"
    said = RsvpAnswer.NO
    noted = "Noted: you are not coming to {title} ({code}) this time."


class WithdrawAnswer(_Rsvp, noun="meeting", verb="withdraw", aliases=("withdraw",)):
    """Take back what I said about coming."""

    example: ClassVar[str] = "meeting withdraw M7K2"
    said = None
    noted = "Noted: you have not said whether you come to {title} ({code})."


class Here(Intent, noun="meeting", verb="here", aliases=("here", "checkin", "check in")):
    """Say that I am at the meeting."""

    needs: ClassVar[Role | None] = Role.MEMBER
    MEANT: ClassVar[Meant] = Meant.BY_YES
    example: ClassVar[str] = "meeting here M7K2"

    code: Code | None = Field(
        default=None,
        description="The meeting's code; the one that is on if you do not say",
        json_schema_extra={"code": True},
    )
    door: str = Field(
        default="",
        max_length=20,
        description="The four letters the chair shows at the meeting, if you have them",
        json_schema_extra={"word": True, "or_meeting": True},
    )

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """One line; a sign is enough."""
        door = self.door.strip(" .!").upper() or None
        if door and not DOOR.fullmatch(door):
            raise NoDoorCode(self.door)
        reply = await services.ask(CheckIn(code=self.code, door=door))
        words = _about("Noted: you are at {title} ({code}).", reply.meeting, person)
        return Answer((Text(words),), card=reply.meeting.id, ack=True)


class NoDoorCode(Refusal):
    """What was typed cannot be the code shown at a meeting."""

    code = "no-door-code"

    def __init__(self, given: str) -> None:
        super().__init__(
            f"'{given[:20]}' is not such a code: the chair shows four letters or figures. "
            "You can check in without it: {hint}",
            hint=hint("here"),
        )


class DayRole(Intent, noun="meeting", verb="role", aliases=("take role",)):
    """Take a role for the day, or give it back."""

    needs: ClassVar[Role | None] = Role.MEMBER
    example: ClassVar[str] = "meeting role note-taker M7K2"

    role: str = Field(
        min_length=1,
        max_length=40,
        description="Which role, such as note-taker",
        json_schema_extra={"question": "Which role? The meeting's card lists those wanted."},
    )
    code: Code | None = Field(
        default=None,
        description="The meeting's code; the next one if you do not say",
        json_schema_extra={"code": True},
    )
    back: bool = Field(
        default=False,
        description="Give it back: yes",
        json_schema_extra={"keyed": True},
    )

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """One line; the card shows it."""
        asked = TakeRole(code=self.code, role=self.role, take=not self.back)
        meeting = (await services.ask(asked)).meeting
        words = "You gave {role} back." if self.back else "Thank you: {role} is yours."
        return Answer((Text(person.wording.say(words, role=plain(self.role))),), card=meeting.id)
