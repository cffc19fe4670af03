"""About resources: saving, finding, showing, sharing, using."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field
from pydantic.config import JsonDict

from indaba.contracts.library import (
    DescribeResource,
    FindResources,
    HowUsed,
    Licence,
    Quoted,
    ResourceFacts,
    ResourceKind,
    SaveResource,
    ShareResource,
    ShowResource,
    UseResource,
)
from indaba.contracts.passport import Role
from indaba.contracts.refusal import Refusal, hint
from indaba.conversation.answer import (
    ANYBODY,
    Answer,
    Audience,
    Choice,
    Choices,
    Items,
    Style,
    Text,
)
from indaba.conversation.cards.resources import HOW, card, is_there, line_of, title_of
from indaba.conversation.commands.fields import Listed, ResourceCodeTyped, one_of
from indaba.conversation.commands.intent import Intent, Meant, ServiceClient, question
from indaba.conversation.commands.person import Person
from indaba.conversation.commands.topics.withdrawing import Withdraw
from indaba.conversation.wording import plain

BEST, PAGE = 3, 10
NUMBERS = ("1️⃣", "2️⃣", "3️⃣")
CODE: JsonDict = {"code": "R", "question": "Which resource? Its code looks like R7K2."}
KEYED: JsonDict = {"keyed": True}


class NotFromAMember(Refusal):
    """A message may be kept only of somebody who agreed that things are kept."""

    code = "author-is-no-member"

    def __init__(self) -> None:
        super().__init__(
            "Whoever wrote that is not a member here, so I may not keep their words. "
            "Ask them to type: {hint}. Or save a link, or say it in your own words.",
            hint=hint("cop join"),
        )


class Save(Intent, noun="resource", verb="save", aliases=("save", "resource add")):
    """Save a link, a file or a message to the library."""

    needs: ClassVar[Role | None] = Role.MEMBER
    POINTS: ClassVar[bool] = True
    example: ClassVar[str] = "resource save https://example.org/fractions It worked in Grade 4"

    link: str | None = Field(
        default=None,
        max_length=2000,
        description="The link; or leave it out and reply to a message or a file",
        json_schema_extra={
            "link": True,
            "question": "What should I save? Give me a link. To save a message or a file, reply to "
            "it with: save",
        },
    )
    why: str = Field(default="", max_length=500, description="Why it is useful, in your own words")
    title: str = Field(
        default="",
        max_length=200,
        description="What it is called; a page's own title if you do not say",
        json_schema_extra=KEYED,
    )
    kind: Annotated[ResourceKind | None, one_of(ResourceKind)] = Field(
        default=None, description="What it is, such as tool or video", json_schema_extra=KEYED
    )
    sectors: Listed = Field(
        default=(),
        max_length=20,
        description="Sectors it is for, separated by commas",
        json_schema_extra=KEYED,
    )
    skills: Listed = Field(
        default=(),
        max_length=20,
        description="Skills it helps with, separated by commas",
        json_schema_extra=KEYED,
    )
    language: str = Field(
        default="",
        max_length=35,
        description="Its language, such as en or zu",
        json_schema_extra=KEYED,
    )
    licence: Annotated[Licence, one_of(Licence)] = Field(
        default=Licence.LINK_ONLY,
        description="What others may do with it, such as CC-BY-4.0",
        json_schema_extra=KEYED,
    )

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """One line with the code; the author of a message is told, and can take it out."""
        written = person.written
        if not self.link and written is None:
            filled = self.model_dump(mode="json", exclude_defaults=True)
            return Answer((question(Save, filled, "link", person.wording),))
        reply = await services.ask(self._request(person))
        if reply.resource.quote and written and written.account != person.account:
            return _told(reply.resource, written.account, person)
        return _saved(reply.resource, person, known=reply.known)

    def _request(self, person: Person) -> SaveResource:
        said = self.model_dump(exclude={"link"})
        written = person.written
        if self.link or written is None:
            return SaveResource(link=self.link or "", **said)
        if person.author is None:
            raise NotFromAMember
        if person.shelved is not None:
            return SaveResource(file=person.shelved, **said)
        quote = Quoted(
            author=person.author,
            text=written.text[:4000],
            message=written.message,
            said_at=written.written_at,
        )
        return SaveResource(quote=quote, **said)


def _saved(resource: ResourceFacts, person: Person, *, known: bool) -> Answer:
    wording = person.wording
    words = (
        "That is in the library already, as {code}: {title}"
        if known
        else "Saved as {code}: {title}"
    )
    lead = wording.say(words, code=resource.code, title=title_of(resource, wording))
    options = (
        Choice(wording.say("Show it to the room"), "📣", Share(code=resource.code)),
        Choice(wording.say("I used this"), "🙌", Used(code=resource.code)),
    )
    return Answer((Text(lead), Text(_who_reads(resource, person)), Choices(options)))


def _who_reads(resource: ResourceFacts, person: Person) -> str:
    say, name = person.wording.say, plain(person.in_community().name)
    if resource.published:
        return say("Everybody can read it.")
    if resource.quote:
        return say("Members of {name} can read it, and nobody else.", name=name)
    return say(
        "Members of {name} can read it. A facilitator can publish it for everybody: {line}",
        name=name,
        line=person.types("resource publish", code=resource.code),
    )


def _told(resource: ResourceFacts, account: str, person: Person) -> Answer:
    """Tells the author of a message that it was saved, where all can see it."""
    say = person.wording.say
    words = say(
        "{account}: your message was saved to the community's library as {code}, where members "
        "can read it. If you do not want that, take it out.",
        account=account,
        code=resource.code,
    )
    withdraw = Choice(say("Take it out"), "❌", Withdraw(code=resource.code), Style.DANGER)
    why = (Text(say("Why: {why}", why=plain(resource.why))),) if resource.why else ()
    return Answer(
        (Text(words), *why, Choices((withdraw,))),
        Audience.ROOM,
        mentions=(account,),
        offered_to=account,
    )


class Find(Intent, noun="resource", verb="find", aliases=("find", "search", "resource search")):
    """Find resources by words."""

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
        for r, number in zip(found.resources, NUMBERS, strict=False)
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

    example: ClassVar[str] = "resource show R7K2"

    code: ResourceCodeTyped = Field(
        description="The resource's code, such as R7K2", json_schema_extra=CODE
    )

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """Facts, what others made of it, and what can be done with it."""
        reply = await services.ask(ShowResource(code=self.code))
        wording, say = person.wording, person.wording.say
        notes = tuple(
            say("{how}: {note}", how=say(HOW[use.how]), note=plain(use.note))
            for use in reply.uses
            if use.note
        )
        told = (Text(say("What others say:")), Items(notes)) if notes else ()
        options = (
            Choice(say("I used this"), "🙌", Used(code=self.code)),
            Choice(say("I changed it to fit"), "🔧", Used(code=self.code, how=HowUsed.ADAPTED)),
            Choice(
                say("It did not work for us"), "👎", Used(code=self.code, how=HowUsed.DID_NOT_WORK)
            ),
            Choice(say("Show it to the room"), "📣", Share(code=self.code)),
        )
        choices = (Choices(options),) if is_there(reply.resource) else ()
        return Answer((*card(reply.resource, wording), *told, *choices))


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
        blocks = (*card(reply.resource, person.wording), Choices(options))
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
        """Thanks, and how many did."""
        request = UseResource(code=self.code, how=self.how, note=self.note)
        counts = (await services.ask(request)).resource.counts
        say = person.wording.say
        noted = say("Noted: {how} {code}.", how=say(HOW[self.how]), code=self.code)
        n = counts.used + counts.adapted
        many = person.wording.count(n, "{n} member used it so far.", "{n} members used it so far.")
        hint = say(
            "To say how it went: {line}",
            line=person.types("resource used", code=self.code, how="<how>"),
        )
        return Answer.of(noted, many, *(() if self.note else (hint,)))


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
        """The resource as it is now."""
        given = self.model_dump(exclude_none=True)
        reply = await services.ask(DescribeResource(**given))
        return Answer(card(reply.resource, person.wording))
