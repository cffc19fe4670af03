"""What a release brings: at most three lines, of this very release, that fit a phone and parse."""

import tomllib
from pathlib import Path

import pytest

from indaba.contracts.refusal import hint
from indaba.conversation.answer import Audience
from indaba.conversation.cards.news import LINES, LONGEST, MOST_LINES, RELEASE, Line, news
from indaba.conversation.commands.hints import UnknownHintError
from indaba.conversation.commands.intent import SLASH
from indaba.conversation.commands.topics import INTENTS
from indaba.conversation.wording import PSEUDO, Wording

PYPROJECT = Path(__file__).parents[2] / "pyproject.toml"
CHANGELOG = PYPROJECT.with_name("CHANGELOG.md")
PREFIXES = ["!cop ", "", SLASH]


def test_the_lines_are_of_the_release_that_this_program_is() -> None:
    version = tomllib.loads(PYPROJECT.read_text())["project"]["version"]
    assert version == RELEASE, "docs/releasing.md: say in cards/news.py what is new"
    assert f"## {version}" in CHANGELOG.read_text()


def test_there_are_one_to_three_lines() -> None:
    assert 1 <= len(LINES) <= MOST_LINES == 3
    assert len({line.words for line in LINES}) == len(LINES)


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("prefix", PREFIXES)
def test_a_line_fits_a_phone_and_its_hint_parses(line: Line, prefix: str) -> None:
    words = line.written(Wording(), prefix, INTENTS)
    assert 0 < len(words) <= LONGEST
    assert "{" not in words
    assert "\n" not in words


def test_a_hint_that_nobody_can_type_is_found() -> None:
    with pytest.raises(UnknownHintError):
        Line("Dance: {hint}", hint("meeting dance")).written(Wording(), "!cop ", INTENTS)


@pytest.mark.parametrize("prefix", PREFIXES)
def test_the_message_names_the_community_the_release_and_the_changelog(prefix: str) -> None:
    message = news("@room Maths", Wording(), prefix, INTENTS, alone=False)
    text = message.text()
    assert "@room" not in text
    assert f"Maths: Indaba {RELEASE}" in text
    assert "CHANGELOG.md" in text
    assert message.audience is Audience.ROOM
    assert news("Maths", Wording(), prefix, INTENTS, alone=True).audience is Audience.ASKER


def test_no_sentence_of_it_slips_by_the_catalogue() -> None:
    text = news("Maths", Wording(PSEUDO), "!cop ", INTENTS, alone=True).text()
    lines = [line.removeprefix("- ").removeprefix("• ") for line in text.splitlines() if line]
    assert len(lines) == len(LINES) + 2
    assert [line for line in lines if not (line.startswith("⟦") and line.endswith("⟧"))] == []
