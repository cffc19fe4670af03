"""About roles: giving one, having seen what it allows, and taking it back a moment later."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import AwareDatetime, Field

from indaba.contracts.membership import AssignRole, Settled, Way
from indaba.contracts.passport import Role
from indaba.contracts.refusal import Hint, Refusal, hint
from indaba.contracts.removal import LONGEST_REASON, TAKEN_BACK_WITHIN, ResumeRole
from indaba.conversation.answer import Answer, Choice, Choices, Items, Style, Text
from indaba.conversation.commands.fields import Account, one_of
from indaba.conversation.commands.intent import Intent, ServiceClient
from indaba.conversation.commands.never_mind import NeverMind
from indaba.conversation.commands.person import Person
from indaba.conversation.commands.taking_back import way_back
from indaba.conversation.commands.topics.removing import is_member, on_its_way, shown_by_name
from indaba.conversation.wording import Wording, plain

MAY = (
    "call, move and call off meetings, and change minutes and resources of others",
    "decide what the world sees, connect rooms, and change how the community works",
    "remove and suspend members, and make others facilitators",
)
"""What a facilitator may do, in words."""


class GiveRole(Intent, noun="member", verb="role"):
    """Give a member a role."""

    needs: ClassVar[Role | None] = Role.FACILITATOR
    example: ClassVar[str] = "member role @thandi:example.org facilitator"

    account: Account = Field(
        description="The member: a name, a mention or a Matrix id",
        json_schema_extra={
            "question": "Whose role? Name them, mention them or type their id.",
            "word": True,
            "person": True,
        },
    )
    role: Annotated[Role, one_of(Role)] = Field(
        description="member or facilitator",
        json_schema_extra={"question": "Which role: member or facilitator?", "word": True},
    )
    reason: str | None = Field(
        default=None,
        max_length=LONGEST_REASON,
        description="Why, where you take the role from somebody",
    )

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """What a facilitator may do, and the choice; what it takes where a role is taken."""
        if self.role is Role.FACILITATOR:
            return await self._offered(person, services)
        if self.account == person.account:
            return self._given_up(person)
        if self.account != person.account and not self.reason:
            raise SayWhy(self.account)
        settled = await _assign(self.account, self.role, person, services, self.reason or "")
        if settled.way is not Way.DONE:
            return Answer.of(*on_its_way(settled, person))
        words = "Done: {account} is a member of this community, and no facilitator."
        return Answer.of(person.wording.say(words, account=plain(self.account)))

    def _given_up(self, person: Person) -> Answer:
        """What giving up one's own role means, and the choice."""
        say = person.wording.say
        lead = say("If you go on, you facilitate this community no more, and cannot:")
        back = say(
            "You can undo it for ten minutes. After that only another facilitator can give it back "
            "to you."
        )
        options = (
            Choice(say("Give up my role"), "✅", GiveUpRole(account=self.account), Style.DANGER),
            Choice(say("Stop"), "❌", NeverMind()),
        )
        return Answer((Text(lead), Items(tuple(map(say, MAY))), Text(back), Choices(options)))

    async def _offered(self, person: Person, services: ServiceClient) -> Answer:
        if self.account != person.account:
            await is_member(self.account, person, services)
        say, account = person.wording.say, plain(self.account)
        after = say(
            "For ten minutes you can undo it. After that it takes a second facilitator, three days "
            "in which no other objects, or a vote of the members. They and the other facilitators "
            "are told."
        )
        options = (
            Choice(
                say("Make {account} a facilitator", account=account),
                "✅",
                MakeFacilitator(account=self.account),
                Style.DANGER,
            ),
            Choice(say("Stop"), "❌", NeverMind()),
        )
        blocks = (
            Text(say("If you go on, {account} can do all that you can:", account=account)),
            Items(tuple(map(say, MAY))),
            Text(after),
            Choices(options),
        )
        return Answer(blocks, mentions=shown_by_name(self.account, person))


