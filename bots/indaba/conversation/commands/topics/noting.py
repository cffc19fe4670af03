"""Putting lines into the minutes: by command, by tag, by menu, by button."""

from __future__ import annotations

import hashlib
from typing import Annotated, ClassVar

from pydantic import Field
from pydantic.config import JsonDict

from indaba.contracts.actions import ActionShown
from indaba.contracts.ids import MemberId
from indaba.contracts.passport import Role
from indaba.contracts.record import ChangeNote, NoteKind, NoteTaken, Rule, TakeNote
from indaba.contracts.scheduling import CheckIn, Presence
from indaba.conversation.answer import Answer, Audience, Choice, Choices, Text
from indaba.conversation.commands.fields import Code, one_of
from indaba.conversation.commands.intent import HELD, Intent, Meant, ServiceClient, question
from indaba.conversation.commands.never_mind import NeverMind
from indaba.conversation.commands.person import Person
from indaba.conversation.commands.topics.holding import members_called, named_first
from indaba.conversation.commands.topics.saving import NotFromAMember
from indaba.conversation.wording import plain

KEYED: JsonDict = {"keyed": True}
CODE: JsonDict = {"code": True}
ON = "The meeting's code; the one that is on, or was last, if you do not say"

SIGNS = {
    NoteKind.DECISION: "⚖️",
    NoteKind.ACTION: "📌",
    NoteKind.INFO: "ℹ️",
    NoteKind.IDEA: "💡",
    NoteKind.HELP: "🙋",
    NoteKind.LINK: "🔗",
}
LABELS = {
    NoteKind.DECISION: "Decision",
    NoteKind.ACTION: "Action",
    NoteKind.INFO: "Information",
    NoteKind.IDEA: "Idea",
    NoteKind.HELP: "Asked for help",
    NoteKind.LINK: "Link",
}
Kind = Annotated[NoteKind, one_of(NoteKind)]


def origin_in(room: str, message: str) -> str:
    """Where in chat a line was written, as nothing but a digest."""
    return hashlib.sha256(f"{room}/{message}".encode()).hexdigest()[:40]


class Note(Intent, noun="meeting", verb="note", aliases=("note", "minutes note")):
    """Put a line into the minutes of the meeting that is on."""

    ABOUT = HELD
    needs: ClassVar[Role | None] = Role.MEMBER
    example: ClassVar[str] = "meeting note decision We meet on Thursdays"

    kind: Kind = Field(
        description="decision, action, info, idea, help or link",
        json_schema_extra={"question": "What is it? decision, action, info, idea, help or link"},
    )
    text: str = Field(
        min_length=1,
        max_length=1000,
        description="The line itself",
        json_schema_extra={
            "question": "What should I write into the minutes?",
            "for_person": True,
        },
    )
    code: Code | None = Field(default=None, description=ON, json_schema_extra=CODE)
    owner: str | None = Field(
        default=None,
        max_length=255,
        description="For an action: who does it; name or mention the person",
        json_schema_extra={**KEYED, "person": True},
    )
    due: str = Field(
        default="", max_length=80, description="For an action: by when", json_schema_extra=KEYED
    )
    rule: Annotated[Rule | None, one_of(Rule)] = Field(
        default=None,
        description="For a decision: consensus, consent, vote or lazy consensus",
        json_schema_extra=KEYED,
    )

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """What was noted, so that everybody sees it."""
        named: tuple[str, ...] = (self.owner,) if self.owner else ()
        text = self.text
        if self.kind is NoteKind.ACTION and not named:
            named, text = named_first(text)
        owners = await members_called(named[:1], person, services)
        asked = TakeNote(
            code=self.code,
            kind=self.kind,
            text=text,
            owner=owners[0] if owners else None,
            due=self.due,
            rule=self.rule,
        )
        return noted(await services.ask(asked), person)


def day_in_doubt(shown: ActionShown, person: Person) -> tuple[Text, ...]:
    """Why an action has no day, and how it gets one; nothing where its day is clear."""
    if not shown.doubt:
        return ()
    line = person.types("action due", code=shown.action.code, day="3 May")
    how = person.wording.say("To name the day: {line}", line=line)
    return (Text(person.wording.foreign(shown.doubt)), Text(how))


def noted(taken: NoteTaken, person: Person) -> Answer:
    """A line in the minutes, for everybody to read; a sign is enough under the line itself."""
    note, say = taken.note, person.wording.say
    words = say(
        "{kind} {number}: {text}",
        kind=say(LABELS[note.kind]),
        number=str(note.number),
        text=plain(note.text),
    )
    if taken.action is not None:
        words = say("{words} ({code})", words=words, code=taken.action.code)
    lines = [Text(words)]
    if note.quorum is not None and not note.quorum.met:
        lines.append(Text(say("There was no quorum at this moment; the minutes say so.")))
    if taken.doubt and taken.action is not None:
        lines += day_in_doubt(ActionShown(action=taken.action, doubt=taken.doubt), person)
    sign, enough = SIGNS[note.kind], not taken.doubt
    return Answer(tuple(lines), Audience.ROOM, card=taken.meeting.id, ack=enough, sign=sign)


