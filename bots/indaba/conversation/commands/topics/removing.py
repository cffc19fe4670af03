"""About removing, suspending and letting in again; appeals; who facilitates when nobody does."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, ClassVar

from pydantic import Field

from indaba.contracts.linking import FindMembers
from indaba.contracts.membership import Settled, Way
from indaba.contracts.passport import Role
from indaba.contracts.refusal import Hint, Refusal, Refused, hint
from indaba.contracts.removal import (
    LONGEST_REASON,
    AppealRemoval,
    ReadmitMember,
    RemoveMember,
    SuspendMember,
)
from indaba.conversation.answer import Answer, Choice, Choices, Style, Text
from indaba.conversation.commands.fields import Account
from indaba.conversation.commands.intent import Intent, ServiceClient, question
from indaba.conversation.commands.never_mind import NeverMind
from indaba.conversation.commands.person import Person
from indaba.conversation.times import say_for
from indaba.conversation.wording import plain

WHICH_REMOVAL = "which-removal"

Whom = Annotated[
    Account,
    Field(
        description="The member: a name, a mention or a Matrix id",
        json_schema_extra={
            "question": "Who? Name them, mention them or type their id.",
            "word": True,
            "person": True,
        },
    ),
]
Why = Annotated[
    str,
    Field(
        min_length=1,
        max_length=LONGEST_REASON,
        description="Why; they and whoever decides it are told",
        json_schema_extra={"question": "Why? They and whoever decides it are told your words."},
    ),
]


class Remove(Intent, noun="member", verb="remove", aliases=("remove member",)):
    """Remove a member, who cannot join again."""

    needs: ClassVar[Role | None] = Role.FACILITATOR
    example: ClassVar[str] = "member remove @thandi:example.org sends spam"

    account: Whom
    reason: Why

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """What it means, and the choice."""
        await is_member(self.account, person, services)
        say, account = person.wording.say, plain(self.account)
        lead = say(
            "If you go on, {account} is no member any more and cannot join again. What they open "
            "by being one ends within seconds. They are told your reason, and can ask another "
            "facilitator to look at it again.",
            account=account,
        )
        role = say(
            "If {account} is a facilitator, it takes a second one, or three days in which no "
            "other objects.",
            account=account,
        )
        room = say("From the room itself only those who run it can remove them.")
        now = RemoveNow(account=self.account, reason=self.reason)
        options = (
            Choice(say("Remove {account}", account=account), "✅", now, Style.DANGER),
            Choice(say("Stop"), "❌", NeverMind()),
        )
        blocks = (Text(lead), Text(role), Text(room), Choices(options))
        return Answer(blocks, mentions=shown_by_name(self.account, person))


class RemoveNow(Intent, noun="member", verb="remove-now", hidden=True):
    """Remove a member, having been told what it means."""

    needs: ClassVar[Role | None] = Role.FACILITATOR

    account: Account
    reason: str

    def again(self) -> Hint:
        """What led to it."""
        return hint("member remove", account=self.account, reason=self.reason)

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """Says that it is done, or what it takes."""
        settled = await services.ask(
            RemoveMember(platform=person.platform, account=self.account, reason=self.reason)
        )
        if settled.way is not Way.DONE:
            return Answer.of(*on_its_way(settled, person))
        say, account = person.wording.say, plain(self.account)
        back = person.types("member readmit", account=self.account)
        return Answer.of(
            say("{account} is no member any more.", account=account),
            say("To let them join again: {line}", line=back),
        )


class ThatIsYou(Refusal):
    """Somebody would remove or suspend themselves."""

    code = "that-is-you"

    def __init__(self) -> None:
        super().__init__("That is you. To leave the community type: {hint}", hint=hint("cop leave"))


class NotHere(Refusal):
    """The account is no member here."""

    code = "not-here"

    def __init__(self, account: str) -> None:
        super().__init__(
            f"{account} is not a member of this community. Check how it is written.",
            account=account,
        )


async def is_member(account: str, person: Person, services: ServiceClient) -> None:
    """Raise `NotHere`, or `ThatIsYou`, before anything is offered."""
    if account == person.account:
        raise ThatIsYou
    behind = await services.ask(FindMembers(platform=person.platform, accounts=(account,)))
    if account not in behind.members:
        raise NotHere(plain(account))


def shown_by_name(account: str, person: Person) -> tuple[str, ...]:
    """Where only the asker reads, an account is shown by its name; elsewhere it would be called."""
    return (account,) if person.alone else ()


def on_its_way(settled: Settled, person: Person) -> tuple[str, ...]:
    """What it takes to do something against a facilitator."""
    say = person.wording.say
    until = _until(settled.until, person)
    if settled.way is Way.MEMBERS:
        words = (
            "They facilitate, and there is no other facilitator besides you two, so the members "
            "vote. It is decided on {until}. In an emergency you can suspend their powers: {line}"
        )
    else:
        words = (
            "They facilitate, so it takes one more facilitator, whom I have asked. If no other "
            "objects, it is done on {until}. In an emergency you can suspend their powers: {line}"
        )
    line = person.types("member suspend", account="@somebody", reason="why")
    return (say(words, until=until, line=line),)


class Suspend(Intent, noun="member", verb="suspend"):
    """Suspend somebody's powers for 72 hours, at once."""

    needs: ClassVar[Role | None] = Role.FACILITATOR
    example: ClassVar[str] = "member suspend @thandi:example.org account was stolen"

    account: Whom
    reason: Why

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """What it means, and the choice."""
        await is_member(self.account, person, services)
        say, account = person.wording.say, plain(self.account)
        lead = say(
            "If you go on, {account} loses their powers at once, for 72 hours: a facilitator is "
            "only a member, a member only a guest. It can be done to somebody once a year. They "
            "and the other facilitators are told your reason.",
            account=account,
        )
        now = SuspendNow(account=self.account, reason=self.reason)
        options = (
            Choice(say("Suspend {account}", account=account), "✅", now, Style.DANGER),
            Choice(say("Stop"), "❌", NeverMind()),
        )
        return Answer((Text(lead), Choices(options)), mentions=shown_by_name(self.account, person))


