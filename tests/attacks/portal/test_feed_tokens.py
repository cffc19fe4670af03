"""The secret in the address of a member's own calendar: guessed, leaked, used elsewhere."""

import logging
import string
from typing import Any

import pytest

from attacks.portal_doors import House, browser
from workshop import rows

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_calendars_address_is_guessed_by_nobody(lively: Any, ours: House) -> None:
    feed, secret = f"/c/{ours.key}/mine", ours.own
    assert len(secret) == 32
    assert set(secret) <= set(string.ascii_letters + string.digits + "-_")
    changed = ("A" if secret[0] != "A" else "B") + secret[1:]
    near = (secret[:-1], secret + "x", secret.swapcase(), secret[::-1], changed, "", "*", "%")
    async with browser(lively) as guest:
        assert "This calendar has ended" not in (await guest.get(f"{feed}/{secret}.ics")).text
        for guess in near:
            answer = await guest.get(f"{feed}/{guess}.ics")
            assert answer.status_code == 404 or "This calendar has ended" in answer.text, guess
    kept = await rows(lively.opened.ledger, "SELECT k::text FROM calendar_keys k")
    assert secret not in str(kept)


async def test_no_secret_of_an_address_is_in_a_log_or_a_referer(
    lively: Any,
    ours: House,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    link = await lively.link()
    with caplog.at_level(logging.DEBUG, "uvicorn"), caplog.at_level(logging.DEBUG, "indaba"):
        capfd.readouterr()
        async with browser(lively) as guest:
            feed = await guest.get(f"/c/{ours.key}/mine/{ours.own}.ics")
            wrong = await guest.get(f"/c/{ours.key}/mine/{ours.own}x.ics")
            outlook = await guest.get(f"/c/{ours.key}/mine/{ours.own}/outlook.ics")
            astray = await guest.get(f"/c/{ours.key}/mine/{ours.own}x/outlook.ics")
            signed = await guest.post(link)
            again = await guest.post(link)
            tokens = [c.value for c in guest.cookies.jar]
    told = caplog.text + "".join(capfd.readouterr())
    for secret in (ours.own, link.rpartition("/")[2], *filter(None, tokens)):
        assert secret not in told
    for answer in (feed, wrong, outlook, astray, signed, again):
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "public" not in answer.headers["cache-control"]
