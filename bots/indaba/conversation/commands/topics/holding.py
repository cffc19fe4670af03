"""Holding a meeting: starting, the register, ending, and undoing what was called off."""

from __future__ import annotations

import re
from typing import Annotated, Any, ClassVar

from pydantic import Field
from pydantic.config import JsonDict

from indaba.contracts.holding import CorrectRegister, RegisterShown, ShowRegister, StartMeeting
from indaba.contracts.ids import MemberId
from indaba.contracts.linking import FindMembers
from indaba.contracts.membership import FindAccounts
from indaba.contracts.passport import Role
from indaba.contracts.refusal import Refusal, hint
from indaba.contracts.scheduling import (
    ChangeMeeting,
    CloseMeeting,
    MeetingFacts,
    MeetingShown,
    MeetingStatus,
    Presence,
    RestoreMeeting,
)
from indaba.contracts.series import ChangeSeries, Scope
from indaba.conversation.answer import Answer, Audience, Facts, Items, Text
from indaba.conversation.cards.views import facts_of
from indaba.conversation.commands.fields import (
    Code,
    Listed,
    MinutesBefore,
    MinutesFromStart,
    account_in,
    one_of,
)
from indaba.conversation.commands.intent import HELD, Intent, Meant, ServiceClient
from indaba.conversation.commands.person import Person
from indaba.conversation.commands.series_dates import dates_shown
from indaba.conversation.wording import Wording, plain

MOST_NAMED = 40
KEYED: JsonDict = {"keyed": True}
PERSONS: JsonDict = {"keyed": True, "person": True}
OPTIONAL_CODE = "The meeting's code; the one that is on if you do not say"

_LEADING_NAMES = re.compile(r"^(?:(?:@[\w.=/+-]+(?::[\w.:-]+)?|<@!?\d+>)[\s,:]*)+")


class NobodyCalled(Refusal):
    """An account that is no member of the community. `who` is what was typed."""

    code = "nobody-called"

    def __init__(self, who: str) -> None:
        super().__init__(
            f"I know no member called {plain(who)[:60]} here. Mention the person, and they must "
            "have joined: {hint}",
            hint=hint("cop join"),
            who=who[:60],
        )


def named_first(text: str) -> tuple[tuple[str, ...], str]:
    """The accounts that a line begins with, as some apps write them out, and the rest of it."""
    leading = _LEADING_NAMES.match(text)
    if leading is None:
        return (), text
    names = tuple(name.rstrip(":.,") for name in leading[0].split())
    return names, text[leading.end() :] or text


async def members_called(
    names: tuple[str, ...], person: Person, services: ServiceClient
) -> list[MemberId]:
    """The members behind accounts as typed, in order. Raises `NobodyCalled`."""
    accounts = [account_in(name) for name in names]
    if not accounts:
        return []
    found = await services.ask(
        FindMembers(platform=person.platform, accounts=tuple(accounts[:100]))
    )
    for name, account in zip(names, accounts, strict=True):
        if account not in found.members:
            raise NobodyCalled(name)
    return [found.members[account] for account in accounts]


class Start(Intent, noun="meeting", verb="start", aliases=("startmeeting",)):
    """Begin a meeting now, planned or on the spot."""

    needs: ClassVar[Role | None] = Role.MEMBER
    MORE_ALONE: ClassVar[str] = "the code that you show for checking in"
    example: ClassVar[str] = "meeting start M7K2"

    code: Code | None = Field(
        default=None,
        description="The meeting's code; the one that is due if you do not say",
        json_schema_extra={"code": True},
    )
    title: str = Field(
        default="",
        max_length=120,
        description="What it is about, for one nobody planned",
        json_schema_extra={"or_meeting": True},
    )

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """That it is on, and the code to show for checking in."""
        zone = person.community.zone if person.community else person.zone
        asked = StartMeeting(code=self.code, title=self.title or None, zone=zone)
        reply = await services.ask(asked)
        say = person.wording.say
        words = [say("{code} is on.", code=reply.meeting.code)]
        if reply.door:
            shown = say("Show this code at the meeting, to check in with: {door}", door=reply.door)
            words.append(shown)
        return Answer(tuple(Text(each) for each in words), card=reply.meeting.id)