def _no_words(person: Person) -> Answer:
    say = person.wording.say
    return Answer.of(say("Write a few words after the tag, or reply to a message with it."))


class Tagged(Intent, noun="meeting", verb="tagged", hidden=True):
    """Keep a line that somebody tagged in the room."""

    MEANT: ClassVar[Meant] = Meant.BY_YES
    needs: ClassVar[Role | None] = Role.MEMBER

    kind: NoteKind
    text: str = Field(json_schema_extra={"for_person": True})
    origin: str
    code: str | None = None
    mentions: tuple[str, ...] = ()
    author: MemberId | None = None

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """A sign on the line."""
        if not self.text.strip():
            return _no_words(person)
        owner = None
        text = self.text
        first, rest = named_first(text)
        named = (*self.mentions, *first)
        if self.kind is NoteKind.ACTION and named:
            owner = (await members_called(named[:1], person, services))[0]
            text = rest
        asked = TakeNote(
            code=self.code,
            kind=self.kind,
            text=text[:1000],
            origin=self.origin,
            owner=owner,
            author=self.author,
        )
        return noted(await services.ask(asked), person)


class TaggedReply(Intent, noun="meeting", verb="tagged-reply", hidden=True):
    """Keep the message that a bare tag replies to."""

    needs: ClassVar[Role | None] = Role.MEMBER
    POINTS: ClassVar[bool] = True

    kind: NoteKind
    code: str | None = None

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """A sign on the tag."""
        written = person.written
        if written is None or not written.text.strip():
            return _no_words(person)
        if person.author is None:
            raise NotFromAMember
        asked = TakeNote(
            code=self.code,
            kind=self.kind,
            text=written.text[:1000],
            origin=origin_in(person.room, written.message),
            author=person.author,
        )
        return noted(await services.ask(asked), person)


class Retagged(Intent, noun="meeting", verb="retagged", hidden=True):
    """A message changed or was taken back: its line in the minutes follows."""

    SILENT: ClassVar[bool] = True
    HUSHED: ClassVar[frozenset[str]] = frozenset(
        {"no-such-note", "not-your-note", "not-a-member", "no-community", "note-empty"}
    )

    origin: str
    text: str = ""
    gone: bool = False

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """Nothing is said."""
        await services.ask(ChangeNote(origin=self.origin, text=self.text[:1000], gone=self.gone))
        return Answer(())


class Noticed(Intent, noun="meeting", verb="noticed", hidden=True):
    """Somebody wrote in a meeting's thread, or is in its voice channel: they are there."""

    SILENT: ClassVar[bool] = True
    HUSHED: ClassVar[frozenset[str]] = frozenset(
        {
            "no-such-meeting",
            "check-in-not-open",
            "meeting-over",
            "meeting-called-off",
            "not-a-member",
            "no-community",
        }
    )

    code: str
    how: Presence = Presence.WROTE

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """Nothing is said."""
        await services.ask(CheckIn(code=self.code, how=self.how))
        return Answer(())


class AddToMinutes(Intent, noun="minutes", verb="add", aliases=("add to minutes",)):
    """Put a message that somebody wrote into the minutes."""

    needs: ClassVar[Role | None] = Role.MEMBER
    POINTS: ClassVar[bool] = True
    example: ClassVar[str] = "minutes add"

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """What kind of line it is: a choice for each."""
        say, written = person.wording.say, person.written
        if written is None or not written.text.strip():
            line = person.types("meeting note", kind="info", text="We meet on Thursdays")
            return Answer.of(say("Reply to a message with this, or type: {line}", line=line))
        if person.author is None:
            raise NotFromAMember
        origin = origin_in(person.room, written.message)
        picks = tuple(
            Choice(
                say(LABELS[kind]),
                SIGNS[kind],
                Tagged(kind=kind, text=written.text[:1000], origin=origin, author=person.author),
            )
            for kind in NoteKind
        )
        lead = Text(say("What is it? {text}", text=plain(written.text[:200])))
        return Answer((lead, Choices((*picks, Choice(say("Stop"), "❌", NeverMind())))))


class AskNote(Intent, noun="minutes", verb="write"):
    """Put a line into the minutes, step by step."""

    ABOUT = HELD
    MEANT: ClassVar[Meant] = Meant.BY_YES
    needs: ClassVar[Role | None] = Role.MEMBER
    example: ClassVar[str] = "minutes write M7K2"

    code: Code | None = Field(default=None, description=ON, json_schema_extra=CODE)
    kind: Annotated[NoteKind | None, one_of(NoteKind)] = Field(
        default=None,
        description="decision, action, info, idea, help or link",
        json_schema_extra=KEYED,
    )

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """The kinds to choose from, then the line."""
        say = person.wording.say
        if self.kind is not None:
            filled: dict[str, object] = {"kind": self.kind.value}
            filled |= {"code": self.code} if self.code else {}
            return Answer((question(Note, filled, "text", person.wording),))
        picks = tuple(
            Choice(say(LABELS[kind]), SIGNS[kind], AskNote(code=self.code, kind=kind))
            for kind in NoteKind
        )
        return Answer((Text(say("What do you want to note?")), Choices(picks)))
