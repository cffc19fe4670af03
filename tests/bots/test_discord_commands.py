import asyncio
import json
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from cells import every
from indaba.contracts.passport import Role
from indaba.conversation.answer import Answer, Choice, Choices, Facts, File, Items, Picture, Text
from indaba.conversation.commands.completing import completes
from indaba.conversation.commands.hints import typed_line
from indaba.conversation.commands.intent import SLASH as FORM
from indaba.conversation.commands.intent import Intent
from indaba.conversation.commands.line import Understood, line_of, read_line
from indaba.conversation.commands.topics import INTENTS
from indaba.conversation.commands.topics.coming import SayYes
from indaba.conversation.commands.topics.scheduling import CallMeeting, NewMeeting
from indaba.conversation.delivery.chat_events import FileSent
from indaba.conversation.delivery.platform import CannotRead
from indaba.discord_bot import commands, render
from indaba.discord_bot.client import Api
from indaba.discord_bot.gateway import Gateway
from indaba.discord_bot.platform import DiscordPlatform

TYPED = [kind for kind in INTENTS if not kind.hidden]
NAME = re.compile(r"[-_a-z0-9]{1,32}")
TOLD = commands.payload(INTENTS)
SLASH = [command for command in TOLD if command["type"] == commands.CHAT_INPUT]


def described(part: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield part
    for option in part.get("options", []):
        yield from described(option)


def letters(command: dict[str, Any]) -> int:
    """What Discord counts against its 8,000."""
    parts = list(described(command))
    words = sum(len(each["name"]) + len(each["description"]) for each in parts)
    choices = (choice for each in parts for choice in each.get("choices", []))
    return words + sum(len(choice["name"]) + len(str(choice["value"])) for choice in choices)


@pytest.mark.parametrize("command", SLASH, ids=lambda command: command["name"])
def test_a_nouns_commands_keep_to_discords_limits(command: dict[str, Any]) -> None:
    assert 1 <= len(command["options"]) <= 25
    assert letters(command) < 8000
    for part in described(command):
        assert NAME.fullmatch(part["name"])
        assert 1 <= len(part["description"]) <= 100
        names = [option["name"] for option in part.get("options", [])]
        assert len(names) == len({*names}) <= 25
        required = [o["required"] for o in part.get("options", []) if "required" in o]
        assert required == sorted(required, reverse=True)
        assert len(part.get("choices", [])) <= 25
        assert not (part.get("choices") and part.get("autocomplete"))
        for choice in part.get("choices", []):
            assert 1 <= len(choice["name"]) <= 100
            assert 1 <= len(str(choice["value"])) <= 100


def test_every_intent_that_is_typed_is_a_command_and_no_other() -> None:
    there = {(c["name"], verb["name"]) for c in SLASH for verb in c["options"]}
    assert there == {(commands.slug(k.noun), commands.slug(k.verb)) for k in TYPED}
    assert len(SLASH) <= 100
    for noun, verb in there:
        found = commands.meant_by(noun, verb, INTENTS)
        assert found is not None
        assert not found.hidden


@every("kind", TYPED, ids=lambda kind: kind.called())
def test_options_are_the_models_fields_with_their_limits(kind: type[Intent]) -> None:
    command = next(c for c in SLASH if c["name"] == commands.slug(kind.noun))
    verb = next(v for v in command["options"] if v["name"] == commands.slug(kind.verb))
    options = {option["name"]: option for option in verb["options"]}
    assert set(kind.model_fields) == set(options) - {commands.FILE}
    for name, info in kind.model_fields.items():
        assert options[name]["required"] == info.is_required()
        assert options[name].get("autocomplete", False) <= completes(kind, name)


@every("kind", TYPED, ids=lambda kind: kind.called())
def test_an_example_reads_back_as_the_same_intent_and_shows_as_a_form(kind: type[Intent]) -> None:
    understood = read_line(kind.example, INTENTS)
    assert isinstance(understood, Understood)
    assert understood.intent is kind
    shown = typed_line(kind.example, FORM, INTENTS)
    assert shown.startswith(f"/{kind.called()}")
    for name in understood.filled:
        assert f"{name}:" in shown


def test_a_nouns_commands_are_hidden_from_members_only_where_all_are_for_facilitators() -> None:
    for command in SLASH:
        kinds = [kind for kind in TYPED if commands.slug(kind.noun) == command["name"]]
        assert ("default_member_permissions" in command) == all(
            k.needs is Role.FACILITATOR for k in kinds
        )


def test_a_command_taken_away_means_nothing() -> None:
    assert commands.meant_by("meeting", "teleport", INTENTS) is None
    assert commands.meant_by("meeting", "preview", INTENTS) is None


def test_commands_are_told_again_only_when_they_changed() -> None:
    assert commands.digest_of(TOLD) == commands.digest_of(commands.payload(INTENTS))
    assert commands.digest_of(TOLD) != commands.digest_of(commands.payload(INTENTS[1:]))


def test_a_button_says_itself_what_it_does_where_that_can_be_typed() -> None:
    yes = SayYes(code="M7K2")
    [row] = drawn(Choice("Coming", "👍", yes))[0]["components"]
    [button] = row["components"]
    assert button["custom_id"] == "do:meeting yes M7K2"
    understood = read_line(button["custom_id"].removeprefix("do:"), INTENTS)
    assert isinstance(understood, Understood)
    assert understood.intent(**understood.filled) == yes
    assert line_of(yes) == "meeting yes M7K2"


def test_a_button_that_cannot_be_typed_names_the_post_where_its_choice_is_kept() -> None:
    call = CallMeeting(title="t", starts=datetime(2026, 12, 1, 18), zone="Africa/Johannesburg")
    new = NewMeeting(title="Fractions", when="thu 18:00")
    content = drawn(Choice("Call", "✅", call), Choice("New", "", new))[0]
    body = render.body(content, "1234567890123456789/2")
    ids = [button["custom_id"] for button in body["components"][0]["components"]]
    assert ids == ["pick:1234567890123456789/0:1", "pick:1234567890123456789/0:2"]


def test_all_buttons_fit_and_stand_under_the_last_words() -> None:
    choices = [Choice(f"{'long ' * 30}{n}", "👍", SayYes(code=f"M{7}K{n}")) for n in range(2, 9)]
    answer = Answer((Items(tuple(f"line {n} " * 20 for n in range(40))), Choices(tuple(choices))))
    parts = render.contents(answer)
    assert len(parts) > 1
    assert all(len(part["content"]) <= 2000 for part in parts)
    assert ["components" in part for part in parts] == [False] * (len(parts) - 1) + [True]
    rows = parts[-1]["components"]
    assert [len(row["components"]) for row in rows] == [5, 2]
    assert all(len(b["label"]) <= 80 for row in rows for b in row["components"])


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("@everyone and @here", "@\u200beveryone and @\u200bhere"),
        ("<@123> <@&1> <#2> <t:1:R>", r"\<@123\> \<@&1\> \<#2\> \<t:1:R\>"),
        ("[free](http://evil.example)", r"\[free\](http://evil.example)"),
        ("**b** _i_ ~~s~~ ||x|| `c`", r"\*\*b\*\* \_i\_ \~\~s\~\~ \|\|x\|\| \`c\`"),
        ("# big", r"\# big"),
        ("-# small", r"\-# small"),
        ("> quoted", r"\> quoted"),
        ("1. one\n- two", "1\\. one\n\\- two"),
        ("https://portal.example.org/c/a_b-c", "https://portal.example.org/c/a_b-c"),
        (
            "https://a.example/[x](https://evil.example)",
            r"https://a.example/\[x\](https://evil.example)",
        ),
    ],
)
def test_what_people_typed_is_shown_as_they_typed_it(typed: str, shown: str) -> None:
    assert render.escaped(typed) == shown


