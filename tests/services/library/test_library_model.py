from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clock import present
from indaba.contracts.ids import CommunityId, MemberId, ResourceId
from indaba.contracts.library import (
    Quoted,
    ResourceFacts,
    ResourceKind,
    ResourceStatus,
    SaveResource,
    StoredFile,
)
from indaba.library.model import (
    BadAddress,
    NotYours,
    Resource,
    UnknownLanguage,
    code_from,
    kind_of_file,
    kind_of_page,
    language_tag,
    names,
    nearest,
    one_line,
    paragraphs,
    web,
    words,
)
from indaba.library.model.plain_text import first_words

LINDIWE, THANDI, SIPHO = (MemberId(uuid4()) for _ in range(3))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://Example.ORG", "https://example.org/"),
        ("http://example.org/a", "https://example.org/a"),
        ("https://www.example.org/a", "https://example.org/a"),
        ("example.org/a", "https://example.org/a"),
        ("<https://example.org/a>", "https://example.org/a"),
        ("https://example.org:443/a", "https://example.org/a"),
        ("http://example.org:80/a", "http://example.org/a"),
        ("https://example.org./a", "https://example.org/a"),
        ("https://example.org/a/", "https://example.org/a"),
        ("https://example.org/a/./b/../c", "https://example.org/a/c"),
        ("https://example.org/%7Ea%2d", "https://example.org/~a-"),
        ("https://example.org/é", "https://example.org/%c3%A9"),
        ("https://example.org/a#part-2", "https://example.org/a"),
        ("https://example.org/a?utm_source=x&fbclid=1&gclid=2&q=3", "https://example.org/a?q=3"),
        ("https://example.org/a?b=1&a=2", "https://example.org/a?a=2&b=1"),
        ("https://example.org/a?", "https://example.org/a"),
        ("https://bücher.example/a", "https://xn--bcher-kva.example/a"),
        ("https://youtu.be/abc?si=x", "https://www.youtube.com/watch?v=abc&t=10s"),
        ("https://[2001:DB8::0]/", "https://[2001:db8::]/"),
        ("https://www.youtube.com/shorts/abc", "https://youtu.be/abc"),
        ("https://www.youtube.com/live/abc?si=x", "https://youtu.be/abc"),
        ("https://www.youtube-nocookie.com/embed/abc", "https://youtu.be/abc"),
        ("https://m.youtube.com/watch?v=abc", "https://youtu.be/abc"),
        (
            "https://docs.google.com/document/d/1A/edit?usp=sharing",
            "https://docs.google.com/document/u/0/d/1A/view",
        ),
        (
            "https://docs.google.com/document/d/1A",
            "https://docs.google.com/document/d/1A/edit#heading",
        ),
        (
            "https://docs.google.com/forms/d/e/1A/viewform?usp=sf_link",
            "https://docs.google.com/forms/d/e/1A/viewform",
        ),
        (
            "https://drive.google.com/file/d/1A/view?usp=drive_link",
            "https://drive.google.com/open?id=1A&authuser=0",
        ),
        ("https://twitter.com/a/status/1?s=20", "https://x.com/a/status/1"),
        ("https://en.m.wikipedia.org/wiki/Fraction", "https://en.wikipedia.org/wiki/Fraction"),
        ("https://example.org/a?srsltid=x&gad_source=1&mibextid=y", "https://example.org/a"),
    ],
)
def test_one_page_written_in_two_ways_is_one(one: str, other: str) -> None:
    assert web(one).same_as == web(other).same_as


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://example.org/a", "https://example.org/A"),
        ("https://example.org/a", "https://example.org/a/b"),
        ("https://example.org/a?id=1", "https://example.org/a?id=2"),
        ("https://example.org:8443/a", "https://example.org/a"),
        ("https://example.org/#/one", "https://example.org/#/two"),
        ("https://example.org/#!one", "https://example.org/"),
        ("https://example.org/a%2Fb", "https://example.org/a/b"),
        ("https://youtu.be/abc", "https://youtu.be/abd"),
        ("https://www.youtube.com/shorts/abc", "https://www.youtube.com/shorts/abd"),
        ("https://docs.google.com/document/d/1A", "https://docs.google.com/spreadsheets/d/1A"),
        ("https://docs.google.com/document/d/1A", "https://docs.google.com/document/d/1B"),
        ("https://example.org/a?s=20", "https://example.org/a"),
        ("https://example.org/shorts/abc", "https://example.org/watch?v=abc"),
    ],
)
def test_two_pages_stay_two(one: str, other: str) -> None:
    assert web(one).same_as != web(other).same_as


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("file:///etc/passwd", "scheme"),
        ("ftp://example.org/", "scheme"),
        ("javascript:alert(1)", "scheme"),
        ("data:text/html,x", "scheme"),
        ("mailto:a@example.org", "scheme"),
        ("https://me:secret@example.org/", "password"),
        ("https://example.org@evil.example/", "password"),
        ("", "unreadable"),
        ("https://", "unreadable"),
        ("https:///a", "unreadable"),
        ("word", "unreadable"),
        ("https://exa_mple..org/", "unreadable"),
        ("https://example.org:99999/", "unreadable"),
        ("https://[::1", "unreadable"),
        ("https://[nonsense]/", "unreadable"),
        ("https://-a.example/", "unreadable"),
        ("https://example.org/a b", "letters"),
        ("https://example.org/\u202egnp.exe", "letters"),
        ("https://example.org\\@evil.example", "letters"),
        ('https://example.org/"><script>', "letters"),
    ],
)
def test_what_is_no_address_of_a_page_is_refused(typed: str, why: str) -> None:
    with pytest.raises(BadAddress) as refused:
        web(typed)

    assert refused.value.facts["why"] == why


