"""What the world sees of a community, and at which address: facilitators decide."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field
from pydantic.config import JsonDict

from indaba.contracts.library import PublishResource, ResourceFacts, ResourceKind, ShowResource
from indaba.contracts.openness import Part, fingerprint
from indaba.contracts.passport import Role
from indaba.contracts.publishing import Publish, RenewAddress
from indaba.contracts.record import HighlightsShown, PublishHighlights, ShowHighlights
from indaba.contracts.refusal import Hint, hint
from indaba.contracts.scheduling import ListMeetings
from indaba.conversation.answer import Answer, Choice, Choices, Items, Style, Text
from indaba.conversation.cards.resources import card, title_of
from indaba.conversation.commands.fields import Code, ResourceCodeTyped, one_of
from indaba.conversation.commands.intent import HELD, Intent, ServiceClient
from indaba.conversation.commands.never_mind import NeverMind
from indaba.conversation.commands.open_parts import PARTS, seen_by_all
from indaba.conversation.commands.person import Person
from indaba.conversation.commands.topics.minutes import CODE, ON, highlights_in_words
from indaba.conversation.times import say_start
from indaba.conversation.wording import Wording, plain

SHOWN_FIRST = 3
RESOURCE: JsonDict = {"code": "R", "question": "Which resource? Its code looks like R7K2."}


class Whole(StrEnum):
    """What of a community is published as a whole."""

    PAGE = "page"
    CALENDAR = "calendar"
    EARLIER = "earlier"


ASKED: JsonDict = {"question": "What should I publish: the page, or the calendar?", "word": True}
WHAT = "page, calendar, or earlier (what was open before there was a choice)"


class PublishPart(Intent, noun="cop", verb="publish", aliases=("publish",)):
    """Let everybody see the community's page or calendar."""

    needs: ClassVar[Role | None] = Role.FACILITATOR
    example: ClassVar[str] = "cop publish page"

    what: Annotated[Whole, one_of(Whole)] = Field(description=WHAT, json_schema_extra=ASKED)

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """What outsiders will see, and the choice to publish it."""
        say, part = person.wording.say, Part(self.what)
        name = say(PARTS[part])
        lead = say("This is what everybody will see of {what}, without signing in:", what=name)
        publish = PublishPartNow(what=self.what)
        options = (
            Choice(say("Publish"), "✅", publish, Style.MAIN),
            Choice(say("Leave it to members"), "❌", NeverMind()),
        )
        seen = await _seen(part, person, services)
        blocks = (Text(lead), Items(seen), Text(_never(part, person.wording)))
        return Answer((*blocks, Choices(options)))


async def _seen(part: Part, person: Person, services: ServiceClient) -> tuple[str, ...]:
    """What outsiders will see of a part, a line each."""
    say, community = person.wording.say, person.in_community()
    link = f"{person.portal_url}/c/{community.key}"
    if part is Part.EARLIER:
        return (
            say("highlights that were shared, on their meetings' pages and in the library"),
            say("links that were saved: title, link and what is in them"),
        )
    listed = await services.ask(ListMeetings(limit=SHOWN_FIRST))
    coming = [
        say(
            "{title}, {when}",
            title=plain(meeting.title),
            when=say_start(meeting, person.wording.locale),
        )
        for meeting in listed.meetings
    ]
    called = say("{name}: {purpose}", name=plain(community.name), purpose=plain(community.purpose))
    each = say("of each meeting: title, time, place, and how many come")
    if part is Part.CALENDAR:
        each = say("of each meeting: title, time and place, also of those to come later")
        return (*coming, each, say("at {link}", link=f"{link}/calendar.ics"))
    return (called, *coming, each, say("at {link}", link=link))


def _never(part: Part, wording: Wording) -> str:
    if part is Part.EARLIER:
        return wording.say("They will not see files, messages, minutes or names.")
    return wording.say("They will not see names, agendas, minutes or what is saved here.")


class PublishPartNow(Intent, noun="cop", verb="publish-now", hidden=True):
    """Publish a part as previewed."""

    needs: ClassVar[Role | None] = Role.FACILITATOR

    what: Whole

    def again(self) -> Hint:
        """What led to it."""
        return hint("cop publish", what=self.what)

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """That everybody sees it, and the way back."""
        await services.ask(Publish(parts=frozenset({Part(self.what)})))
        say = person.wording.say
        link = f"{person.portal_url}/c/{person.in_community().key}"
        end = "/calendar.ics" if self.what is Whole.CALENDAR else ""
        return Answer.of(
            say("Everybody sees {what} now: {link}", what=say(PARTS[Part(self.what)]),
                link=f"{link}{end}"),
            _to_close(person.types("cop unpublish", what=self.what), person),
        )  # fmt: skip


