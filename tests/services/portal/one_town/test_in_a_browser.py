import shutil
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]
from playwright.async_api import Browser, Page, async_playwright

from indaba.contracts.library import HowUsed, Quoted, UseResource
from indaba.contracts.openness import fingerprint
from indaba.contracts.record import (
    ApproveMinutes,
    EditHighlights,
    NoteKind,
    PublishHighlights,
    ShareHighlights,
    TakeNote,
)
from indaba.contracts.scheduling import ListMeetings, Which
from workshop import until

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed here"),
    pytest.mark.asyncio(loop_scope="module"),
]

NARROW, WIDE = {"width": 320, "height": 640}, {"width": 1200, "height": 800}
BY_NIGHT_TOO = {"found", "link", "outcomes", "meeting", "mine"}
LONG = "https://maths.example.org/" + "a-very-long-path-without-any-space/" * 6


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        yield browser
        await browser.close()


async def _filled(lively: Any) -> dict[str, str]:
    """A community with everything a page can show; the paths of its pages, by name."""
    await lively.term()
    link = await lively.saved(
        link=LONG,
        title="Fractions with bottle tops",
        why="Children who could not share four sweets among three could do it after one morning.",
        summary="What you need.\nWhat to say.\nWhat goes wrong.",
        document="https://maths.example.org/fractions.pdf",
        sectors=("Schooling",),
        skills=("Number sense", "Teaching mixed grades"),
        related=("Number talks", "Counting in isiZulu"),
        language="en",
    )
    note = "We used stones. It worked well with Grade 4."
    passport = await lively.town.passport("@thandi:example.org")
    used = UseResource(code=link.code, how=HowUsed.ADAPTED, note=note)
    await lively.town.ask(used, passport)
    file = await lively.filed(b"%PDF-1.7 poster", "A poster for the wall, isiZulu.pdf")
    member = passport.passport.member
    quote = Quoted(author=member, text="Ask first,\nthen wait ten seconds.", message="$1")
    message = await lively.saved(quote=quote)
    for number in range(9):
        await lively.saved(link=f"https://example.org/{number}", title=f"Number talk {number}")
    pages = {"community": "", "library": "/library", "found": "/library?q=fracions"}
    one = {"link": link, "file": file, "message": message}
    for resource in (link, file):
        await lively.publish(resource.code)
    return {
        **pages,
        "nothing": "/library?q=zebra",
        **{name: f"/library/{resource.code}" for name, resource in one.items()},
        "meeting": f"/meetings/{await _written_up(lively)}",
        "mine": "/mine",
        "outcomes": "/outcomes",
        "empty term": "/outcomes/2020-1",
    }


async def _written_up(lively: Any) -> str:
    """A past meeting with highlights and minutes; gives its code."""
    held = await lively.town.passport("@lindiwe:example.org")
    past = await lively.town.ask(ListMeetings(which=Which.PAST), held)
    code = str(past.meetings[0].code)
    note = TakeNote(code=code, kind=NoteKind.DECISION, text=f"We share what works: {LONG}")
    await lively.town.ask(note, held)
    await lively.town.ask(ApproveMinutes(code=code), held)
    words = "## Decisions\n- We share what works.\n- " + LONG + "\nThank you all."
    await lively.town.ask(EditHighlights(code=code, text=words), held)
    shown = await lively.town.ask(ShareHighlights(code=code), held)
    seen = fingerprint(shown.text, shown.short)
    await lively.town.ask(PublishHighlights(code=code, seen=seen), held)

    async def told() -> bool:
        text = (await lively.get(f"/meetings/{code}")).text
        return "Thank you all" in text and "The minutes are for members" in text

    await until(told)
    return code


async def _opened(chromium: Browser, lively: Any, *, signed_in: bool, **how: Any) -> Page:
    base = str(lively.browser.base_url)
    context = await chromium.new_context(base_url=base, **how)
    page = await context.new_page()
    if signed_in:
        await page.goto(await lively.link())
        await page.get_by_role("button", name="Sign me in").click()
        await page.wait_for_url(f"**/c/{lively.key}")
    return page


async def _check_what_screen_readers_are_told(page: Page, lively: Any) -> None:
    await page.goto(f"/c/{lively.key}/outcomes")
    table = page.get_by_role("table", name="Who came to each meeting of the term")
    assert await table.get_by_role("columnheader").all_inner_texts() == [
        "Meeting",
        "Came",
        "New",
        "Again",
    ]
    assert await table.get_by_role("rowheader").count() == 3
    for role in ("banner", "main", "contentinfo"):
        assert await page.get_by_role(role).count() == 1
    current = page.get_by_role("navigation", name="This community").locator("[aria-current=page]")
    assert await current.inner_text() == "Outcomes"


