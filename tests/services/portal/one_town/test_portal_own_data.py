"""Whoever is signed in sees what the portal keeps of them, and takes it along."""

from typing import Any

import pytest

from indaba.contracts.membership import EraseMe
from indaba.contracts.scheduling import AnswerRsvp, RsvpAnswer
from services.portal.one_town.test_portal_mine import LINDIWE, THANDI, _address, _call
from services.portal.outline import Outline
from workshop import rows, until

pytestmark = pytest.mark.asyncio(loop_scope="module")
SIGNED_IN = "that your browser is signed in, as a digest, and its make"
PAGE, FILE = "/privacy/mine", "/privacy/mine.json"


async def _answered(lively: Any) -> None:
    """Lindiwe has an address, and an answer that the portal has heard of."""
    await lively.sign_in()
    code = await _call(lively, "Fractions")
    yes = AnswerRsvp(code=code, answer=RsvpAnswer.YES)
    await lively.town.ask(yes, await lively.town.passport(LINDIWE))
    await _address(lively)

    async def heard() -> bool:
        return "Fractions" in (await lively.browser.get(PAGE)).text

    await until(heard)


async def _whole(lively: Any) -> dict[str, Any]:
    answer = await lively.browser.get(FILE)
    assert answer.headers["cache-control"] == "no-store"
    assert "attachment" in answer.headers["content-disposition"]
    return {kind["what"]: kind["entries"] for kind in answer.json()["portal"]}


async def test_a_member_sees_and_takes_what_the_portal_keeps(lively: Any) -> None:
    await _answered(lively)

    page, whole = await lively.browser.get(PAGE), await _whole(lively)

    said = Outline(page.text).sentence
    assert page.headers["cache-control"] == "no-store"
    assert "a browser that is signed in to" in said
    assert "yes, to “Fractions”" in said
    assert "Sign out in all browsers" in said
    assert "me data" in said
    assert [entry["about"] for entry in whole["your answers to meetings, for your calendar"]] == [
        "yes, to “Fractions”"
    ]
    [key] = whole["the secret address of your calendar, as a digest"]
    assert key["since"]
    assert all(entry["until"] for entry in whole[SIGNED_IN])


async def test_neither_digests_nor_ids_nor_anybody_elses_rows_are_shown(lively: Any) -> None:
    await _answered(lively)
    thandi = await lively.town.joined(THANDI)
    await lively.sign_in(THANDI)

    page = (await lively.browser.get(PAGE)).text + (await lively.browser.get(FILE)).text

    assert "Fractions" not in page
    digests = "SELECT digest FROM sessions UNION SELECT digest FROM calendar_keys"
    secret = [str(row) for (row,) in await rows(lively.opened.ledger, digests)]
    assert not any(each in page for each in (*secret, str(thandi.passport.member)))


async def test_a_guest_is_told_how_to_sign_in(lively: Any) -> None:
    for path in (PAGE, FILE):
        answer = await lively.browser.get(path)
        assert answer.status_code == 403
        assert answer.headers["cache-control"] == "no-store"
        assert "me sign-in" in answer.text


async def test_of_somebody_erased_nothing_is_listed(lively: Any) -> None:
    await lively.town.joined(THANDI)
    await lively.sign_in(THANDI)
    assert "signed in to" in (await lively.browser.get(PAGE)).text
    await lively.town.ask(EraseMe(), await lively.town.passport(THANDI))

    async def gone() -> bool:
        return bool((await lively.browser.get(PAGE)).status_code == 403)

    await until(gone)
