"""What help shows to whom."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from bots.answering import understood
from bots.walking import Recording
from indaba.contracts.ids import CommunityId, MemberId
from indaba.contracts.membership import CommunityCard, Platform
from indaba.contracts.openness import Part
from indaba.contracts.passport import Passport, Role
from indaba.contracts.refusal import (
    JoinInItsRoom,
    NoCommunity,
    NotALead,
    NotAllowed,
    NotAMember,
    Unavailable,
)
from indaba.contracts.standing import Standing, admit
from indaba.contracts.wire import Request
from indaba.conversation.answer import Answer
from indaba.conversation.commands.carrying_out import perform
from indaba.conversation.commands.intent import Intent, R
from indaba.conversation.commands.line import Understood, read_line
from indaba.conversation.commands.person import Person
from indaba.conversation.commands.topics import INTENTS
from indaba.conversation.commands.topics.cop import RunsTheRoomOnly
from indaba.conversation.commands.topics.helping import Help

NOW = datetime(2026, 12, 1, 8, 0, tzinfo=UTC)
COMMUNITY = CommunityCard(
    id=CommunityId(UUID(int=1)), name="Maths circle", purpose="", language="en-ZA",
    zone="Africa/Johannesburg", key="k3y",
)  # fmt: skip


class Away:
    """Services that are not there: help needs none."""

    async def ask(self, request: Request[R]) -> R:
        """Nothing answers."""
        raise Unavailable("away")


def somebody(*roles: Role) -> Person:
    passport = Passport(
        expires_at=NOW + timedelta(minutes=5),
        community=COMMUNITY.id,
        member=MemberId(UUID(int=3)) if roles else None,
        roles=frozenset(roles),
    )
    room = "!room:example.org"
    return Person(
        Platform.MATRIX,
        "@a:example.org",
        room,
        False,
        passport,
        COMMUNITY,
        False,
        NOW,
        NOW,
        intents=INTENTS,
        at_home=True,
    )


FACILITATOR = somebody(Role.FACILITATOR)
MEMBER = somebody(Role.MEMBER)
GUEST = somebody()
FOUNDER = replace(GUEST, passport=None, community=None, has_power=True, at_home=False)


async def helped(topic: str, person: Person) -> Answer:
    return await perform(Help(topic=topic or None), person, Away())


async def test_help_shows_only_what_this_person_may_do() -> None:
    assert "meeting new" not in (await helped("meeting", MEMBER)).text()
    assert "meeting new" in (await helped("meeting", FACILITATOR)).text()
    assert "cop join" in (await helped("", GUEST)).text()
    assert "setup" not in (await helped("", MEMBER)).text()
    assert "cop setup" in (await helped("", FOUNDER)).text()
    assert "Apollo" in (await helped("", FACILITATOR)).text()
    assert "Apollo" not in (await helped("", MEMBER)).text()


async def test_help_offers_leaving_to_members_only() -> None:
    assert "leave" not in (await helped("", GUEST)).text()
    assert "leave" in (await helped("", MEMBER)).text()


async def test_help_shows_lines_as_they_are_typed_here() -> None:
    prefixed = replace(GUEST, prefix="!cop ")
    text = (await helped("", prefixed)).text()
    assert "!cop join" in text
    assert "!cop resource find" in text
    assert "!cop cop" not in text


def with_passport(person: Person, **facts: Any) -> Person:
    assert person.passport is not None
    return replace(person, passport=person.passport.model_copy(update=facts))


OPEN = with_passport(GUEST, opened=frozenset(Part))
STRANGER = replace(with_passport(GUEST, community=None), community=None, at_home=False)
PEOPLE = {
    "a facilitator": FACILITATOR,
    "a member": MEMBER,
    "a guest": GUEST,
    "a guest of an open community": OPEN,
    "a stranger in a room": STRANGER,
    "a stranger who runs the room": replace(STRANGER, has_power=True),
    "somebody of whom nothing is known": FOUNDER,
}
FOR_NOT_BEING = (
    NoCommunity(),
    NotAMember(),
    NotAllowed(Standing.FACILITATOR),
    NotALead(),
    RunsTheRoomOnly(),
    JoinInItsRoom(),
)
"""Refusals of somebody for what they are, and not for what they asked."""

SAYS_WHOSE = {"me community": "it says that they have none"}


def where(person: Person, *, direct: bool) -> Person:
    """Somebody in the community's room, or alone with us, where no community is at home."""
    power, at_home = person.has_power and not direct, person.at_home and not direct
    return replace(person, direct=direct, has_power=power, at_home=at_home)


class Admitting(Recording):
    """Services that let ask whom ours let ask."""

    def __init__(self, person: Person) -> None:
        super().__init__()
        self._passport = person.passport or STRANGER.passport

    async def ask(self, request: Request[Any]) -> Any:
        assert self._passport is not None
        opened_by = type(request).opened_by
        admit(type(request).asked_by, self._passport, faces=False, opened_by=opened_by)
        return await super().ask(request)


async def is_refused(kind: type[Intent], person: Person) -> bool:
    """Whether somebody is told that they cannot do that, being what they are."""
    answer = await perform(understood(kind.example), person, Admitting(person))
    return any(person.told(refusal) in answer.text() for refusal in FOR_NOT_BEING)


def listed_in(answer: Answer) -> set[str]:
    """The commands that the overview of help lists."""
    lines = dict(
        line.removeprefix("- ").split(": ", 1)
        for line in answer.text().splitlines()
        if ": " in line
    )
    return {
        kind.called()
        for kind in INTENTS
        if not kind.hidden and kind.verb in lines.get(kind.noun, "").split(", ")
    }


@pytest.mark.parametrize("direct", [True, False], ids=["alone", "in a room"])
@pytest.mark.parametrize("who", PEOPLE)
async def test_help_lists_what_is_not_refused_to_them_and_nothing_else(
    who: str, *, direct: bool
) -> None:
    person = where(PEOPLE[who], direct=direct)
    listed = listed_in(await perform(Help(), person, Away()))
    assert {"cop help", "safety report"} <= listed
    for kind in INTENTS:
        # What is for one alone is listed in a room, and done where nobody else reads.
        there = replace(person, direct=True) if kind.PRIVATE else person
        if kind.called() in listed:
            assert not await is_refused(kind, there), kind.called()
        elif not kind.hidden and kind.called() not in ELSEWHERE:
            assert await is_refused(kind, there) or kind.called() in SAYS_WHOSE, kind.called()


ELSEWHERE = {"cop setup", "cop join", "cop leave", "meeting calendar", "cop connect"}
"""What says otherwise than by a refusal that it is for others, or is done already."""


@pytest.mark.parametrize("direct", [True, False], ids=["alone", "in a room"])
@pytest.mark.parametrize("who", PEOPLE)
async def test_the_lines_to_begin_with_are_not_refused(who: str, *, direct: bool) -> None:
    person = where(PEOPLE[who], direct=direct)
    lines = (await perform(Help(), person, Away())).text().splitlines()
    first = [
        line.removeprefix("- ") for line in lines[1 : lines.index("All I can do for you here:")]
    ]
    assert first
    for line in (each.removeprefix("- ") for each in first):
        if " - " not in line:
            assert "In a " in line  # somewhere else
            continue
        read = read_line(line.split(" - ")[0], INTENTS)
        assert isinstance(read, Understood), line
        assert not await is_refused(read.intent, person), line
