"""Calendars: the addresses that apps follow, and outside ones that the community follows."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from indaba.contracts.calendars import (
    CalendarFacts,
    CalendarNotRead,
    CalendarRead,
    CalendarState,
    FollowCalendar,
    ListCalendars,
    NotFollowed,
    UnfollowCalendar,
)
from indaba.contracts.openness import Part
from indaba.contracts.passport import Role
from indaba.contracts.refusal import Hint, hint
from indaba.contracts.standing import Standing
from indaba.conversation.answer import Answer, Audience, Choice, Choices, Items, Style, Text
from indaba.conversation.commands.fields import OnOff
from indaba.conversation.commands.intent import Intent, ServiceClient
from indaba.conversation.commands.never_mind import NeverMind
from indaba.conversation.commands.person import Person
from indaba.conversation.wording import Wording, plain

STATES = {
    CalendarState.BEING_READ: "being read",
    CalendarState.FOLLOWED: "followed",
    CalendarState.FAILING: "cannot be read now",
}


class Calendar(Intent, noun="meeting", verb="calendar", aliases=("calendar",)):
    """Get the address that a calendar app can follow."""

    ASKED_BY: ClassVar[Standing] = Standing.VISITOR
    OPENED_BY: ClassVar[frozenset[Part]] = frozenset({Part.CALENDAR})
    example: ClassVar[str] = "meeting calendar"

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """The community's feed, where one's own is made, and what to do with them."""
        page = f"{person.portal_url}/c/{person.in_community().key}"
        say = person.wording.say
        if Part.CALENDAR not in person.opened:
            return Answer.of(
                say("The calendar is for members. Each makes an address of their own, for their "
                    "own meetings or for all: {link}", link=f"{page}/mine"),
                say("To open that page: {line}", line=person.types("me sign-in")),
            )  # fmt: skip
        return Answer.of(
            say("The community's calendar: {link}", link=f"{page}/calendar.ics"),
            say(
                "Add it to your calendar app as a subscription. Changes reach you when the app "
                "looks again, which may take a day."
            ),
            say("Only what you said yes or maybe to: {link}", link=f"{page}/mine"),
        )


class Follow(Intent, noun="cop", verb="follow", aliases=("cop import", "follow")):
    """Follow a calendar kept elsewhere: its dates become meetings here."""

    needs: ClassVar[Role | None] = Role.FACILITATOR
    example: ClassVar[str] = "cop follow https://example.org/team.ics"

    link: str = Field(
        min_length=1,
        max_length=2000,
        description="The address of the calendar, which ends in .ics",
        json_schema_extra={
            "link": True,
            "question": "What is the calendar's address? It often ends in .ics.",
        },
    )

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """That it is being read; the room hears what was found."""
        followed = (await services.ask(FollowCalendar(link=self.link))).calendar
        return Answer.of(
            person.wording.say(
                "I am reading the calendar at {host}. I tell you here what I found, and follow "
                "its changes from then on.",
                host=plain(followed.host),
            )
        )


class Followed(Intent, noun="cop", verb="calendars", aliases=("calendars",)):
    """List the calendars that the community follows."""

    needs: ClassVar[Role | None] = Role.FACILITATOR
    example: ClassVar[str] = "cop calendars"

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """One line each, with what is wrong and what is left out."""
        found = (await services.ask(ListCalendars())).calendars
        say = person.wording.say
        if not found:
            line = person.types("cop follow", link="https://example.org/team.ics")
            return Answer.of(say("No calendar is followed. To follow one: {line}", line=line))
        lines = tuple(_line(calendar, person.wording) for calendar in found)
        return Answer((Text(say("Calendars followed:")), Items(lines)))


def _line(calendar: CalendarFacts, wording: Wording) -> str:
    say = wording.say
    name = plain(calendar.title) or plain(calendar.host)
    told = [say(STATES[calendar.state])]
    told.append(wording.count(calendar.dates, "{n} meeting to come", "{n} meetings to come"))
    told += [wording.foreign(calendar.why)] if calendar.why else []
    told += [_left_out(each, wording) for each in calendar.left_out]
    return say(
        "{number}. {name}: {told}", number=str(calendar.number), name=name, told=", ".join(told)
    )


def _left_out(entries: NotFollowed, wording: Wording) -> str:
    """How many entries, why, and a few of them by title."""
    why = f"{entries.count}: {wording.foreign(entries.why)}"
    titles = ", ".join(map(plain, entries.such_as))
    return wording.say("{why} Such as: {titles}.", why=why, titles=titles) if titles else why


class Unfollow(Intent, noun="cop", verb="unfollow", aliases=("unfollow",)):
    """Follow a calendar no longer."""

    needs: ClassVar[Role | None] = Role.FACILITATOR
    example: ClassVar[str] = "cop unfollow 1"

    number: Annotated[int, Field(ge=1, le=10)] = Field(
        description="The calendar's number",
        json_schema_extra={
            "number": True,
            "question": "Which calendar? Give its number in the list of calendars.",
        },
    )
    keep: OnOff = Field(
        default=False,
        description="Keep its meetings to come: on",
        json_schema_extra={"keyed": True},
    )

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """What would go, and the choice."""
        found = (await services.ask(ListCalendars())).calendars
        calendar = next((c for c in found if c.number == self.number), None)
        say = person.wording.say
        if calendar is None:
            return Answer.of(say("No calendar with that number is followed."))
        off = UnfollowNow(number=self.number, keep=self.keep)
        lead = say("Follow {name} no longer?", name=plain(calendar.title) or plain(calendar.host))
        what = person.wording.count(
            0 if self.keep else calendar.dates,
            "{n} meeting to come is called off.",
            "{n} meetings to come are called off.",
        )
        options = (
            Choice(say("Follow it no longer"), "✅", off, Style.DANGER),
            Choice(say("Leave it as it is"), "❌", NeverMind()),
        )
        return Answer((Text(lead), Text(what), Choices(options)))


class UnfollowNow(Intent, noun="cop", verb="unfollow-now", hidden=True):
    """Follow the calendar no longer, as previewed."""

    needs: ClassVar[Role | None] = Role.FACILITATOR

    number: int
    keep: bool = False

    def again(self) -> Hint:
        """What led to it."""
        return hint("cop unfollow", number=str(self.number))

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """How many meetings went."""
        asked = UnfollowCalendar(number=self.number, keep_meetings=self.keep)
        gone = await services.ask(asked)
        words = "No longer followed. {n} meeting was called off."
        many = "No longer followed. {n} meetings were called off."
        return Answer.of(person.wording.count(gone.cancelled, words, many))


def calendar_read(event: CalendarRead, wording: Wording) -> Answer:
    """What was found in a followed calendar, said in the room."""
    say, calendar = wording.say, event.calendar
    name = plain(calendar.title) or plain(calendar.host)
    parts = (
        (event.called, "{n} meeting called", "{n} meetings called"),
        (event.changed, "{n} changed", "{n} changed"),
        (event.cancelled, "{n} called off", "{n} called off"),
    )
    found = ", ".join(wording.count(n, one, many) for n, one, many in parts if n)
    lead = say("I read {name}: {found}.", name=name, found=found or say("nothing new"))
    left = tuple(
        say("{n} left out: {why}", n=str(each.count), why=wording.foreign(each.why))
        for each in calendar.left_out
    )
    return Answer((Text(lead), Items(left)) if left else (Text(lead),), Audience.ROOM)


def calendar_not_read(event: CalendarNotRead, wording: Wording) -> Answer:
    """That a followed calendar cannot be read, and why; its meetings stay."""
    calendar = event.calendar
    words = wording.say(
        "I cannot read the calendar {name} now: {why} Its meetings stay as they are, and I go on "
        "trying.",
        name=plain(calendar.title) or plain(calendar.host),
        why=wording.foreign(calendar.why),
    )
    return Answer((Text(words),), Audience.ROOM)