def test_the_address_that_people_see_is_kept_but_for_who_sent_them() -> None:
    seen = web("HTTP://WWW.Example.org:80/A%7e/?b=1&a=2&fbclid=x#top").seen

    assert seen == "http://www.example.org/A%7e/?b=1&a=2#top"


def test_a_page_without_title_is_called_by_host_and_path() -> None:
    assert web("https://www.example.org/a%20b/c/?q=1").short == "example.org/a b/c"
    assert len(web("https://example.org/" + "a" * 1000).short) == 200


@given(st.text(max_size=60))
def test_whatever_is_typed_is_an_address_or_refused(typed: str) -> None:
    for text in (typed, f"https://{typed}", f"https://example.org/{typed}"):
        try:
            there = web(text)
        except BadAddress:
            continue
        assert there.seen.startswith(("http://", "https://"))
        assert web(there.seen).same_as == there.same_as


@pytest.mark.parametrize(
    ("link", "kind"),
    [
        ("https://www.youtube.com/watch?v=a", "video"),
        ("https://notyoutube.com/a", "website"),
        ("https://example.org/a.PDF", "document"),
        ("https://example.org/a.pptx?x=1", "presentation"),
        ("https://example.org/a.csv", "dataset"),
        ("https://example.org/a.mp3", "audio"),
        ("https://example.org/v1.2", "website"),
    ],
)
def test_the_kind_of_a_page_is_guessed(link: str, kind: str) -> None:
    there = web(link)

    assert kind_of_page(there.host, there.path) == kind


@pytest.mark.parametrize(
    ("media_type", "name", "kind"),
    [
        ("video/mp4", "a.pdf", "video"),
        ("application/pdf", "a.mp4", "document"),
        ("application/vnd.oasis.opendocument.presentation", "a", "presentation"),
        ("text/plain", "marks.csv", "dataset"),
        ("text/plain", "a.mp4", "document"),
        ("application/x-ole-storage", "a.ppt", "presentation"),
        ("image/png", "a.png", "other"),
        ("application/octet-stream", "a.mp3", "document"),
    ],
)
def test_a_files_name_is_believed_only_within_its_content(
    media_type: str, name: str, kind: str
) -> None:
    assert kind_of_file(media_type, name) == kind


@pytest.mark.parametrize(
    ("named", "tag"),
    [
        ("isiZulu", "zu"),
        ("English", "en"),
        ("afrikaans", "af"),
        ("XH", "xh"),
        ("en-za", "en-ZA"),
        ("nso", "nso"),
        ("", ""),
        (" ", ""),
    ],
)
def test_a_language_is_known_by_name_or_tag(named: str, tag: str) -> None:
    assert language_tag(named) == tag


@pytest.mark.parametrize("named", ["Klingonese", "qq", "en_", "../x", "e"])
def test_an_unknown_language_is_refused(named: str) -> None:
    with pytest.raises(UnknownLanguage):
        language_tag(named)


def test_words_are_told_without_capitals_accents_and_signs() -> None:
    assert words("Café-Ümlaute, 9b's_x ŠŠ") == ("cafe", "umlaute", "9b", "s", "x", "ss")


@pytest.mark.parametrize(
    ("typed", "near"),
    [("conectivity", "connectivity"), ("rurall", "rural"), ("xyz", None), ("2024", None)],
)
def test_a_misspelled_word_is_near_a_known_one(typed: str, near: str | None) -> None:
    assert nearest(typed, {"rural", "connectivity", "meetings", "2025"}) == near


