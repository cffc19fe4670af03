"""About the community itself: founding, joining, leaving, help."""

from __future__ import annotations

from collections.abc import Container
from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field

from indaba.contracts.limits import MayNotSetUp
from indaba.contracts.membership import (
    CONSENT_VERSION,
    FoundCommunity,
    JoinCommunity,
    LeaveCommunity,
)
from indaba.contracts.passport import Belonging, Role
from indaba.contracts.refusal import Hint, JoinInItsRoom, Refusal, hint
from indaba.contracts.standing import Standing
from indaba.conversation.answer import (
    Answer,
    Audience,
    Choice,
    Choices,
    Facts,
    Items,
    Style,
    Text,
)
from indaba.conversation.commands.consent import consent
from indaba.conversation.commands.fields import Language, Room, Zone, wrong
from indaba.conversation.commands.intent import Intent, Meant, ServiceClient
from indaba.conversation.commands.never_mind import NeverMind
from indaba.conversation.commands.open_parts import seen_by_all
from indaba.conversation.commands.person import Person
from indaba.conversation.times import say_zone
from indaba.conversation.wording import plain

LONGEST_NAME, LONGEST_PURPOSE = 80, 400


class RunsTheRoomOnly(Refusal):
    """Founding needs an account that runs the room."""

    code = "runs-the-room-only"

    def __init__(self) -> None:
        super().__init__(
            "Only somebody who runs this room can set up a community here. "
            "Ask a moderator or the owner of the room to type: {hint}",
            hint=hint("cop setup"),
        )


class AlreadyHere(Refusal):
    """A community lives in the room already."""

    code = "already-here"

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name} lives in this room already. To belong to it type: {{hint}}",
            hint=hint("cop join"),
            name=name,
        )


class NotYourRoom(Refusal):
    """Cards go only to rooms that the founder runs and the bot is in."""

    code = "not-your-room"

    def __init__(self, room: str) -> None:
        super().__init__(
            f"I can post in {room} only if I am in it and you run it. "
            "Invite me there first, or say: here",
            room=room,
        )


KEPT_OUT = {Belonging.SUSPENDED, Belonging.REMOVED, Belonging.APPEALED}


def _about(given: str) -> str:
    name, found, purpose = (part.strip() for part in given.partition(":"))
    if not (name and found and purpose):
        raise wrong("Please give both with a colon between them, such as: {example}", example=ABOUT)
    if len(name) > LONGEST_NAME:
        raise wrong(
            "The name has {n} letters, and at most {most} fit.", most=LONGEST_NAME, n=len(name)
        )
    if len(purpose) > LONGEST_PURPOSE:
        raise wrong(
            "The purpose has {n} letters, and at most {most} fit.",
            most=LONGEST_PURPOSE,
            n=len(purpose),
        )
    return f"{name}: {purpose}"


ABOUT = "Maths circle: we improve maths lessons together"


