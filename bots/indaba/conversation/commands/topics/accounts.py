"""About one member with several accounts: linking them by the word of both, and unlinking."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from indaba.contracts.linking import (
    AccountName,
    AnswerLink,
    IssueLinkCode,
    LinkedAccount,
    LinkFacts,
    LinkPreview,
    ProposeLink,
    RoleThere,
    ShowLinkCode,
    ShowLinks,
    UnlinkAccount,
)
from indaba.contracts.membership import Platform
from indaba.contracts.passport import Role
from indaba.contracts.refusal import Hint, hint
from indaba.contracts.standing import Standing
from indaba.conversation.answer import Answer, Choice, Choices, Facts, Items, Style, Text
from indaba.conversation.commands.fields import Secret
from indaba.conversation.commands.intent import Intent, ServiceClient
from indaba.conversation.commands.never_mind import NeverMind
from indaba.conversation.commands.numbered import FIVE
from indaba.conversation.commands.person import Person
from indaba.conversation.commands.topics.linking import spoken
from indaba.conversation.times import say_for
from indaba.conversation.wording import Wording, plain

MOST_OFFERED = 20
ROLES = {Role.FACILITATOR: "facilitator", Role.MEMBER: "member", None: "no member"}
PLATFORMS = {Platform.DISCORD: "Discord", Platform.MATRIX: "Matrix"}
BOTH_ARE_ONE = (
    "Then both accounts are one member: each can do all that the other can, read what is for the "
    "other alone, and have everything about both deleted. Agree only if both are yours."
)
CAN_BE_UNDONE = "For a week either can undo it: {line}"


class LinkMe(Intent, noun="me", verb="link", aliases=("link me",)):
    """Make my accounts on Discord and Matrix one member."""

    ASKED_BY: ClassVar[Standing] = Standing.KNOWN
    PRIVATE: ClassVar[bool] = True
    example: ClassVar[str] = "me link"

    code: Secret | None = Field(
        default=None,
        description="The code from your other account; leave it out to get one here",
        json_schema_extra={"word": True},
    )

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """What somebody waits for; else a code for the other account, or what it would become."""
        if self.code is not None:
            asked = ShowLinkCode(platform=person.platform, account=person.account, code=self.code)
            return _become(await services.ask(asked), person)
        mine = ShowLinks(platform=person.platform, account=person.account)
        waiting = (await services.ask(mine)).waiting
        if waiting:
            return asked_for(waiting[0], person.wording, person.zone, person.platform)
        say = person.wording.say
        code = spoken(await services.ask(IssueLinkCode()))
        return Answer.of(
            say("Your code is {code}. It works once, for ten minutes.", code=code),
            say(
                "From your other account type to me privately: {line}",
                line=person.types_elsewhere(hint("me link", code=code), private=True),
            ),
            say(
                "I ask you then whether it was you, in a direct chat; if you hear nothing from "
                "me, type here again: {line}",
                line=person.types("me link"),
            ),
            say("Give it to nobody, and agree to no account that is not yours."),
        )


class LinkNow(Intent, noun="me", verb="link-now", hidden=True):
    """Ask whoever made the code, having seen whom one would become."""

    PRIVATE: ClassVar[bool] = True

    ticket: str

    def again(self) -> Hint:
        """What led to it."""
        return hint("me link")

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """Says that the other side is asked."""
        asked = ProposeLink(platform=person.platform, account=person.account, ticket=self.ticket)
        link = (await services.ask(asked)).link
        words = (
            "I ask {maker} whether this is their account too, and show it as: {joiner}. Until they "
            "agree nothing happens. If they do not within ten minutes, nothing does."
        )
        wording = person.wording
        maker, joiner = named(link.maker, wording), named(link.joiner, wording)
        lead = Text(wording.say(words, maker=maker, joiner=joiner))
        mentions = shown_as_names((*link.maker, *link.joiner), person.platform)
        return Answer((lead,), mentions=mentions)


class AnswerToLink(Intent, noun="me", verb="answer-link", hidden=True):
    """Say whether an account is mine."""

    PRIVATE: ClassVar[bool] = True

    link: UUID
    agreed: bool

    def again(self) -> Hint:
        """What led to it."""
        return hint("me link")

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """Says what has come of it."""
        say = person.wording.say
        answered = await services.ask(AnswerLink(link=self.link, agreed=self.agreed))
        if not answered.linked:
            return Answer.of(say("Good that you looked. Nothing was linked."))
        return Answer.of(
            say(
                "Done: both accounts are one member now. Where you answered twice, your last word "
                "counts."
            ),
            say(CAN_BE_UNDONE, line=person.types("me unlink")),
        )


class UnlinkMe(Intent, noun="me", verb="unlink", aliases=("unlink me", "unlink")):
    """Take one of my accounts away from me, or undo that it was linked."""

    ASKED_BY: ClassVar[Standing] = Standing.KNOWN
    PRIVATE: ClassVar[bool] = True
    example: ClassVar[str] = "me unlink"

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """All accounts with what would become of each, and the choice."""
        say = person.wording.say
        mine = ShowLinks(platform=person.platform, account=person.account)
        accounts = (await services.ask(mine)).accounts
        going = [one for one in accounts if one.may_go][:MOST_OFFERED]
        if not going:
            return Answer.of(
                say("This is the only account of yours that this one can speak for."),
                say("To leave the community: {line}", line=person.types("cop leave")),
                say("To have everything about you deleted: {line}", line=person.types("me data")),
            )
        lines = tuple(_would_be(one, person) for one in going)
        signs = (*FIVE, *("",) * MOST_OFFERED)
        options = tuple(
            _unlinking(*each, person.wording) for each in zip(going, signs, strict=False)
        )
        lead = Text(say("Which account shall not be yours any more?"))
        stop = Choice(say("Stop"), "❌", NeverMind())
        return Answer((lead, Items(lines), Choices((*options, stop))))


class UnlinkNow(Intent, noun="me", verb="unlink-now", hidden=True):
    """Unlink an account, having seen what it becomes."""

    PRIVATE: ClassVar[bool] = True

    platform: Platform
    account: str

    def again(self) -> Hint:
        """What led to it."""
        return hint("me unlink")

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """Says what it is now."""
        request = UnlinkAccount(
            platform=person.platform,
            account=person.account,
            unlinked=AccountName(platform=self.platform, account=self.account),
        )
        restored = (await services.ask(request)).restored
        words = (
            "Done: {account} is who it was before, and so are you. What was done since stays with "
            "the one that was here first. Sign in to the portal again."
            if restored
            else "Done: {account} is a guest now. Sign in to the portal again."
        )
        return Answer.of(person.wording.say(words, account=plain(self.account)))


def named(names: Iterable[AccountName], wording: Wording) -> str:
    """Accounts with their platforms, in words."""
    return ", ".join(
        wording.say(
            "{account} on {platform}",
            account=plain(name.account),
            platform=PLATFORMS.get(name.platform, str(name.platform)),
        )
        for name in names
    )


def shown_as_names(names: Iterable[AccountName], platform: Platform) -> tuple[str, ...]:
    """Accounts that stand in a sentence, of a platform that shows them by people's names."""
    return tuple(name.account for name in names if name.platform is platform)