@given(st.text(max_size=300))
def test_text_made_plain_is_plain_and_stays_so(text: str) -> None:
    line, whole = one_line(text, 50), paragraphs(text, 100)

    assert len(line) <= 50
    assert len(whole) <= 100
    assert not set(line) & set("\n\r\0\u202e")
    assert one_line(line, 50) == line
    assert paragraphs(whole, 100) == whole
    assert len(first_words(text)) <= 80


def test_names_are_kept_once_in_their_order() -> None:
    assert names(("Maths", " ", "maths", "Art", "\u200b")) == ("Maths", "Art")


def _resource(**facts: Any) -> Resource:
    given = {"link": "https://example.org/a", "title": "Old"} | facts
    return Resource(
        id=ResourceId(uuid4()),
        community=CommunityId(uuid4()),
        code="R7K2",
        author=LINDIWE,
        kind=ResourceKind.WEBSITE,
        same_as="//example.org/a",
        saved_at=present(),
        **given,
    ).written_by(LINDIWE)


def test_only_who_saved_it_and_facilitators_correct_it() -> None:
    before = _resource()

    assert before.describe(LINDIWE, facilitates=False, details={"title": "Old"}) is before
    assert before.describe(THANDI, facilitates=True, details={"title": "New"}).title == "New"
    with pytest.raises(NotYours):
        before.describe(THANDI, facilitates=False, details={"title": "New"})


def test_a_page_speaks_only_where_nobody_did() -> None:
    titled, bare = _resource(why="W"), _resource(title="", summary="Mine")

    assert titled.read_page("Page", "About", "en") is titled
    assert bare.read_page("", "About", "en") is bare
    read = bare.read_page("Page", "About", "en")
    assert (read.title, read.summary, read.language) == ("Page", "Mine", "en")
    assert bare.withdraw(LINDIWE, facilitates=False).read_page("P", "", "").title == ""


def test_only_the_words_of_who_is_erased_go() -> None:
    fresh = MemberId(uuid4())
    both = _resource(why="Hers").describe(THANDI, facilitates=True, details={"title": "His"})

    without_thandi, theirs = both.forget(THANDI, fresh)
    without_lindiwe, hers = both.forget(LINDIWE, fresh)

    assert (without_thandi.called, without_thandi.why, theirs) == (
        "example.org/a",
        "Hers",
        ("title",),
    )
    assert without_thandi.author == LINDIWE
    assert (without_lindiwe.title, without_lindiwe.why, hers) == ("His", "", ("title", "why"))
    assert without_lindiwe.author == fresh
    assert str(LINDIWE) not in repr(without_lindiwe)


def test_the_message_of_who_is_erased_goes_and_the_savers_words_stay() -> None:
    quote = Quoted(author=THANDI, text="Secret", message="$1")
    saved = _resource(link="", title="", quote=quote, why="Useful")

    gone, fields = saved.forget(THANDI, MemberId(uuid4()))
    kept, _ = saved.forget(LINDIWE, MemberId(uuid4()))

    assert (gone.status, gone.called, gone.why) == (ResourceStatus.WITHDRAWN, "Message", "Useful")
    assert set(fields) == {"quote.message", "title"}
    assert (kept.status, kept.called, kept.why) == (ResourceStatus.PUBLISHED, "Secret", "")


def test_two_who_are_one_wrote_as_one() -> None:
    both = _resource(why="W").describe(THANDI, facilitates=True, details={"title": "New"})

    merged = both.merge(gone=LINDIWE, member=THANDI)

    assert (merged.author, merged.wrote) == (THANDI, {"title": (THANDI,), "why": (THANDI,)})
    assert both.merge(gone=SIPHO, member=THANDI) == both


def test_a_file_carries_who_sent_it() -> None:
    file = StoredFile(digest="0" * 64, size=1, media_type="text/plain", name="a.txt")

    facts = _resource(link="", title="", file=file).facts()

    assert facts.file is not None
    assert (facts.file.author, facts.title) == (LINDIWE, "a.txt")


@given(st.integers(min_value=0, max_value=31**9), st.integers(4, 8))
def test_a_code_is_one_that_people_can_type(chance: int, length: int) -> None:
    code = code_from(chance, length)

    facts = _resource().facts().model_dump() | {"code": code.lower()}
    assert ResourceFacts.model_validate(facts).code == code
    assert SaveResource().link == ""
