"""Reads a typed line as an intent, forgiving case, order, quotes and missing words.

Free text without quotes: where a title is followed by a time, the title ends before the first word
that looks like the beginning of a time (`thu`, `tomorrow`, `18:00`, `3 May`). When nothing stands
before that word, the title is not guessed but asked for. What was read is always shown before
anything happens, so a wrong split costs one more try and never a wrong meeting.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType

from indaba.contracts.lines import LONGEST_LINE
from indaba.conversation.commands.arguments import (
    Arguments,
    Token,
    tokens,
    unquoted,
    without_quotes,
)
from indaba.conversation.commands.fields import folded, nearest
from indaba.conversation.commands.intent import MOST_LETTERS, Intent

STANDARD_PREFIX = "!cop"
"""Understood in every Matrix room, whatever other prefix an operator has chosen besides."""


@dataclass(frozen=True)
class Typed:
    """A line taken apart: which intent, values given by name, and the other words in order."""

    kind: type[Intent]
    keyed: Mapping[str, object]
    tokens: tuple[Token, ...]


@dataclass(frozen=True)
class Understood:
    """Which intent, and its arguments as they were typed. `intent.resolve` makes it whole."""

    intent: type[Intent]
    filled: dict[str, object] = field(default_factory=dict)
    typed: Typed | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Unclear:
    """What was not understood: a sentence, its facts, and lines that may have been meant.

    The fact `meant`, if there is one, is such a line too. `there` lists what can be named.
    `readings` are what it can mean, where several things are done by the word it begins with.
    """

    words: str
    facts: dict[str, str]
    suggestions: tuple[str, ...] = ()
    typed: Typed | None = field(default=None, compare=False)
    there: tuple[str, ...] = ()
    readings: tuple[Understood | Unclear, ...] = field(default=(), compare=False)


def strip_address(
    text: str, prefixes: Sequence[str] = (STANDARD_PREFIX,), names: Sequence[str] = ()
) -> str | None:
    """What follows the prefix or the bot's name, empty if nothing does; `None` if not addressed.

    Names match with or without `@`, with `:` or `,` after them, at the beginning only.
    """
    begun = text.lstrip()
    for address in sorted((*prefixes, *names), key=len, reverse=True):
        sign = "@?" if address in names else ""
        match = re.match(rf"{sign}{re.escape(address)}(?=[\s:,]|$)[:,]?\s*", begun, re.IGNORECASE)
        if address and match:
            return begun[match.end() :].strip()
    return None


def phrases(intents: Sequence[type[Intent]]) -> Mapping[str, type[Intent]]:
    """Every way to begin a line, folded, and what it means.

    A verb alone counts only if one noun has it; aliases always do.
    """
    return _phrases(tuple(intents))


@cache
def _phrases(intents: tuple[type[Intent], ...]) -> Mapping[str, type[Intent]]:
    """Found once: each hint in each message asks for it."""
    typed = [kind for kind in intents if not kind.hidden]
    verbs = [kind.verb for kind in typed]
    known: dict[str, type[Intent]] = {}
    for kind in typed:
        known[folded(kind.called())] = kind
        known[folded(f"{kind.verb} {kind.noun}")] = kind
        if verbs.count(kind.verb) == 1:
            known.setdefault(folded(kind.verb), kind)
    for kind in typed:
        known.update({folded(alias): kind for alias in kind.aliases})
    return MappingProxyType(known)


def read_line(text: str, intents: Sequence[type[Intent]]) -> Understood | Unclear:
    """Understand a line from which prefix or name are gone. Empty, or a noun alone: help."""
    if len(text) > MOST_LETTERS:
        return Unclear(
            "That is too long: {length} letters, and at most {most} fit.",
            {"length": str(len(text)), "most": str(MOST_LETTERS)},
        )
    words = re.findall(r"\S+", text.strip(" \t\r\n/!"))
    known = phrases(intents)
    if not words or folded(words[0].strip(".,!?")) == "help" or words == ["?"]:
        return _help(words[1:], known)
    for size in range(_longest(known), 0, -1):
        begun = folded(" ".join(words[:size]).strip(".,!?:;"))
        if len(words) >= size and begun in known:
            rest = re.split(r"\S+", text.lstrip(" \t\r\n/!"), maxsplit=size)[-1]
            return _arguments(known[begun], rest)
    return _not_known(words, text, known, intents)


def _longest(known: Mapping[str, type[Intent]]) -> int:
    """Words of the longest way to begin a line."""
    return max(len(phrase.split()) for phrase in known)


def _help(words: list[str], known: Mapping[str, type[Intent]]) -> Understood | Unclear:
    asked = " ".join(words).strip(" .!?")
    return Understood(known["help"], {"topic": asked} if asked else {})


def _not_known(
    words: list[str],
    text: str,
    known: Mapping[str, type[Intent]],
    intents: Sequence[type[Intent]],
) -> Understood | Unclear:
    first = words[0].casefold().strip(".,!?:;")
    if len(words) == 1 and first in {kind.noun for kind in intents if not kind.hidden}:
        return _help([first], known)
    tried = " ".join(words[:2])[:60]
    if shared := [kind for kind in intents if not kind.hidden and kind.verb == first]:
        behind = re.split(r"\S+", text.lstrip(" \t\r\n/!"), maxsplit=1)[-1]
        readings = tuple(_arguments(kind, behind) for kind in shared) if behind.strip() else ()
        likeliest, *others = [kind.called() for kind in shared]
        says = "'{typed}' can mean more than one thing: {meant}?"
        facts = {"typed": tried, "meant": likeliest}
        return Unclear(says, facts, tuple(others), readings=readings)
    begun = (" ".join(words[:3])[:60], tried, words[0][:60])
    near = [known[p].called() for t in begun for p in nearest(t, known)]
    meant = tuple(dict.fromkeys(near))[:3]
    if not meant:
        return Unclear("I don't know '{typed}'. Type: {meant}", {"typed": tried, "meant": "help"})
    facts = {"typed": tried, "meant": meant[0]}
    return Unclear("I don't know '{typed}'. Did you mean: {meant}?", facts, meant[1:])


def _arguments(kind: type[Intent], rest: str) -> Understood | Unclear:
    whole = next((name for name in kind.model_fields if kind.mark(name, "whole")), None)
    if whole:
        given = re.sub(rf"^{whole}\s*[:=]", "", rest.strip(), flags=re.IGNORECASE).strip()
        return Understood(kind, {whole: given} if given else {})
    loose, keyed, strange = _keyed(kind, rest)
    if strange:
        facts = {"key": strange, "known": ", ".join(kind.model_fields)}
        if kind.model_fields:
            return Unclear("I don't know '{key}' here. You can give: {known}.", facts)
        return Unclear("I don't know '{key}' here.", facts)
    if line := _in_one_line(kind, keyed, loose):
        return Understood(kind, line)
    return read_typed(Typed(kind, keyed, tuple(tokens(loose))))


def read_typed(typed: Typed) -> Understood | Unclear:
    """Give each word to an argument."""
    kind = typed.kind
    left, found = Arguments(kind, dict(typed.keyed), list(typed.tokens)).read()
    if not left:
        order = list(kind.model_fields)
        filled = dict(sorted(found.items(), key=lambda f: order.index(f[0])))
        return Understood(kind, filled, typed)
    facts = {"typed": kind.called(), "left": left[:80], "usage": usage(kind)}
    words = "I understood '{typed}' but not '{left}'. It goes like this: {usage}"
    return Unclear(words, facts, (kind.example,), typed)


def _in_one_line(
    kind: type[Intent], keyed: dict[str, object], loose: str
) -> dict[str, object] | None:
    """Values of an intent whose line is read as a whole by a service; `None` for any other."""
    name = next((name for name in kind.model_fields if kind.mark(name, "line_with")), None)
    if name is None or not loose:
        return None
    if name in keyed and all(token.quoted for token in tokens(loose)):
        return None
    line = f"{loose} {keyed[name]}" if name in keyed else loose
    if len(line) > LONGEST_LINE:
        return None
    return {str(kind.mark(name, "line_with")): "", **keyed, name: line}


def _keyed(kind: type[Intent], rest: str) -> tuple[str, dict[str, object], str]:
    """Text without a key, values by field, and the first key at a line's start nobody knows."""
    names = "|".join(sorted(kind.model_fields, key=len, reverse=True)) or "(?!)"
    inline = re.compile(rf"(?:^|(?<=\s))({names})\s*[:=](?!//)\s*", re.IGNORECASE)
    loose, found, now = [], dict[str, object](), ""
    for number, line in enumerate(rest.split("\n")):
        other = re.match(r"\s*([A-Za-z][A-Za-z_-]{1,31})\s*[:=]\s+\S", line)
        hidden = without_quotes(line)
        keys = list(inline.finditer(hidden))
        if number and other and not (keys and keys[0].start() <= len(line) - len(line.lstrip())):
            return "", {}, other[1]
        before = line[: keys[0].start()] if keys else line
        if now and not keys:
            found[now] = f"{found[now]}\n{line.strip()}".strip()
            continue
        loose.append(before)
        ends = [*(key.start() for key in keys[1:]), len(line)]
        for key, end in zip(keys, ends, strict=False):
            now = key[1].casefold()
            found[now] = unquoted(line[key.end() : end].strip())
    return " ".join(loose).strip(), found, ""


def usage(kind: type[Intent]) -> str:
    """How a line goes: `meeting new "<title>" <when> [minutes]`. Keyed fields are left out."""
    parts = [kind.called()]
    for name, info in kind.model_fields.items():
        if kind.mark(name, "keyed"):
            parts.append(f"[{name}: …]")
            continue
        shown = f"<{name}>" if info.is_required() else f"[{name}]"
        parts.append(f'"{shown}"' if kind.mark(name, "before_time") else shown)
    return " ".join(parts)


def line_of(intent: Intent) -> str:
    """A line that reads back as the same intent."""
    kind = type(intent)
    first, following = [kind.called()], list[str]()
    for name, value in intent.model_dump(mode="json", exclude_defaults=True).items():
        if kind.mark(name, "code") and not kind.mark(name, "keyed"):
            first.append(str(value))
        else:
            following.append(f"{name}: {_as_typed(value)}")
    return "\n".join([" ".join(first), *following])


def _as_typed(value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, list):
        return ", ".join(str(each) for each in value)
    return str(value)
