"""Whoever belongs to several communities is asked which one they mean: every intent, every code."""

import json
from dataclasses import replace
from uuid import UUID

import pytest

from bots.answering import COMMUNITY, THANDI, BusServiceClient, passport, understood
from bots.test_never_silent import TYPED, Failing
from indaba.contracts.ids import CommunityId
from indaba.contracts.refusal import NoCommunity, NotAMember, Refusal
from indaba.conversation.commands.carrying_out import perform
from indaba.conversation.commands.intent import Intent, asked_from_json, intent_to_json
from indaba.conversation.commands.speaking_of import SpeakOf, which_one
from indaba.conversation.commands.topics import INTENTS
from indaba.conversation.commands.topics.accounts import LinkMe

OTHER = COMMUNITY.model_copy(update={"id": CommunityId(UUID(int=9)), "name": "Readers", "key": "r"})
BOTH = (COMMUNITY, OTHER)
NOWHERE = passport().model_copy(update={"community": None, "member": UUID(int=3)})
UNSETTLED = replace(THANDI, passport=NOWHERE, community=None, communities=BOTH)
SETTLED = replace(THANDI, communities=BOTH)


@pytest.mark.parametrize("no", [NoCommunity(), NotAMember()], ids=lambda no: no.code)
@pytest.mark.parametrize("kind", TYPED, ids=lambda kind: kind.called())
async def test_what_needs_a_community_asks_which_and_goes_on(
    kind: type[Intent], no: NoCommunity | NotAMember
) -> None:
    intent = understood(kind.example)
    answer = await perform(intent, UNSETTLED, Failing(no))
    assert "Type it in the room" not in answer.text(), kind
    turns = [choice.intent for choice in answer.choices() if isinstance(choice.intent, SpeakOf)]
    if not turns:
        assert "become a member" not in answer.text(), answer
        return
    assert [turn.community for turn in turns] == [one.id for one in BOTH]
    for turn in turns:
        if turn.then:
            asked, values = asked_from_json(turn.then, INTENTS)
            assert asked.model_validate(values) == intent
        intent_to_json(turn)


@pytest.mark.parametrize(
    "kind", [kind for kind in TYPED if not kind.EVERYWHERE], ids=lambda kind: kind.called()
)
async def test_each_answer_says_which_community_it_is_about(kind: type[Intent]) -> None:
    for refused in (False, True):
        services = Failing(NotAMember()) if refused else BusServiceClient()
        answer = await perform(understood(kind.example), SETTLED, services)
        asks = any(isinstance(choice.intent, SpeakOf) for choice in answer.choices())
        assert asks or not answer.blocks or COMMUNITY.name in answer.blocks[0].words  # type: ignore[union-attr]
        assert not answer.ack


class NoSuchThing(Refusal):
    code = "no-such-thing"

    def __init__(self) -> None:
        super().__init__("I know no such thing here.")


@pytest.mark.parametrize("kind", TYPED, ids=lambda kind: kind.called())
async def test_a_code_that_is_not_known_may_be_of_another_community(kind: type[Intent]) -> None:
    intent, unknown = understood(kind.example), Failing(NoSuchThing())
    coded = any(kind.mark(n, "code") and getattr(intent, n) for n in kind.model_fields)
    answer = await perform(intent, SETTLED, unknown)
    turns = [choice.intent for choice in answer.choices() if isinstance(choice.intent, SpeakOf)]
    if not coded or "no such thing" not in answer.text():
        assert not turns or kind.called() == "me community"
        return
    [turn] = turns
    assert turn.community == OTHER.id
    asked, values = asked_from_json(turn.then, INTENTS)
    assert asked.model_validate(values) == intent
    for person in (THANDI, replace(SETTLED, direct=False)):
        assert not (await perform(intent, person, unknown)).choices()


async def test_where_there_is_one_community_or_others_read_nothing_is_asked_or_added() -> None:
    for person in (THANDI, replace(SETTLED, direct=False), replace(UNSETTLED, direct=False)):
        answer = await perform(understood("meeting next"), person, BusServiceClient())
        assert "About" not in answer.text()
        assert not any(isinstance(choice.intent, SpeakOf) for choice in answer.choices())


async def test_no_one_time_code_is_kept_with_the_question() -> None:
    answer = await perform(LinkMe(code="7K2M9QPX3"), UNSETTLED, Failing(NotAMember()))
    assert [json.loads(intent_to_json(c.intent))["values"] for c in answer.choices()] == [
        {"community": str(one.id)} for one in BOTH
    ]


def test_communities_of_one_name_are_told_apart() -> None:
    twin = OTHER.model_copy(update={"name": COMMUNITY.name.upper()})
    asked = which_one(replace(UNSETTLED, communities=(COMMUNITY, twin)))
    labels = [choice.label for choice in asked.choices()]
    assert labels == [f"{COMMUNITY.name} (k3y)", f"{twin.name} (r)"]
