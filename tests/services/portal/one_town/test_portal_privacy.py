"""Everybody reads what is kept of people, how long, and who answers for it."""

from typing import Any

import pytest

from indaba.contracts.keeping import KEEPING
from services.portal.outline import Outline

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_the_page_says_what_is_kept_how_long_and_who_answers(lively: Any) -> None:
    answer = await lively.opened.browser.get("/privacy")

    said = Outline(answer.text).sentence
    assert answer.status_code == 200
    assert "for trying out only" in said
    assert "in the United States" in said
    for row in KEEPING:
        assert row.what in said
        assert row.period in said
