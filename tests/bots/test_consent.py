"""Before anything is kept, people read what, why, who answers for it, and where it lies."""

from dataclasses import replace

import pytest

from bots.answering import GUEST, BusServiceClient, understood
from indaba.contracts.membership import Platform
from indaba.contracts.responsible import REGULATOR, ResponsibleShown
from indaba.conversation.commands.carrying_out import perform

NAMED = ResponsibleShown(party="The Network NPC", contact="privacy@x.org", place="Cape Town")


@pytest.mark.parametrize("platform", Platform)
async def test_consent_names_who_answers_whom_to_ask_and_that_discord_is_abroad(
    platform: Platform,
) -> None:
    services = BusServiceClient(ShowResponsible=NAMED)
    asked = await perform(understood("cop join"), replace(GUEST, platform=platform), services)

    for said in (NAMED.party, NAMED.contact, NAMED.place, "inforegulator.org.za", "United States"):
        assert said in asked.text()


async def test_where_nobody_is_named_it_is_for_trying_out() -> None:
    services = BusServiceClient(ShowResponsible=ResponsibleShown())
    asked = await perform(understood("cop join"), GUEST, services)

    assert "for trying out only" in asked.text()


async def test_consent_says_what_is_kept_of_facilitators_cases_and_reports() -> None:
    asked = await perform(understood("cop join"), GUEST, BusServiceClient())

    for said in ("how many days", "removed or suspended", "report harm"):
        assert said in asked.text()


def test_named_is_who_is_named_whole() -> None:
    assert NAMED.is_named
    assert NAMED.regulator == REGULATOR
    for missing in ("party", "contact", "regulator", "place"):
        assert not NAMED.model_copy(update={missing: ""}).is_named
