"""The record of a meeting: noting lines, correcting, approving, sharing."""

from __future__ import annotations

import re
from typing import Annotated, ClassVar

from pydantic import Field
from pydantic.config import JsonDict

from indaba.contracts.membership import Category
from indaba.contracts.openness import Openness
from indaba.contracts.passport import Role
from indaba.contracts.record import (
    ApproveMinutes,
    ChangeNote,
    EditHighlights,
    HighlightsShown,
    MinutesShown,
    MinutesStatus,
    NoteFacts,
    RestoreNote,
    SetQuorum,
    ShareHighlights,
    ShowHighlights,
    ShowMinutes,
)
from indaba.contracts.scheduling import MeetingFacts
from indaba.conversation.answer import Answer, Audience, Choice, Choices, Items, Style, Text
from indaba.conversation.commands.fields import Code, Listed, wrong
from indaba.conversation.commands.intent import HELD, Intent, Meant, ServiceClient
from indaba.conversation.commands.never_mind import NeverMind
from indaba.conversation.commands.person import Person
from indaba.conversation.commands.taking_back import way_back
from indaba.conversation.commands.topics.noting import LABELS
from indaba.conversation.wording import Wording, plain

KEYED: JsonDict = {"keyed": True}
CODE: JsonDict = {"code": True}
ON = "The meeting's code; the one that is on, or was last, if you do not say"


ASKS_WHAT_WAS_DECIDED = (
    "what did we decide",
    "what did we decide at",
    "what did we decide in",
    "what was decided",
    "what was decided at",
    "decisions",
)


class Minutes(
    Intent,
    noun="minutes",
    verb="show",
    aliases=("minutes", "meeting minutes", *ASKS_WHAT_WAS_DECIDED),
):
    """Show the minutes of a meeting."""

    ABOUT = HELD
    needs: ClassVar[Role | None] = Role.MEMBER
    example: ClassVar[str] = "minutes show M7K2"

    code: Code | None = Field(default=None, description=ON, json_schema_extra=CODE)

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """The lines by topic, with their numbers."""
        return minutes_shown(await services.ask(ShowMinutes(code=self.code)), person)


STATUS = {
    MinutesStatus.OPEN: "being written",
    MinutesStatus.DRAFT: "a draft",
    MinutesStatus.APPROVED: "approved",
}


def minutes_shown(shown: MinutesShown, person: Person) -> Answer:
    """Minutes as a list per topic, and what a facilitator does next."""
    wording, say = person.wording, person.wording.say
    meeting = shown.meeting
    lead = say(
        "Minutes of {title} ({code}), {status}.",
        title=plain(meeting.title),
        code=meeting.code,
        status=say(STATUS[shown.status]),
    )
    here = wording.count(shown.quorum.present, "{n} member was there.", "{n} members were there.")
    blocks: list[Text | Items] = [Text(lead), Text(here)]
    if not shown.topics:
        blocks.append(Text(say("Nothing was noted.")))
    for topic in shown.topics:
        if topic.title:
            blocks.append(Text(say("{topic}:", topic=plain(topic.title))))
        blocks.append(Items(tuple(_line(note, wording) for note in topic.notes)))
    if shown.changed:
        blocks.append(Text(say("Some lines changed after the minutes were approved.")))
    if shown.status is MinutesStatus.DRAFT and person.may(Approve):
        how = say(
            "To correct a line: {correct}. To approve: {approve}",
            correct=person.types(
                "minutes correct", line="1", text="We meet on Fridays", code=meeting.code
            ),
            approve=person.types("minutes approve", code=meeting.code),
        )
        blocks.append(Text(how))
    return Answer(tuple(blocks), card=meeting.id)


def _line(note: NoteFacts, wording: Wording) -> str:
    say = wording.say
    told = [say(note.rule.value)] if note.rule else []
    told += [say("no quorum")] if note.quorum and not note.quorum.met else []
    told += [note.action] if note.action else []
    told += [say("corrected")] if note.corrected else []
    told += [say("after approval")] if note.late else []
    more = f" ({', '.join(told)})" if told else ""
    return say(
        "{number}. {kind}: {text}{more}",
        number=str(note.number),
        kind=say(LABELS[note.kind]),
        text=plain(note.text),
        more=more,
    )


