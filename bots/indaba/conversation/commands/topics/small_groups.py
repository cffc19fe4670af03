"""How many people each figure of a community stands for: facilitators decide."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from indaba.contracts.figures import FEWEST, MOST_ASKED
from indaba.contracts.group_sizes import (
    NOTICE,
    GroupSizeShown,
    GroupSizeTooLarge,
    SetGroupSize,
    ShowGroupSize,
    TakeBackGroupSize,
    WaitingSize,
    most_for,
)
from indaba.contracts.passport import Role
from indaba.contracts.refusal import Hint, hint
from indaba.conversation.answer import Answer, Block, Choice, Choices, Items, Style, Text
from indaba.conversation.commands.intent import Intent, ServiceClient
from indaba.conversation.commands.never_mind import NeverMind
from indaba.conversation.commands.person import Person
from indaba.conversation.commands.taking_back import way_back
from indaba.conversation.times import say_for
from indaba.conversation.wording import Wording


class SmallGroups(Intent, noun="cop", verb="small-groups"):
    """Choose how many people each figure must stand for."""

    needs: ClassVar[Role | None] = Role.FACILITATOR
    example: ClassVar[str] = "cop small-groups 8"

    people: int | None = Field(
        default=None,
        ge=FEWEST,
        le=MOST_ASKED,
        description="How many people at least, from 5 to 20; without it I say how many now",
        json_schema_extra={"number": True, "question": "How many people at least? From 5 to 20."},
    )

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """What holds, or what changes with it and the choice to do it.

        Raises `GroupSizeTooLarge`.
        """
        shown = await services.ask(ShowGroupSize())
        people = self.people
        if people is None or people in (shown.size, shown.waiting and shown.waiting.size):
            return _as_it_is(shown, person)
        if people > max(shown.size, most_for(shown.members)):
            raise GroupSizeTooLarge(people, shown.members)
        say = person.wording.say
        lead = say(
            "Figures of this community will stand for {n} people or more on each side. "
            "Now it is {now}.",
            n=people,
            now=shown.size,
        )
        lines = (
            *_when(people, shown, person),
            say("It is about feedback, uses of a resource, zones, and the report."),
            say("What was told already stays as it was told."),
            say("What members said while a larger number held goes on being told by that one."),
        )
        options = (
            Choice(say("Set it to {n}", n=people), "✅", SmallGroupsNow(people=people), Style.MAIN),
            Choice(say("Leave it at {n}", n=shown.size), "❌", NeverMind()),
        )
        return Answer((Text(lead), Items(lines), Choices(options)))


class SmallGroupsNow(Intent, noun="cop", verb="small-groups-now", hidden=True):
    """Set it as previewed."""

    needs: ClassVar[Role | None] = Role.FACILITATOR

    people: int

    def again(self) -> Hint:
        """What led to it."""
        return hint("cop small-groups", people=str(self.people))

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """What holds now or from when, and the way back."""
        reply = await services.ask(SetGroupSize(size=self.people))
        say = person.wording.say
        if reply.waiting is not None:
            noted = Text(say("Noted, and I tell the community's rooms."))
            return Answer((noted, *_waits(reply.waiting, person)))
        back = reply.before if reply.before != reply.size else FEWEST
        return Answer.of(
            say("Noted: figures stand for {n} people or more from now on.", n=reply.size),
            say("To change it: {line}", line=person.types("cop small-groups", people=str(back))),
        )


class SmallGroupsBack(Intent, noun="cop", verb="small-groups-back"):
    """Take back the larger number of people that figures are to stand for."""

    needs: ClassVar[Role | None] = Role.FACILITATOR
    example: ClassVar[str] = "cop small-groups-back"

    def takes_back(self, wording: Wording) -> str:
        """What waits."""
        return wording.say("the larger number that figures are to stand for")

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """That all stays as it is."""
        shown = await services.ask(TakeBackGroupSize())
        words = "Taken back: figures go on standing for {n} people or more."
        return Answer.of(person.wording.say(words, n=shown.size))


def take_it_back(line: str, wording: Wording) -> tuple[Block, ...]:
    """That any facilitator can take back a number that waits, by a line or a choice."""
    words = wording.say("Until then any facilitator can take it back: {line}", line=line)
    return (Text(words), way_back(SmallGroupsBack(), wording))


def _as_it_is(shown: GroupSizeShown, person: Person) -> Answer:
    """The number now, and the one that waits with the way back, or how to ask for another."""
    say = person.wording.say
    lead = Text(say("Figures of this community stand for {n} people or more on each side.",
                    n=shown.size))  # fmt: skip
    if shown.waiting is not None:
        return Answer((lead, *_waits(shown.waiting, person)))
    most = most_for(shown.members)
    if most <= shown.size:
        words = "It has {members}, and more than {most} makes no sense with so few."
        members = person.wording.count(shown.members, "{n} member", "{n} members")
        return Answer((lead, Text(say(words, members=members, most=most))))
    line = person.types("cop small-groups", people=str(most))
    how = say("To ask for more, at most {most}: {line}", most=most, line=line)
    return Answer((lead, Text(how)))


def _waits(waiting: WaitingSize, person: Person) -> tuple[Block, ...]:
    """From when a larger number holds, and the way back."""
    when = say_for(waiting.begins_at, person.zone, person.wording.locale)
    words = person.wording.say("From {when} on: {n} people or more.", when=when, n=waiting.size)
    line = person.types("cop small-groups-back")
    return (Text(words), *take_it_back(line, person.wording))


def _when(people: int, shown: GroupSizeShown, person: Person) -> tuple[str, ...]:
    """From when it holds; only what is asked for last waits."""
    say, waiting = person.wording.say, shown.waiting
    begins: tuple[str, ...] = ()
    if people > shown.size:
        begins = (
            say(
                "It begins in {days} days. Until then it is {now}, and any facilitator can take it "
                "back.",
                days=NOTICE.days,
                now=shown.size,
            ),
        )
    if waiting is None:
        return begins
    return (*begins, say("{n}, which waits now, does not begin.", n=waiting.size))
