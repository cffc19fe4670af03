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
"""Letters of one message, with room for what Discord counts differently (2,000 fit)."""

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
    """An answer as contents of posts: words in as many as they need, then files; maybe none.

    Choices are under the last of the words.
    """
    lines = [line for block in answer.blocks for line in _lines(block)]
    lines += _in_words(answer.choices())
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
    """What is sent for a content. It replaces all that a message had before."""
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
    """A native poll. It lasts whole hours; ours is closed by hand when its minutes are over."""
    return {
        "question": {"text": shortened(poll.question, LONGEST_QUESTION)},
        "answers": [
            {"poll_media": {"text": shortened(option, LONGEST_OPTION)}} for option in poll.options
        ],
        "duration": min(MOST_HOURS, max(1, -(-poll.minutes // 60))),
        "allow_multiselect": False,
    }


def nonce_of(key: str) -> str:
    """A post's key as a nonce: within some minutes Discord takes it once."""
    return hashlib.sha256(key.encode()).hexdigest()[:LONGEST_NONCE]


def escaped(words: str) -> str:
    """Plain text that Discord shows as it is: no formatting, mention, time or hidden link."""
    return "\n".join(_line(line) for line in words.split("\n"))


def attached(content: dict[str, Any]) -> tuple[bytes, str, str] | None:
    """Bytes, name and description of the file that a content carries."""
    file = content.get("file")
    if file is None:
        return None
    return base64.b64decode(file["data"]), file["name"], file["alt"]


def plain_title(content: str) -> str:
    """A message's first fact, else its first line, without markup: what a thread is called."""
    lines = content.split("\n")
    first = next((line for line in lines if line.startswith("**")), lines[0])
    first = re.sub(r"^\*\*[^*]*\*\*\s*", "", first)
    return re.sub(r"\\(.)", r"\1", first).replace("\u200b", "").strip()


def shortened(words: str, most: int) -> str:
    """The words, cut to a number of letters."""
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
    """Lines in which accounts are mentions; who stands in none comes last.

    Whoever listens hears what it is about before the names.
    """
    text = "\n".join(lines)
    missing: list[str] = []
    for account in accounts[:MOST_PINGS]:
        if account.isdecimal():
            text, found = re.subn(rf"(?<!\d){account}(?!\d)", f"<@{account}>", text)
            missing += [] if found else [f"<@{account}>"]
    return [text, " ".join(missing)] if missing else [text]


def _parts(lines: Sequence[str]) -> list[str]:
    """Lines as texts that fit, broken at the ends of lines where that is possible."""
    found: list[str] = []
    for line in "\n".join(lines).split("\n"):
        for piece in _pieces(line):
            if found and len(found[-1]) + len(piece) < LONGEST:
                found[-1] = f"{found[-1]}\n{piece}"
            else:
                found.append(piece)
    return [text for text in found if text.strip()]


def _pieces(line: str) -> list[str]:
    return [line[n : n + LONGEST] for n in range(0, len(line), LONGEST)] or [""]


def _in_words(choices: Sequence[Choice]) -> list[str]:
    """The word that means what is only picked, for those who do not press."""
    word = next((c.label for c in choices if c.intent.MEANT is Meant.BY_PICK), "")
    words = "Press the button, or mention me and type: {word}"
    return [escaped(Wording().say(words, word=word))] if word else []


def _button(choice: Choice, place: int) -> dict[str, Any]:
    """A button. The emoji is behind the words: whoever listens hears the words first."""
    label = f"{choice.label} {choice.emoji}".strip()
    return {
        "type": 2,
        "style": STYLES[choice.style],
        "label": shortened(label, LONGEST_LABEL),
        "custom_id": _does(choice.intent) or f"{PICK}{place}",
    }


def _does(intent: Intent) -> str:
    """An id that says itself what the button does, and so works for years; empty if too long.

    What is only meant by a pick is kept with its post, so that it gets too old.
    """
    if intent.hidden or intent.MEANT is Meant.BY_PICK:
        return ""
    said = f"{DO}{line_of(intent)}"
    return said if "\n" not in said and len(said) <= LONGEST_ID else ""


def _asks(ask: Ask) -> dict[str, Any]:
    said = shortened(f"{ASK}{ask.intent}:{ask.field}", LONGEST_ID)
    return {"type": 2, "style": 1, "label": "Answer", "custom_id": said}


def _rows(buttons: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows of buttons; what would be there twice is there once."""
    kept = list({each["custom_id"]: each for each in buttons}.values())[:MOST_BUTTONS]
    groups = (kept[n : n + IN_A_ROW] for n in range(0, len(kept), IN_A_ROW))
    return [{"type": 1, "components": group} for group in groups]


def _placed(rows: Sequence[dict[str, Any]], key: str) -> list[dict[str, Any]]:
    """Rows whose buttons know the post they stand under: the choices are kept with the first."""
    first = re.sub(r"/\d+(\+\d+)?$", "/0", key)
    return [{**row, "components": [_known(b, first) for b in row["components"]]} for row in rows]


def _known(button: dict[str, Any], key: str) -> dict[str, Any]:
    said = button["custom_id"]
    if not said.startswith(PICK):
        return button
    return button | {"custom_id": f"{PICK}{key}:{said.removeprefix(PICK)}"}


def _file(block: Picture | File) -> dict[str, Any]:
    alt = block.alt if isinstance(block, Picture) else block.name
    name = "picture.png" if isinstance(block, Picture) else block.name
    data = base64.b64encode(block.data).decode()
    return {"file": {"data": data, "name": name, "alt": shortened(alt, LONGEST_ALT)}}