class End(Intent, noun="meeting", verb="end", aliases=("endmeeting", "meeting close", "close")):
    """End the meeting that is on."""

    needs: ClassVar[Role | None] = Role.MEMBER
    example: ClassVar[str] = "meeting end"

    code: Code | None = Field(
        default=None, description=OPTIONAL_CODE, json_schema_extra={"code": True}
    )

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """How many were there, and what comes next."""
        meeting = (await services.ask(CloseMeeting(code=self.code))).meeting
        words = person.wording.count(
            meeting.counts.checked_in,
            "Closed: {code}. {n} person checked in.",
            "Closed: {code}. {n} people checked in.",
            code=meeting.code,
        )
        return Answer((Text(words),), card=meeting.id)


class Attendance(Intent, noun="meeting", verb="attendance", aliases=("attendance", "register")):
    """See who was at a meeting, and correct it."""

    ABOUT = HELD
    needs: ClassVar[Role | None] = Role.FACILITATOR
    PRIVATE: ClassVar[bool] = True
    example: ClassVar[str] = "meeting attendance M7K2"

    code: Code | None = Field(
        default=None,
        description="The meeting's code; the one that is on, or was last, if you do not say",
        json_schema_extra={"code": True},
    )
    came: Listed = Field(
        default=(), max_length=50, description="Who was there too", json_schema_extra=PERSONS
    )
    absent: Listed = Field(
        default=(), max_length=50, description="Who was not there", json_schema_extra=PERSONS
    )
    walkins: Annotated[int, Field(ge=0, le=10_000)] | None = Field(
        default=None,
        description="How many came who are no members",
        json_schema_extra=KEYED,
    )

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """The register, as corrected."""
        changes = self.came or self.absent or self.walkins is not None
        if not changes:
            return await _shown(await services.ask(ShowRegister(code=self.code)), person, services)
        asked = CorrectRegister(
            code=self.code,
            came=tuple(await members_called(self.came, person, services)),
            was_not_there=tuple(await members_called(self.absent, person, services)),
            walk_ins=self.walkins,
        )
        return await _shown(await services.ask(asked), person, services)


HOW = {
    Presence.SELF: "said so",
    Presence.CODE: "with the code shown there",
    Presence.VOICE: "in the voice channel",
    Presence.WROTE: "wrote in the thread",
    Presence.FACILITATOR: "put in by a facilitator",
}


async def _shown(register: RegisterShown, person: Person, services: ServiceClient) -> Answer:
    wording, say = person.wording, person.wording.say
    members = tuple(member for member, _ in register.present)[:MOST_NAMED]
    found = await services.ask(FindAccounts(platform=person.platform, members=members))
    elsewhere = say("a member on another platform")
    lines = tuple(
        say(
            "{who}: {how}",
            who=plain(found.accounts.get(str(member), "")) or elsewhere,
            how=say(HOW[how]),
        )
        for member, how in register.present[:MOST_NAMED]
    )
    lead = say("Register of {title} ({code}):", **_named(register.meeting))
    more = len(register.present) - len(lines)
    tail = [wording.count(more, "and {n} more", "and {n} more")] if more > 0 else []
    walk_ins = register.meeting.counts.walk_ins
    tail += [wording.count(walk_ins, "{n} walk-in", "{n} walk-ins")] if walk_ins else []
    nobody = () if lines or tail else (Text(say("Nobody yet.")),)
    return Answer((Text(lead), *nobody, Items((*lines, *tail))))


def _named(meeting: MeetingFacts) -> dict[str, str]:
    return {"title": plain(meeting.title), "code": meeting.code}