class SuspendNow(Intent, noun="member", verb="suspend-now", hidden=True):
    """Suspend somebody, having been told what it means."""

    needs: ClassVar[Role | None] = Role.FACILITATOR

    account: Account
    reason: str

    def again(self) -> Hint:
        """What led to it."""
        return hint("member suspend", account=self.account, reason=self.reason)

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """Says until when."""
        settled = await services.ask(
            SuspendMember(platform=person.platform, account=self.account, reason=self.reason)
        )
        words = "Done: the powers of {account} are suspended until {until}."
        return Answer.of(
            person.wording.say(
                words, account=plain(self.account), until=_until(settled.until, person)
            )
        )


class Readmit(Intent, noun="member", verb="readmit"):
    """Let somebody who was removed join again."""

    needs: ClassVar[Role | None] = Role.FACILITATOR
    example: ClassVar[str] = "member readmit @thandi:example.org"

    account: Whom

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """Says that they can join, and how."""
        await services.ask(ReadmitMember(platform=person.platform, account=self.account))
        words = "Done: {account} can join again with: {line}"
        line = person.types_elsewhere(hint("cop join"))
        return Answer.of(person.wording.say(words, account=plain(self.account), line=line))


class Appeal(Intent, noun="cop", verb="appeal", aliases=("appeal",)):
    """Ask another facilitator to look at my removal again."""

    PRIVATE: ClassVar[bool] = True
    example: ClassVar[str] = "cop appeal it was not me who wrote that"

    words: str = Field(
        min_length=1,
        max_length=LONGEST_REASON,
        description="What the facilitators should know",
        json_schema_extra={"question": "What should the facilitators know? They read your words."},
    )

    community: str = Field(
        default="",
        max_length=100,
        description="Which community, if I was removed from several",
        json_schema_extra={"question": "Which of them do you mean?", "keyed": True},
    )

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """Says that others look at it; or asks which community is meant, of several."""
        appeal = AppealRemoval(
            platform=person.platform,
            account=person.account,
            words=self.words,
            community=self.community,
        )
        try:
            await services.ask(appeal)
        except Refusal as which:
            if (which.told if isinstance(which, Refused) else which.code) != WHICH_REMOVAL:
                raise
            why, filled = person.told(which), {"words": self.words}
            return Answer((question(type(self), filled, "community", person.wording, why),))
        words = (
            "I have passed that on to another facilitator, or to the only one there is. You hear "
            "from me when it is decided."
        )
        return Answer.of(person.wording.say(words))


def _until(moment: datetime | None, person: Person) -> str:
    return say_for(moment, person.zone, person.wording.locale) if moment else ""
