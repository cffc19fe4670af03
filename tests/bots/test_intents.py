"""Every intent fits every platform, and its help can be trusted."""

import re
from itertools import pairwise

import pytest
from pydantic import ValidationError

from cells import every
from indaba.conversation.answer import Ask
from indaba.conversation.commands.intent import (
    Intent,
    Outdated,
    intent_from_json,
    intent_to_json,
    resolve,
    resume,
)
from indaba.conversation.commands.line import Understood, line_of, phrases, read_line, usage
from indaba.conversation.commands.topics import INTENTS
from indaba.conversation.commands.topics.membership import MyReminders, MyTimeZone
from indaba.conversation.commands.topics.powers import GiveRole
from indaba.conversation.commands.topics.scheduling import MeetingDetails, NewMeeting
from indaba.conversation.commands.topics.voting import NewVote
from indaba.conversation.wording import Wording

TYPED = [kind for kind in INTENTS if not kind.hidden]
every_typed = every("kind", TYPED, ids=lambda k: k.called())
every_one = every("kind", INTENTS, ids=lambda k: k.called())


def of_line(line: str) -> Intent:
    read = read_line(line, INTENTS)
    assert isinstance(read, Understood), read
    intent = resolve(read.intent, read.filled, Wording())
    assert isinstance(intent, Intent), intent
    return intent


@every_typed
def test_the_example_of_an_intent_is_that_intent(kind: type[Intent]) -> None:
    assert type(of_line(kind.example)) is kind


@every_typed
def test_an_intent_written_as_a_line_reads_back_as_itself(kind: type[Intent]) -> None:
    intent = of_line(kind.example)
    assert of_line(line_of(intent)) == intent


