"""Whoever may not do what members may reads why: every way of not being one, every request."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from attacks.test_who_may_ask import requests
from bots.answering import COMMUNITY, NOW, THANDI, BusServiceClient, passport, understood
from cells import every
from indaba.contracts.passport import Belonging, Passport, Role
from indaba.contracts.refusal import Refusal
from indaba.contracts.standing import Standing, admit
from indaba.conversation.commands.carrying_out import perform
from indaba.conversation.commands.person import Person
from indaba.conversation.commands.topics import INTENTS

SAID = {
    Belonging.GUEST: ("not-a-member", "cop join"),
    Belonging.FORMER: ("left-before", "cop join"),
    Belonging.SUSPENDED: ("suspended", "member matters"),
    Belonging.REMOVED: ("removed", "cop appeal"),
    Belonging.APPEALED: ("appeal-waits", "direct chat"),
}
"""What each is told: the code of the refusal, and what they can do."""
MEMBERS = (Standing.MEMBER, Standing.FACILITATOR)


def _held(belonging: Belonging, *roles: Role) -> Passport:
    rests = NOW + timedelta(days=2) if belonging is Belonging.SUSPENDED else None
    there: dict[str, Any] = {"belonging": belonging, "rests_until": rests}
    if belonging is Belonging.SUSPENDED:
        there["member"] = passport(Role.MEMBER).member
    return passport(*roles).model_copy(update=there)


def _asking(belonging: Belonging, **where: Any) -> Person:
    return replace(
        THANDI, passport=_held(belonging), because="sends spam", has_power=False, **where
    )


def test_every_way_of_not_being_a_member_has_an_answer_of_its_own() -> None:
    assert SAID.keys() == set(Belonging)
    assert len({code for code, _ in SAID.values()}) == len(SAID)


@every("belonging, kind", [(b, kind) for b in Belonging for kind in requests()])
def test_a_service_says_it_whatever_was_asked(belonging: Belonging, kind: Any) -> None:
    try:
        admit(kind.asked_by, _held(belonging), faces=kind.by_faces, opened_by=kind.opened_by)
    except Refusal as no:
        code = no.code
    else:
        code = ""
    if kind.asked_by in MEMBERS:
        assert code == SAID[belonging][0]
    elif kind.asked_by in (Standing.VISITOR, Standing.KNOWN):
        assert code in ("", SAID[belonging][0])


def test_a_suspended_facilitator_reads_it_where_a_member_reads_who_could() -> None:
    held = _held(Belonging.SUSPENDED, Role.MEMBER)
    with pytest.raises(Refusal) as no:
        held.a_facilitator()
    assert no.value.code == "suspended"
    assert held.a_member()


@pytest.mark.asyncio
@pytest.mark.parametrize("belonging", list(Belonging))
async def test_people_read_why_and_what_they_can_do_alone_and_less_where_others_read(
    belonging: Belonging,
) -> None:
    about_them = belonging not in (Belonging.GUEST, Belonging.FORMER)
    for kind in (kind for kind in INTENTS if kind.needs and not kind.hidden):
        intent = understood(kind.example)
        alone = await perform(intent, _asking(belonging), BusServiceClient())
        openly = await perform(intent, _asking(belonging, direct=False), BusServiceClient())
        assert SAID[belonging][1] in alone.text(), kind
        assert ("sends spam" in alone.text()) == about_them, alone.text()
        assert "sends spam" not in openly.text()
        assert "suspended" not in openly.text()
        assert "removed" not in openly.text()
        if belonging is Belonging.SUSPENDED:
            assert "3 December" in alone.text()


@pytest.mark.asyncio
async def test_a_suspended_member_is_not_offered_to_join() -> None:
    joining = understood("cop join")
    for belonging in (Belonging.SUSPENDED, Belonging.REMOVED, Belonging.APPEALED):
        told = await perform(joining, _asking(belonging), BusServiceClient())
        assert told.choices() == ()
        assert COMMUNITY.name not in told.text()