class SetUp(Intent, noun="cop", verb="setup", aliases=("set up", "setup")):
    """Set up a community in this room."""

    example: ClassVar[str] = f'cop setup "{ABOUT}" English Johannesburg here'

    about: Annotated[str, Field(max_length=500), AfterValidator(_about)] = Field(
        description="Name and purpose, as Name: purpose",
        json_schema_extra={
            "question": "What is the community called, and what is it for? "
            "Answer as Name: purpose, such as: Maths circle: we improve maths lessons together"
        },
    )
    language: Language = Field(
        description="The language you use here, such as English",
        json_schema_extra={
            "question": "Which language do you use here? I write days and dates in it; the rest I "
            "write in English so far.",
            "word": True,
        },
    )
    zone: Zone = Field(
        description="Time zone or city, such as Johannesburg",
        json_schema_extra={
            "question": "Which time zone or city do you meet in? For example: Johannesburg",
            "word": True,
        },
    )
    where: Room = Field(
        description="Room for the meeting cards: here, or its address",
        json_schema_extra={
            "question": "Where should I post meetings? Say here, or give a room's address.",
            "word": True,
        },
    )

    @classmethod
    def check(cls, person: Person) -> None:
        """Raise `AlreadyHere` or `RunsTheRoomOnly`."""
        _may_found(person)

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """A preview with what is kept and why, and the choice to found it."""
        say = person.wording.say
        name, _, purpose = self.about.partition(": ")
        room = person.room if self.where == "here" else person.rooms.get(self.where)
        if room is None:
            raise NotYourRoom(plain(self.where))
        found = Found(name=name, purpose=purpose, language=self.language, zone=self.zone, room=room)
        rows = (
            (say("Name"), plain(name)),
            (say("Purpose"), plain(purpose)),
            (say("Language"), _language_name(self.language)),
            (say("Time zone"), say_zone(self.zone, person.wording.locale)),
            (say("Meetings are posted"), say("here") if room == person.room else plain(room)),
        )
        options = (
            Choice(say("I am 18 or older, I agree, set it up"), "✅", found, Style.MAIN),
            Choice(say("Stop"), "❌", NeverMind()),
        )
        lead = Text(say("This is what I would set up. You become its first facilitator."))
        words = await consent(person, services)
        return Answer((lead, Facts(rows), *words, Choices(options)))


def _may_found(person: Person) -> None:
    if person.community is not None and (person.at_home or person.direct):
        raise AlreadyHere(plain(person.community.name))
    if not person.has_power:
        raise RunsTheRoomOnly
    if not person.may_set_up:
        raise MayNotSetUp


def _language_name(tag: str) -> str:
    from babel import Locale, UnknownLocaleError

    try:
        return Locale.parse(tag, sep="-").get_language_name() or tag
    except (UnknownLocaleError, ValueError):
        return tag


class Found(Intent, noun="cop", verb="found", hidden=True):
    """Found the community as previewed."""

    MEANT: ClassVar[Meant] = Meant.BY_YES

    name: str
    purpose: str
    language: str
    zone: str
    room: str

    def again(self) -> Hint:
        """What led to it."""
        return hint("cop setup")

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """Says in the room that the community is there and what to do next."""
        _may_found(person)
        reply = await services.ask(
            FoundCommunity(
                name=self.name,
                purpose=self.purpose,
                language=self.language,
                zone=self.zone,
                place=person.place,
                posts_in=person.place.model_copy(update={"room": self.room}),
                account=person.account,
                has_power=person.has_power,
                adult=True,
                consent_version=CONSENT_VERSION,
            )
        )
        say = person.wording.say
        name = plain(reply.community.name if reply.community else self.name)
        steps = (
            say("Others become members with: {line}", line=person.types("cop join")),
            say(
                "Call the first meeting: {line}", line=person.types("meeting new", **FIRST_MEETING)
            ),
            say("See all I can do: {line}", line=person.types("cop help")),
        )
        words = "{name} begins here, and {account} is its facilitator."
        lead = Text(say(words, name=name, account=plain(person.account)))
        return Answer((lead, Items(steps)), Audience.ROOM, mentions=(person.account,))


FIRST_MEETING = {"title": "First meeting", "when": "thu 18:00", "minutes": "60 minutes"}


class Join(Intent, noun="cop", verb="join", aliases=("join",)):
    """Become a member of the community here."""

    example: ClassVar[str] = "cop join"

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """What is kept and why, and the choice to agree."""
        community = person.in_community()
        if person.passport and person.passport.belonging in KEPT_OUT:
            raise person.passport.no()
        say = person.wording.say
        if person.is_member():
            words = "You are a member of {name} already."
            return Answer.of(say(words, name=plain(community.name)))
        if not person.at_home:
            raise JoinInItsRoom
        lead = say(
            "{name}: {purpose}", name=plain(community.name), purpose=plain(community.purpose)
        )
        options = (
            Choice(say("I am 18 or older, I agree, let me in"), "✅", AgreeAndJoin(), Style.MAIN),
            Choice(say("Not now"), "❌", NeverMind()),
        )
        agreed_to = await consent(person, services)
        return Answer((Text(lead), *agreed_to, Choices(options)))