class Edit(Intent, noun="meeting", verb="edit"):
    """Change a meeting's title, place, length, limit, roles or chair."""

    needs: ClassVar[Role | None] = Role.FACILITATOR
    example: ClassVar[str] = "meeting edit M7K2 where: Room 4"

    code: Code = Field(
        description="The meeting's code, such as M7K2",
        json_schema_extra={"code": True, "question": "Which meeting? Its code looks like M7K2."},
    )
    title: str | None = Field(
        default=None,
        min_length=1,
        max_length=120,
        description="What it is about",
        json_schema_extra=KEYED,
    )
    where: str | None = Field(
        default=None,
        max_length=200,
        description="Where: a room, an address or a link",
        json_schema_extra=KEYED,
    )
    minutes: MinutesFromStart | None = Field(
        default=None, description="How long it takes", json_schema_extra=KEYED
    )
    capacity: Annotated[int, Field(ge=0, le=10_000)] | None = Field(
        default=None,
        description="How many can come, guests counted; 0 for no limit",
        json_schema_extra=KEYED,
    )
    cutoff: MinutesBefore | None = Field(
        default=None,
        description="How long before the start answers are taken: 2 hours, or Wed 12:00",
        json_schema_extra=KEYED,
    )
    roles: Listed | None = Field(
        default=None,
        max_length=8,
        description="Roles for the day, separated by commas: note-taker, greeter",
        json_schema_extra=KEYED,
    )
    chair: str | None = Field(
        default=None,
        max_length=255,
        description="Who holds it: name or mention the person",
        json_schema_extra={**KEYED, "person": True},
    )

    scope: Annotated[Scope, one_of(Scope)] = Field(
        default=Scope.THIS,
        description="Of a series: this, later (this and later ones) or all",
        json_schema_extra=KEYED,
    )

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """What the meeting is now, or the dates of the series."""
        if self.scope is not Scope.THIS:
            return await self._of_many(person, services)
        chair = (await members_called((self.chair,), person, services))[0] if self.chair else None
        asked = ChangeMeeting(code=self.code, chair=chair, **self._common())
        meeting = (await services.ask(asked)).meeting
        facts = Facts(facts_of(meeting, person.wording))
        return Answer((Text(person.wording.say("Noted. It is now:")), facts), card=meeting.id)

    async def _of_many(self, person: Person, services: ServiceClient) -> Answer:
        if self.chair:
            return Answer.of(person.wording.say("A chair is for one date: say it without a scope."))
        asked = ChangeSeries(code=self.code, scope=self.scope, **self._common())
        return dates_shown(await services.ask(asked), person.wording)

    def _common(self) -> dict[str, Any]:
        same = self.model_dump(include={"title", "where", "minutes", "capacity", "roles"})
        return {**same, "answers_close": self.cutoff}


class TakeOver(Intent, noun="meeting", verb="take", aliases=("take over",)):
    """Take over as the chair of a meeting."""

    needs: ClassVar[Role | None] = Role.FACILITATOR
    example: ClassVar[str] = "meeting take M7K2"

    code: Code = Field(
        description="The meeting's code, such as M7K2",
        json_schema_extra={"code": True, "question": "Which meeting? Its code looks like M7K2."},
    )

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """Who holds it now, said to the room, so that nobody waits for the other."""
        mine = person.passport.member if person.passport else None
        reply = await services.ask(ChangeMeeting(code=self.code, chair=mine))
        words = person.wording.say("You hold {title} ({code}) now.", **_named(reply.meeting))
        return Answer((Text(words),), Audience.ROOM, card=reply.meeting.id)


class Restore(Intent, noun="meeting", verb="restore"):
    """Hold a meeting after all that was called off."""

    ABOUT = frozenset({MeetingStatus.CANCELLED})
    MEANT: ClassVar[Meant] = Meant.BY_YES
    needs: ClassVar[Role | None] = Role.FACILITATOR
    example: ClassVar[str] = "meeting restore M7K2"

    code: Code = Field(
        description="The meeting's code, such as M7K2",
        json_schema_extra={"code": True, "question": "Which meeting? Its code looks like M7K2."},
    )

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """One line; card and thread follow."""
        return restored(await services.ask(RestoreMeeting(code=self.code)), person.wording)

    def takes_back(self, wording: Wording) -> str:
        """The calling off."""
        return wording.say("hold {code} after all", code=self.code)


def restored(reply: MeetingShown, wording: Wording) -> Answer:
    """Says that a meeting takes place after all."""
    words = wording.say("{title} ({code}) takes place after all.", **_named(reply.meeting))
    return Answer((Text(words),), card=reply.meeting.id)
