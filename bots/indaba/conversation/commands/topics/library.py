"""About resources: finding, showing, correcting."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field
from pydantic.config import JsonDict

from indaba.contracts.library import (
    DescribeResource,
    FindResources,
    HowUsed,
    Licence,
    ResourceKind,
    ShowResource,
)
from indaba.contracts.link_secrets import request_without_secrets
from indaba.contracts.passport import Role
from indaba.contracts.refusal import Hint, hint
from indaba.contracts.standing import Standing
from indaba.conversation.answer import (
    Answer,
    Choice,
    Choices,
    Items,
    Text,
)
from indaba.conversation.cards.resources import HOW, card, is_there, line_of
from indaba.conversation.commands.fields import ResourceCodeTyped, one_of
from indaba.conversation.commands.intent import Intent, Meant, ServiceClient
from indaba.conversation.commands.numbered import NUMBERS
from indaba.conversation.commands.person import Person
from indaba.conversation.commands.topics.saving import Save, lets_others_in
from indaba.conversation.commands.topics.using import CODE, Share, Used, in_confidence, unworkable
from indaba.conversation.wording import plain

BEST, PAGE = 3, 10
KEYED: JsonDict = {"keyed": True}


ASKS_ABOUT_WHAT = (
    "what did we decide about",
    "what did we decide on",
    "what was decided about",
    "what did we say about",
    "what do we have about",
    "what do we have on",
)


class Find(
    Intent,
    noun="resource",
    verb="find",
    aliases=("find", "search", "resource search", *ASKS_ABOUT_WHAT),
):
    """Find resources by words."""

    ASKED_BY: ClassVar[Standing] = Standing.VISITOR
    example: ClassVar[str] = "resource find rural meetings"

    words: str = Field(
        default="",
        max_length=200,
        description="What you look for; leave it out for the newest",
    )

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """The three best, then more."""
        return await _found(self.words, 0, BEST, person, services)


class ListResources(Intent, noun="resource", verb="list", aliases=("resources", "library")):
    """List the newest resources."""

    ASKED_BY: ClassVar[Standing] = Standing.VISITOR
    example: ClassVar[str] = "resource list"

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """The ten newest, then more."""
        return await _found("", 0, PAGE, person, services)


class More(Intent, noun="resource", verb="more", hidden=True):
    """Show what comes after what was shown."""

    MEANT: ClassVar[Meant] = Meant.BY_YES

    words: str = ""
    offset: int = Field(ge=0, le=10_000)

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """The next ten."""
        return await _found(self.words, self.offset, PAGE, person, services)


async def _found(
    words: str, offset: int, limit: int, person: Person, services: ServiceClient
) -> Answer:
    person.in_community()
    found = await services.ask(FindResources(words=words, offset=offset, limit=limit))
    wording, say = person.wording, person.wording.say
    read_as = ", ".join(f"{typed} → {meant}" for typed, meant in found.read_as)
    corrected = (Text(say("I read: {read_as}", read_as=plain(read_as))),) if read_as else ()
    if not found.resources:
        return Answer((*corrected, Text(_nothing(words, offset, person))))
    shown = offset + len(found.resources)
    lead = say("{shown} of {total}:", shown=f"{offset + 1}-{shown}", total=found.total)
    lines = tuple(line_of(resource, wording) for resource in found.resources)
    options = [
        Choice(say("Show {code} to the room", code=r.code), number, Share(code=r.code))
        for r, number in zip(found.resources, NUMBERS[:3], strict=False)
    ]
    if shown < found.total:
        options.append(Choice(say("More"), "➡️", More(words=words, offset=shown)))
    hint = say(
        "All about one of them: {line}",
        line=person.types("resource show", code=found.resources[0].code),
    )
    return Answer((*corrected, Text(lead), Items(lines), Text(hint), Choices(tuple(options))))


def _nothing(words: str, offset: int, person: Person) -> str:
    say = person.wording.say
    if offset:
        return say("That was all.")
    if words.strip():
        return say(
            "I found nothing for '{words}'. Try one word, or see the newest: {line}",
            words=plain(words),
            line=person.types("resource list"),
        )
    return say(
        "The library is empty yet. Save the first link: {line}", line=person.types_example(Save)
    )


class Details(Intent, noun="resource", verb="show"):
    """Show all about one resource."""

    ASKED_BY: ClassVar[Standing] = Standing.VISITOR
    example: ClassVar[str] = "resource show R7K2"

    code: ResourceCodeTyped = Field(
        description="The resource's code, such as R7K2", json_schema_extra=CODE
    )

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """Facts, what others made of it, and what can be done with it."""
        reply = await services.ask(ShowResource(code=self.code))
        wording, say = person.wording, person.wording.say
        notes = tuple(
            say("{how}: {note}", how=say(HOW[use.how]), note=plain(use.note)) for use in reply.uses
        )
        told = (Text(say("What others say:")), Items(notes)) if notes else ()
        options = (
            Choice(say("I used this"), "🙌", Used(code=self.code)),
            Choice(say("I changed it to fit"), "🔧", Used(code=self.code, how=HowUsed.ADAPTED)),
            *unworkable(self.code, person),
            Choice(say("Show it to the room"), "📣", Share(code=self.code)),
        )
        choices = (Choices(options),) if is_there(reply.resource) else ()
        privately = () if person.alone else (Text(in_confidence(self.code, person)),)
        return Answer((*card(reply.resource, wording), *told, *privately, *choices))


class Edit(Intent, noun="resource", verb="edit"):
    """Correct what is said of a resource."""

    needs: ClassVar[Role | None] = Role.MEMBER
    example: ClassVar[str] = "resource edit R7K2\ntitle: Fractions with bottle tops"

    code: ResourceCodeTyped = Field(
        description="The resource's code, such as R7K2", json_schema_extra=CODE
    )
    title: str | None = Field(
        default=None, max_length=200, description="Its title", json_schema_extra=KEYED
    )
    why: str | None = Field(
        default=None, max_length=500, description="Why it is useful", json_schema_extra=KEYED
    )
    summary: str | None = Field(
        default=None, max_length=2000, description="What is in it", json_schema_extra=KEYED
    )
    kind: Annotated[ResourceKind | None, one_of(ResourceKind)] = Field(
        default=None, description="What it is, such as tool or video", json_schema_extra=KEYED
    )
    licence: Annotated[Licence | None, one_of(Licence)] = Field(
        default=None, description="What others may do with it", json_schema_extra=KEYED
    )

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """The resource as it is now, or what is doubtful about a link in it."""
        request = DescribeResource(**self.model_dump(exclude_none=True))
        return await EditNow(request=request).respond(person, services)


class EditNow(Intent, noun="resource", verb="edit-now", hidden=True):
    """Correct it, having been asked about a link."""

    needs: ClassVar[Role | None] = Role.MEMBER

    request: DescribeResource

    def again(self) -> Hint:
        """What led to it."""
        return hint("resource edit", code=self.request.code)

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """The resource as it is now."""
        without, names = request_without_secrets(self.request)
        if names and not self.request.as_it_is:
            as_it_is = self.request.model_copy(update={"as_it_is": True})
            return lets_others_in(
                names, EditNow(request=without), EditNow(request=as_it_is), person
            )
        reply = await services.ask(self.request)
        return Answer(card(reply.resource, person.wording))
