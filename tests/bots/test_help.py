"""What help shows to whom."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from bots.answering import understood
from bots.walking import Recording
from indaba.contracts.ids import CommunityId, MemberId
from indaba.contracts.membership import CommunityCard, Platform
from indaba.contracts.passport import Passport, Role
from indaba.contracts.refusal import Unavailable
from indaba.contracts.standing import Standing
from indaba.contracts.wire import Request
from indaba.conversation.answer import Answer
from indaba.conversation.commands.carrying_out import perform
from indaba.conversation.commands.intent import R
from indaba.conversation.commands.person import Person
from indaba.conversation.commands.topics import INTENTS
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
    )


FACILITATOR = somebody(Role.FACILITATOR)
MEMBER = somebody(Role.MEMBER)
GUEST = somebody()
FOUNDER = replace(GUEST, passport=None, community=None, has_power=True)


async def helped(topic: str, person: Person) -> Answer:
    return await perform(Help(topic=topic or None), person, Away())


async def test_help_shows_only_what_this_person_may_do() -> None:
    assert "meeting new" not in (await helped("meeting", MEMBER)).text()
    assert "meeting new" in (await helped("meeting", FACILITATOR)).text()
    assert "cop join" in (await helped("", GUEST)).text()
    assert "setup" not in (await helped("", MEMBER)).text()
    assert "cop setup" in (await helped("", FOUNDER)).text()
    assert "Apollo" in (await helped("", MEMBER)).text()


async def test_help_offers_leaving_to_members_only() -> None:
    assert "leave" not in (await helped("", GUEST)).text()
    assert "leave" in (await helped("", MEMBER)).text()


async def test_help_shows_lines_as_they_are_typed_here() -> None:
    prefixed = replace(GUEST, prefix="!cop ")
    text = (await helped("", prefixed)).text()
    assert "!cop join" in text
    assert "!cop meeting next" in text
    assert "!cop cop" not in text


SOMETIMES = {"me link": "with a code, it is how somebody new here says who they are elsewhere"}
HELD = {
    "guest": (GUEST, {Standing.ANYBODY, Standing.VISITOR, Standing.KNOWN}),
    "member": (MEMBER, set(Standing) - {Standing.FACILITATOR, Standing.LEAD}),
}


@pytest.mark.parametrize("who", HELD)
async def test_help_lists_nothing_that_would_be_refused(who: str) -> None:
    person, standings = HELD[who]
    listed = (await perform(Help(), person, Away())).text()
    lines = dict(
        line.removeprefix("- ").split(": ") for line in listed.splitlines() if ": " in line
    )
    asked = set()
    for kind in INTENTS:
        if kind.hidden or kind.verb not in lines.get(kind.noun, "").split(", "):
            continue
        services = Recording()
        await perform(understood(kind.example), replace(person, direct=True), services)
        may = {type(each).asked_by for each in services.asked} <= standings
        assert may or kind.called() in SOMETIMES, kind.called()
        asked.add(kind.called())
    assert {"meeting next", "cop help"} <= asked
    assert ("meeting yes" in asked) == (who == "member")
