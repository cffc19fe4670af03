"""Whom notices name is asked for many communities at once, in questions that are not too large."""

from typing import Any
from uuid import UUID

from indaba.contracts.ids import CommunityId, MemberId
from indaba.contracts.membership import Platform
from indaba.contracts.reaching import MOST_REACHED, MembersReached, Reach, ReachMembers
from indaba.conversation.cards.reaching import reach


class Membership:
    """Answers from what it is asked, but knows nothing of one community."""

    def __init__(self) -> None:
        self.questions: list[ReachMembers] = []

    async def ask(self, request: Any) -> Any:
        self.questions.append(request)
        there = {
            community: Reach(locale="en-ZA", accounts={m: f"@{m.int}:x" for m in members})
            for community, members in request.wanted.items()
            if community != NOWHERE
        }
        return MembersReached(communities=there)


def _members(first: int, count: int) -> list[MemberId]:
    return [MemberId(UUID(int=n)) for n in range(first, first + count)]


HERE, THERE, NOWHERE = (CommunityId(UUID(int=n)) for n in (1, 2, 3))


async def test_many_are_reached_in_as_few_questions_as_hold_them() -> None:
    membership = Membership()
    wanted = {HERE: _members(10, 700), THERE: _members(1000, 1500), NOWHERE: _members(9000, 1)}

    reached = await reach(membership, Platform.MATRIX, wanted)

    sizes = [sum(map(len, question.wanted.values())) for question in membership.questions]
    assert sizes == [MOST_REACHED, MOST_REACHED, 201]
    assert {c: len(there.accounts) for c, there in reached.items()} == {HERE: 700, THERE: 1500}


async def test_of_whom_nobody_is_wanted_the_locale_is_still_said() -> None:
    reached = await reach(Membership(), Platform.MATRIX, {HERE: []})

    assert reached[HERE].locale == "en-ZA"
    assert not reached[HERE].accounts
