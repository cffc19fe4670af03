"""How to type what a page suggests, on the platforms where its community lives.

In a Matrix room a line begins with the prefix that works in every room, whatever prefix an operator
has added. In a private chat it begins with nothing.
"""

from collections.abc import Callable, Iterable
from typing import Any

from markupsafe import Markup, escape

from indaba.contracts.membership import Platform
from indaba.contracts.refusal import HINT, Hint, Refusal
from indaba.conversation.commands.hints import ON_BOTH, ROOM_PREFIX, typed
from indaba.conversation.commands.intent import SLASH
from indaba.conversation.commands.topics import INTENTS
from indaba.conversation.wording import Wording

ANYWHERE = frozenset(Platform)


def in_words(
    hint: Hint, platforms: Iterable[Platform], wording: Wording, *, private: bool = False
) -> str:
    """What to type, as plain text within a sentence. `private`: in a chat with the bot alone."""
    form, line = (typed(hint, prefix, INTENTS) for prefix in _prefixes(private=private))
    return _joined(form, line, frozenset(platforms), wording.say)


def in_markup(
    hint: Hint, platforms: Iterable[Platform], wording: Wording, *, private: bool = False
) -> Markup:
    """Likewise, with the part to type marked as code."""

    def say(words: str, /, **facts: Any) -> Markup:
        translation = wording.say(words, **{name: f"{{{name}}}" for name in facts})
        return escape(translation).format(**facts)

    form, line = (
        Markup("<code>{}</code>").format(typed(hint, prefix, INTENTS))
        for prefix in _prefixes(private=private)
    )
    return Markup(_joined(form, line, frozenset(platforms), say))  # noqa: S704 - escaped above


def refusal_in_words(refusal: Refusal, wording: Wording) -> str:
    """Why something was refused, and what to type next."""
    words = wording.by_code(refusal)
    if refusal.hint is None:
        return words
    return words.replace(HINT, in_words(refusal.hint, ANYWHERE, wording))


def _prefixes(*, private: bool) -> tuple[str, str]:
    return SLASH, "" if private else ROOM_PREFIX


def _joined(form: str, line: str, platforms: frozenset[Platform], say: Callable[..., str]) -> str:
    if platforms == {Platform.DISCORD}:
        return form
    return line if platforms == {Platform.MATRIX} else say(ON_BOTH, form=form, line=line)
