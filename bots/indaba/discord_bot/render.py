"""Draws answers as Discord messages: plain lines, facts with labels, buttons."""

import base64
import hashlib
import re
from collections.abc import Iterator, Sequence
from typing import Any

from indaba.conversation.answer import (
    Answer,
    Ask,
    Block,
    Choice,
    Facts,
    File,
    Items,
    Picture,
    Poll,
    Style,
    Text,
)
from indaba.conversation.commands.intent import Intent, Meant
from indaba.conversation.commands.line import line_of
from indaba.conversation.wording import Wording

LONGEST = 1900
"""Characters in one message. Discord allows 2,000, but counts some differently."""

LONGEST_LABEL, LONGEST_ID, LONGEST_ALT, LONGEST_NONCE = 80, 100, 1000, 25
MOST_BUTTONS, IN_A_ROW, MOST_PINGS = 25, 5, 100
LONGEST_QUESTION, LONGEST_OPTION, MOST_HOURS = 300, 55, 32 * 24
DO, PICK, ASK = "do:", "pick:", "ask:"
SUPPRESS_EMBEDS, EPHEMERAL = 1 << 2, 1 << 6
STYLES = {Style.MAIN: 1, Style.PLAIN: 2, Style.DANGER: 4}

_LINK = re.compile(r"https?://[A-Za-z0-9._~/?=&%#:+,;!$-]+")
_SIGNS = re.compile(r"([\\`*_~|<>\[\]])")
_BEGUN = re.compile(r"^(\s*\d{0,9})(#{1,3}|-#|[-+.)])(?=\s)")
_EVERYBODY = re.compile(r"@(?=everyone|here)", re.IGNORECASE)


def contents(answer: Answer) -> list[dict[str, Any]]:
    """An answer as contents of posts: as many as the text needs, then one per file.

    Buttons are on the last post with text. Empty if the answer is.
    """
    lines = [line for block in answer.blocks for line in _lines(block)]
    lines += _in_words(answer.choices()) if answer.typed else []
    parts = _parts(_pinged(lines, answer.mentions))
    words: list[dict[str, Any]] = [{"content": text} for text in parts]
    question = answer.question()
    buttons = [_button(choice, n) for n, choice in enumerate(answer.choices(), start=1)]
    if question is not None:
        buttons.append(_asks(question))
    if words and buttons:
        words[-1]["components"] = _rows(buttons)
    poll = answer.poll()
    if words and poll is not None:
        words[0]["poll"] = _poll(poll)
    for each in words if answer.mentions else ():
        each["pings"] = list(answer.mentions[:MOST_PINGS])
    return [*words, *(_file(each) for each in answer.blocks if isinstance(each, Picture | File))]


def body(content: dict[str, Any], key: str) -> dict[str, Any]:
    """The request body for a content. In an edit it replaces everything in the message."""
    poll = {"poll": content["poll"]} if "poll" in content else {}
    return {
        **poll,
        "content": content.get("content", ""),
        "components": _placed(content.get("components", []), key),
        "allowed_mentions": {
            "parse": [],
            "users": content.get("pings", []),
            "replied_user": False,
        },
        "flags": SUPPRESS_EMBEDS,
    }