class UnpublishPart(Intent, noun="cop", verb="unpublish", aliases=("unpublish",)):
    """Close the community's page or calendar to all but members."""

    needs: ClassVar[Role | None] = Role.FACILITATOR
    example: ClassVar[str] = "cop unpublish page"

    what: Annotated[Whole, one_of(Whole)] = Field(
        description=WHAT, json_schema_extra={"question": "What should I close?", "word": True}
    )

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """That only members see it, and the way back."""
        await services.ask(Publish(parts=frozenset({Part(self.what)}), open=False))
        say = person.wording.say
        words = say("Only members see {what} now.", what=say(PARTS[Part(self.what)]))
        return Answer.of(words, _to_publish(person.types("cop publish", what=self.what), person))


class KeepOpen(Intent, noun="cop", verb="keep-open", hidden=True):
    """Publish what is open only because it was before."""

    needs: ClassVar[Role | None] = Role.FACILITATOR

    def again(self) -> Hint:
        """Each by itself."""
        return hint("cop publish", what="page")

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """What everybody sees now."""
        shown = await services.ask(Publish(undecided=True))
        return _decided(shown.publication.open_at(person.now), person)


class CloseNow(Intent, noun="cop", verb="close-now", hidden=True):
    """Close what is open only because it was before."""

    needs: ClassVar[Role | None] = Role.FACILITATOR

    def again(self) -> Hint:
        """Each by itself."""
        return hint("cop unpublish", what="page")

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """What everybody sees now."""
        shown = await services.ask(Publish(undecided=True, open=False))
        return _decided(shown.publication.open_at(person.now), person)


def _decided(parts: frozenset[Part], person: Person) -> Answer:
    return Answer.of(seen_by_all(parts, person.wording))


class RenewTheAddress(Intent, noun="cop", verb="renew-address"):
    """Give the community's pages a new address; the old one ends."""

    needs: ClassVar[Role | None] = Role.FACILITATOR
    example: ClassVar[str] = "cop renew-address"

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """What ends with it, and the choice to do it."""
        say, community = person.wording.say, person.in_community()
        lines = (
            say("Links to its pages in older messages and bookmarks open nothing any more."),
            say("Calendars that follow it show one entry that says that they have ended."),
            say("Members make addresses for their own calendars anew."),
            say("Who is signed in stays signed in, and cards of coming meetings get the new link."),
        )
        options = (
            Choice(say("Renew the address"), "✅", RenewNow(key=community.key), Style.DANGER),
            Choice(say("Keep it"), "❌", NeverMind()),
        )
        lead = say("{name} gets a new address, and the old one ends at once:",
                   name=plain(community.name))  # fmt: skip
        return Answer((Text(lead), Items(lines), Choices(options)))


class RenewNow(Intent, noun="cop", verb="renew-address-now", hidden=True):
    """Renew the address, having been asked."""

    needs: ClassVar[Role | None] = Role.FACILITATOR

    key: str

    def again(self) -> Hint:
        """What led to it."""
        return hint("cop renew-address")

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """The new address."""
        renewed = await services.ask(RenewAddress(key=self.key))
        link = f"{person.portal_url}/c/{renewed.community.key}"
        say = person.wording.say
        return Answer.of(
            say("The new address: {link}", link=link),
            say("The old one has ended. Own calendars are made anew here: {link}",
                link=f"{link}/mine"),
        )  # fmt: skip


class PublishAResource(Intent, noun="resource", verb="publish"):
    """Let everybody see a resource of the library."""

    needs: ClassVar[Role | None] = Role.FACILITATOR
    example: ClassVar[str] = "resource publish R7K2"

    code: ResourceCodeTyped = Field(
        description="The resource's code, such as R7K2", json_schema_extra=RESOURCE
    )

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """The resource as outsiders will see it, and the choice to publish it."""
        resource = (await services.ask(ShowResource(code=self.code))).resource
        if resource.quote or resource.kind is ResourceKind.HIGHLIGHTS:
            # The library refuses it in its own words.
            await services.ask(PublishResource(code=self.code))
        say = person.wording.say
        seen = resource.model_copy(update={"why": "", "published": True})
        publish = PublishResourceNow(code=self.code, seen=resource.seen_as())
        options = (
            Choice(say("Publish {code}", code=self.code), "✅", publish, Style.MAIN),
            Choice(say("Leave it to members"), "❌", NeverMind()),
        )
        lead = say("This is what everybody will see, without signing in:")
        return Answer(
            (
                Text(lead),
                *card(seen, person.wording),
                Text(_with_file(resource, person.wording)),
                Choices(options),
            )
        )


def _with_file(resource: ResourceFacts, wording: Wording) -> str:
    if resource.file:
        return wording.say(
            "Everybody can download the file. They will not see why it is useful, nor what members "
            "say of using it."
        )
    return wording.say("They will not see why it is useful, nor what members say of using it.")