class Correct(Intent, noun="minutes", verb="correct", aliases=("correct", "meeting correct")):
    """Correct a line of the minutes, or take it out."""

    ABOUT = HELD
    needs: ClassVar[Role | None] = Role.MEMBER
    example: ClassVar[str] = "minutes correct 3 We meet on Fridays"

    line: Annotated[int, Field(ge=1, le=9999)] = Field(
        description="The line's number",
        json_schema_extra={
            "number": True,
            "question": "Which line? Give its number in the minutes.",
        },
    )
    text: str = Field(
        default="", max_length=1000, description="The line as it should be; nothing takes it out"
    )
    code: Code | None = Field(default=None, description=ON, json_schema_extra=CODE)

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """The line as it is now, or that it is out, with the way back."""
        say = person.wording.say
        meeting = (await services.ask(ShowMinutes(code=self.code))).meeting
        asked = ChangeNote(code=meeting.code, number=self.line, text=self.text)
        taken = await services.ask(asked)
        if not taken.note.removed:
            words = say(
                "Line {number} is now: {text}", number=str(self.line), text=plain(self.text)
            )
            return Answer((Text(words),), card=meeting.id)
        undo = PutBack(code=meeting.code, line=self.line)
        gone = say("Line {number} is out of the minutes.", number=str(self.line))
        return Answer((Text(gone), way_back(undo, person.wording)))


class PutBack(Intent, noun="minutes", verb="put-back", hidden=True):
    """Put a line back that was taken out."""

    MEANT: ClassVar[Meant] = Meant.BY_YES
    needs: ClassVar[Role | None] = Role.MEMBER

    code: str
    line: int

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """The line as it is again."""
        taken = await services.ask(RestoreNote(code=self.code, number=self.line))
        words = "Line {number} is back: {text}"
        note = taken.note
        return Answer.of(person.wording.say(words, number=str(note.number), text=plain(note.text)))

    def takes_back(self, wording: Wording) -> str:
        """The taking out."""
        words = "put line {number} of {code} back"
        return wording.say(words, number=str(self.line), code=self.code)


class Approve(Intent, noun="minutes", verb="approve", aliases=("approve", "meeting approve")):
    """Approve the minutes; they go to the library."""

    ABOUT = HELD
    needs: ClassVar[Role | None] = Role.FACILITATOR
    example: ClassVar[str] = "minutes approve M7K2"

    code: Code | None = Field(default=None, description=ON, json_schema_extra=CODE)

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """Which version it is, and what to do next."""
        shown = await services.ask(ApproveMinutes(code=self.code))
        say = person.wording.say
        return Answer(
            (
                Text(
                    say(
                        "Approved: minutes of {title} ({code}), version {version}. Members find "
                        "them in the library.",
                        title=plain(shown.meeting.title),
                        code=shown.meeting.code,
                        version=str(shown.version),
                    )
                ),
                Text(
                    say(
                        "Next, the highlights: {line}",
                        line=person.types("minutes highlights", code=shown.meeting.code),
                    )
                ),
            ),
            card=shown.meeting.id,
        )


class Highlights(
    Intent, noun="minutes", verb="highlights", aliases=("highlights", "meeting highlights")
):
    """See or write a meeting's highlights."""

    ABOUT = HELD
    needs: ClassVar[Role | None] = Role.FACILITATOR
    example: ClassVar[str] = "minutes highlights M7K2"

    code: Code | None = Field(default=None, description=ON, json_schema_extra=CODE)
    text: str = Field(
        default="",
        max_length=4000,
        description="Your own words, at most 600; leave it out to see the draft",
        json_schema_extra={"or_meeting": True},
    )

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """The text and the short version, and the choice to share them."""
        if self.text and self.code:
            shown = await services.ask(EditHighlights(code=self.code, text=self.text))
            return _highlights(shown, person)
        shown = await services.ask(ShowHighlights(code=self.code))
        return self._are_these(shown.meeting, person) if self.text else _highlights(shown, person)

    def _are_these(self, meeting: MeetingFacts, person: Person) -> Answer:
        """Whether words are for the meeting that was not named; they take the place of others."""
        say = person.wording.say
        lead = say(
            "Shall these words be the highlights of {title} ({code})? They take the place of those "
            "that are there.",
            title=plain(meeting.title),
            code=meeting.code,
        )
        write = Choice(
            say("Write them"), "✅", Highlights(code=meeting.code, text=self.text), Style.MAIN
        )
        words = Text(say("{words}", words=plain(self.text)))
        return Answer((Text(lead), words, Choices((write, Choice(say("No"), "❌", NeverMind())))))


