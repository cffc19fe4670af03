"""How many a community is. Who they are, no list tells: rooms show who is in them."""

from typing import ClassVar

from indaba.contracts.outcomes import ShowReport
from indaba.contracts.passport import Role
from indaba.conversation.answer import Answer, Text
from indaba.conversation.commands.intent import Intent, ServiceClient
from indaba.conversation.commands.person import Person
from indaba.conversation.wording import plain

ASKS_WHO_WE_ARE = (
    *("members", "member list", "list members", "who are the members", "who are our members"),
    *("who is a member", "who's a member", "who is in this community", "who is in the community"),
    *("how many are we", "how many of us are there", "how many members", "how many members are we"),
    *("how many members are there", "how many members do we have", "who are we"),
    *("facilitators", "who is a facilitator", "who's a facilitator", "who is the facilitator"),
    *("who are the facilitators", "who facilitates", "who is in charge", "wie is die lede"),
    *("hoeveel is ons", "wie is die fasiliteerder"),
)
"""How people ask who belongs to their community, and who leads it."""


class Members(Intent, noun="cop", verb="members", aliases=ASKS_WHO_WE_ARE):
    """Show how many members there are, and what I am here."""

    needs: ClassVar[Role | None] = Role.MEMBER
    example: ClassVar[str] = "cop members"

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """The number, the asker's own role, and where others are seen or asked."""
        report = (await services.ask(ShowReport())).as_read()
        wording, say = person.wording, person.wording.say
        name = plain(person.in_community().name)
        count = wording.count(report.members, "{n} member", "{n} members")
        lines = [Text(say("{name}: {count}.", name=name, count=count))]
        mine = "You are a facilitator here." if person.facilitates() else "You are a member here."
        lines.append(Text(say(mine)))
        whom = "I list nobody by name. Who is in the room, your app shows."
        if not person.facilitates():
            whom += " To reach a facilitator, write it in the room: they read it there."
        lines.append(Text(say(whom)))
        return Answer(tuple(lines))
