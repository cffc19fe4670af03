"""How many people each figure of a community stands for: facilitators decide."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from indaba.contracts.figures import FEWEST, MOST_ASKED
from indaba.contracts.group_sizes import SetGroupSize
from indaba.contracts.passport import Role
from indaba.contracts.refusal import Hint, hint
from indaba.conversation.answer import Answer, Choice, Choices, Items, Style, Text
from indaba.conversation.commands.intent import Intent, ServiceClient
from indaba.conversation.commands.never_mind import NeverMind
from indaba.conversation.commands.person import Person


class SmallGroups(Intent, noun="cop", verb="small-groups"):
    """Choose how many people each figure must stand for."""

    needs: ClassVar[Role | None] = Role.FACILITATOR
    example: ClassVar[str] = "cop small-groups 8"

    people: int = Field(
        ge=FEWEST,
        le=MOST_ASKED,
        description="How many people at least, from 5 to 20",
        json_schema_extra={"number": True, "question": "How many people at least? From 5 to 20."},
    )

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """What changes with it, and the choice to do it."""
        say, now = person.wording.say, person.in_community().group_size
        if self.people == now:
            return Answer.of(say("It is so already: figures stand for {n} people or more.", n=now))
        lead = say(
            "Figures of this community will stand for {n} people or more on each side. "
            "Now it is {now}.",
            n=self.people,
            now=now,
        )
        lines = (
            say("It is about feedback, uses of a resource, zones, and the report."),
            say("What was told already stays as it was told."),
            say("What members said while a larger number held goes on being told by that one."),
        )
        options = (
            Choice(say("Set it to {n}", n=self.people), "✅",
                   SmallGroupsNow(people=self.people), Style.MAIN),
            Choice(say("Leave it at {n}", n=now), "❌", NeverMind()),
        )  # fmt: skip
        return Answer((Text(lead), Items(lines), Choices(options)))


class SmallGroupsNow(Intent, noun="cop", verb="small-groups-now", hidden=True):
    """Set it as previewed."""

    needs: ClassVar[Role | None] = Role.FACILITATOR

    people: int

    def again(self) -> Hint:
        """What led to it."""
        return hint("cop small-groups", people=str(self.people))

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """What holds now, and the way back."""
        reply = await services.ask(SetGroupSize(size=self.people))
        say, back = person.wording.say, reply.before if reply.before != reply.size else FEWEST
        return Answer.of(
            say("Noted: figures stand for {n} people or more from now on.", n=reply.size),
            say("To change it: {line}", line=person.types("cop small-groups", people=str(back))),
        )
