"""What facilitators type to publish, close and renew: first a preview, then what was meant."""

from dataclasses import replace
from typing import Any

import pytest

from bots.answering import COMMUNITY, GUEST, MEMBER, RESOURCE, THANDI, passport, picked, said
from indaba.contracts.ids import MemberId
from indaba.contracts.library import Quoted, ResourceDetails, StoredFile
from indaba.contracts.openness import Openness, Part
from indaba.contracts.passport import Role
from indaba.contracts.publishing import Publication
from indaba.contracts.refusal import Refused
from indaba.conversation.answer import Audience
from indaba.conversation.cards.open_earlier import what_stays_open, what_stays_open_aloud
from indaba.conversation.commands.topics.publishing import CloseNow, KeepOpen
from indaba.conversation.wording import Wording

LINK = "https://cop.example.org/c/k3y"


@pytest.mark.parametrize(
    ("line", "shown", "now"),
    [
        ("cop publish page", f"at {LINK}", f"Everybody sees the community's page now: {LINK}"),
        ("cop publish calendar", f"at {LINK}/calendar.ics", f"{LINK}/calendar.ics"),
        ("minutes publish M7K2", "We use stones", f"{LINK}/meetings/M7K2"),
        ("resource publish R7K2", "Fractions with bottle tops", f"{LINK}/library/R7K2"),
        ("cop small-groups 8", "Now it is 5.", "take it back: cop small-groups-back"),
        ("cop renew-address", "the old one ends at once", "/c/n3wk3y"),
    ],
)
async def test_a_preview_comes_first_and_nobody_else_is_told(
    line: str, shown: str, now: str
) -> None:
    preview = await said(line)
    assert shown in preview.text()
    done = await picked(preview, "✅", THANDI)
    assert now in done.text()
    assert {preview.audience, done.audience} == {Audience.ASKER}
    for person in (MEMBER, GUEST):
        assert "facilitator" in (await said(line, person)).text() or person is GUEST
        assert shown not in (await said(line, person)).text()


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("cop unpublish page", "Only members see the community's page now."),
        ("minutes unpublish M7K2", "Only members read the highlights of M7K2 now."),
        ("resource unpublish R7K2", "Only members see R7K2 now."),
    ],
)
async def test_it_is_closed_at_once_with_the_way_back(line: str, told: str) -> None:
    answer = (await said(line)).text()
    assert told in answer
    assert line.replace("unpublish", "publish").removeprefix("cop ") in answer


async def test_why_something_is_useful_is_in_no_preview() -> None:
    assert RESOURCE.why in (await said("resource show R7K2")).text()
    assert RESOURCE.why not in (await said("resource publish R7K2")).text()


async def test_of_a_file_the_preview_says_that_it_can_be_downloaded() -> None:
    file = StoredFile(digest="0" * 64, size=9, media_type="application/pdf", name="poster.pdf")
    shown = ResourceDetails(resource=RESOURCE.model_copy(update={"link": "", "file": file}))
    text = (await said("resource publish R7K2", ShowResource=shown)).text()
    assert "poster.pdf" in text
    assert "Everybody can download the file." in text


async def test_a_message_is_refused_before_any_preview() -> None:
    quote = Quoted(author=MemberId(RESOURCE.author), text="Said among us", message="$1")
    shown = ResourceDetails(resource=RESOURCE.model_copy(update={"quote": quote}))
    no = Refused("stays-with-members", "It stays with them.", {})
    answer = await said("resource publish R7K2", ShowResource=shown, PublishResource=no)
    assert answer.text() == "It stays with them."


async def test_the_pages_address_says_what_of_it_outsiders_see() -> None:
    assert "Everybody sees: the community's page, the calendar" in (await said("portal")).text()
    held = passport(Role.MEMBER).model_copy(update={"opened": frozenset()})
    closed = replace(MEMBER, passport=held)
    assert "Only members see the community's pages" in (await said("portal", closed)).text()
    own = (await said("calendar", closed)).text()
    assert f"{LINK}/mine" in own
    assert "calendar.ics" not in own


async def test_saving_says_who_will_see_it() -> None:
    saved = (await said("save https://example.org/f", MEMBER)).text()
    assert "Members of Maths circle can read it." in saved
    assert "resource publish R7K2" in saved


@pytest.mark.parametrize("parts", [{Part.PAGE}, set(Part)])
def test_what_is_undecided_is_asked_about_with_a_day(parts: set[Part]) -> None:
    until = THANDI.now.replace(month=12, day=23)
    facts: dict[str, Any] = {part.value: Openness.EARLIER for part in parts}
    publication = Publication(**facts, until=until)
    asked = what_stays_open(COMMUNITY, publication, until, LINK, Wording())
    assert [type(c.intent) for c in asked.choices()] == [KeepOpen, CloseNow]
    assert "23 December" in asked.text()
    assert ("calendar" in asked.text()) is (Part.CALENDAR in parts)
    aloud = what_stays_open_aloud(COMMUNITY, publication, until, "!cop ", Wording())
    assert aloud.choices() == ()
    assert "!cop publish page" in aloud.text()
