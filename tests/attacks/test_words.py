"""Words that would call people, run markup or turn the line round, wherever words are shown."""

import csv
import json
import re
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from bots.answering import THANDI, BusServiceClient, understood
from indaba.contracts.wire import Published, Reply
from indaba.conversation.answer import Answer, Ask, Choice, Choices, Facts, Items, Poll, Text
from indaba.conversation.commands.carrying_out import perform
from indaba.conversation.commands.intent import Intent
from indaba.conversation.commands.never_mind import NeverMind
from indaba.conversation.commands.topics import INTENTS
from indaba.conversation.wording import plain
from indaba.discord_bot import render as discord
from indaba.matrix_bot import render as matrix
from indaba.operate.data.export import _write_csv
from indaba.scheduling.model.repeating.terms import read_terms

CALLS = {
    "everyone": "@everyone",
    "here": "@here",
    "room": "@room",
    "capitals": "@ROOM @EveryOne",
    "a letter after it": "@roomé @everyoneé @hereß",
    "zero width inside": "@\u200broom @\u200deveryone @ro\u200bom @every\u00adone",
    "zero width before": "\u200b@room \ufeff@everyone",
    "full width": "\uff20room @\uff52oom \uff20everyone",
    "turned round": "\u202emoor@ \u2066@room\u2069 \u061c@here",
    "a line before": "x\n@room\r@everyone\u2028@here",
    "nothing before": "a@room b@everyone",
    "NUL": "@\x00room @\x00everyone",
    "tags": "@\U000e0072room @every\U000e0001one",
    "user": "<@123456789012345678> <@!123456789012345678>",
    "role": "<@&123456789012345678>",
    "channel": "<#123456789012345678> <id:guide> </cop setup:1>",
    "emoji and time": "<a:x:123456789012345678> <t:0:R>",
    "pill": '<a href="https://matrix.to/#/@chair:example.org">chair</a>',
    "pill of a room": "[room](https://matrix.to/#/#maths:example.org)",
}
MARKUP = {
    "script": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "attribute": "\" onmouseover=\"alert(1) ' onfocus='alert(1)",
    "closing": "</li></ul></p><h1>Indaba</h1><mx-reply>x</mx-reply>",
    "entities": "&lt;script&gt; &#60;b&#62; &amp;lt;i&amp;gt;",
    "masked link": "[https://good.example](https://evil.example) [x](<javascript:alert(1)>)",
    "reference": "[a][b]\n\n[b]: https://evil.example",
    "address": "<https://evil.example> javascript:alert(1) data:text/html,hi",
    "spoiler": "||hidden|| ~~struck~~ __under__ **bold** *it*",
    "fence": "```js\nx\n``` `y` ``z``",
    "heading": "# one\n## two\n-# small\n> quote\n>>> all\n- item\n1. item",
    "backslashes": "\\*\\*x\\*\\* \\<@1\\>\\",
    "format": "{0} {title.__class__} %s {{7*7}} ${x} $(id)",
    "accents": "Z" + "\u0335" * 40,
    "controls": "".join(map(chr, range(32))) + "\x7f\x85\x1b[31m\ud800",
}
HOSTILE = {**CALLS, **MARKUP}
ACCOUNT = "@thandi:example.org"
TAGS = re.compile(r"<(/?)([a-z]+)([^>]*)>")


def check_matrix(content: dict[str, Any]) -> None:
    """Nobody is called, and the only markup is ours."""
    shown = json.dumps({k: v for k, v in content.items() if k != "m.mentions"}, ensure_ascii=False)
    assert not re.search(r"@room(?![A-Za-z0-9_])", shown, re.IGNORECASE)
    assert content["m.mentions"] == {}
    for closes, name, rest in TAGS.findall(content.get("formatted_body", "")):
        assert name in {"p", "ul", "ol", "li", "strong", "br"}, (closes, name)
        assert not rest, rest
    assert "\x00" not in shown


def check_discord(content: dict[str, Any]) -> None:
    """Discord is told to call nobody, and sees none of its signs unescaped."""
    sent = discord.body(content, "key")
    assert sent["allowed_mentions"] == {"parse": [], "users": [], "replied_user": False}
    shown = re.sub(
        r"\\.", "x", re.sub(r"https?://[A-Za-z0-9._~/?=&%#:+,;!$-]+", "", sent["content"])
    )
    shown = re.sub(r"(?m)^- |\*\*(?=\S)|(?<=:)\*\*", "", shown)
    assert not re.search(r"[`|~<>\[\]_]", shown), shown
    assert not re.search(r"@(everyone|here)", sent["content"], re.IGNORECASE)
    assert not re.search(r"(?m)^\s*(#{1,3}|-#|>)\s", shown)


