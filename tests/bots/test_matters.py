"""What is told of matters about members: every kind, in public without a name or a reason."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from indaba.contracts.ids import CommunityId
from indaba.contracts.removal import CaseKind, CaseShown, CaseTold, Told
from indaba.conversation.cards import matters
from indaba.conversation.commands.intent import SLASH
from indaba.conversation.commands.topics import INTENTS
from indaba.conversation.wording import PSEUDO, Wording

UNTIL = datetime(2026, 12, 4, 8, 0, tzinfo=UTC)
SIPHO, WHY = "@sipho:example.org", "He sends spam @room"
THERE = ("Maths @room", "Africa/Johannesburg")
KINDS = {
    Told.MOTION: CaseKind.REMOVE,
    Told.ROLE: CaseKind.DEMOTE,
    Told.SUSPENDED: CaseKind.SUSPENSION,
    Told.TAKE_OVER: CaseKind.TAKE_OVER,
    Told.TAKEN_OVER: CaseKind.TAKE_OVER,
}
NAMED = {Told.TAKEN_OVER}
"""What the room hears with a name: who facilitates is no secret."""


def told(what: Told) -> tuple[CaseTold, CaseShown]:
    community = CommunityId(UUID(int=1))
    event = CaseTold(aggregate=UUID(int=8), version=1, community=community, what=what, until=UNTIL)
    kind = KINDS.get(what, CaseKind.REMOVAL)
    return event, CaseShown(kind=kind, reason=WHY, appeal="No", about=(SIPHO,), until=UNTIL)


@pytest.mark.parametrize("prefix", ["!cop ", "", SLASH])
@pytest.mark.parametrize("what", sorted(matters.OPENLY))
def test_a_room_hears_no_reason_and_of_nobody(what: Told, prefix: str) -> None:
    text = matters.openly(*told(what), THERE, Wording(), prefix, INTENTS).text()
    assert "spam" not in text
    assert "@room" not in text
    assert (SIPHO in text) is (what in NAMED)
    assert "{" not in text


@pytest.mark.parametrize("prefix", ["", SLASH])
@pytest.mark.parametrize("what", sorted(set(Told) - {Told.VOTE, Told.NOBODY, Told.TAKEN_OVER}))
def test_whoever_is_named_is_told_in_a_whole_sentence(what: Told, prefix: str) -> None:
    answer = matters.privately(*told(what), THERE, Wording(), prefix, INTENTS)
    assert "Maths" in answer.text()
    assert "@room" not in answer.text()
    assert "{" not in answer.text()
    assert bool(answer.choices()) is (what in matters.ASKED)


@pytest.mark.parametrize("what", sorted(Told))
def test_all_that_services_tell_can_be_said_somewhere(what: Told) -> None:
    privately = {*matters.PRIVATELY, *matters.ASKED, Told.ROLE}
    assert what in {*privately, *matters.OPENLY}


@pytest.mark.parametrize("what", sorted(set(Told) - {Told.VOTE, Told.NOBODY, Told.TAKEN_OVER}))
def test_no_sentence_of_it_slips_by_the_catalogue(what: Told) -> None:
    answer = matters.privately(*told(what), THERE, Wording(PSEUDO), "", INTENTS)
    assert answer.text().startswith("⟦")
    assert all(choice.label.startswith("⟦") for choice in answer.choices())
