"""Hints as they are typed: a line after a prefix, or a form with named options."""

from collections.abc import Iterator, Sequence

from indaba.contracts.refusal import HINT, Hint
from indaba.conversation.answer import Answer, Items, Text
from indaba.conversation.commands.fields import folded
from indaba.conversation.commands.intent import SLASH, Intent
from indaba.conversation.commands.line import (
    STANDARD_PREFIX,
    Unclear,
    Understood,
    phrases,
    read_line,
)
from indaba.conversation.wording import Wording, plain

ROOM_PREFIX = f"{STANDARD_PREFIX} "
"""What a line begins with in a Matrix room that we know nothing of."""

ON_BOTH = "{form} on Discord, or {line} on Matrix"


class UnknownHintError(LookupError):
    """A hint names no intent, or an argument that the intent has not; a mistake of ours."""


def typed(hint: Hint, prefix: str, intents: Sequence[type[Intent]]) -> str:
    """The hint as people type it where a line begins with `prefix`; with `SLASH`, as a form.

    A line reads back as the same intent with the same arguments. Raises `UnknownHintError`.
    """
    kind = phrases(intents).get(folded(hint.intent))
    if kind is None or not set(hint.arguments) <= set(kind.model_fields):
        raise UnknownHintError(hint)
    given = {name: plain(value) for name, value in hint.arguments.items()}
    if prefix == SLASH:
        return " ".join((f"/{kind.called()}", *(f"{name}:{v}" for name, v in given.items())))
    wanted = {name: value.casefold() for name, value in given.items()}
    for line in _ways(kind, hint.intent, given):
        read = read_line(line, intents)
        if isinstance(read, Understood) and read.intent is kind and _same(read.filled, wanted):
            return with_prefix(line, prefix)
    raise UnknownHintError(hint)


def typed_elsewhere(
    hint: Hint, wording: Wording, intents: Sequence[type[Intent]], *, private: bool = False
) -> str:
    """The hint as people type it in another place, on whichever platform that is.

    `private` is a direct chat with the bot.
    """
    line = typed(hint, "" if private else ROOM_PREFIX, intents)
    return wording.say(ON_BOTH, form=typed(hint, SLASH, intents), line=line)


def typed_line(line: str, prefix: str, intents: Sequence[type[Intent]]) -> str:
    """An intent's own example as it is typed there."""
    if prefix != SLASH:
        return with_prefix(line, prefix)
    read = read_line(line, intents)
    if not isinstance(read, Understood):
        return f"/{line}"
    given = (f"{name}:{value}" for name, value in read.filled.items())
    return " ".join((f"/{read.intent.called()}", *given))


def unclear(
    found: Unclear, wording: Wording, prefix: str, intents: Sequence[type[Intent]]
) -> Answer:
    """What was not understood, with the lines that may have been meant as they are typed there."""
    facts = {name: plain(value) for name, value in found.facts.items()}
    if "meant" in facts:
        facts["meant"] = typed_line(facts["meant"], prefix, intents)
    text = Text(wording.say(found.words, **facts))
    lines = tuple(
        wording.say("{line}", line=typed_line(x, prefix, intents)) for x in found.suggestions
    )
    shown = (text, Items(lines)) if lines else (text,)
    listed = (Text(wording.say("There is:")), Items(found.there)) if found.there else ()
    return Answer((*shown, *listed))


def put_in(words: str, hint: Hint | None, prefix: str, intents: Sequence[type[Intent]]) -> str:
    """A sentence with its hint, as it is typed there, in its place."""
    return words if hint is None else words.replace(HINT, typed(hint, prefix, intents))


def with_prefix(line: str, prefix: str) -> str:
    """`cop join` after the prefix `!cop ` is `!cop join`, not `!cop cop join`."""
    first, _, rest = line.partition(" ")
    if prefix.strip(" !@:").casefold() == first:
        line = rest
    return f"{prefix}{line}"


def _ways(kind: type[Intent], name: str, given: dict[str, str]) -> Iterator[str]:
    """The ways to write a line, the plainest first."""
    keyed = [field for field in given if kind.mark(field, "keyed")]
    for quoted in (False, True):
        loose = [_word(kind, f, v, quoted=quoted) for f, v in given.items() if f not in keyed]
        yield " ".join([name, *loose, *(f"{field}: {given[field]}" for field in keyed)])
    yield " ".join([name, *(f"{field}: {value}" for field, value in given.items())])


def _word(kind: type[Intent], field: str, value: str, *, quoted: bool) -> str:
    wants_quotes = quoted or bool(kind.mark(field, "before_time"))
    return f'"{value}"' if wants_quotes and " " in value else value


def _same(read: dict[str, object], wanted: dict[str, str]) -> bool:
    return {name: str(value).casefold() for name, value in read.items()} == wanted