async def test_every_page_fits_a_narrow_phone_and_can_be_read_by_all(
    chromium: Browser, lively: Any
) -> None:
    pages = await _filled(lively)
    page = await _opened(chromium, lively, signed_in=True)
    for name, path in pages.items():
        for size in (NARROW, WIDE):
            await page.set_viewport_size(size)  # type: ignore[arg-type]  # what it takes
            await page.goto(f"/c/{lively.key}{path}")
            wide = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert wide <= 0, (name, size["width"], wide)
            inside = await page.evaluate(
                "[...document.querySelectorAll('.wide')].map(w => w.scrollWidth - w.clientWidth)"
            )
            assert all(over <= 0 for over in inside), (name, size["width"], inside)
        await page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        for scheme in ("light", "dark") if name in BY_NIGHT_TOO else ("light",):
            await page.emulate_media(color_scheme=scheme)
            found = await Axe().run(page)
            assert found.violations_count == 0, (name, scheme, found.generate_report())
    await _check_what_screen_readers_are_told(page, lively)


# That browsers may keep it is shown in test_portal_budget.py.
@pytest.mark.thorough
async def test_a_browser_pays_for_what_pages_share_once(chromium: Browser, lively: Any) -> None:
    page = await _opened(chromium, lively, signed_in=False)
    paid = []
    for path in ("", "/library", "/library"):
        await page.goto(f"/c/{lively.key}{path}", wait_until="networkidle")
        await page.evaluate("document.fonts.ready")
        ground = await page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert ground == "rgb(250, 248, 243)"
        entries = await page.evaluate(
            "['navigation', 'resource'].map(kind => performance.getEntriesByType(kind)"
            ".map(e => e.transferSize).reduce((a, b) => a + b, 0))"
        )
        paid.append(entries)
    (html, shared), (_, again), (_, once_more) = paid
    assert html + shared < 14 * 1024
    assert shared > 2 * 1024
    assert (again, once_more) == (0, 0)


async def test_everything_works_without_script(chromium: Browser, lively: Any) -> None:
    file = await lively.filed(b"%PDF-1.7 poster", "A poster, isiZulu ñ.pdf", title="A poster")
    for number in range(10):
        await lively.saved(link=f"https://example.org/{number}", title=f"Number talk {number}")
    page = await _opened(chromium, lively, signed_in=True, java_script_enabled=False)
    await page.get_by_role("link", name="Library").click()
    await page.get_by_role("link", name="Next page").click()
    await page.get_by_role("link", name="A poster").click()
    assert file.code in page.url
    async with page.expect_download() as begun:
        await page.get_by_role("link", name="Download the file").click()
    download = await begun.value
    assert download.suggested_filename == "A poster, isiZulu ñ.pdf"
    assert (await download.path()).read_bytes() == b"%PDF-1.7 poster"
    await page.get_by_role("link", name="Meetings").click()
    await page.get_by_role("link", name="My calendar address").click()
    await page.get_by_role("button", name="Make an address").click()
    assert await page.get_by_role("heading", name="Your new address").is_visible()
    await page.get_by_role("button", name="Revoke it").click()
    assert await page.get_by_text("You have no address yet.").is_visible()
    await page.get_by_role("link", name="Outcomes").click()
    await page.get_by_text("Newcomers who came back").last.click()
    assert await page.get_by_text("Nothing yet.").nth(1).is_visible()
    await page.get_by_role("link", name="Term").click()
    assert await page.get_by_role("link", name="Term").count() == 2


async def test_a_keyboard_is_enough(chromium: Browser, lively: Any) -> None:
    link = await lively.saved(link="https://example.org/f", title="Fractions with bottle tops")
    await lively.publish(link.code)
    page = await _opened(chromium, lively, signed_in=False)
    await page.goto(f"/c/{lively.key}/library")
    await page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the content")
    assert await skip.is_visible()
    place = await skip.bounding_box()
    assert place is not None
    assert place["y"] >= 0
    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")
    box = page.get_by_role("searchbox", name="Find by words")
    assert await box.evaluate("e => e === document.activeElement")
    outline = await box.evaluate("e => getComputedStyle(e).outlineStyle")
    assert outline == "solid"
    await page.keyboard.type("fractons")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/library?q=fractons")
    assert await page.get_by_text("I read “fractons” as fractions.").is_visible()
    found = page.get_by_role("link", name="Fractions with bottle tops").first
    await found.focus()
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/library/R*")