def _highlights(shown: HighlightsShown, person: Person) -> Answer:
    say, meeting = person.wording.say, shown.meeting
    words = highlights_in_words(shown, person.wording)
    own = person.types("minutes highlights", code=meeting.code, text="What we learnt")
    how = Text(
        say(
            "They may be published, so please make sure that they name nobody. To write them "
            "yourself: {line}",
            line=own,
        )
    )
    if not words:
        return Answer(
            (Text(say("Nothing to share was noted. To write it yourself: {line}", line=own)),)
        )
    share = Choice(say("Share"), "📣", Share(code=meeting.code))
    options = Choices((share, Choice(say("Not now"), "❌", NeverMind())))
    return Answer((*words, how, options))


def highlights_in_words(shown: HighlightsShown, wording: Wording) -> tuple[Text, ...]:
    """The text and its short version; nothing where there is nothing but a title."""
    lines = [line for line in shown.text.splitlines() if line.strip()]
    if len(lines) <= 1:
        return ()
    draft = tuple(Text(_own(line, wording)) for line in lines[:60])
    return (*draft, Text(wording.say("For a phone: {short}", short=plain(shown.short))))


def _own(line: str, wording: Wording) -> str:
    """A line in the community's own words."""
    return wording.say("{words}", words=plain(line.lstrip("# ")))


class Share(Intent, noun="minutes", verb="share", aliases=("meeting share",)):
    """Share a meeting's highlights with the members."""

    ABOUT = HELD
    needs: ClassVar[Role | None] = Role.FACILITATOR
    example: ClassVar[str] = "minutes share M7K2"

    code: Code | None = Field(default=None, description=ON, json_schema_extra=CODE)

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """Where they are, said to the room."""
        shown = await services.ask(ShareHighlights(code=self.code))
        say, meeting = person.wording.say, shown.meeting
        link = f"{person.portal_url}/c/{person.in_community().key}/meetings/{meeting.code}"
        world = shown.opened is Openness.WORLD
        who = (
            say("Everybody can read them.")
            if world
            else say(
                "Members can read them. A facilitator publishes them for everybody: {line}",
                line=person.types("minutes publish", code=meeting.code),
            )
        )
        return Answer(
            (
                Text(_own(shown.short, person.wording)),
                Text(say("Highlights, also as a page to print: {link}", link=link)),
                Text(who),
            ),
            Audience.ROOM,
            card=meeting.id,
        )


def _required(given: tuple[str, ...]) -> dict[Category, int]:
    found: dict[Category, int] = {}
    for part in given:
        match = re.fullmatch(r"(\d{1,4})\s+([\w -]+?)s?|([\w -]+?)s?\s+(\d{1,4})", part.strip())
        name = (match[2] or match[3]).replace(" ", "-").casefold() if match else ""
        if not match or name not in {category.value for category in Category}:
            known = ", ".join(category.value for category in Category)
            raise wrong(
                "I could not read '{given}'. Say for example: 2 teacher. I know: {known}",
                given=part[:40],
                known=known,
            )
        found[Category(name)] = int(match[1] or match[4])
    return found


class Quorum(Intent, noun="minutes", verb="quorum", aliases=("quorum",)):
    """Choose how many must be there for a decision."""

    needs: ClassVar[Role | None] = Role.FACILITATOR
    example: ClassVar[str] = "minutes quorum 5"

    needed: Annotated[int, Field(ge=0, le=10_000)] = Field(
        description="How many members; 0 for no quorum",
        json_schema_extra={"number": True, "question": "How many members must be there?"},
    )
    required: Listed = Field(
        default=(),
        max_length=12,
        description="How many of a category, such as: 2 teacher, 1 government",
        json_schema_extra=KEYED,
    )

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """The rule as it is now."""
        from pydantic_core import PydanticCustomError

        say = person.wording.say
        try:
            required = _required(self.required)
        except PydanticCustomError as error:
            facts = dict(error.context or {})
            words = str(facts.pop("words", ""))
            return Answer.of(say(words, **{name: plain(str(v)) for name, v in facts.items()}))
        kept = await services.ask(SetQuorum(needed=self.needed, required=required))
        if not kept.needed and not kept.required:
            return Answer.of(say("Noted: decisions need no quorum."))
        of = ", ".join(f"{n} {say(category.value)}" for category, n in kept.required.items())
        words = person.wording.count(
            kept.needed,
            "Noted: a decision needs {n} member there.",
            "Noted: a decision needs {n} members there.",
        )
        return Answer.of(words, *([say("Among them: {of}", of=of)] if of else []))
