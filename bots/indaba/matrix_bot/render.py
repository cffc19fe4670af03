"""Draws answers as contents of Matrix messages: plain text, and the same as modest HTML."""

import base64
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from html import escape
from itertools import groupby
from typing import Any
from urllib.parse import quote

from indaba.conversation.answer import (
    Answer,
    Ask,
    Block,
    Choice,
    Choices,
    Facts,
    File,
    Items,
    Picture,
    Poll,
    Text,
)
from indaba.conversation.commands.intent import Meant
from indaba.conversation.commands.numbered import completes
from indaba.conversation.wording import Wording, off_discord
from indaba.matrix_bot.events import clean

MOST_BYTES = 40_000
"""A message and its edit must fit into an event of 65,536 bytes, encrypted (a third more) too."""

FITTING_LETTERS = (1_000_000, 16_000, 8_000, 4_000, 2_000)
FALLBACK_LETTERS = 800
KEYCAP = "\u20e3"
FILE = "org.indaba.file"
"""Where a drawn content carries a file until it is posted."""

POLL = "org.indaba.poll"
"""Marks a drawn content that is posted as a poll."""

POLL_TYPE = "org.matrix.msc3381.poll.start"
TEXT = "org.matrix.msc1767.text"


_PAGE = r"""(?:/[^\s<>"']*|(?=[.,;:!?)]*(?:\s|$)))"""


class Shape(Enum):
    """How a line stands in the message."""

    PARAGRAPH = "p"
    FACT = "fact"
    ITEM = "ul"
    CHOICE = "ol"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a message; `label` is a fact's."""

    shape: Shape
    words: str
    label: str = ""


def contents(answer: Answer, portal_url: str = "") -> list[dict[str, Any]]:
    """An answer as message contents: the words first, then one for each picture and file."""
    files = [_file(block) for block in answer.blocks if isinstance(block, Picture | File)]
    poll = answer.poll()
    if poll is not None:
        return [poll_of(poll, answer.text()), *files]
    lines = _named(answer, [line for block in answer.blocks for line in _lines(block, answer)])
    if not lines and files:
        return files
    links = _Links(portal_url, answer.mentions)
    for letters in FITTING_LETTERS:
        content = _content(answer, _cut(lines, letters), links)
        if len(json.dumps(content, ensure_ascii=False).encode()) <= MOST_BYTES:
            break
    return [content, *files]


def poll_of(poll: Poll, fallback: str) -> dict[str, Any]:
    """The start of a poll (MSC3381), with stable and unstable names and words for old clients.

    Answers are numbered from 1. It is posted under the unstable type, which every client with
    polls knows by now; the platform takes `POLL` out again.
    """
    question, fallback = _safe(poll.question), _safe(fallback)
    answers = [
        {"id": str(n), "m.id": str(n), TEXT: option, "m.text": [{"body": option}]}
        for n, option in enumerate(map(_safe, poll.options), start=1)
    ]
    start = {
        "kind": "org.matrix.msc3381.poll.disclosed",
        "max_selections": 1,
        "question": {TEXT: question, "body": question, "msgtype": "m.text"},
        "answers": answers,
    }
    return {
        POLL: True,
        "org.matrix.msc3381.poll.start": start,
        "m.poll": {
            "kind": "m.disclosed",
            "max_selections": 1,
            "question": {"m.text": [{"body": question}]},
            "answers": [{"m.id": a["id"], "m.text": a["m.text"]} for a in answers],
        },
        TEXT: fallback,
        "m.text": [{"body": fallback}],
        "body": fallback,
        "msgtype": "m.text",
        "m.mentions": {},
    }


def _sign(choice: Choice) -> str:
    """The choice's emoji; a figure is left out, for the list numbers its lines itself."""
    return "" if choice.emoji.endswith(KEYCAP) else choice.emoji


def edit_of(content: dict[str, Any], target: str) -> dict[str, Any]:
    """Content that replaces a message. It pings nobody again."""
    fallback = {"msgtype": content.get("msgtype", "m.notice"), "m.mentions": {}}
    body = str(content.get("body", ""))[:FALLBACK_LETTERS]
    relation = {"rel_type": "m.replace", "event_id": target}
    return {**fallback, "body": f"* {body}", "m.new_content": content, "m.relates_to": relation}


def _content(answer: Answer, lines: Sequence[Line], links: "_Links") -> dict[str, Any]:
    return {
        "msgtype": "m.text" if answer.loud else "m.notice",
        "body": "\n".join(_plain(lines)),
        "format": "org.matrix.custom.html",
        "formatted_body": "".join(_html(lines, links)),
        "m.mentions": {"user_ids": list(answer.mentions)} if answer.mentions else {},
    }


def _lines(block: Block, answer: Answer) -> list[Line]:
    match block:
        case Text(words):
            return [Line(Shape.PARAGRAPH, words)]
        case Facts(rows):
            return [Line(Shape.FACT, value, label) for label, value in rows]
        case Items(lines):
            return [Line(Shape.ITEM, line) for line in lines]
        case Choices(options):
            return [] if answer.card is not None else _choices(options)
        case Ask(question=question, why=why):
            return [Line(Shape.PARAGRAPH, words) for words in (why, question) if words]
        case _:
            return []


