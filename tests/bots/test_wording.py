"""Every sentence passes one catalogue, and foreign text is made safe."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indaba.contracts.refusal import Expired, NoCommunity, NotAllowed, NotAMember, Refused
from indaba.conversation.wording import BY_CODE, PSEUDO, Wording, plain


def test_facts_are_put_in_and_never_read() -> None:
    said = Wording().say("Noted: {title}", title="{code} %s {0}")
    assert said == "Noted: {code} %s {0}"


def test_the_made_up_language_marks_words_and_leaves_facts() -> None:
    said = Wording(PSEUDO).say("Called: {code}", code="M7K2")
    assert said == "⟦Çåļļéð: M7K2⟧" or (said.startswith("⟦") and "M7K2⟧" in said)
    assert "Called" not in said
    assert Wording(PSEUDO).count(2, "{n} hour", "{n} hours").startswith("⟦2 ")


@pytest.mark.parametrize("language", ["en", "", "en-ZA", "zu", "xx-nonsense"])
def test_a_language_without_a_catalogue_comes_out_in_english(language: str) -> None:
    assert Wording(language).say("Stop") == "Stop"


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(60, "1 hour"), (90, "1 hour 30 minutes"), (45, "45 minutes"), (121, "2 hours 1 minute")],
)
def test_a_length_is_said_in_words(minutes: int, words: str) -> None:
    assert Wording().length(minutes) == words


@pytest.mark.parametrize("refusal", [Expired(), NoCommunity(), NotAMember(), NotAllowed("member")])
def test_a_known_refusal_says_the_same_as_its_own_words(refusal: NoCommunity) -> None:
    assert refusal.code in BY_CODE
    assert Wording().by_code(refusal) == refusal.words
    away = Refused(refusal.code, "other words", refusal.facts)
    assert Wording().by_code(away) == refusal.words
    assert Wording(PSEUDO).by_code(away).startswith("⟦")


def test_an_unknown_refusal_keeps_its_words_made_plain() -> None:
    refusal = Refused("meeting-over", "It is\nover, @everyone\u202e.", {})
    assert Wording().by_code(refusal) == "It is over, @\u2060everyone."


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\nb\t c", "a b c"),
        ("\u202eevil\u202c", "evil"),
        ("a\x00b\x1b[31m", "ab[31m"),
        ("zero\u200bwidth", "zerowidth"),
        ("@Room!", "@\u2060Room!"),
        ("ana@roomy.org", "ana@roomy.org"),
        ("👩🏾‍🏫 Zoë", "👩🏾‍🏫 Zoë"),
        ("a" + "\u0301" * 40, "a" + "\u0301" * 3),
        ("  ", ""),
    ],
)
def test_foreign_text_is_shown_on_one_line_without_tricks(text: str, shown: str) -> None:
    assert plain(text) == shown


@given(st.text(max_size=200))
def test_making_plain_twice_is_making_plain_once(text: str) -> None:
    assert plain(plain(text)) == plain(text)
    assert "\n" not in plain(text)


def test_a_refusal_without_the_expected_facts_keeps_its_words() -> None:
    odd = Refused("not-allowed", "Only some can.", {"other": "{needs}"})
    assert Wording().by_code(odd) == "Only some can."
