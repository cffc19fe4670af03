import hashlib
import re
from itertools import pairwise
from typing import Any

import pytest

from indaba.contracts.library import HowUsed, Quoted, ResourceFacts, UseResource, WithdrawResource
from indaba.contracts.membership import IssueSignIn, LeaveCommunity
from services.portal.conftest import browser_at
from services.portal.outline import Outline
from workshop import until

pytestmark = pytest.mark.asyncio(loop_scope="module")
HOSTILE = '<script>alert(1)</script> & "quotes" \u202eevil {{ 7*7 }}'
PAGES = ["/library", "/library?q=fractions", "/library/R2222", "/outcomes", "/outcomes/2020-1"]

NOT_THERE = [
    ("/library?page=2", 404, "no such page"),
    ("/library?page=0", 400, "no such page"),
    ("/library?page=1001", 400, "no such page"),
    ("/library?page=x", 400, "no such page"),
    ("/library?q=" + "x" * 201, 400, "too much to search for"),
    ("/library?q=%00%ff", 200, "I found nothing"),
    ("/library/R7K2", 404, "I know no resource R7K2"),
    ("/library/nonsense", 404, "There is no such resource"),
    ("/library/%00", 404, "There is no such resource"),
    ("/library/R7K2/nowhere", 404, "There is no such page"),
]


async def _said(lively: Any, path: str, status: int = 200) -> Outline:
    answer = await lively.get(path)
    assert answer.status_code == status, answer.text
    return Outline(answer.text)


async def _message(lively: Any) -> ResourceFacts:
    member = lively.facilitator.passport.member
    quote = Quoted(author=member, text="Wait ten seconds.\nThen ask again.", message="$1")
    saved: ResourceFacts = await lively.saved(quote=quote)
    return saved


async def test_an_empty_library_says_how_to_save_the_first_link(lively: Any) -> None:
    guest = await _said(lively, "/library", 403)
    assert "This is for members" in guest.sentence
    await lively.sign_in()
    page = await _said(lively, "/library")
    assert "The library is empty yet." in page.sentence
    assert "save https://example.org" in page.sentence


async def test_the_newest_come_first_with_why_kind_code_and_link(lively: Any) -> None:
    await lively.saved(link="https://example.org/old", title="Old")
    new = await lively.saved(link="https://www.example.org/new", title="New", why="It works")
    await lively.publish(new.code)
    guest = (await _said(lively, "/library")).sentence
    assert "New" in guest
    assert "Old" not in guest
    assert "It works" not in guest
    await lively.sign_in()
    page = await _said(lively, "/library")
    assert [title.strip() for title in page.words["h3"]] == ["New", "Old"]
    for words in ("It works", "website", new.code, "example.org"):
        assert words in page.words["li"][3]
    outside_links = [a for a in page.all("a") if str(a["href"]).startswith("https://")]
    assert [a["href"] for a in outside_links] == [
        "https://www.example.org/new",
        "https://example.org/old",
    ]
    assert {a["rel"] for a in outside_links} == {"nofollow noopener noreferrer"}


async def test_a_misspelled_word_is_read_as_the_known_one_and_said_so(lively: Any) -> None:
    await lively.saved(link="https://example.org/c", title="Connectivity for rural schools")
    await lively.sign_in()
    page = await _said(lively, "/library?q=conectivity")
    assert "I read “conectivity” as connectivity." in page.sentence
    assert "Connectivity for rural schools" in page.sentence
    assert page.all("input")[0]["value"] == "conectivity"


async def test_nothing_found_is_said_in_words(lively: Any) -> None:
    await lively.saved(link="https://example.org/c", title="Fractions")
    page = await _said(lively, "/library?q=zebra")
    assert "I found nothing for “zebra”." in page.sentence
    assert "See the newest" in page.sentence


async def test_more_than_ten_are_turned_page_by_page(lively: Any) -> None:
    for number in range(11):
        await lively.saved(link=f"https://example.org/{number}", title=f"Fraction talk {number}")
    await lively.sign_in()
    first = await _said(lively, "/library?q=fraction+talk")
    (later,) = [a["href"] for a in first.all("a") if a.get("rel") == "next"]
    assert len(first.words["h3"]) == 10
    assert later == f"/c/{lively.key}/library?q=fraction+talk&page=2"
    second = Outline((await lively.browser.get(later)).text)
    (earlier,) = [a["href"] for a in second.all("a") if a.get("rel") == "prev"]
    assert len(second.words["h3"]) == 1
    assert earlier == f"/c/{lively.key}/library?q=fraction+talk"
    assert [a for a in second.all("a") if a.get("rel") == "next"] == []


async def test_what_is_not_there_is_said_in_words(lively: Any) -> None:
    for path in ("/library/R7K2", "/library/R7K2/file", "/library?page=2"):
        assert "me sign-in" in (await _said(lively, path, 403)).sentence, path
    await lively.sign_in()
    for path, status, said in NOT_THERE:
        assert said in (await _said(lively, path, status)).sentence, path


