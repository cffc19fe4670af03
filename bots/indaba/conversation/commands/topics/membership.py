"""About me, and about members: profile, zone, reminders, data, sign-in, roles."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, Any, ClassVar

from pydantic import Field

from indaba.contracts import spoken
from indaba.contracts.keeping import KEEPING
from indaba.contracts.linking import LinkedAccount, ShowLinks
from indaba.contracts.membership import (
    Category,
    DescribeMe,
    EraseMe,
    IssueSignIn,
    MemberData,
    Profile,
    ShowMyDataHere,
)
from indaba.contracts.passport import Role
from indaba.contracts.refusal import Hint, Refusal, hint
from indaba.contracts.reminding import SetReminders
from indaba.contracts.retention import UNTIL
from indaba.contracts.standing import Standing
from indaba.conversation.answer import Answer, Choice, Choices, Facts, File, Items, Style, Text
from indaba.conversation.commands.fields import Listed, OnOff, Zone, one_of
from indaba.conversation.commands.intent import Intent, ServiceClient
from indaba.conversation.commands.never_mind import NeverMind
from indaba.conversation.commands.person import Person
from indaba.conversation.own_data import OWN_DATA_PAGE, as_data, told_by_kind
from indaba.conversation.times import say_zone
from indaba.conversation.wording import Wording, plain

MOST_OF_A_KIND = 5
"""Entries of one kind in an answer. The file has them all."""

OTHERS_WROTE = "others wrote about you"
PAGES_OF = {"scheduling": "meetings", "library": "library"}
"""Where the portal shows the things of a service, below a community's page."""


class DataAct(StrEnum):
    """What to do with what is kept about me."""

    SHOW = "show"
    PERIODS = "periods"
    EXPORT = "export"
    ERASE = "erase"


class MyProfilePage(Intent, noun="me", verb="profile", aliases=("profile",)):
    """Show my profile, or set part of it."""

    needs: ClassVar[Role | None] = Role.MEMBER
    PRIVATE: ClassVar[bool] = True
    example: ClassVar[str] = "me profile category: teacher"

    category: Annotated[Category | None, one_of(Category)] = Field(
        default=None, description="What you are, such as teacher, parent or civil society"
    )
    organisation: str | None = Field(
        default=None,
        max_length=120,
        description="Your school or organisation",
        json_schema_extra={"keyed": True},
    )
    province: str | None = Field(
        default=None,
        max_length=80,
        description="Your province",
        json_schema_extra={"keyed": True},
    )
    languages: Listed | None = Field(
        default=None,
        max_length=12,
        description="Languages you speak, separated by commas",
        json_schema_extra={"keyed": True},
    )
    zone: Zone | None = Field(
        default=None,
        description="Your time zone or city, such as Johannesburg",
        json_schema_extra={"keyed": True},
    )

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """Shows the profile as it is now, and how to set it."""
        given = self.model_dump(exclude_none=True)
        reply = await services.ask(DescribeMe(**given))
        say = person.wording.say
        lead = say("Noted. This is your profile now.") if given else say("This is your profile.")
        lines = (
            person.types("me profile", category="teacher"),
            person.types("me profile", province="Gauteng"),
            person.types("me timezone", zone="Durban"),
        )
        return Answer(
            (
                Text(lead),
                Facts(_profile(reply.profile, person.wording)),
                Text(say("To change something, type a line such as:")),
                Items(tuple(say("{line}", line=line) for line in lines)),
            )
        )


def _profile(profile: Profile, wording: Wording) -> tuple[tuple[str, str], ...]:
    say = wording.say
    empty = say("not said")
    rows = (
        (say("Category"), say(profile.category.value) if profile.category else ""),
        (say("Organisation"), plain(profile.organisation)),
        (say("Province"), plain(profile.province)),
        (say("Languages"), plain(", ".join(profile.languages))),
        (say("Time zone"), say_zone(profile.zone, wording.locale) if profile.zone else ""),
    )
    return tuple((label, value or empty) for label, value in rows)


class MyTimeZone(Intent, noun="me", verb="timezone", aliases=("timezone", "time zone")):
    """Set the time zone I read and type times in."""

    needs: ClassVar[Role | None] = Role.MEMBER
    example: ClassVar[str] = "me timezone Johannesburg"

    zone: Zone = Field(
        description="Your time zone or city, such as Johannesburg",
        json_schema_extra={"question": "Which time zone or city are you in?"},
    )

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """Confirms with the zone's name."""
        reply = await services.ask(DescribeMe(zone=self.zone))
        words = "Noted: I read and show you times in {zone}."
        zone = say_zone(reply.profile.zone or self.zone, person.wording.locale)
        return Answer.of(person.wording.say(words, zone=zone))