def _poll(poll: Poll) -> dict[str, Any]:
    """A native poll. Discord counts whole hours; we close it when its minutes are over."""
    return {
        "question": {"text": shortened(poll.question, LONGEST_QUESTION)},
        "answers": [
            {"poll_media": {"text": shortened(option, LONGEST_OPTION)}} for option in poll.options
        ],
        "duration": min(MOST_HOURS, max(1, -(-poll.minutes // 60))),
        "allow_multiselect": False,
    }


def nonce_of(key: str) -> str:
    """A nonce made from a post's key. Discord accepts each once within a few minutes."""
    return hashlib.sha256(key.encode()).hexdigest()[:LONGEST_NONCE]


def escaped(words: str) -> str:
    """The text escaped so that Discord shows it as it is, with no formatting and no mentions."""
    return "\n".join(_line(line) for line in words.split("\n"))


def attached(content: dict[str, Any]) -> tuple[bytes, str, str] | None:
    """The bytes, name and description of a content's file; `None` if it has none."""
    file = content.get("file")
    if file is None:
        return None
    return base64.b64decode(file["data"]), file["name"], file["alt"]


def plain_title(content: str) -> str:
    """A name for a thread: its message's first fact, else its first line, without markup."""
    lines = content.split("\n")
    first = next((line for line in lines if line.startswith("**")), lines[0])
    first = re.sub(r"^\*\*[^*]*\*\*\s*", "", first)
    return re.sub(r"\\(.)", r"\1", first).replace("\u200b", "").strip()


def shortened(words: str, most: int) -> str:
    """The text cut to at most `most` characters, with an ellipsis if it was longer."""
    return words if len(words) <= most else f"{words[: most - 1].rstrip()}…"


def _line(line: str) -> str:
    parts: list[str] = []
    end = 0
    for link in _LINK.finditer(line):
        parts += [_safe(line[end : link.start()]), link.group()]
        end = link.end()
    parts.append(_safe(line[end:]))
    return _BEGUN.sub(r"\1\\\2", "".join(parts))


def _safe(words: str) -> str:
    return _EVERYBODY.sub("@\u200b", _SIGNS.sub(r"\\\1", words))


def _lines(block: Block) -> Iterator[str]:
    match block:
        case Text(words):
            yield escaped(words)
        case Facts(rows):
            yield from (f"**{escaped(label)}:** {escaped(value)}" for label, value in rows)
        case Items(lines):
            yield from (f"- {escaped(line)}" for line in lines)
        case Ask(question=question, why=why):
            if why:
                yield escaped(why)
            yield escaped(question)


def _pinged(lines: Sequence[str], accounts: Sequence[str]) -> list[str]:
    """The lines with account ids turned into mentions. Accounts in no line are added at the end.

    A screen reader then reads the matter before the names.
    """
    text = "\n".join(lines)
    missing: list[str] = []
    for account in accounts[:MOST_PINGS]:
        if account.isdecimal():
            text, count = re.subn(rf"(?<!\d){account}(?!\d)", f"<@{account}>", text)
            missing += [] if count else [f"<@{account}>"]
    return [text, " ".join(missing)] if missing else [text]


def _parts(lines: Sequence[str]) -> list[str]:
    """The lines joined into texts that fit a message, broken between lines if possible."""
    texts: list[str] = []
    for line in "\n".join(lines).split("\n"):
        for piece in _pieces(line):
            if texts and len(texts[-1]) + len(piece) < LONGEST:
                texts[-1] = f"{texts[-1]}\n{piece}"
            else:
                texts.append(piece)
    return [text for text in texts if text.strip()]


def _pieces(line: str) -> list[str]:
    return [line[n : n + LONGEST] for n in range(0, len(line), LONGEST)] or [""]


def _in_words(choices: Sequence[Choice]) -> list[str]:
    """A line saying what to type instead of pressing, for choices no command line can make."""
    word = next((c.label for c in choices if c.intent.MEANT is Meant.BY_PICK), "")
    words = "Press the button, or mention me and type: {word}"
    return [escaped(Wording().say(words, word=word))] if word else []


def _button(choice: Choice, place: int) -> dict[str, Any]:
    """A button. The emoji follows the label, so that a screen reader reads the label first."""
    label = f"{choice.label} {choice.emoji}".strip()
    return {
        "type": 2,
        "style": STYLES[choice.style],
        "label": shortened(label, LONGEST_LABEL),
        "custom_id": _does(choice.intent) or f"{PICK}{place}",
    }


def _does(intent: Intent) -> str:
    """A button id that holds its command line, and so works for years; empty if too long.

    A choice that only a pick can mean is stored with its post instead, so that it expires.
    """
    if intent.hidden or intent.MEANT is Meant.BY_PICK:
        return ""
    custom_id = f"{DO}{line_of(intent)}"
    return custom_id if "\n" not in custom_id and len(custom_id) <= LONGEST_ID else ""


def _asks(ask: Ask) -> dict[str, Any]:
    custom_id = shortened(f"{ASK}{ask.intent}:{ask.field}", LONGEST_ID)
    return {"type": 2, "style": 1, "label": "Answer", "custom_id": custom_id}


def _rows(buttons: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The buttons in rows, without duplicates."""
    unique = list({each["custom_id"]: each for each in buttons}.values())[:MOST_BUTTONS]
    groups = (unique[n : n + IN_A_ROW] for n in range(0, len(unique), IN_A_ROW))
    return [{"type": 1, "components": group} for group in groups]


def _placed(rows: Sequence[dict[str, Any]], key: str) -> list[dict[str, Any]]:
    """The rows with the post's key in each picking button. Choices belong to the first post."""
    first = re.sub(r"/\d+(\+\d+)?$", "/0", key)
    return [{**row, "components": [_known(b, first) for b in row["components"]]} for row in rows]


def _known(button: dict[str, Any], key: str) -> dict[str, Any]:
    custom_id = button["custom_id"]
    if not custom_id.startswith(PICK):
        return button
    return button | {"custom_id": f"{PICK}{key}:{custom_id.removeprefix(PICK)}"}


def _file(block: Picture | File) -> dict[str, Any]:
    alt = block.alt if isinstance(block, Picture) else block.name
    name = "picture.png" if isinstance(block, Picture) else block.name
    data = base64.b64encode(block.data).decode()
    return {"file": {"data": data, "name": name, "alt": shortened(alt, LONGEST_ALT)}}