async def test_a_strangers_key_opens_no_library(lively: Any) -> None:
    for path in ("library", "library/R7K2", "library/R7K2/file", "outcomes", "outcomes/this"):
        answer = await lively.browser.get(f"/c/unknownKey/{path}")
        assert answer.status_code == 404
        assert "portal" in answer.text


async def test_a_resource_is_shown_with_all_that_is_known_of_it(lively: Any) -> None:
    saved = await lively.saved(
        link="https://example.org/f",
        title="Fractions",
        why="It works",
        summary="First this.\nThen that.",
        document="https://example.org/f.pdf",
        sectors=("Schooling",),
        skills=("Number sense",),
        related=("Number talks",),
        language="zu",
    )
    thandi = await lively.town.joined("@thandi:example.org")
    used = UseResource(code=saved.code, how=HowUsed.ADAPTED, note="With stones, in Grade 4")
    await lively.town.ask(used, thandi)
    await lively.publish(saved.code)
    as_guest = (await _said(lively, f"/library/{saved.code}")).sentence
    assert "First this." in as_guest
    assert "It works" not in as_guest
    assert "With stones" not in as_guest
    await lively.sign_in()
    answer = await lively.get(f"/library/{saved.code.lower()}")
    page = Outline(answer.text)
    for words in (
        "It works",
        "First this.",
        "Then that.",
        "https://example.org/f.pdf",
        "Schooling",
        "Number sense",
        "Zulu",
        "link only, rights unknown",
        "With stones, in Grade 4",
    ):
        assert words in page.sentence
    assert page.all("h1")[0]["lang"] == "zu"
    assert f'href="/c/{lively.key}/library?q=Number+talks"' in answer.text
    for somebody in (thandi, lively.facilitator):
        assert str(somebody.passport.member) not in answer.text


async def test_what_people_typed_stays_text(lively: Any) -> None:
    saved = await lively.saved(
        link="https://example.org/f",
        title=HOSTILE,
        why=HOSTILE,
        summary=HOSTILE,
        related=(HOSTILE,),
    )
    await lively.publish(saved.code)
    for path in ("/library", f"/library/{saved.code}"):
        answer = await lively.get(path)
        page = Outline(answer.text)
        assert page.all("script") == []
        assert page.badly_nested == []
        assert "{{ 7*7 }}" in page.sentence
        assert "\u202e" not in answer.text
    assert Outline((await lively.get(f"/library?q={HOSTILE}")).text).all("script") == []


async def test_a_saved_message_is_for_signed_in_members(lively: Any) -> None:
    message = await _message(lively)
    await lively.publish((await lively.saved(link="https://example.org/f", title="Open")).code)
    for path in ("/library", "/library?q=seconds"):
        page = await _said(lively, path)
        assert "Wait ten" not in page.text
        assert message.code not in page.text
        assert "for members who are signed in" in page.sentence
    alone = await _said(lively, f"/library/{message.code}", 403)
    assert "Wait ten" not in alone.text
    assert "me sign-in" in alone.sentence
    await lively.sign_in()
    assert "Wait ten seconds." in (await _said(lively, "/library?q=seconds")).sentence
    page = await _said(lively, f"/library/{message.code}")
    assert [p.strip() for p in page.words["blockquote"][0].split("\n") if p.strip()] == [
        "Wait ten seconds.",
        "Then ask again.",
    ]


