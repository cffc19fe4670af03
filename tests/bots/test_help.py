"""What help shows to whom."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from indaba.contracts.ids import CommunityId, MemberId
from indaba.contracts.membership import CommunityCard, Platform
from indaba.contracts.passport import Passport, Role
from indaba.contracts.refusal import Unavailable
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
