"""Saving a link, a file or a message; who saves is asked about what may give somebody away."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, ClassVar
from zoneinfo import ZoneInfo

from pydantic import Field
from pydantic.config import JsonDict

from indaba.contracts.library import (
    LEFT_WHOLE,
    Licence,
    Quoted,
    ResourceFacts,
    ResourceKind,
    SaveResource,
    StoredFile,
)
from indaba.contracts.link_secrets import BEFORE_AT, request_without_secrets
from indaba.contracts.passport import Role
from indaba.contracts.refusal import Hint, Refusal, hint
from indaba.conversation.answer import Answer, Audience, Choice, Choices, Style, Text
from indaba.conversation.cards.resources import title_of
from indaba.conversation.commands.fields import Listed, one_of
from indaba.conversation.commands.file_names import may_name_somebody, name_of_its_kind
from indaba.conversation.commands.intent import Intent, ServiceClient, question
from indaba.conversation.commands.never_mind import NeverMind
from indaba.conversation.commands.person import Person
from indaba.conversation.commands.topics.using import Share, Used
from indaba.conversation.commands.topics.withdrawing import Withdraw
from indaba.conversation.wording import plain

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
        wanted = SaveNow(request=self._request(person), author=written.account if written else "")
        return await wanted.respond(person, services)

    def _request(self, person: Person) -> SaveResource:
        facts = self.model_dump(exclude={"link"})
        written = person.written
        if self.link or written is None:
            return SaveResource(link=self.link or "", **facts)
        if person.author is None:
            raise NotFromAMember
        if person.shelved is not None:
            return SaveResource(file=person.shelved, **facts)
        quote = Quoted(
            author=person.author,
            text=written.text[:4000],
            message=written.message,
            said_at=written.written_at,
        )
        return SaveResource(quote=quote, **facts)


class Doubt(StrEnum):
    """What of a file somebody is asked about before it is kept."""

    PLACE = "place"
    NAME = "name"


class SaveNow(Intent, noun="resource", verb="save-now", hidden=True):
    """Save what was doubtful, having been asked. `author` is the account a message is from."""

    needs: ClassVar[Role | None] = Role.MEMBER

    request: SaveResource
    author: str = Field(default="", max_length=255)
    settled: tuple[Doubt, ...] = ()

    def again(self) -> Hint:
        """What led to it."""
        return hint("resource save")

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """Asks about what is doubtful and not settled yet, and else saves it."""
        without, names = request_without_secrets(self.request)
        if names and not self.request.as_it_is:
            as_it_is = self.request.model_copy(update={"as_it_is": True})
            return lets_others_in(names, self._with(without), self._with(as_it_is), person)
        file = self.request.file
        if file and file.media_type in LEFT_WHOLE and Doubt.PLACE not in self.settled:
            return self._may_tell_its_place(person)
        if file and Doubt.NAME not in self.settled and (somebody := may_name_somebody(file.name)):
            return self._may_name(somebody, file, person)
        reply = await services.ask(self.request)
        if reply.resource.quote and self.author not in ("", person.account):
            return _told(reply.resource, self.author, person)
        return _saved(reply.resource, person, known=reply.known)

    def _with(self, request: SaveResource) -> SaveNow:
        return self.model_copy(update={"request": request})

    def _settling(self, doubt: Doubt) -> SaveNow:
        return self.model_copy(update={"settled": (*self.settled, doubt)})

    def _may_name(self, somebody: str, file: StoredFile, person: Person) -> Answer:
        say = person.wording.say
        words = say(
            "The file's name may name somebody: {somebody}. Members will read it in the library. "
            "I have not saved it yet.",
            somebody=plain(somebody),
        )
        day = person.now.astimezone(ZoneInfo(person.zone)).date()
        name = name_of_its_kind(file.media_type, file.name, day, person.wording)
        other = self.request.model_copy(update={"file": file.model_copy(update={"name": name})})
        settled = self._settling(Doubt.NAME)
        renamed = settled.model_copy(update={"request": other})
        options = (
            Choice(say("Keep the name"), "✅", settled),
            Choice(say("Save it as: {name}", name=plain(name)), "✏️", renamed),
            Choice(say("Stop"), "❌", NeverMind()),
        )
        return Answer((Text(words), Choices(options)))

    def _may_tell_its_place(self, person: Person) -> Answer:
        say = person.wording.say
        words = say(
            "This picture may say where it was taken. I cannot take that out of this kind of "
            "file, so I have not saved it yet. Send it to me as JPEG and I will take it out."
        )
        as_it_is = self._settling(Doubt.PLACE)
        options = (
            Choice(say("Stop, I will send a JPEG"), "❌", NeverMind(), Style.MAIN),
            Choice(say("Save it as it is"), "✅", as_it_is),
        )
        return Answer((Text(words), Choices(options)))


def lets_others_in(
    names: Sequence[str], without: Intent, as_it_is: Intent, person: Person
) -> Answer:
    """Asks what to do with a link that holds a key. What the key is, is not said again."""
    say = person.wording.say
    words = say(
        "This link holds what may be a key or a password: {names}. Whoever reads it here could "
        "use it. I have not kept it yet.",
        names=plain(", ".join(names)),
    )
    as_typed = () if BEFORE_AT in names else (Choice(say("Save it as it is"), "⚠️", as_it_is),)
    options = (
        Choice(say("Save it without that part"), "✅", without, Style.MAIN),
        *as_typed,
        Choice(say("Stop"), "❌", NeverMind()),
    )
    return Answer((Text(words), Choices(options)))


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