class MyReminders(Intent, noun="me", verb="reminders", aliases=("reminders",)):
    """Turn my reminders on or off, in every community."""

    EVERYWHERE: ClassVar[bool] = True
    needs: ClassVar[Role | None] = Role.MEMBER
    example: ClassVar[str] = "me reminders off"

    state: OnOff = Field(
        description="on or off",
        json_schema_extra={"question": "Should I remind you of meetings? Say on or off."},
    )

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """Says which it is now."""
        say = person.wording.say
        if (await services.ask(SetReminders(on=self.state))).on:
            return Answer.of(say("Reminders are on: I mention you before meetings you come to."))
        return Answer.of(say("Reminders are off: I will not mention you before meetings."))


class MyData(Intent, noun="me", verb="data", aliases=("my data", "what do you know about me")):
    """Show, export or erase what is kept about me, and for how long it is kept."""

    ASKED_BY: ClassVar[Standing] = Standing.KNOWN
    EVERYWHERE: ClassVar[bool] = True
    PRIVATE: ClassVar[bool] = True
    TELLS_OWN_DATA: ClassVar[bool] = True
    example: ClassVar[str] = "me data export"

    what: Annotated[DataAct, one_of(DataAct)] = Field(
        default=DataAct.SHOW, description="show, periods (how long it is kept), export or erase"
    )

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """Facts of every service and of this bot, how long, a file, or what erasing means."""
        if self.what is DataAct.PERIODS:
            return _periods(person.wording)
        accounts = await linked_accounts(person, services)
        if self.what is DataAct.ERASE:
            return _before_erasing(person, accounts)
        names = tuple(one.account for one in accounts) or (person.account,)
        elsewhere = _kept_elsewhere(person, accounts)
        try:
            replies = [await services.ask(kind(accounts=names)) for kind in spoken(ShowMyDataHere)]
        except Refusal as no:
            if person.passport is not None and person.passport.member is not None:
                raise
            # Of somebody who is no member anywhere the services keep nothing; this bot may.
            return Answer((Text(person.told(no)), *_kept_here(person), elsewhere))
        shown = [_with_pages(each, person) for each in replies]
        if self.what is DataAct.EXPORT:
            return _export(shown, person, elsewhere)
        return _shown(shown, person, elsewhere)


def _shown(shown: list[MemberData], person: Person, elsewhere: Text) -> Answer:
    say = person.wording.say
    blocks: list[Text | Facts | Items] = []
    for each in shown:
        rows = tuple((say("{name}", name=n), v) for n, v in _flat(each.data, ""))
        blocks.append(Text(say("Kept by {service}:", service=plain(each.service))))
        blocks.append(Facts(rows or ((say("Nothing"), say("nothing is kept here")),)))
    blocks += _kept_here(person)
    hint = say(
        "For a file of it all type: {export}. How long each is kept: {periods}. To have it erased "
        "type: {erase}. To see and take back what you agreed to type: {consent}",
        periods=person.types("me data", what="periods"),
        consent=person.types("me consent"),
        export=person.types("me data", what="export"),
        erase=person.types("me data", what="erase"),
    )
    return Answer((*blocks, elsewhere, Text(hint)))


def _periods(wording: Wording) -> Answer:
    """How long each process keeps what, from the table."""
    keepers = dict.fromkeys(row.process for row in KEEPING)
    return Answer(tuple(block for keeper in keepers for block in _how_long(keeper, wording)))


def _with_pages(reply: MemberData, person: Person) -> MemberData:
    """What a service tells, with links to where others wrote about them."""
    places = reply.data.get(OTHERS_WROTE)
    folder = PAGES_OF.get(reply.service)
    if not places or not folder or person.community is None:
        return reply
    pages = f"{person.portal_url}/c/{person.community.key}/{folder}"
    linked = [
        {"where": each["where"], "on": each["on"]}
        | ({"page": f"{pages}/{each['code']}"} if each.get("code") else {})
        for each in places
    ]
    return MemberData(service=reply.service, data={**reply.data, OTHERS_WROTE: linked})


def _kept_here(person: Person) -> list[Text | Facts | Items]:
    """What this bot itself keeps of them, entry by entry."""
    say = person.wording.say
    kinds = told_by_kind(person.own_data, MOST_OF_A_KIND, person.wording, person.zone)
    if not kinds:
        return [Text(say("I keep nothing about you here myself."))]
    blocks: list[Text | Facts | Items] = [Text(say("What I keep about you here myself:"))]
    for kind in kinds:
        heading = say("{what} ({period}):", what=kind.what, period=kind.period)
        blocks += [Text(heading), Items(kind.lines)]
    return blocks


def _kept_elsewhere(person: Person, accounts: tuple[LinkedAccount, ...]) -> Text:
    """Where else to ask: no face answers for another."""
    say = person.wording.say
    page, line = f"{person.portal_url}{OWN_DATA_PAGE}", person.types("me sign-in")
    words = "That is not all. What the portal keeps is at {page}, once you are signed in by {line}."
    others = sorted({one.platform.title() for one in accounts} - {person.platform.title()})
    also = [say("Ask me on {platform} as well.", platform=name) for name in others]
    return Text(" ".join((say(words, page=page, line=line), *also)))


