"""Takes what follows a command apart: quotes, words, and which word belongs to which argument."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from indaba.contracts.ids import one_time
from indaba.conversation.commands.fields import (
    ACTION_CODE,
    CODE,
    NO,
    PLUS,
    RESOURCE_CODE,
    YES,
    folded,
    link_in,
)
from indaba.conversation.commands.intent import Intent

QUOTES = {'"': '"', "“": "”", "„": "“”", "«": "»", "‘": "’", "”": "”", "'": "'"}
"""What may close a quotation, by what opened it."""

OPENS = re.compile(rf"(?:^|(?<=[\s:=(]))[{''.join(QUOTES)}]")
CLOSES = {k: re.compile(rf"[{v}](?=[\s.,;!?)]|$)") for k, v in QUOTES.items()}

NUMBER = re.compile(r"\d{1,5}")
CODES = {"R": RESOURCE_CODE, "A": ACTION_CODE}

POLITE = frozenset(
    {"please", "pls", "thanks", "thank", "you", "now", "asseblief", "dankie", "a", "the"}
)


def without_quotes(line: str) -> str:
    """The line with quoted parts blanked, at the same length."""
    blank = list(line)
    for start, end, _ in _quoted(line):
        blank[start:end] = "\x00" * (end - start)
    return "".join(blank)


def unquoted(value: str) -> str:
    """The value without the quotes that are around all of it."""
    spans = list(_quoted(value))
    whole = len(spans) == 1 and spans[0][:2] == (0, len(value))
    return spans[0][2] if whole else value


def _quoted(text: str) -> Iterator[tuple[int, int, str]]:
    """Quoted parts: start, end and what is inside. A quote must stand apart to open and close."""
    at, unclosed = 0, set[str]()
    while opening := OPENS.search(text, at):
        at = opening.start() + 1
        mark = opening[0]
        closing = None if mark in unclosed else CLOSES[mark].search(text, at)
        if closing is None:
            unclosed.add(mark)
            continue
        yield opening.start(), closing.end(), text[at : closing.start()].strip()
        at = closing.end()


@dataclass(frozen=True)
class Token:
    """One word, or one quotation."""

    said: str
    quoted: bool = False


def tokens(text: str) -> list[Token]:
    """Words and quotations in order."""
    found: list[Token] = []
    at = 0
    for start, end, inside in _quoted(text):
        found += [Token(word) for word in text[at:start].split()]
        found.append(Token(inside, quoted=True))
        at = end
    return found + [Token(word) for word in text[at:].split()]


class Arguments:
    """Takes tokens for fields, the most telling kinds first: codes, named values, text."""

    def __init__(self, kind: type[Intent], keyed: dict[str, object], tokens: list[Token]) -> None:
        self.kind = kind
        self.found = keyed
        self.tokens = tokens

    def read(self) -> tuple[str, dict[str, object]]:
        """What is left over, and values by field."""
        open_fields = [f for f in self.kind.model_fields if f not in self.found]
        loose = [f for f in open_fields if not self.kind.mark(f, "keyed")]
        if not any(_sort(self.kind, f) is str for f in loose):
            self.tokens = [t for t in self.tokens if t.said.casefold().strip(".,!?") not in POLITE]
        for name in loose:
            self._take_telling(name)
        texts = [f for f in loose if _sort(self.kind, f) in (str, tuple) and f not in self.found]
        for name in texts:
            self._take_text(name)
        left = " ".join(t.said for t in self.tokens if t.said.strip(".,!?"))
        return self._as_code(left, loose)

    def _as_code(self, left: str, loose: list[str]) -> tuple[str, dict[str, object]]:
        """A leftover where a code is needed is a mistyped code: said so when it is checked."""
        for name in loose:
            needed = self.kind.model_fields[name].is_required()
            if left and needed and name not in self.found and _sort(self.kind, name) == "code":
                return "", self.found | {name: left}
        return left, self.found

    def _take_telling(self, name: str) -> None:
        sort = _sort(self.kind, name)
        if sort == "code":
            self._take_code(name)
        elif sort == "link":
            self._take_link(name)
        elif sort == "plus":
            self._take_first(name, PLUS)
        elif sort == "number":
            self._take_first(name, NUMBER)
        elif sort is bool:
            self._take_word(name, YES | NO)
        elif isinstance(sort, type) and issubclass(sort, StrEnum):
            self._take_word(name, frozenset(folded(member.value) for member in sort))

    def _take_code(self, name: str) -> None:
        """The first word if it looks like a code, unless a later one has a digit too."""
        code = CODES.get(str(self.kind.mark(name, "code")), CODE)
        fits = [i for i, t in enumerate(self.tokens) if code.fullmatch(t.said.strip(".,!?#"))]
        sure = [i for i in fits if re.search(r"\d", self.tokens[i].said)]
        if sure or 0 in fits:
            self.found[name] = self.tokens.pop(sure[0] if sure else 0).said.strip(".,!?#")

    def _take_link(self, name: str) -> None:
        """The first word that looks like a link."""
        for at, token in enumerate(self.tokens):
            if link := link_in(token.said):
                self.found[name] = link
                del self.tokens[at]
                return

    def _take_first(self, name: str, form: re.Pattern[str]) -> None:
        """The first word of a form, such as +2, or 3."""
        for at, token in enumerate(self.tokens):
            if not token.quoted and form.fullmatch(token.said.strip(".,:#")):
                self.found[name] = self.tokens.pop(at).said.strip(".,:#")
                return

    def _take_word(self, name: str, known: frozenset[str]) -> None:
        """A known word: first where the usage has it, as another argument may be called so too."""
        place = self._words_before(name)
        for size in (3, 2, 1):
            for at in sorted(range(len(self.tokens) - size + 1), key=lambda at: at != place):
                said = " ".join(t.said for t in self.tokens[at : at + size]).strip(".,!?")
                if folded(said) in known:
                    self.found[name] = said
                    del self.tokens[at : at + size]
                    return
        if len(self.tokens) == 1 and self.kind.model_fields[name].is_required():
            self.found[name] = self.tokens.pop().said

    def _words_before(self, name: str) -> int:
        """How many arguments of one word each come before this one."""
        before = [*self.kind.model_fields][: [*self.kind.model_fields].index(name)]
        words = [f for f in before if self.kind.mark(f, "word") and f not in self.found]
        return len([f for f in words if not self.kind.mark(f, "keyed")])

    def _take_text(self, name: str) -> None:
        quoted = [i for i, t in enumerate(self.tokens) if t.quoted]
        if quoted:
            self.found[name] = self.tokens.pop(quoted[0]).said
            return
        size = len(self.tokens)
        if self.kind.mark(name, "word"):
            size = size if self._is_secret(name) else min(1, size)
        if size:
            self.found[name] = " ".join(t.said for t in self.tokens[:size])
            del self.tokens[:size]

    def _is_secret(self, name: str) -> bool:
        """Whether all that is left is a one-time code, with spaces in it."""
        left = " ".join(token.said for token in self.tokens)
        return bool(name in self.kind.secrets() and one_time(left))


def _sort(kind: type[Intent], name: str) -> Any:
    """The plain type of a field, or `code` where it is a short code, or `link`."""
    if kind.mark(name, "code"):
        return "code"
    for sort in ("link", "plus", "number"):
        if kind.mark(name, sort):
            return sort
    return _plain_type(kind.model_fields[name].annotation)


def _plain_type(annotation: Any) -> Any:
    origin = get_origin(annotation)
    if origin is Annotated:
        return _plain_type(get_args(annotation)[0])
    if origin in (Union, UnionType):
        return _plain_type(next(a for a in get_args(annotation) if a is not type(None)))
    return origin or annotation