def _choices(options: Sequence[Choice]) -> list[Line]:
    lines = [Line(Shape.CHOICE, f"{_sign(choice)} {choice.label}".strip()) for choice in options]
    return [*lines, Line(Shape.PARAGRAPH, _how_to_pick(options))] if lines else []


def _how_to_pick(options: Sequence[Choice]) -> str:
    """How one of them is meant; of what is only picked, the word that means it as well."""
    say = Wording().say
    signs = all(choice.emoji for choice in options)
    in_signs, last = [choice.emoji for choice in options], options[-1].intent
    strict = [
        choice
        for choice in options
        if choice.intent.MEANT is Meant.BY_PICK and not completes(choice.intent, in_signs, last)
    ]
    if strict and signs:
        words = "React with the sign, reply to this message with the number, or type: {word}"
        return say(words, word=strict[0].label)
    if strict:
        words = "Reply to this message with the number, or type: {word}"
        return say(words, word=strict[0].label)
    if signs:
        return say("React with the sign, or reply with the number or the word.")
    return say("Reply with the number or the word.")


def _named(answer: Answer, lines: list[Line]) -> list[Line]:
    """Whoever is mentioned is named in the words too, for those whose client draws no pills."""
    said = "\n".join(line.words for line in lines)
    unnamed = [account for account in answer.mentions if account not in said]
    return [Line(Shape.PARAGRAPH, " ".join(unnamed)), *lines] if unnamed else lines


def _cut(lines: Sequence[Line], letters: int) -> list[Line]:
    """As much as fits, and a word about it where something is left out."""
    kept, left = list[Line](), letters
    for line in lines:
        words, label = _safe(line.words), _safe(line.label)
        if len(words) + len(label) > left:
            kept.append(replace(line, words=words[:left], label=label[:left]))
            told = Wording().say("… The rest does not fit into one message.")
            return [*kept, Line(Shape.PARAGRAPH, told)]
        left -= len(words) + len(label)
        kept.append(replace(line, words=words, label=label))
    return kept


def _safe(words: str) -> str:
    # Old push rules ping a room for these letters whatever m.mentions says; letters beyond ASCII
    # end the word for them.
    return re.sub(
        r"@(?=room(?![A-Za-z0-9_]))", "@\u2060", clean(off_discord(words)), flags=re.IGNORECASE
    )


def _plain(lines: Sequence[Line]) -> Iterator[str]:
    for shape, group in groupby(lines, lambda line: line.shape):
        for number, line in enumerate(group, start=1):
            match shape:
                case Shape.FACT:
                    yield f"{line.label}: {line.words}"
                case Shape.ITEM:
                    yield f"- {line.words}"
                case Shape.CHOICE:
                    yield f"{number}. {line.words}"
                case _:
                    yield line.words


def _html(lines: Sequence[Line], links: "_Links") -> Iterator[str]:
    for shape, group in groupby(lines, lambda line: line.shape):
        match shape:
            case Shape.PARAGRAPH:
                yield from (f"<p>{links.html(line.words)}</p>" for line in group)
            case Shape.FACT:
                rows = (
                    f"<li><strong>{escape(f.label)}:</strong> {links.html(f.words)}</li>"
                    for f in group
                )
                yield f"<ul>{''.join(rows)}</ul>"
            case _:
                rows = (f"<li>{links.html(line.words)}</li>" for line in group)
                yield f"<{shape.value}>{''.join(rows)}</{shape.value}>"


class _Links:
    """Escapes words, and links what is ours to link: the portal's pages and those mentioned."""

    def __init__(self, portal_url: str, mentions: Sequence[str]) -> None:
        named = [re.escape(account) for account in sorted(mentions, key=len, reverse=True)]
        ours = [re.escape(portal_url) + _PAGE] if portal_url else []
        self._found = re.compile("|".join((*named, *ours))) if named or ours else None

    def html(self, words: str) -> str:
        """The words as HTML."""
        if self._found is None:
            return _escaped(words)
        parts, end = list[str](), 0
        for match in self._found.finditer(words):
            shown = match[0].rstrip(".,;:!?)")
            parts += (_escaped(words[end : match.start()]), _link(shown))
            end = match.start() + len(shown)
        return "".join((*parts, _escaped(words[end:])))


def _link(shown: str) -> str:
    there = f"https://matrix.to/#/{quote(shown, safe='@:')}" if shown.startswith("@") else shown
    return f'<a href="{escape(there)}">{escape(shown)}</a>'


def _escaped(words: str) -> str:
    return escape(words).replace("\n", "<br>")


def _file(block: Picture | File) -> dict[str, Any]:
    picture = isinstance(block, Picture)
    name = "picture.png" if isinstance(block, Picture) else _safe(block.name)
    media_type = "image/png" if isinstance(block, Picture) else block.media_type
    return {
        "msgtype": "m.image" if picture else "m.file",
        "body": _safe(block.alt)[:1000] if isinstance(block, Picture) else name,
        "info": {"mimetype": media_type, "size": len(block.data)},
        "m.mentions": {},
        FILE: {
            "name": name,
            "media_type": media_type,
            "data": base64.b64encode(block.data).decode(),
        },
    }