def _answers(words: str) -> list[Answer]:
    return [
        Answer((Text(words),)),
        Answer((Facts(((words, words),)),)),
        Answer((Items((words, words)),)),
        Answer((Ask("x y", {}, "z", words, words),)),
        Answer((Text("x"), Choices((Choice(words, "✅", NeverMind()),)))),
    ]


@pytest.mark.parametrize("name", HOSTILE)
def test_whatever_stands_in_an_answer_it_is_text_on_both(name: str) -> None:
    for answer in _answers(HOSTILE[name]):
        for content in matrix.contents(answer, "https://portal.example.org"):
            check_matrix(content)
        for content in discord.contents(answer):
            check_discord(content)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_vote_calls_nobody_on_matrix(name: str) -> None:
    words = HOSTILE[name]
    from uuid import UUID

    poll = Poll(words, (words, "no"), UUID(int=1), 5)
    for content in matrix.contents(Answer((Text(words), poll))):
        check_matrix(content)


@pytest.mark.parametrize("name", HOSTILE)
def test_plain_words_are_one_line_that_calls_nobody(name: str) -> None:
    shown = plain(HOSTILE[name])
    assert "\n" not in shown
    assert not re.search(r"@(room|everyone|here|channel)(?![A-Za-z0-9_])", shown, re.IGNORECASE)
    bad = {c for c in shown if unicodedata.category(c) in {"Cc", "Cf", "Cs"}}
    assert bad <= set("\u200c\u200d\u2060")


def poisoned(value: Any, words: str) -> Any:
    """The same reply, with these words in every field that people write in."""
    if isinstance(value, BaseModel):
        fields = type(value).model_fields
        changed = {
            name: words
            if _is_words(fields[name]) and isinstance(each, str)
            else poisoned(each, words)
            for name, each in value
        }
        return value.model_copy(update=changed)
    if isinstance(value, tuple):
        return tuple(poisoned(each, words) for each in value)
    return value


def _is_words(field: Any) -> bool:
    return Published in field.metadata or "Published" in repr(field)


class Poisoned(BusServiceClient):
    """Services whose members write nothing but this."""

    def __init__(self, words: str) -> None:
        super().__init__()
        self.words = words

    async def ask(self, request: Any) -> Any:
        found = await super().ask(request)
        return poisoned(found, self.words) if isinstance(found, Reply) else found


TYPED = [kind for kind in INTENTS if not kind.hidden]
ALL_AT_ONCE = (
    "@room @everyone <@&1> <b>x</b> [a](javascript:alert(1)) ||s|| \u202ex\x00 @\u200bhere"
)


@pytest.mark.parametrize("kind", TYPED, ids=lambda k: k.called())
async def test_what_people_wrote_is_text_in_the_answer_to_every_command(
    kind: type[Intent],
) -> None:
    answer = await perform(understood(kind.example), THANDI, Poisoned(ALL_AT_ONCE))
    if answer.mentions:
        return
    for content in matrix.contents(answer):
        if content.get("msgtype") in {"m.text", "m.notice"}:
            check_matrix(content)
    for content in discord.contents(answer):
        if "content" in content:
            check_discord(content)
    assert "\u202e" not in answer.text()


FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://evil.example")')


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_of_an_export_is_a_formula(text: str, tmp_path: Path) -> None:
    table = tmp_path / "table.csv"
    _write_csv(table, [{"text": text, "list": [text]}])
    with table.open(encoding="utf-8-sig", newline="") as file:
        [row] = csv.DictReader(file)
    assert row["text"] == f"'{text}"
    assert row["list"].startswith("[")


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_in_a_file_of_terms_is_no_term(text: str) -> None:
    quoted = text.replace('"', '""')
    for given in (
        f'"{quoted}",2027,1,2027-01-13,2027-03-24,estimated,',
        f'Gauteng,2027,1,"{quoted}",2027-03-24,estimated,',
    ):
        heading = "province,year,term,first,last,status,source\n"
        read = read_terms(f"{heading}{given}\n".encode())
        assert read.terms == ()
        assert read.faults
