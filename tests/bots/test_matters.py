"""What is told of matters about members: every kind, in public without a name or a reason."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from bots.answering import CASE, THANDI, said
from indaba.contracts.ids import CommunityId
from indaba.contracts.refusal import Refused
from indaba.contracts.removal import CaseAnswer, CaseKind, CaseShown, CasesShown, CaseTold, Told
from indaba.conversation.answer import Ask
from indaba.conversation.cards import matters
from indaba.conversation.commands.intent import SLASH, resume
from indaba.conversation.commands.topics import INTENTS
from indaba.conversation.commands.topics.matters import ABOUT_YOU, TITLES
from indaba.conversation.commands.topics.removing import Appeal
from indaba.conversation.wording import PSEUDO, Wording

UNTIL = datetime(2026, 12, 4, 8, 0, tzinfo=UTC)
SIPHO, WHY = "@sipho:example.org", "He sends spam @room"
THERE = ("Maths @room", "Africa/Johannesburg")
KINDS = {
    Told.MOTION: CaseKind.REMOVE,
    Told.ACCUSED: CaseKind.REMOVE,
    Told.CARRIED: CaseKind.DEMOTE,
    Told.FELL: CaseKind.REMOVE,
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
    text = matters.openly(*told(what), THERE, Wording(), prefix).text()
    assert "spam" not in text
    assert "@room" not in text
    assert (SIPHO in text) is (what in NAMED)
    assert "{" not in text


@pytest.mark.parametrize("prefix", ["", SLASH])
@pytest.mark.parametrize("what", sorted(set(Told) - {Told.VOTE, Told.NOBODY, Told.TAKEN_OVER}))
def test_whoever_is_named_is_told_in_a_whole_sentence(what: Told, prefix: str) -> None:
    answer = matters.privately(*told(what), THERE, Wording(), prefix)
    assert "Maths" in answer.text()
    assert "@room" not in answer.text()
    assert "{" not in answer.text()
    assert bool(answer.choices()) is (what in matters.ASKED)


def test_who_may_come_back_is_told_so_and_who_is_suspended_that_it_is_they() -> None:
    event, case = told(Told.REMOVED)
    kicked = case.model_copy(update={"blocks": False})
    text = matters.privately(event, kicked, THERE, Wording(), "").text()
    assert "cannot join" not in text
    assert "/cop join on Discord, or !cop join on Matrix" in text
    event, case = told(Told.SUSPENDED)
    theirs = case.model_copy(update={"tell": {"id": SIPHO}})
    assert "Your powers" in matters.privately(event, theirs, THERE, Wording(), "").text()
    others = matters.privately(event, case, THERE, Wording(), "").text()
    assert f"The powers of {SIPHO}" in others


@pytest.mark.parametrize("kind", matters.STANDS)
def test_what_became_of_a_motion_says_of_whom_and_of_what(kind: CaseKind) -> None:
    event, case = told(Told.FELL)
    moved = case.model_copy(update={"kind": kind})
    word = "removed" if kind is CaseKind.REMOVE else "facilitates"
    to_others = matters.privately(event, moved, THERE, Wording(), "", "@thandi:x").text()
    to_them = matters.privately(event, moved, THERE, Wording(), "", SIPHO).text()
    assert SIPHO in to_others
    assert word in to_others
    assert to_them.startswith("You ")


def test_each_is_offered_what_they_can_answer_and_no_more() -> None:
    event, case = told(Told.MOTION)
    answers = {"@new:x": (CaseAnswer.OBJECT,), "@old:x": (CaseAnswer.SECOND, CaseAnswer.OBJECT)}
    may = case.model_copy(update={"answers": answers})
    offered = {
        account: len(matters.privately(event, may, THERE, Wording(), "", account).choices())
        for account in (*answers, "@nobody:x")
    }
    assert offered == {"@new:x": 1, "@old:x": 2, "@nobody:x": 0}


@pytest.mark.parametrize("what", sorted(Told))
def test_all_that_services_tell_can_be_said_somewhere(what: Told) -> None:
    moved = {told for told, _ in matters.MOVED}
    assert matters.MOVED.keys() == {(told, kind) for told in moved for kind in matters.STANDS}
    privately = {*matters.PRIVATELY, *matters.ASKED, *moved, Told.ROLE}
    assert what in {*privately, *matters.OPENLY}


@pytest.mark.parametrize("what", sorted(set(Told) - {Told.VOTE, Told.NOBODY, Told.TAKEN_OVER}))
def test_no_sentence_of_it_slips_by_the_catalogue(what: Told) -> None:
    answer = matters.privately(*told(what), THERE, Wording(PSEUDO), "")
    assert answer.text().startswith("⟦")
    assert all(choice.label.startswith("⟦") for choice in answer.choices())


def test_whoever_may_join_again_is_told_a_line_that_the_room_hears() -> None:
    answer = matters.privately(*told(Told.READMITTED), THERE, Wording(), "")
    assert answer.text().endswith("Type in its room: /cop join on Discord, or !cop join on Matrix")


WAITING = CasesShown(
    cases=(
        CASE.model_copy(update={"answers": ()}),
        CASE.model_copy(update={"kind": CaseKind.DEMOTE}),
        CASE.model_copy(update={"kind": CaseKind.REMOVAL}),
    )
)
"""What is decided about the asker, which cannot be answered; then two that can."""


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("line", "title", "number", "following"),
    [
        ("member matters", ABOUT_YOU, 1, 2),
        ("member matters 2", TITLES[CaseKind.DEMOTE], 2, 3),
        ("member matters 3", TITLES[CaseKind.REMOVAL], 3, 1),
        ("member matters 9", TITLES[CaseKind.REMOVAL], 3, 1),
    ],
)
async def test_each_matter_is_seen_without_answering_those_before(
    line: str, title: str, number: int, following: int
) -> None:
    text = (await said(line, THANDI, ListCases=WAITING)).text()
    assert text.startswith(title)
    tail = f"This is {number} of 3. To see the next, type: member matters {following}"
    assert text.endswith(tail)


async def test_who_was_removed_twice_is_asked_of_which_they_speak_and_goes_on() -> None:
    several = Refused("which-removal", "You were removed from several communities: A, B.", {})
    asked = await said("cop appeal it was my brother", AppealRemoval=several)
    [question] = [block for block in asked.blocks if isinstance(block, Ask)]
    assert "A, B" in question.why
    step = resume(question, "B", Wording(), INTENTS)
    assert isinstance(step, Appeal)
    assert (step.words, step.community) == ("it was my brother", "B")