def asked_for(link: LinkFacts, wording: Wording, zone: str, platform: Platform) -> Answer:
    """The question to whoever made the code, with whom it is about."""
    say = wording.say
    lead = say(
        "Is {joiner} your account too? Somebody typed the code that you got from me there.",
        joiner=named(link.joiner, wording),
    )
    until = say("You can answer until {until}.", until=say_for(link.until, zone, wording.locale))
    if link.link is None:
        raise ValueError("a link that was proposed has an id")
    agreed = AnswerToLink(link=link.link, agreed=True)
    refused = AnswerToLink(link=link.link, agreed=False)
    options = (
        Choice(say("Yes, it is mine"), "✅", agreed, Style.DANGER),
        Choice(say("No, link nothing"), "❌", refused),
    )
    facts = _facts(link.roles, wording)
    words = (Text(say(BOTH_ARE_ONE)), Text(until))
    mentions = shown_as_names(link.joiner, platform)
    return Answer((Text(lead), *facts, *words, Choices(options)), mentions=mentions)


def _become(preview: LinkPreview, person: Person) -> Answer:
    """What an account would become by a code, and the choice."""
    say, link = person.wording.say, preview.link
    lead = say("With this code you become: {maker}", maker=named(link.maker, person.wording))
    roles = say(
        "What else they are I show you once they have agreed. Nobody's role is raised: where both "
        "of you belong, theirs stays; where only you do, you are a member."
    )
    becomes = say(
        "What you answered, wrote and took on becomes theirs. They are asked before anything "
        "happens, and the facilitators are told."
    )
    options = (
        Choice(say("Become one with them"), "✅", LinkNow(ticket=preview.ticket), Style.DANGER),
        Choice(say("Stop"), "❌", NeverMind()),
    )
    again = say(CAN_BE_UNDONE, line=person.types("me unlink"))
    words = (Text(becomes), Text(say(BOTH_ARE_ONE)), Text(again))
    mentions = shown_as_names(link.maker, person.platform)
    return Answer((Text(lead), Text(roles), *words, Choices(options)), mentions=mentions)


def _facts(roles: tuple[RoleThere, ...], wording: Wording) -> tuple[Facts, ...]:
    """What both are in each community, and would be."""
    words = "you: {you}; the other: {other}; both then: {after}"
    rows = tuple(
        (
            plain(role.community),
            wording.say(
                words,
                you=wording.say(ROLES[role.theirs]),
                other=wording.say(ROLES[role.yours]),
                after=wording.say(ROLES[role.after]),
            ),
        )
        for role in roles
    )
    return (Facts(rows),) if rows else ()


def _would_be(one: LinkedAccount, person: Person) -> str:
    name = named([AccountName(platform=one.platform, account=one.account)], person.wording)
    if one.until is None:
        return person.wording.say("{account}: would be a guest", account=name)
    until = say_for(one.until, person.zone, person.wording.locale)
    words = "{account}: until {until} it can be who it was before"
    return person.wording.say(words, account=name, until=until)


def _unlinking(one: LinkedAccount, sign: str, wording: Wording) -> Choice:
    label = wording.say("Part with {account}", account=plain(one.account)[:60])
    unlink = UnlinkNow(platform=one.platform, account=one.account)
    return Choice(label, sign, unlink, Style.DANGER)