class GiveUpRole(Intent, noun="member", verb="give-up-role", hidden=True):
    """Be a facilitator no more, having been told what it means."""

    needs: ClassVar[Role | None] = Role.FACILITATOR

    account: Account

    def again(self) -> Hint:
        """What led to it."""
        return hint("member role", account=self.account, role=Role.MEMBER.value)

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """Says so, with the way back."""
        await _assign(self.account, Role.MEMBER, person, services)
        say = person.wording.say
        words = "Done: {account} is a member of this community, and no facilitator."
        undo = FacilitateAgain(until=person.now + TAKEN_BACK_WITHIN)
        return Answer(
            (
                Text(say(words, account=plain(self.account))),
                Text(say("Was that a mistake? You can undo it for ten minutes.")),
                way_back(undo, person.wording),
            )
        )


class FacilitateAgain(Intent, noun="member", verb="facilitate-again", hidden=True):
    """Take back that I gave up my role a moment ago."""

    needs: ClassVar[Role | None] = Role.MEMBER

    until: AwareDatetime

    def again(self) -> Hint:
        """Later somebody else gives it back."""
        return hint("me undo")

    def takes_back(self, wording: Wording) -> str:
        """The step down."""
        return wording.say("be a facilitator again")

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """Says so; the other facilitators are told."""
        await services.ask(ResumeRole())
        return Answer.of(person.wording.say("Undone: you are a facilitator of this community."))


class MakeFacilitator(Intent, noun="member", verb="make-facilitator", hidden=True):
    """Make a member a facilitator, having been told what it means."""

    needs: ClassVar[Role | None] = Role.FACILITATOR

    account: Account

    def again(self) -> Hint:
        """What led to it."""
        return hint("member role", account=self.account, role=Role.FACILITATOR.value)

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """Says so, with the way back."""
        await _assign(self.account, Role.FACILITATOR, person, services)
        say, account = person.wording.say, plain(self.account)
        undo = TakeRoleBack(account=self.account, until=person.now + TAKEN_BACK_WITHIN)
        return Answer(
            (
                Text(say("Done: {account} is a facilitator of this community.", account=account)),
                Text(say("Was that a mistake? You can undo it for ten minutes.")),
                way_back(undo, person.wording),
            )
        )


class TakeRoleBack(Intent, noun="member", verb="take-role-back", hidden=True):
    """Take back a role that was given a moment ago."""

    needs: ClassVar[Role | None] = Role.FACILITATOR

    account: Account
    until: AwareDatetime

    def again(self) -> Hint:
        """What it takes later."""
        return hint("member role", account=self.account, role=Role.MEMBER.value, reason="why")

    def takes_back(self, wording: Wording) -> str:
        """The role."""
        return wording.say("make {account} a member again", account=plain(self.account))

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """Says that they are a member again; nothing is moved against anybody by it."""
        say, account = person.wording.say, plain(self.account)
        if person.now > self.until:
            line = person.types("member role", account=self.account, role="member", reason="why")
            words = "That was more than ten minutes ago. To go on, type: {line}"
            return Answer.of(say(words, line=line))
        settled = await _assign(self.account, Role.MEMBER, person, services)
        if settled.way is not Way.DONE:
            return Answer.of(*on_its_way(settled, person))
        return Answer.of(say("Undone: {account} is a member again.", account=account))


async def _assign(
    account: str, role: Role, person: Person, services: ServiceClient, reason: str = ""
) -> Settled:
    return await services.ask(
        AssignRole(platform=person.platform, account=account, role=role, reason=reason)
    )


class SayWhy(Refusal):
    """A role would be taken from somebody without a word why."""

    code = "say-why"

    def __init__(self, account: str) -> None:
        super().__init__(
            "Please say why: they are told, and so is whoever decides it. Type: {hint}",
            hint=hint("member role", account=account, role="member", reason="why"),
        )
