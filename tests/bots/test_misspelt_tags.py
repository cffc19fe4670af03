"""A tag with one slip is asked about, never lost and never guessed: generated over all tags."""

import string
from collections.abc import Iterator

import pytest

from bots.test_resolving import CARD, said
from indaba.conversation.commands.topics import INTENTS
from indaba.conversation.delivery.chat_events import MessageSent
from indaba.conversation.dispatch import resolutions as means
from indaba.conversation.dispatch.context import Context
from indaba.conversation.dispatch.resolve import resolve_event
from indaba.conversation.dispatch.tags import (
    TAGS,
    almost_tagged,
    intent_of_tag,
    nearly_a_tag,
    tag_in,
)
from indaba.conversation.wording import Wording


def slips(word: str) -> Iterator[str]:
    """Every spelling of a word that is one slip away."""
    for at in range(len(word) + 1):
        before, behind = word[:at], word[at:]
        yield from (f"{before}{letter}{behind}" for letter in string.ascii_lowercase)
        if behind:
            yield before + behind[1:]
            yield from (f"{before}{letter}{behind[1:]}" for letter in string.ascii_lowercase)
        if len(behind) > 1:
            yield before + behind[1] + behind[0] + behind[2:]


@pytest.mark.parametrize("word", TAGS)
def test_a_tag_with_one_slip_is_taken_for_it_or_for_nothing(word: str) -> None:
    taken = 0
    for slip in set(slips(word)):
        line = f"#{slip} we use stones"
        if slip in TAGS:
            assert nearly_a_tag(line) is None or tag_in(line)
            continue
        near = nearly_a_tag(line)
        taken += near is not None
        assert near is None or (near.kind, near.text) == (TAGS[word], "we use stones")
    assert taken > 100
    for line in (
        f"# {word} we use stones",
        f"{word}: we use stones",
        f"{word.upper()} : we use stones",
    ):
        assert nearly_a_tag(line) == (TAGS[word], "we use stones"), line


@pytest.mark.parametrize(
    "line",
    [
        "#maths is fun",
        "#monday",
        "decision",
        "decision we meet",
        "help: ",
        "link://x",
        "# 4 stones",
    ],
)
def test_other_words_are_no_tags(line: str) -> None:
    assert nearly_a_tag(line) is None
    event: MessageSent = said(line)
    assert resolve_event(event, Context(live=CARD)) == means.Ignore()


@pytest.mark.parametrize("word", TAGS)
def test_the_tap_takes_the_line_over_as_the_tag_would_have(word: str) -> None:
    exact, event = said(f"#{word} we use stones"), said(f"{word}: we use stones")
    found = resolve_event(event, Context(live=CARD))
    assert isinstance(found, means.TagLine)
    assert not found.sure
    intent = intent_of_tag(found.tag, event, "M7K2")
    tag = tag_in(exact.text)
    assert tag is not None
    assert intent == intent_of_tag(tag, exact, "M7K2")
    asked = almost_tagged(found.tag, intent, Wording())
    assert f"Did you mean #{found.tag.kind}?" in asked.text()
    assert asked.choices()[0].intent == intent
    assert type(intent) in INTENTS
