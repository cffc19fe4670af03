"""Actions and resources by a few of their words, wherever their code is taken.

A code always wins. Words that are all in the text of one, first among those of whoever asks, name
it. Everything else is a question with what is spelt nearly so, or what there is: nothing is done to
what was not named.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from indaba.contracts.actions import ListActions, WhichActions
from indaba.contracts.library import FindResources
from indaba.contracts.refusal import Refusal
from indaba.conversation.answer import Answer, Text
from indaba.conversation.commands.arguments import CODES, Token
from indaba.conversation.commands.intent import Intent, ServiceClient, question, resolve
from indaba.conversation.commands.line import Typed, Unclear, Understood, read_typed
from indaba.conversation.commands.numbered import numbered_if_whole
from indaba.conversation.commands.spelling import slips
from indaba.conversation.wording import Wording, plain

MOST_TO_PICK, SHORTEST, LONGEST_SEARCH = 5, 3, 200
SMALL_WORDS = frozenset({"the", "my", "our", "a", "an", "to", "for", "of", "with", "that"})
_WORD = re.compile(r"\w+")


class Thing(NamedTuple):
    """An action or a resource: its code, and its text or title."""

    code: str
    text: str


class Named(NamedTuple):
    """The things that words name, `exact` or nearly; the other words, and what there is."""

    exact: bool
    things: Sequence[Thing]
    rest: Sequence[Token]
    there: Sequence[Thing]


def text_field(kind: type[Intent]) -> str | None:
    """The argument that takes the code of an action or a resource; `None` if none does."""
    return next((name for name in kind.model_fields if kind.mark(name, "code") in CODES), None)


async def with_code_of_text(
    read: Understood | Unclear, services: ServiceClient, wording: Wording
) -> Understood | Unclear | Answer:
    """What was asked for, with a code in the place of words; or the question which is meant.

    Raises `Unavailable`.
    """
    if not isinstance(read, Understood) or (field := text_field(read.intent)) is None:
        return read
    code = CODES[str(read.intent.mark(field, "code"))]
    if code.fullmatch(str(read.filled.get(field, "")).strip(" .,!?#")):
        return read
    try:
        matches = await things_named(read, services)
    except Refusal:
        return read
    if matches.exact and len(matches.things) == 1:
        named = _with(read, field, matches.things[0].code, matches.rest)
        if named is not None:
            return named
    return _asked(read, field, matches.things or matches.there, matches.rest, wording)


async def things_named(read: Understood, services: ServiceClient) -> Named:
    """The actions or resources that a line may name. Raises `Refusal` or `Unavailable`."""
    field = str(text_field(read.intent))
    words = _words_of(read, field)
    lists = await _lists(read.intent, field, words, services)
    for exact in (True, False):
        for things in lists:
            fits, rest = _named(words, things, nearly=not exact)
            if fits:
                return Named(exact, fits, rest, lists[-1])
    return Named(exact=False, things=(), rest=words, there=lists[-1])


def _words_of(read: Understood, field: str) -> tuple[Token, ...]:
    """The words that may name it: those given for it, else all that were not given by name."""
    if read.typed is None or field in read.typed.keyed:
        given = str(read.filled.get(field, ""))
        return tuple(Token(word) for word in given.split())
    return read.typed.tokens


async def _lists(
    kind: type[Intent], field: str, words: Sequence[Token], services: ServiceClient
) -> list[list[Thing]]:
    """What may be meant: the asker's own first; the last list is what a question shows."""
    if kind.mark(field, "code") == "A":
        asked = [ListActions(which=which) for which in (WhichActions.MINE, WhichActions.OPEN)]
        mine, everybodys = [(await services.ask(each)).actions for each in asked]
        lists = [[Thing(a.code, a.text) for a in each] for each in (mine, everybodys)]
        return [*lists, lists[0] or lists[1]]
    text = " ".join(token.said for token in words)[:LONGEST_SEARCH]
    for each in dict.fromkeys((text, "")):
        there = (await services.ask(FindResources(words=each, limit=MOST_TO_PICK))).resources
        if there:
            break
    return [[Thing(r.code, r.title) for r in there]]


def _named(
    words: Sequence[Token], things: Sequence[Thing], *, nearly: bool = False
) -> tuple[list[Thing], Sequence[Token]]:
    """The things that the first words name, by as many words as can be; and the other words."""
    start = next((n for n, t in enumerate(words) if t.said.casefold() not in SMALL_WORDS), 0)
    for end in range(len(words), start, -1):
        if fits := [each for each in things if _says(words[start:end], each, nearly=nearly)]:
            return fits, words[end:]
    return [], words


def _says(words: Sequence[Token], thing: Thing, *, nearly: bool) -> bool:
    """Whether all words are in its text, the longer ones perhaps cut short; or nearly so."""
    spoken = [w for token in words for w in _WORD.findall(token.said.casefold())]
    telling = [word for word in spoken if word not in SMALL_WORDS]
    there = _WORD.findall(thing.text.casefold())
    return any(len(word) >= SHORTEST for word in telling) and all(
        any(_is_said(each, word) or (nearly and slips(word, each) is not None) for each in there)
        for word in telling
    )


def _is_said(there: str, word: str) -> bool:
    return there == word or (len(word) >= SHORTEST and there.startswith(word))


def _with(read: Understood, field: str, code: str, rest: Sequence[Token]) -> Understood | None:
    """The same with this code; `None` if the other words do not fit then."""
    typed = read.typed
    if typed is None or field in typed.keyed:
        return replace(read, filled={**read.filled, field: code}) if not rest else None
    again = read_typed(Typed(typed.kind, {**typed.keyed, field: code}, tuple(rest)))
    return again if isinstance(again, Understood) else None


def _asked(
    read: Understood,
    field: str,
    things: Sequence[Thing],
    rest: Sequence[Token],
    wording: Wording,
) -> Answer:
    """The question which is meant: to pick from where nothing else is missing."""
    say, shown = wording.say, things[:MOST_TO_PICK]
    lines = [say("{code} {title}", code=each.code, title=plain(each.text)[:80]) for each in shown]
    named = [_with(read, field, each.code, rest) for each in shown]
    steps = [
        resolve(read.intent, {**(one or read).filled, field: each.code}, wording)
        for one, each in zip(named, shown, strict=True)
    ]
    choices = numbered_if_whole(lines, steps, say("None of these"))
    if choices is None:
        why = say("There is: {list}", list="; ".join(lines)) if lines else ""
        known = {name: value for name, value in read.filled.items() if name != field}
        return Answer((question(read.intent, known, field, wording, why),))
    return Answer((Text(say("Which one is it?")), choices))