def test_only_those_named_are_notified_and_they_stand_last() -> None:
    answer = Answer((Text("It begins soon"), Text("<@9>")), mentions=("1", "2"))
    body = render.body(render.contents(answer)[0], "k")
    assert body["content"].split("\n")[-1] == "<@1> <@2>"
    assert body["allowed_mentions"] == {"parse": [], "users": ["1", "2"], "replied_user": False}


def test_facts_are_labelled_and_files_come_last_with_a_description() -> None:
    blocks = (
        Picture(b"png", "Attendance rose"),
        Facts((("When", "now"),)),
        File("a.csv", "", b"x"),
    )
    words, picture, file = render.contents(Answer(blocks))
    assert words["content"] == "**When:** now"
    assert render.attached(picture) == (b"png", "picture.png", "Attendance rose")
    assert render.attached(file) == (b"x", "a.csv", "a.csv")
    assert json.dumps([words, picture, file])


def test_an_answer_without_a_word_is_no_message() -> None:
    assert render.contents(Answer(())) == []


def test_files_are_read_from_where_discord_keeps_them_only() -> None:
    platform = DiscordPlatform(Api(Gateway("")))
    for address in (
        "http://cdn.discordapp.com/a",
        "https://cdn.discordapp.com.evil.example/a",
        "x",
    ):
        with pytest.raises(CannotRead):
            asyncio.run(_read(platform, address))


async def _read(platform: DiscordPlatform, address: str) -> bytes:
    return b"".join([piece async for piece in platform.open_file(FileSent(address, "a.pdf"))])


def drawn(*choices: Choice) -> list[dict[str, Any]]:
    return render.contents(Answer((Text("Which?"), Choices(choices))))