class AgreeAndJoin(Intent, noun="cop", verb="agree-and-join", hidden=True):
    """Join, having agreed."""

    MEANT: ClassVar[Meant] = Meant.BY_YES

    def again(self) -> Hint:
        """What led to it."""
        return hint("cop join")

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """Welcomes, with the three lines to begin with."""
        reply = await services.ask(
            JoinCommunity(
                place=person.place,
                account=person.account,
                adult=True,
                consent_version=CONSENT_VERSION,
            )
        )
        say = person.wording.say
        card = reply.community or person.in_community()
        lead = Text(say("Welcome to {name}. Good to begin with:", name=plain(card.name)))
        return Answer((lead, Items(first_lines(person))))


class Leave(Intent, noun="cop", verb="leave", aliases=("leave",)):
    """Leave the community here."""

    example: ClassVar[str] = "cop leave"

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """What leaving means, and the choice."""
        say = person.wording.say
        name = plain(person.in_community().name)
        words = (
            "If you leave {name}, I stop reminding you of its meetings. "
            "To have what is kept erased as well, type: {line}"
        )
        options = (
            Choice(say("Leave {name}", name=name), "✅", LeaveNow(), Style.DANGER),
            Choice(say("Stay"), "❌", NeverMind()),
        )
        lead = Text(say(words, name=name, line=person.types("me data", what="erase")))
        after = Text(say("If nobody else facilitates it, I ask those who agreed to take over."))
        return Answer((lead, *((after,) if person.facilitates() else ()), Choices(options)))


class LeaveNow(Intent, noun="cop", verb="leave-now", hidden=True):
    """Leave, having said so twice."""

    def again(self) -> Hint:
        """What led to it."""
        return hint("cop leave")

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """Says goodbye."""
        await services.ask(LeaveCommunity())
        words = "You have left. Go well; you can come back with: {line}"
        return Answer.of(person.wording.say(words, line=person.types("cop join")))


def first_lines(person: Person) -> tuple[str, ...]:
    """The three most useful lines for a member here."""
    say = person.wording.say
    meetings = (
        say("{line} - the next meeting", line=person.types("meeting next")),
        say("{line} - say that you come (or maybe, or no)", line=person.types("meeting yes")),
        say("{line} - when it is for you", line=person.types("meeting when")),
    )
    if person.passport and Role.FACILITATOR in person.passport.roles:
        call = say("{line} - call a meeting", line=person.types("meeting new", **FIRST_MEETING))
        return (call, *meetings[:2])
    return meetings


def begins(person: Person, able: Container[str]) -> tuple[str, ...]:
    """The most useful lines for somebody who is no member here, of those they are `able` to do."""
    say = person.wording.say
    lines = {
        "cop setup": say("{line} - set up a community here", line=person.types("cop setup")),
        "cop join": say("{line} - become a member", line=person.types("cop join")),
        "meeting next": say("{line} - the next meeting", line=person.types("meeting next")),
        "resource find": say(
            "{line} - what others found useful", line=person.types("resource find")
        ),
    }
    return tuple(line for called, line in lines.items() if called in able)


class PortalLink(Intent, noun="cop", verb="portal", aliases=("portal",)):
    """Show the address of the community's page."""

    ASKED_BY: ClassVar[Standing] = Standing.VISITOR
    example: ClassVar[str] = "cop portal"

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """The address, and what of it outsiders see."""
        community, say = person.in_community(), person.wording.say
        link = f"{person.portal_url}/c/{community.key}"
        where = say("{name} on the web: {link}", name=plain(community.name), link=link)
        return Answer.of(where, seen_by_all(person.opened, person.wording))
