"""Showing a resource to the room, and saying what became of it."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field
from pydantic.config import JsonDict

from indaba.contracts.library import HowUsed, ShareResource, UseResource
from indaba.contracts.passport import Role
from indaba.contracts.refusal import hint
from indaba.conversation.answer import ANYBODY, Answer, Audience, Choice, Choices, Text
from indaba.conversation.cards.resources import HOW, card
from indaba.conversation.commands.fields import ResourceCodeTyped, one_of
from indaba.conversation.commands.intent import Intent, Meant, ServiceClient
from indaba.conversation.commands.person import Person

CODE: JsonDict = {"code": "R", "question": "Which resource? Its code looks like R7K2."}


def unworkable(code: str, person: Person) -> tuple[Choice, ...]:
    """That it did not work, to be picked where nobody else sees who does."""
    if not person.alone:
        return ()
    use = Used(code=code, how=HowUsed.DID_NOT_WORK)
    return (Choice(person.wording.say("It did not work for us"), "👎", use),)


def in_confidence(code: str, person: Person) -> str:
    """How to say so between the member and us: a judgement is not asked for in view of others."""
    line = person.types_elsewhere(
        hint("resource used", code=code, how="did not work"), private=True
    )
    return person.wording.say("If it did not work for you, tell me alone: {line}", line=line)


class Share(Intent, noun="resource", verb="share"):
    """Show a resource to the room."""

    MEANT: ClassVar[Meant] = Meant.BY_YES
    needs: ClassVar[Role | None] = Role.MEMBER
    example: ClassVar[str] = "resource share R7K2"

    code: ResourceCodeTyped = Field(
        description="The resource's code, such as R7K2", json_schema_extra=CODE
    )

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """The resource, for all in the room."""
        reply = await services.ask(ShareResource(code=self.code))
        say = person.wording.say
        options = (
            Choice(say("I used this"), "🙌", Used(code=self.code)),
            Choice(say("I changed it to fit"), "🔧", Used(code=self.code, how=HowUsed.ADAPTED)),
        )
        privately = Text(in_confidence(self.code, person))
        blocks = (*card(reply.resource, person.wording), privately, Choices(options))
        return Answer(blocks, Audience.ROOM, offered_to=ANYBODY)


class Used(Intent, noun="resource", verb="used", aliases=("used", "use", "resource use")):
    """Say that I used a resource, and how it went."""

    MEANT: ClassVar[Meant] = Meant.BY_YES
    needs: ClassVar[Role | None] = Role.MEMBER
    example: ClassVar[str] = "resource used R7K2 adapted It worked well with Grade 4"

    code: ResourceCodeTyped = Field(
        description="The resource's code, such as R7K2", json_schema_extra=CODE
    )
    how: Annotated[HowUsed, one_of(HowUsed)] = Field(
        default=HowUsed.USED, description="used, adapted or did not work"
    )
    note: str = Field(default="", max_length=500, description="How it went, in your own words")

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """Thanks, and how many did, where they are enough."""
        request = UseResource(code=self.code, how=self.how, note=self.note)
        people = (await services.ask(request)).resource.counts.people
        say = person.wording.say
        noted = say("Noted: {how} {code}.", how=say(HOW[self.how]), code=self.code)
        many = (say("{n} members used it so far.", n=people),) if people else ()
        hint = say(
            "To say how it went: {line}",
            line=person.types("resource used", code=self.code, how="<how>"),
        )
        return Answer.of(noted, *many, *(() if self.note else (hint,)))
