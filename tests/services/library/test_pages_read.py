"""What is read of a page before anything is brought in."""

from pathlib import Path

import pytest

from indaba.operate.data.importing import read_lines, read_page

PAGE = Path(__file__).with_name("page.txt")


def test_a_summary_ends_with_a_whole_sentence(tmp_path: Path) -> None:
    page = read_lines(["Title", "", "* Sectors: A", "", *["A sentence of words."] * 200])

    assert page is not None
    assert page.title == "Title"
    assert 1900 < len(page.summary) <= 2000
    assert page.summary.endswith("words.")


@pytest.mark.parametrize(
    ("title", "kind"),
    [("A Guide", "guideline"), ("Misguided", None), ("Lesson Toolkit", "tool"), ("X", None)],
)
def test_a_kind_is_guessed_from_whole_words_of_the_title(title: str, kind: str | None) -> None:
    page = read_lines([title, "", "Teaser", "Skills: B", "", "Body."])

    assert page is not None
    assert page.kind == kind


def test_a_page_without_menus_reads_as_one_with(tmp_path: Path) -> None:
    text = PAGE.read_text()
    bare = tmp_path / "bare.txt"
    bare.write_text(text[text.index("How to start") : text.index("Related resources")])

    assert read_page(bare).summary == read_page(PAGE).summary
    assert read_page(bare).related == ()
