"""A plain member and a stranger try all that only facilitators may; the services say no.

What is tried comes from `INTENTS`: each intent that needs a facilitator is carried out by one, with
services that answer anything, and whatever it asked for is then asked again by somebody else.
"""

from typing import Any

import pytest
from structlog.testing import capture_logs

from bots.answering import FOUNDER, MEMBER, THANDI, BusServiceClient, understood
from indaba.contracts.passport import Role
from indaba.contracts.refusal import Refused
from indaba.contracts.wire import Question, Request
from indaba.conversation.answer import Answer
from indaba.conversation.commands.carrying_out import perform
from indaba.conversation.commands.intent import Intent, intent_from_json, intent_to_json
from indaba.conversation.commands.topics import INTENTS
from indaba.process import logs
from workshop import rows

pytestmark = pytest.mark.asyncio(loop_scope="module")

GUARDED = [kind for kind in INTENTS if kind.needs is Role.FACILITATOR]
REFUSED = {"not-allowed", "not-a-member", "no-community"}


class EventProcessor(BusServiceClient):
    """Answers anything, and remembers what it was asked to change."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[Request[Any]] = []

    async def ask(self, request: Request[Any]) -> Any:
        if not isinstance(request, Question):
            self.asked.append(request)
        return await super().ask(request)


async def _tried() -> dict[type[Intent], list[Request[Any]]]:
    """What each guarded intent asks for, by way of the choices that previews offer."""
    todo = [understood(kind.example) for kind in INTENTS if not kind.hidden]
    found: dict[type[Intent], list[Request[Any]]] = {}
    seen: list[Intent] = []
    while todo:
        intent = todo.pop()
        seen.append(intent)
        services = EventProcessor()
        answer: Answer = await perform(intent, THANDI, services)
        if type(intent) in GUARDED:
            found.setdefault(type(intent), []).extend(services.asked)
        todo += [c.intent for c in answer.choices() if c.intent not in seen + todo]
    return found


@pytest.mark.parametrize("kind", [k for k in GUARDED if not k.hidden], ids=lambda k: k.called())
@pytest.mark.parametrize("who", [MEMBER, FOUNDER], ids=["member", "stranger"])
async def test_no_face_carries_out_what_somebody_may_not(kind: type[Intent], who: Any) -> None:
    services = EventProcessor()
    logs.configure(json=True)
    with capture_logs() as told:
        answer = await perform(understood(kind.example), who, services)
    [line] = [line for line in told if line["event"] == "asking.refused"]
    assert line["intent"] == kind.called()
    assert line["code"]
    assert line["member"] == (str(who.passport.member) if who.passport else None)
    assert services.asked == []
    assert answer.blocks
    assert not answer.choices()


async def test_no_service_does_for_others_what_facilitators_may(lively: Any) -> None:
    found = await _tried()
    asked = {type(r): r for requests in found.values() for r in requests}
    assert len(found) >= len([k for k in GUARDED if not k.hidden])
    assert len(asked) >= 15
    town = lively.town
    await town.joined("@member:example.org")
    people = {
        "member": await town.passport("@member:example.org"),
        "guest": await town.passport("@nobody:example.org"),
        "nobody": None,
    }
    journals = await _journals(town)
    allowed = []
    for request in asked.values():
        for name, held in people.items():
            try:
                await town.ask(request, held)
                allowed.append((name, request.wire, "done"))
            except Refused as no:
                if no.told not in REFUSED:
                    allowed.append((name, request.wire, no.told))
    assert allowed == []
    assert await _journals(town) == journals


async def _journals(town: Any) -> dict[str, int]:
    return {
        name: (await rows(ledger, "SELECT count(*) FROM ledger.journal"))[0][0]
        for name, ledger in town.ledgers.items()
    }


@pytest.mark.parametrize("kind", GUARDED, ids=lambda k: k.called())
async def test_a_kept_choice_gives_nobody_a_role(kind: type[Intent]) -> None:
    """The button of a preview, pressed by somebody whose role was taken away meanwhile."""
    if kind.hidden:
        return
    answer = await perform(understood(kind.example), THANDI, BusServiceClient())
    for choice in answer.choices():
        intent = intent_from_json(intent_to_json(choice.intent), INTENTS)
        if type(intent) not in GUARDED:
            continue
        services = EventProcessor()
        await perform(intent, MEMBER, services)
        assert services.asked == []