def _how_long(keeper: str, wording: Wording) -> tuple[Text, Items]:
    """Of each kind that is kept there how long, and what becomes of it, from the table."""
    say = wording.say
    rows = [
        say("{what}: {period}; then {then}", what=row.what, period=row.period, then=row.then)
        if row.long < UNTIL
        else say("{what}: {period}", what=row.what, period=row.period)
        for row in KEEPING
        if row.process == keeper
    ]
    return Text(say("How long {keeper} keeps it:", keeper=plain(keeper))), Items(tuple(rows))


def _flat(data: Any, path: str) -> Iterator[tuple[str, str]]:
    """Leaves of nested facts with where they are, such as `communities 1 name`.

    What is empty is left out; the file has it. Words in a list stand in one row.
    """
    if isinstance(data, dict) and data:
        for name, value in data.items():
            yield from _flat(value, f"{path} {plain(str(name))}".strip())
        return
    if isinstance(data, list | tuple) and all(isinstance(each, str) for each in data):
        data = ", ".join(data)
    if isinstance(data, list | tuple):
        for number, value in enumerate(data, start=1):
            yield from _flat(value, f"{path} {number}".strip())
        return
    if path and data not in (None, "", {}):
        yield path.replace("_", " "), plain(str(data))


def _export(shown: list[MemberData], person: Person, elsewhere: Text) -> Answer:
    whole: dict[str, Any] = {each.service: each.data for each in shown}
    whole[f"{person.platform}_bot"] = as_data(person.own_data, person.wording)
    whole["kept elsewhere"] = elsewhere.words
    whole["how long it is kept"] = [
        {
            "by": row.process,
            "what": row.what,
            "how long": row.period,
            "why": row.why,
            "then": row.then,
        }
        for row in KEEPING
    ]
    data = json.dumps(whole, ensure_ascii=False, indent=2, default=str).encode()
    say = person.wording.say
    words = "All that services and I here keep about you is in this file. Keep it to yourself."
    return Answer(
        (Text(say(words)), elsewhere, File("indaba-my-data.json", "application/json", data))
    )


async def linked_accounts(person: Person, services: ServiceClient) -> tuple[LinkedAccount, ...]:
    """All accounts of a person, on every platform; none of somebody who is no member."""
    try:
        asked = ShowLinks(platform=person.platform, account=person.account)
        return (await services.ask(asked)).accounts
    except Refusal:
        return ()


def _linked(person: Person, accounts: tuple[LinkedAccount, ...]) -> tuple[Text, ...]:
    """That it is about more than the account that they write from."""
    if len(accounts) < 2:  # noqa: PLR2004 - one is the one they write from
        return ()
    words = "That is for all your accounts: {accounts}. To part them before: {line}"
    names = ", ".join(plain(one.account) for one in accounts)
    return (Text(person.wording.say(words, accounts=names, line=person.types("me unlink"))),)


def _before_erasing(person: Person, accounts: tuple[LinkedAccount, ...]) -> Answer:
    say = person.wording.say
    return Answer(
        (
            Text(say("If you go on, I erase you everywhere, in all communities:")),
            *_linked(person, accounts),
            Items(
                (
                    say("Your name, accounts and profile are deleted."),
                    say("What you wrote, such as titles of meetings, is blanked."),
                    say("Answers and check-ins are still counted, but nobody can tell whose."),
                    say("It cannot be undone. You may join again later as somebody new."),
                )
            ),
            Choices(
                (
                    Choice(say("Erase me everywhere"), "✅", EraseMyData(), Style.DANGER),
                    Choice(say("Keep everything"), "❌", NeverMind()),
                )
            ),
        )
    )


class EraseMyData(Intent, noun="me", verb="erase-now", hidden=True):
    """Erase me everywhere."""

    EVERYWHERE: ClassVar[bool] = True
    PRIVATE: ClassVar[bool] = True

    def again(self) -> Hint:
        """What led to it."""
        return hint("me data", what="erase")

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """Says how many services confirm it."""
        reply = await services.ask(EraseMe())
        say = person.wording.say
        words = "Erasing has begun in: {services}. It takes a few minutes. Go well."
        return Answer.of(say(words, services=plain(", ".join(reply.services))))


class SignIn(Intent, noun="me", verb="sign-in", aliases=("sign in", "login", "log in")):
    """Get a link that signs me in to the community's pages."""

    needs: ClassVar[Role | None] = Role.MEMBER
    PRIVATE: ClassVar[bool] = True
    example: ClassVar[str] = "me sign-in"

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """A link that works once, and how long."""
        reply = await services.ask(IssueSignIn())
        minutes = max(1, math.floor((reply.expires_at - person.now).total_seconds() / 60))
        return Answer.of(
            person.wording.say(
                "Your link: {link}", link=f"{person.portal_url}/sign-in/{reply.secret}"
            ),
            person.wording.count(
                minutes,
                "It works once, within one minute. Do not pass it on: whoever opens it is you.",
                "It works once, within {n} minutes. Do not pass it on: whoever opens it is you.",
            ),
        )