def _typed(value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return ", ".join(value) if isinstance(value, list) else str(value)


@every_typed
def test_the_usage_filled_in_reads_back_as_the_same_intent(kind: type[Intent]) -> None:
    intent = of_line(kind.example)
    given = {"minutes": "for 90 minutes"} | {
        name: _typed(value)
        for name, value in intent.model_dump(mode="json", exclude_defaults=True).items()
        if name != "minutes"
    }
    line = usage(kind)
    for name in kind.model_fields:
        value = given.get(name, "") if name in intent.model_fields_set else ""
        quoted = f'"{value}"' if " " in value and name in ("about", "where") else value
        line = re.sub(rf"<{name}>|\[{name}\]", quoted, line)
        keyed = f"{name}: {value}" if value else ""
        line = re.sub(rf"\[{name}: …\]", keyed, line)
    assert of_line(line.replace('""', "")) == intent


@every_one
def test_names_and_help_fit_discord(kind: type[Intent]) -> None:
    for name in (kind.noun, kind.verb, *kind.model_fields):
        assert re.fullmatch(r"[a-z][a-z-]{0,31}", name)
    assert 1 <= len(kind.help_line()) <= 100
    assert kind.help_line().endswith(".")
    assert len(kind.model_fields) <= 25


@every_typed
def test_options_of_commands_are_described_and_questions_are_there(kind: type[Intent]) -> None:
    for name, info in kind.model_fields.items():
        assert info.description
        assert len(info.description) <= 100
        if info.is_required():
            assert kind.mark(name, "question")
    order = [info.is_required() for info in kind.model_fields.values()]
    assert order == sorted(order, reverse=True), "Discord wants required options first"


def test_no_two_intents_have_one_name_and_no_noun_has_too_many() -> None:
    names = [kind.called() for kind in INTENTS]
    assert len(names) == len(set(names))
    for noun in {kind.noun for kind in TYPED}:
        assert len([kind for kind in TYPED if kind.noun == noun]) <= 25
    assert sum(len(k.called()) + len(k.help_line()) for k in TYPED) < 8000


def test_an_alias_has_only_one_meaning() -> None:
    known = phrases(INTENTS)
    for kind in TYPED:
        for said in (kind.called(), *kind.aliases):
            read = read_line(said, INTENTS)
            assert isinstance(read, Understood)
            assert read.intent is kind
    aliases = sorted(alias for kind in TYPED for alias in kind.aliases)
    assert all(one != other for one, other in pairwise(aliases))
    assert set(known.values()) == set(TYPED)


@every_typed
def test_an_intent_survives_a_restart(kind: type[Intent]) -> None:
    intent = of_line(kind.example)
    if kind.secrets() & intent.model_fields_set:
        return  # kept by no table: tests/bots/test_codes_kept.py
    assert intent_from_json(intent_to_json(intent), INTENTS) == intent


@pytest.mark.parametrize(
    "kept",
    [
        '{"intent": "meeting gone", "values": {}}',
        '{"intent": "meeting new", "values": {}}',
        "[]",
        "nonsense",
        '{"intent": "meeting next", "values": {"x": 1}}',
    ],
)
def test_a_choice_that_means_nothing_any_more_says_so(kept: str) -> None:
    with pytest.raises(Outdated, match="older version"):
        intent_from_json(kept, INTENTS)


def test_an_intent_cannot_be_changed() -> None:
    intent = of_line("meeting show M7K2")
    with pytest.raises(ValidationError):
        intent.code = "M8K3"  # type: ignore[attr-defined]


def test_what_is_missing_is_asked_one_by_one_and_asked_again_when_wrong() -> None:
    step: Intent | Ask | None = resolve(GiveRole, {}, Wording())
    assert isinstance(step, Ask)
    assert (step.field, step.why) == ("account", "")
    step = resume(step, "@ana:example.org", Wording(), INTENTS)
    assert isinstance(step, Ask)
    assert step.field == "role"
    step = resume(step, "facilitater", Wording(), INTENTS)
    assert isinstance(step, Ask)
    assert step.field == "role"
    assert "Did you mean: facilitator?" in step.why
    done = resume(step, "Facilitator", Wording(), INTENTS)
    assert done == GiveRole(account="@ana:example.org", role="facilitator")  # type: ignore[arg-type]


@pytest.mark.parametrize("word", ["stop", "Never mind", "forget it!"])
def test_asking_ends_when_the_person_says_stop(word: str) -> None:
    step = resolve(NewMeeting, {}, Wording())
    assert isinstance(step, Ask)
    assert resume(step, word, Wording(), INTENTS) is None


def test_an_endless_answer_is_refused_in_words_and_asked_again() -> None:
    step = resolve(NewMeeting, {}, Wording())
    assert isinstance(step, Ask)
    again = resume(step, "x" * 4001, Wording(), INTENTS)
    assert isinstance(again, Ask)
    assert "4001 letters" in again.why
    assert again.field == "title"


@pytest.mark.parametrize(
    ("typed", "zone"),
    [
        ("johannesburg", "Africa/Johannesburg"),
        ("Cape Town", "Africa/Johannesburg"),
        ("europe/london", "Europe/London"),
        ("new york", "America/New_York"),
        ("UTC", "Etc/UTC"),
    ],
)
def test_a_city_names_a_time_zone(typed: str, zone: str) -> None:
    assert resolve(MyTimeZone, {"zone": typed}, Wording()) == MyTimeZone(zone=zone)


def test_an_unknown_zone_is_asked_again_with_near_ones() -> None:
    step = resolve(MyTimeZone, {"zone": "johanesberg"}, Wording())
    assert isinstance(step, Ask)
    assert "Africa/Johannesburg" in step.why


def test_a_wrong_code_is_explained() -> None:
    step = resolve(MeetingDetails, {"code": "XYZ"}, Wording())
    assert isinstance(step, Ask)
    assert step.why == "'XYZ' is not such a code. A code looks like M7K2 or R7K2."


@pytest.mark.parametrize("typed", ["90", "5", " 1440. "])
def test_a_figure_for_a_length_is_minutes(typed: str) -> None:
    done = resolve(NewMeeting, {"title": "A", "when": "thu", "minutes": typed}, Wording())
    assert isinstance(done, NewMeeting)
    assert done.minutes == int(typed.strip(" ."))


@pytest.mark.parametrize("typed", ["1h30", "an hour and a half", "2", "'n uur", "for ever"])
def test_a_length_in_words_is_left_to_the_service(typed: str) -> None:
    done = resolve(NewMeeting, {"title": "A", "when": "thu", "minutes": typed}, Wording())
    assert isinstance(done, NewMeeting)
    assert done.model_dump(mode="json")["minutes"] == typed


def test_on_and_off_are_understood_and_nothing_else() -> None:
    assert resolve(MyReminders, {"state": "OFF"}, Wording()) == MyReminders(state=False)
    step = resolve(MyReminders, {"state": "perhaps"}, Wording())
    assert isinstance(step, Ask)
    assert "'on' or 'off'" in step.why


def test_a_title_that_is_too_long_is_asked_again_with_its_length() -> None:
    title = "x" * 3900
    read = read_line(f'meeting new "{title}" thu 18:00', INTENTS)
    assert isinstance(read, Understood)
    ask = resolve(read.intent, read.filled, Wording())
    assert not isinstance(ask, Intent)
    assert f"{len(title)} letters" in ask.why
    assert "120" in ask.why
    assert ask.filled == {"when": "thu 18:00"}


def test_a_length_beyond_all_is_told_the_most() -> None:
    step = resolve(
        NewVote, {"question": "Where?", "options": "a, b", "minutes": "99999"}, Wording()
    )
    assert isinstance(step, Ask)
    assert step.why == "99999 is too much; the most is 1440."