async def test_a_saved_file_is_downloaded_by_signed_in_members_only(lively: Any) -> None:
    content = b"%PDF-1.7 " + bytes(range(256)) * 1000
    saved = await lively.filed(content, 'Ikhasi "lokuqala" ñ.pdf', title="A page")
    path = f"/library/{saved.code}"
    before = await lively.get(f"{path}/file")
    assert before.status_code == 403
    assert content[:8] not in before.content
    assert "lokuqala" not in (await _said(lively, path, 403)).text
    await lively.sign_in()
    assert f'href="/c/{lively.key}{path}/file"' in (await lively.get(path)).text
    answer = await lively.get(f"{path}/file")
    digest = hashlib.sha256(content).hexdigest()
    assert (answer.status_code, answer.content) == (200, content)
    headers = answer.headers
    assert headers["content-type"] == "application/pdf"
    assert headers["etag"] == f'"{digest}"'
    assert headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in headers["content-security-policy"]
    assert headers["cache-control"] == "private, no-cache"
    assert headers["content-disposition"].startswith(
        'attachment; filename="Ikhasi -lokuqala- _.pdf"'
    )
    again = await lively.get(f"{path}/file", **{"if-none-match": headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    part = await lively.get(f"{path}/file", range="bytes=0-7")
    assert (part.status_code, part.content) == (206, content[:8])


async def test_a_file_that_left_the_shelf_is_said_to_be_gone(lively: Any) -> None:
    saved = await lively.filed(b"some text, until it was taken away", "notes.txt")
    link = await lively.saved(link="https://example.org/f", title="No file")
    await lively.sign_in()
    lively.files.remove(saved.file.digest)
    gone = await _said(lively, f"/library/{saved.code}/file", 404)
    assert "This file is not here any more" in gone.sentence
    none = await _said(lively, f"/library/{link.code}/file", 404)
    assert "There is no such resource" in none.sentence


async def test_a_withdrawn_resource_is_not_shown_any_more(lively: Any) -> None:
    saved = await lively.filed(b"some text, until it was taken back", "notes.txt")
    await lively.sign_in()
    held = await lively.town.passport("@lindiwe:example.org")
    await lively.town.ask(WithdrawResource(code=saved.code), held)
    for path in (f"/library/{saved.code}", f"/library/{saved.code}/file"):
        assert "I know no resource" in (await _said(lively, path, 404)).sentence
    assert "The library is empty yet." in (await _said(lively, "/library")).sentence


async def test_who_left_is_a_guest_again_at_once(lively: Any) -> None:
    saved = await lively.filed(b"some text, until somebody left", "notes.txt")
    await lively.town.joined("@thandi:example.org")
    await lively.sign_in("@thandi:example.org")
    assert (await lively.get(f"/library/{saved.code}/file")).status_code == 200
    held = await lively.town.passport("@thandi:example.org")
    await lively.town.ask(LeaveCommunity(), held)
    assert (await lively.get(f"/library/{saved.code}/file")).status_code == 403


async def test_the_communitys_pages_lead_to_each_other_and_say_where_one_is(lively: Any) -> None:
    saved = await lively.saved(link="https://example.org/f", title="Fractions")
    await lively.publish(saved.code)
    here = {"": "", "/library": "/library", "/outcomes": "/outcomes"}
    here |= {f"/library/{saved.code}": "/library", "/library?q=fractions": "/library"}
    for path, current in here.items():
        page = Outline((await lively.get(path)).text)
        links = [(a["href"], a.get("aria-current")) for a in page.all("a")]
        for known in ("", "/library", "/outcomes"):
            assert f"/c/{lively.key}{known}" in dict(links)
        marked = {href: said for href, said in links if said}
        exact = "page" if path in {"", "/library", "/outcomes"} else "true"
        assert marked == {f"/c/{lively.key}{current}": exact}


async def test_the_pages_can_be_used_without_seeing_them(lively: Any) -> None:
    await lively.saved(link="https://example.org/f", title="Fractions", why="It works")
    await lively.sign_in()
    for path in PAGES:
        page = Outline((await lively.get(path)).text)
        assert page.badly_nested == [], path
        assert page.open == [], path
        headings = [int(tag[1]) for tag, _ in page.tags if re.fullmatch("h[1-6]", tag)]
        assert headings[0] == 1
        assert headings.count(1) == 1
        assert all(deeper <= before + 1 for before, deeper in pairwise(headings)), path
        assert page.all("a")[0]["href"] == "#content"
        labelled = {label["for"] for label in page.all("label")}
        assert {i["id"] for i in page.all("input") if i.get("type") != "hidden"} <= labelled
        assert all(nav["aria-label"] for nav in page.all("nav"))
        assert len(page.all("table")) == len(page.all("caption"))
        assert all(th["scope"] for th in page.all("th"))


async def test_browsers_are_told_to_be_strict_on_these_pages_too(lively: Any) -> None:
    for path in PAGES:
        answer = await lively.get(path)
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; style-src 'self'; ")
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] in {"private, no-cache", "no-store"}
        assert not re.search(r'\s(style|on\w+)="', answer.text)
        assert "<script" not in answer.text


async def test_a_cookie_that_nobody_gave_opens_nothing(lively: Any) -> None:
    message = await _message(lively)
    async with browser_at(str(lively.browser.base_url)) as stranger:
        stolen = {"cookie": "indaba=whatever"}
        path = f"/c/{lively.key}/library/{message.code}"
        assert (await stranger.get(path, headers=stolen)).status_code == 403


async def test_a_session_of_another_community_opens_nothing_here(lively: Any) -> None:
    message = await _message(lively)
    elsewhere = await lively.town.founded(account="@zola:example.org", room="!other:example.org")
    await lively.town.published(account="@zola:example.org", room="!other:example.org")
    there = f"/c/{elsewhere.community.key}"

    async def heard() -> bool:
        return bool((await lively.browser.get(there)).status_code == 200)

    await until(heard)
    held = await lively.town.passport("@zola:example.org", room="!other:example.org")
    secret = (await lively.town.ask(IssueSignIn(), held)).secret
    assert (await lively.browser.post(f"/sign-in/{secret}")).status_code == 303
    assert (await lively.browser.get(f"{there}/outcomes")).status_code == 200
    assert (await lively.get(f"/library/{message.code}")).status_code == 403
    assert (await lively.browser.get(f"{there}/library/{message.code}")).status_code == 404