class PublishResourceNow(Intent, noun="resource", verb="publish-now", hidden=True):
    """Publish a resource as previewed."""

    needs: ClassVar[Role | None] = Role.FACILITATOR

    code: ResourceCodeTyped
    seen: str

    def again(self) -> Hint:
        """What led to it."""
        return hint("resource publish", code=self.code)

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """Where everybody sees it, and the way back."""
        shown = await services.ask(PublishResource(code=self.code, seen=self.seen))
        link = f"{person.portal_url}/c/{person.in_community().key}/library/{self.code}"
        title = title_of(shown.resource, person.wording)
        words = person.wording.say("Everybody sees {title} now: {link}", title=title, link=link)
        return Answer.of(
            words, _to_close(person.types("resource unpublish", code=self.code), person)
        )


class UnpublishAResource(Intent, noun="resource", verb="unpublish"):
    """Close a resource to all but members."""

    needs: ClassVar[Role | None] = Role.FACILITATOR
    example: ClassVar[str] = "resource unpublish R7K2"

    code: ResourceCodeTyped = Field(
        description="The resource's code, such as R7K2", json_schema_extra=RESOURCE
    )

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """That only members see it, and the way back."""
        await services.ask(PublishResource(code=self.code, open=False))
        words = person.wording.say("Only members see {what} now.", what=self.code)
        return Answer.of(
            words, _to_publish(person.types("resource publish", code=self.code), person)
        )


class PublishMeeting(Intent, noun="minutes", verb="publish", aliases=("meeting publish",)):
    """Let everybody read a meeting's highlights."""

    ABOUT = HELD
    needs: ClassVar[Role | None] = Role.FACILITATOR
    example: ClassVar[str] = "minutes publish M7K2"

    code: Code | None = Field(default=None, description=ON, json_schema_extra=CODE)

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """The highlights as outsiders will read them, and the choice to publish them."""
        shown = await services.ask(ShowHighlights(code=self.code))
        say, meeting = person.wording.say, shown.meeting
        words = highlights_in_words(shown, person.wording)
        if not words:
            # Scheduling refuses it in its own words.
            await services.ask(PublishHighlights(code=meeting.code))
        publish = PublishMeetingNow(code=meeting.code, seen=_seen_as(shown))
        options = (
            Choice(say("Publish {code}", code=meeting.code), "✅", publish, Style.MAIN),
            Choice(say("Leave it to members"), "❌", NeverMind()),
        )
        lead = say("This is what everybody will read, without signing in:")
        more = say(
            "Please make sure that it names nobody. They will not see who was there, nor the "
            "minutes. To write it yourself: {line}",
            line=person.types("minutes highlights", code=meeting.code, text="What we learnt"),
        )
        return Answer((Text(lead), *words, Text(more), Choices(options)))


def _seen_as(shown: HighlightsShown) -> str:
    return fingerprint(shown.text, shown.short)


class PublishMeetingNow(Intent, noun="minutes", verb="publish-now", hidden=True):
    """Publish highlights as previewed."""

    needs: ClassVar[Role | None] = Role.FACILITATOR

    code: str
    seen: str

    def again(self) -> Hint:
        """What led to it."""
        return hint("minutes publish", code=self.code)

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """Where everybody reads them, and the way back."""
        shown = await services.ask(PublishHighlights(code=self.code, seen=self.seen))
        link = f"{person.portal_url}/c/{person.in_community().key}/meetings/{self.code}"
        title = plain(shown.meeting.title) or self.code
        words = "Everybody reads the highlights of {title} now: {link}"
        return Answer.of(
            person.wording.say(words, title=title, link=link),
            _to_close(person.types("minutes unpublish", code=self.code), person),
        )


class UnpublishMeeting(Intent, noun="minutes", verb="unpublish", aliases=("meeting unpublish",)):
    """Close a meeting's highlights to all but members."""

    ABOUT = HELD
    needs: ClassVar[Role | None] = Role.FACILITATOR
    example: ClassVar[str] = "minutes unpublish M7K2"

    code: Code | None = Field(default=None, description=ON, json_schema_extra=CODE)

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """That only members read them, and the way back."""
        shown = await services.ask(PublishHighlights(code=self.code, open=False))
        code = shown.meeting.code
        words = person.wording.say("Only members read the highlights of {code} now.", code=code)
        return Answer.of(words, _to_publish(person.types("minutes publish", code=code), person))


def _to_close(line: str, person: Person) -> str:
    return person.wording.say("To close it again: {line}", line=line)


def _to_publish(line: str, person: Person) -> str:
    return person.wording.say("To publish it: {line}", line=line)
