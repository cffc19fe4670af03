"""Help: what somebody can do here, with examples to copy."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from pydantic import Field

from indaba.contracts.refusal import Refusal, hint
from indaba.contracts.standing import Standing, admit
from indaba.conversation.answer import Answer, Items, Text
from indaba.conversation.commands.carrying_out import refusal_of
from indaba.conversation.commands.fields import folded
from indaba.conversation.commands.intent import Intent, ServiceClient
from indaba.conversation.commands.person import Person
from indaba.conversation.commands.topics.cop import Join, Leave, SetUp, begins, first_lines
from indaba.conversation.commands.topics.scheduling import NewMeeting
from indaba.conversation.wording import plain

FEW_LINES = 2
"""So few to begin with are said together with where more can be done."""


class Help(
    Intent,
    noun="cop",
    verb="help",
    aliases=("help", "how do i", "how can i", "how do we", "how to"),
):
    """Show what I can do, with examples to copy."""

    EVERYWHERE: ClassVar[bool] = True
    example: ClassVar[str] = "cop help meeting"

    topic: str | None = Field(
        default=None, max_length=60, description="meeting, me, member or cop; or a command"
    )

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """All nouns, one noun, or one command; only what this person may do."""
        able = [kind for kind in person.intents if not kind.hidden and _useful(kind, person)]
        asked = folded(self.topic or "").strip(" .!?")
        chosen = [
            kind
            for kind in able
            if asked in (kind.noun, kind.verb, folded(kind.called()), *kind.aliases)
        ] or [kind for kind in able if asked and asked == folded(kind.help_line()).strip(" .")]
        if chosen:
            return Answer((Items(tuple(_line(kind, person) for kind in chosen)),))
        return _overview(able, person, unknown=plain(self.topic or ""))


def _useful(kind: type[Intent], person: Person) -> bool:
    """Whether somebody is let do such a thing, here or alone with us."""
    if kind is Join:
        return person.community is not None and person.at_home and not person.is_member()
    if kind is Leave:
        return person.is_member()
    alone = person if kind is SetUp else replace(person, direct=True)
    return refusal_of(kind, alone) is None and (kind.needs is not None or _admitted(kind, person))


def _admitted(kind: type[Intent], person: Person) -> bool:
    if person.communities and person.community is None:
        return True  # they are asked which of theirs they mean
    if person.passport is None:
        return kind.ASKED_BY is Standing.ANYBODY
    try:
        admit(kind.ASKED_BY, person.passport, faces=False, opened_by=kind.OPENED_BY)
    except Refusal:
        return False
    return True


def _line(kind: type[Intent], person: Person) -> str:
    say = person.wording.say
    example = person.types_example(kind)
    return say("{example} - {meaning}", example=example, meaning=say(kind.help_line()))


def _first_lines(able: list[type[Intent]], person: Person) -> tuple[str, ...]:
    """The most useful lines for this person: of those they may type here, else where to begin."""
    if person.is_member():
        return first_lines(person)
    say = person.wording.say
    lines = begins(person, {kind.called() for kind in able})
    if person.at_home or person.communities or len(lines) >= FEW_LINES:
        return lines
    elsewhere = [
        say("In a community's room: {line}", line=person.types_elsewhere(hint("cop join")))
    ]
    if person.community is None:
        setup = person.types_elsewhere(hint("cop setup"))
        elsewhere.append(say("In a room that you run: {line}", line=setup))
    return (*lines, *elsewhere)


def _overview(able: list[type[Intent]], person: Person, unknown: str) -> Answer:
    say = person.wording.say
    nouns = dict.fromkeys(kind.noun for kind in able)
    verbs = {noun: ", ".join(k.verb for k in able if k.noun == noun) for noun in nouns}
    missed = (Text(say("I have no help on '{topic}'.", topic=unknown)),) if unknown else ()
    topic = "meeting" if "meeting" in verbs else next(iter(verbs))
    more = say("More on one of them: {line}", line=person.types("cop help", topic=topic))
    moved = say("Coming from Apollo or sesh: /event and /create are meeting new here.")
    calls = any(kind is NewMeeting for kind in able)
    return Answer(
        (
            *missed,
            Text(say("Good to begin with:")),
            Items(_first_lines(able, person)),
            Text(say("All I can do for you here:")),
            Items(tuple(say("{noun}: {verbs}", noun=n, verbs=v) for n, v in verbs.items())),
            Text(more),
            *((Text(moved),) if calls else ()),
        )
    )
