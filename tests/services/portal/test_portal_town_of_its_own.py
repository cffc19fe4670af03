"""What takes something from the town, which is therefore nobody else's."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from indaba.contracts.agenda import AddAgendaItem
from indaba.contracts.ids import MemberId
from indaba.contracts.linking import MembersMerged
from indaba.contracts.scheduling import AnswerRsvp, RsvpAnswer, ScheduleMeeting
from indaba.conversation.delivery import service_client
from services.portal.conftest import ZONE
from services.portal.outline import Outline
from workshop import rows, until


async def test_while_the_library_is_away_the_page_says_a_little_later(
    lively: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service_client, "PATIENCE", timedelta(seconds=1))
    await lively.town.ledgers["library"].stop()
    answer = await lively.get("/library")
    assert answer.status_code == 503
    assert answer.headers["retry-after"]
    assert "a little later" in Outline(answer.text).sentence
    assert (await lively.get()).status_code == 200


async def test_while_outcomes_is_away_the_page_says_a_little_later(
    lively: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    await lively.sign_in()
    monkeypatch.setattr(service_client, "PATIENCE", timedelta(seconds=1))
    await lively.town.ledgers["outcomes"].stop()
    answer = await lively.get("/outcomes")
    assert answer.status_code == 503
    assert "a little later" in Outline(answer.text).sentence


async def test_who_became_one_with_another_member_stays_signed_in(lively: Any) -> None:
    await lively.sign_in()
    one, gone = MemberId(uuid4()), lively.facilitator.passport.member
    await lively.opened.hears(MembersMerged(aggregate=gone, version=1, member=one, gone=gone))
    kept = await rows(lively.opened.ledger, "SELECT member FROM sessions")
    assert kept == [(one,)]


async def test_a_member_sees_their_answer_and_the_agenda(lively: Any) -> None:
    starts = (lively.town.clock.now() + timedelta(days=3)).replace(tzinfo=None, microsecond=0)
    call = ScheduleMeeting(title="Fractions", starts=starts, zone=ZONE)
    held = await lively.town.passport("@lindiwe:example.org")
    code = (await lively.town.ask(call, held)).meeting.code
    await lively.town.ask(AnswerRsvp(code=code, answer=RsvpAnswer.MAYBE), held)
    await lively.town.ask(AddAgendaItem(code=code, title="Which <b>tops</b>?", minutes=20), held)
    path = f"/meetings/{code}"

    async def there() -> bool:
        return bool((await lively.get(path)).status_code == 200)

    await until(there)
    guest = Outline((await lively.get(path)).text).sentence
    await lively.sign_in()
    member = Outline((await lively.get(path)).text).sentence
    for words in ("You said: maybe", "Agenda", "1. Which <b>tops</b>? (20 minutes)"):
        assert words in member
        assert words not in guest
    assert "Coming?" in guest
    assert "Coming?" not in member
    assert "To change that, type" in member
    for shown in (guest, member):
        assert "Times are those of Johannesburg." in shown

    await lively.town.ledgers["scheduling"].stop()
    alone = await lively.get(path)
    assert alone.status_code == 200
    assert "You said" not in alone.text
