from typing import Any

import pytest

from indaba.contracts.outcomes import ShowReport
from indaba.conversation.commands.topics.outcomes import NAMES, figure_in_words
from indaba.conversation.wording import Wording
from services.portal.outline import Outline
from workshop import until

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def _said(lively: Any, path: str = "/outcomes", status: int = 200) -> Outline:
    answer = await lively.get(path)
    assert answer.status_code == status, answer.text
    return Outline(answer.text)


async def _held(lively: Any, meetings: int = 3) -> None:
    """Wait until outcomes has heard of all meetings."""
    held = await lively.town.passport("@lindiwe:example.org")

    async def heard() -> bool:
        report = await lively.town.ask(ShowReport(), held)
        return [m.present for m in report.meetings] == [6, 5, 3][:meetings]

    await until(heard)


async def test_figures_are_for_members_and_others_are_told_how_to_sign_in(lively: Any) -> None:
    for path in ("/outcomes", "/outcomes/2026-4", "/outcomes/nonsense"):
        page = await _said(lively, path, 403)
        assert "me sign-in" in page.sentence
        assert "Came again" not in page.text


async def test_the_figures_are_said_as_the_bot_says_them(lively: Any) -> None:
    await lively.term()
    await _held(lively)
    await lively.sign_in("@thandi:example.org")
    held = await lively.town.passport("@thandi:example.org")
    report = await lively.town.ask(ShowReport(), held)
    page = await _said(lively)
    names = [name.strip() for name in page.words["dt"]][:3]
    words = [said.strip() for said in page.words["dd"]][:3]
    assert names == [NAMES[figure.indicator] for figure in report.figures]
    assert words == [figure_in_words(figure, Wording()) for figure in report.figures]
    assert words == [
        "64 % (7 of 11; 7 people)",
        "67 % (4 of 6; 6 newcomers)",
        "told once the term is over, if five people or more are on each side",
    ]
    assert "these are figures so far" in page.sentence


async def test_the_meetings_are_a_table_and_the_chart_only_repeats_it(lively: Any) -> None:
    await lively.term()
    await _held(lively)
    await lively.sign_in("@thandi:example.org")
    page = await _said(lively)
    assert page.words["caption"] == ["Who came to each meeting of the term"]
    few = "–"
    assert page.words["td"] == ["6", few, few, "5", few, few, "3", few, few]
    await lively.sign_in()
    page = await _said(lively)
    cells = [int(cell) for cell in page.words["td"][:9]]
    assert cells == [6, 6, 0, 5, 1, 4, 3, 0, 3]
    (chart,) = page.all("svg")
    assert chart["aria-hidden"] == "true"
    bars = [float(str(bar["width"])) for bar in page.all("rect")]
    assert bars == [0, 225, 150, 37.5, 112.5]


async def test_only_facilitators_see_what_is_behind_the_figures(lively: Any) -> None:
    await lively.term()
    await _held(lively)
    await lively.sign_in("@thandi:example.org")
    assert "behind the figures" not in (await _said(lively)).sentence
    await lively.sign_in()
    page = await _said(lively)
    assert "What is behind the figures" in page.sentence
    assert len(page.all("details")) == 3
    assert page.words["caption"][1] == "What “Came again to the next meeting” was made of"
    assert page.words["th"][7:11] == ["Code", "Date", "Counted", "Of"]
    assert [page.words["td"][n : n + 2] for n in (10, 13)] == [["4", "6"], ["3", "5"]]


async def test_terms_lead_to_the_one_before_and_the_one_after(lively: Any) -> None:
    await lively.sign_in()
    old = await _said(lively, "/outcomes/2020-1")
    links = {a.get("rel"): a["href"] for a in old.all("a")}
    assert links["prev"] == f"/c/{lively.key}/outcomes/2019-4"
    assert links["next"] == f"/c/{lively.key}/outcomes/2020-2"
    assert "Term 2020-1: 1 January 2020 to 31 March 2020" in old.sentence
    assert "No meeting was held in this term." in old.sentence
    assert "so far" not in old.sentence
    last = await _said(lively, "/outcomes?term=last")
    assert last.words["title"] == (await _said(lively, "/outcomes/last")).words["title"]
    now = await _said(lively, "/outcomes")
    assert "next" not in {a.get("rel") for a in now.all("a")}


async def test_an_unknown_term_is_said_in_words(lively: Any) -> None:
    await lively.sign_in()
    for term in ("nonsense", "2026-5", "x" * 50, "1999-1", "%00", "<b>"):
        page = await _said(lively, f"/outcomes/{term}", 404)
        assert "2026-4" in page.sentence, term
        assert page.all("b") == []
