"""No face can save a key in a link by forgetting to ask."""

from typing import Any

import pytest

from indaba.contracts.library import DescribeResource, FindResources, SaveResource
from indaba.contracts.refusal import Refused
from services.town import Town
from workshop import rows

pytestmark = pytest.mark.asyncio(loop_scope="module")

LOT = "9f86d081884c7d659a2feaa0c55ad015"
CLEAN = "https://example.org/plan.pdf?v=2"
BAD = f"{CLEAN}&sig=a{LOT}&token={LOT}"


@pytest.mark.parametrize(
    "facts",
    [
        {"link": BAD, "title": "Plan"},
        {"link": CLEAN, "title": "Plan", "document": BAD},
        {"link": CLEAN, "title": "Plan", "why": f"the same as {BAD}"},
        {"link": CLEAN, "title": BAD},
    ],
)
async def test_a_key_in_any_text_is_refused_unless_it_was_asked_about(
    town: Town, facts: dict[str, Any]
) -> None:
    held = await town.founded()
    with pytest.raises(Refused) as no:
        await town.ask(SaveResource(**facts), held)

    assert (no.value.told, no.value.facts["names"]) == ("secret-in-link", "sig, token")
    assert LOT not in no.value.words
    assert (await town.ask(FindResources(), held)).total == 0
    journal = "SELECT count(*) FROM ledger.journal WHERE envelope::text LIKE '%{}%'"
    assert await rows(town.ledgers["library"], journal.format(LOT)) == [(0,)]
    saved = (await town.ask(SaveResource(**facts, as_it_is=True), held)).resource
    assert LOT in saved.model_dump_json()


async def test_a_correction_brings_no_key_in_either(town: Town) -> None:
    held = await town.founded()
    code = (await town.ask(SaveResource(link=CLEAN, title="Plan"), held)).resource.code
    with pytest.raises(Refused) as no:
        await town.ask(DescribeResource(code=code, summary=f"or {BAD}"), held)
    assert no.value.told == "secret-in-link"
    asked = DescribeResource(code=code, summary=f"or {BAD}", as_it_is=True)
    assert LOT in (await town.ask(asked, held)).resource.summary
