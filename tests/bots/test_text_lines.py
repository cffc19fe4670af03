"""What people type is understood, or said not to be."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indaba.contracts.passport import Role
from indaba.conversation.commands import hints
from indaba.conversation.commands.intent import Intent
from indaba.conversation.commands.line import Unclear, Understood, read_line, strip_address
from indaba.conversation.commands.topics import INTENTS
from indaba.conversation.wording import Wording


def read(line: str) -> tuple[str, dict[str, object]]:
    found = read_line(line, INTENTS)
    assert isinstance(found, Understood), found
    return found.intent.called(), found.filled


def shown(line: str) -> str:
    """What is answered to a line that is not understood."""
    return hints.unclear(unclear(line), Wording(), "!cop ", INTENTS).text()


def unclear(line: str) -> Unclear:
    found = read_line(line, INTENTS)
    assert isinstance(found, Unclear), found
    return found


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("!cop next", "next"),
        ("!COP  meeting new", "meeting new"),
        ("!cop", ""),
        ("Indaba: yes M7K2", "yes M7K2"),
        ("@indaba, help", "help"),
        ("<@42> next", "next"),
        ("!coptic next", None),
        ("please !cop next", None),
        ("indabas next", None),
        ("next", None),
    ],
)
def test_a_line_is_for_us_when_it_begins_with_prefix_or_name(text: str, rest: str | None) -> None:
    assert strip_address(text, names=("Indaba", "<@42>", "")) == rest


@pytest.mark.parametrize(
    ("line", "intent"),
    [
        ("next", "meeting next"),
        ("NEXT?", "meeting next"),
        ("next meeting", "meeting next"),
        ("Meeting Next please", "meeting next"),
        ("here", "meeting here"),
        ("join", "cop join"),
        ("sign in", "me sign-in"),
        ("me sign in", "me sign-in"),
        ("/event", "meeting new"),
        ("/create", "meeting new"),
        ("set up", "cop setup"),
        ("time zone durban", "me timezone"),
        ("help", "cop help"),
        ("", "cop help"),
        ("?", "cop help"),
        ("no thanks", "meeting no"),
    ],
)
def test_case_order_and_a_missing_noun_are_forgiven(line: str, intent: str) -> None:
    assert read(line)[0] == intent


class ShowResource(Intent, noun="resource", verb="show"):
    """Show a resource."""


def test_a_verb_that_two_nouns_have_needs_its_noun() -> None:
    assert read("calendar")[0] == "meeting calendar"
    unclear = read_line("show M7K2", INTENTS)
    assert isinstance(unclear, Unclear)
    assert {"meeting show", "resource show"} <= {unclear.facts["meant"], *unclear.suggestions}
    assert read("show meeting M7K2")[0] == "meeting show"
    assert read("resource show R7K2") == ("resource show", {"code": "R7K2"})


def test_a_noun_alone_shows_its_help() -> None:
    for noun in ("meeting", "me", "member", "cop"):
        assert read(noun) == ("cop help", {"topic": noun})
    assert read("help meeting") == ("cop help", {"topic": "meeting"})


@pytest.mark.parametrize("line", ["yes M7K2", "m7k2 yes", "meeting yes m7k2!", "yes code: M7K2"])
def test_a_code_is_found_wherever_it_stands(line: str) -> None:
    if line.startswith("m7k2"):
        assert isinstance(read_line(line, INTENTS), Unclear)
        return
    intent, filled = read(line)
    assert intent == "meeting yes"
    assert str(filled["code"]).upper() == "M7K2"


def test_a_code_with_a_digit_wins_over_a_word_that_looks_like_one() -> None:
    assert read("move march 5 at 18:00 M7K2")[1] == {"code": "M7K2", "when": "march 5 at 18:00"}


@pytest.mark.parametrize(
    "line",
    [
        '"Grade 4 fractions" thu 18:00 for 90 minutes',
        "Fractions in Grade 4 thu 18:00",
        "thu 18:00",
    ],
)
def test_a_line_that_calls_a_meeting_is_handed_on_whole(line: str) -> None:
    assert read(f"meeting new {line}") == ("meeting new", {"title": "", "when": line})
    keyed = read(f"meeting new {line} where: Hall 2")[1]
    assert keyed == {"title": "", "when": line, "where": "Hall 2"}


def test_lines_with_keys_are_understood_in_any_order() -> None:
    expected = {"title": "Fractions: a review", "when": "thu 18:00", "minutes": "1h30"}
    for line in (
        "meeting new\nWhen: thu 18:00\ntitle: Fractions: a review\nminutes=1h30",
        'meeting new title="Fractions: a review" when: thu 18:00 minutes: 1h30',
        'meeting new "Fractions: a review"\nwhen = thu 18:00\nMINUTES: 1h30',
    ):
        assert read(line) == ("meeting new", expected)


def test_rows_keep_their_lines() -> None:
    rows = "province,year,term\nGauteng,2027,1"
    assert read(f"cop terms\n{rows}") == ("cop terms", {"csv": rows})
    assert read(f"terms csv: {rows}") == ("cop terms", {"csv": rows})


def test_a_key_inside_quotes_is_part_of_the_title() -> None:
    filled = read('meeting new "When: a history" thu 18:00')[1]
    assert filled == {"title": "", "when": '"When: a history" thu 18:00'}


def test_a_key_nobody_knows_is_named_with_those_that_are() -> None:
    words = shown("meeting new\ntitel: Fractions")
    assert "'titel'" in words
    assert "title, when, minutes" in words


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("meting new", "!cop meeting new"),
        ("meeting nwe", "!cop meeting new"),
        ("nxt", "!cop meeting next"),
        ("jion", "!cop join"),
        ("meeting calender", "!cop meeting calendar"),
    ],
)
def test_a_near_miss_is_suggested(line: str, meant: str) -> None:
    words = shown(line)
    assert f"I don't know '{line}'" in words
    assert f"Did you mean: {meant}?" in words


def test_nothing_near_points_to_help() -> None:
    assert "Type: !cop help" in shown("xylophone quartz")


def test_what_is_left_over_is_named_with_an_example() -> None:
    words = shown("next banana")
    assert "'banana'" in words
    assert "meeting next" in words


def test_a_reason_without_quotes_is_the_rest_of_the_line() -> None:
    assert read("cancel M7K2 no people, sorry")[1] == {
        "code": "M7K2", "reason": "no people, sorry"
    }  # fmt: skip


def test_a_role_is_found_beside_the_account() -> None:
    for line in ("member role @a:b.org facilitator", "member role facilitator @a:b.org"):
        assert read(line)[1] == {"account": "@a:b.org", "role": "facilitator"}


@pytest.mark.parametrize("name", [role.value for role in Role])
@pytest.mark.parametrize("role", [role.value for role in Role])
def test_whoever_is_called_like_a_role_is_named_where_the_name_stands(name: str, role: str) -> None:
    whole = {"account": name, "role": role, "reason": "was rude to a member"}
    assert read(f"member role {name} {role} was rude to a member") == ("member role", whole)
    first = {"account": "fay", "role": role, "reason": "was rude to a member"}
    for line in (f"fay {role} was rude to a member", f"{role} fay was rude to a member"):
        assert read(f"member role {line}") == ("member role", first)


def test_an_endless_line_is_refused_with_its_length() -> None:
    words = shown("meeting new " + "x" * 4000)
    assert "4012 letters" in words
    assert "4000" in words


@pytest.mark.parametrize("filler", ['"a ', "‘", "for 1", "1 ", "when: ", "\nx: ", "thu ", "<@1> "])
def test_four_thousand_letters_of_mischief_are_read_at_once(filler: str) -> None:
    line = ("meeting new " + filler * 4000)[:4000]
    began = time.perf_counter()
    read_line(line, INTENTS)
    assert time.perf_counter() - began < 1


def test_what_was_typed_is_shown_back_made_plain() -> None:
    words = shown("\u202e@room qqqqqq")
    assert "\u202e" not in words
    assert "@room" not in words


@given(st.text(max_size=300))
def test_any_text_at_all_is_understood_or_unclear(text: str) -> None:
    for line in (text, f"meeting new {text}", f"cop setup {text}", f"cancel {text}"):
        found = read_line(line, INTENTS)
        assert isinstance(found, Understood | Unclear)


@pytest.mark.parametrize(
    ("typed", "link"),
    [
        ("https://example.org/fractions,", "https://example.org/fractions"),
        ("https://example.org/fractions.", "https://example.org/fractions"),
        ("https://example.org/fractions!", "https://example.org/fractions"),
        ("(https://example.org/fractions)", "https://example.org/fractions"),
        ("(https://example.org/fractions),", "https://example.org/fractions"),
        ("<https://example.org/fractions>", "https://example.org/fractions"),
        ("[this](https://example.org/fractions)", "https://example.org/fractions"),
        ("https://en.wikipedia.org/wiki/Half_(mathematics)", None),
        ("(https://en.wikipedia.org/wiki/Half_(mathematics))", None),
        ("https://example.org/a?b=1&c=d", None),
        ("example.org/fractions.", "example.org/fractions"),
    ],
)
def test_a_link_ends_where_a_reader_would_end_it(typed: str, link: str | None) -> None:
    expected = link or typed.removeprefix("(").removesuffix("))") + ")" * typed.endswith("))")
    assert read(f"save {typed} it worked")[1]["link"] == expected
