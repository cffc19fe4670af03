"""Everybody reads what is kept of people, how long, and who answers for it."""

from typing import Any

import pytest

from indaba.contracts.consenting import AnswerConsent, AskConsent
from indaba.contracts.keeping import KEEPING
from indaba.contracts.membership import CONSENT_VERSION
from indaba.contracts.purposes import OPTIONAL
from services.portal.outline import Outline
from workshop import do

pytestmark = pytest.mark.asyncio(loop_scope="module")
LINDIWE = "@lindiwe:example.org"


async def test_the_page_says_what_is_kept_how_long_and_who_answers(lively: Any) -> None:
    answer = await lively.opened.browser.get("/privacy")

    said = Outline(answer.text).sentence
    assert answer.status_code == 200
    assert "for trying out only" in said
    assert "in the United States" in said
    for row in KEEPING:
        assert row.what in said
        assert row.period in said


async def test_a_member_who_agreed_long_ago_sees_that_it_is_worded_anew_and_nobody_else(
    lively: Any,
) -> None:
    held = await lively.town.passport(LINDIWE)
    guest = (await lively.get()).text
    await lively.sign_in()
    before = (await lively.get()).text
    membership = lively.town.ledgers["membership"]
    aged = f"UPDATE receipts SET wording = '2026-11-24' WHERE member = '{held.passport.member}'"
    await do(membership, aged)

    shown = (await lively.get()).text

    assert ["worded anew" in text for text in (guest, before, shown)] == [False, False, True]
    answer = AnswerConsent(purposes=OPTIONAL, agreed=False, wording=CONSENT_VERSION)
    await lively.town.ask(AskConsent(member=held.passport.member), await lively.town.passport(""))
    await lively.town.ask(answer, held)
    assert "worded anew" not in (await lively.get()).text
