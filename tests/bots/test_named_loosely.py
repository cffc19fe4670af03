"""An answer of a vote by its words, and highlights of a meeting that was not named."""

from typing import Any

import pytest

from bots.answering import FOUNDER, GUEST, MEMBER, THANDI, BusServiceClient, said, understood
from indaba.contracts import record as r
from indaba.contracts import votes as v
from indaba.contracts.refusal import Refused
from indaba.contracts.wire import Request
from indaba.conversation.answer import Answer
from indaba.conversation.commands.carrying_out import perform
from indaba.conversation.commands.intent import Intent
from indaba.conversation.commands.person import Person
from indaba.conversation.commands.topics import INTENTS
from indaba.conversation.commands.topics.actions import Reopen
from indaba.conversation.commands.topics.membership import MyTimeZone
from indaba.conversation.commands.topics.voting import Choose
from indaba.conversation.times import say_zone

OPTIONS = ("Hall", "Online", "Online with video", "3", "4", "2")


class Open(BusServiceClient):
    """Services with a vote that is open, or not, and what they were asked to do."""

    def __init__(self, *, still: bool = True) -> None:
        super().__init__()
        shown: Any = self.kept["ShowVote"]
        facts = {"options": OPTIONS, "tally": (0,) * len(OPTIONS), "open": still}
        self.kept["ShowVote"] = shown.model_copy(
            update={"vote": shown.vote.model_copy(update=facts), "mine": 0}
        )
        self.changes: list[Request[Any]] = []

    async def ask(self, request: Request[Any]) -> Any:
        if isinstance(request, v.CastVote | r.EditHighlights):
            self.changes.append(request)
        if isinstance(request, v.CastVote):
            shown: Any = self.kept["ShowVote"]
            return shown.model_copy(update={"mine": request.option})
        return await super().ask(request)


async def typed(line: str, person: Person, services: BusServiceClient) -> Answer:
    return await perform(understood(line), person, services)


@pytest.mark.parametrize(
    ("words", "place"),
    [("hall", 1), ("Hall please", 1), ("ONLINE", 2), ("1", 1), ("#1", 1), ("2 please", None),
     ("online w", 3), ("0", 0), ("onl", None), ("elsewhere", None), ("4", None), ("11", None)],
)  # fmt: skip
async def test_an_answer_is_chosen_by_its_words_or_its_number(
    words: str, place: int | None
) -> None:
    services = Open()
    answer = await typed(f"vote choose {words}", THANDI, services)
    cast = [change.option for change in services.changes if isinstance(change, v.CastVote)]
    assert cast == ([] if place is None else [place])
    if place is None:
        picks = [choice.intent for choice in answer.choices()]
        assert len(picks) > 1
        for pick in picks:
            assert isinstance(pick, Choose)
            await perform(pick, THANDI, services)
        options = [change.option for change in services.changes if isinstance(change, v.CastVote)]
        assert options == [int(pick.option) for pick in picks if isinstance(pick, Choose)]


async def test_nothing_is_chosen_in_a_vote_that_is_over() -> None:
    services = Open(still=False)
    assert "over and counted" in (await typed("choose hall", THANDI, services)).text()
    assert services.changes == []


async def test_words_for_a_meeting_that_was_not_named_are_written_once_it_is_sure() -> None:
    services = Open()
    asked = await typed("highlights We learnt a lot", THANDI, services)
    assert "Fractions (M7K2)" in asked.text()
    assert services.changes == []
    await perform(asked.choices()[0].intent, THANDI, services)
    assert services.changes == [r.EditHighlights(code="M7K2", text="We learnt a lot")]
    await typed("minutes highlights M7K2 We learnt more", THANDI, services)
    assert services.changes[1:] == [r.EditHighlights(code="M7K2", text="We learnt more")]


@pytest.mark.parametrize(
    "line", ["action hand A7K2", "action due A7K2 3 May", "action help A7K2", "action drop A7K2"]
)
async def test_what_is_over_can_be_opened_again_first(line: str) -> None:
    over = Refused("action-over", "A7K2 is done already, so nothing has changed.", {"code": "A7K2"})
    changed = dict.fromkeys(("HandAction", "SetDueDay", "ChangeAction"), over)
    answer = await said(line, THANDI, **changed)
    assert "done already" in answer.text()
    assert answer.choices()[0].intent == Reopen(code="A7K2")


@pytest.mark.parametrize(
    "kind", [each for each in INTENTS if not each.hidden], ids=lambda k: k.verb
)
async def test_a_zone_goes_by_one_name_in_every_answer(kind: type[Intent]) -> None:
    for person in (THANDI, FOUNDER):
        answer = await said(kind.example, person)
        assert "Africa/" not in answer.text()


@pytest.mark.parametrize("zone", ["Africa/Johannesburg", "Europe/London", "Etc/UTC"])
def test_a_zone_can_be_typed_as_it_is_named(zone: str) -> None:
    assert MyTimeZone.model_validate({"zone": say_zone(zone)}).zone == zone


@pytest.mark.parametrize("words", ["who are the members?", "How many are we", "who facilitates?"])
async def test_who_we_are_is_answered_with_a_number_and_no_names(words: str) -> None:
    shown = (await said(words, MEMBER)).text()
    assert "Maths circle: 24 members." in shown
    assert "You are a member here." in shown
    assert "@" not in shown
    assert "You are a facilitator here." in (await said(words, THANDI)).text()
    assert "not a member" in (await said(words, GUEST)).text()
