"""The one catalogue that every sentence passes, and making foreign text safe to show.

Sentences are written in English where they are used and looked up with gettext; a language without
a catalogue, or a sentence missing from it, comes out in English.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from gettext import NullTranslations, translation
from pathlib import Path

from indaba.contracts.refusal import HINT, Refusal, Refused

PSEUDO = "qps"
"""A made-up language: ⟦åççéñţéð⟧. What shows without the brackets never passed the catalogue."""

_ACCENTED = str.maketrans("aceinostuyACEINOSTUY", "åçéîñöšţüýÅÇÉÎÑÖŠŢÜÝ")
_PLACEHOLDER = re.compile(r"(\{[a-z_]+\})")
_ON_DISCORD = re.compile(r"(?:<|&lt;)@!?\d{5,25}(?:>|&gt;)")
_PINGS = re.compile(r"@(?=(?:room|everyone|here|channel)(?![A-Za-z0-9_]))", re.IGNORECASE)
"""For Matrix a word ends at the first letter that is not in ASCII: `@roomé` pings a room too."""

MOST_ACCENTS = 3

_JOINERS = "\u200c\u200d"

BY_CODE = {
    "not-allowed": "Only a {needs} of this community can do that.",
    "no-community": "No community lives in this room yet. Somebody who runs the room can type: "
    "{hint}",
    "not-a-member": "You are not a member here yet. Type: {hint}",
    "suspended": "You are suspended here until {until}, and cannot do that before. It ends by "
    "itself. If you think that it is wrong, talk to another facilitator. To see why type: {hint}",
    "bad-passport": "I could not confirm who is asking. Please try again.",
    "expired": "That took too long, so I did not do it. Please ask again.",
}
"""Sentences for the refusals every service may give; others bring their own words."""


class Wording:
    """Says sentences in one language (a BCP 47 tag; empty is English)."""

    def __init__(self, language: str = "en") -> None:
        self.language = language or "en"

    @property
    def locale(self) -> str:
        """The tag for dates and numbers: the language, but English where it is made up."""
        return "en-ZA" if self.language == PSEUDO else self.language

    def say(self, words: str, /, **facts: object) -> str:
        """The sentence with its facts. Facts are put in as they are, never looked up or read."""
        return self._translated(words).format_map(_texts(facts))

    def foreign(self, words: str) -> str:
        """A whole sentence that a service said, made plain, and looked up where it is known."""
        return self._translated(plain(words))

    def count(self, n: int, one: str, many: str, /, **facts: object) -> str:
        """The sentence for `n` things; `{n}` is the number."""
        if self.language == PSEUDO:
            words = _pseudo(one if n == 1 else many)
        else:
            words = _catalogue(self.language).ngettext(one, many, n)
        return words.format_map(_texts(facts | {"n": n}))

    def length(self, minutes: int) -> str:
        """A length of time, such as `1 hour 30 minutes`."""
        hours, rest = divmod(minutes, 60)
        if not hours:
            return self.count(rest, "{n} minute", "{n} minutes")
        said = self.count(hours, "{n} hour", "{n} hours")
        if not rest:
            return said
        tail = self.count(rest, "{n} minute", "{n} minutes")
        return self.say("{hours} {minutes}", hours=said, minutes=tail)

    def by_code(self, refusal: Refusal) -> str:
        """The sentence for a refusal: by its code where this catalogue has it, else its own words.

        `{hint}` stays in it for whoever knows how people type there. Its facts come from far
        away, so they are made plain.
        """
        code = refusal.told if isinstance(refusal, Refused) else refusal.code
        facts = {name: self._fact(name, value) for name, value in refusal.facts.items()}
        facts["hint"] = HINT
        template = BY_CODE.get(code)
        if template and set(_PLACEHOLDER.findall(template)) <= {f"{{{name}}}" for name in facts}:
            return self.say(template, **facts)
        return self.foreign(refusal.words)

    def _fact(self, name: str, value: object) -> str:
        return self.say(str(value)) if name == "needs" else plain(str(value))

    def _translated(self, words: str) -> str:
        if not words:
            return ""
        if self.language == PSEUDO:
            return _pseudo(words)
        return _catalogue(self.language).gettext(words)


def _texts(facts: dict[str, object]) -> dict[str, str]:
    return {name: str(value) for name, value in facts.items()}


def _pseudo(words: str) -> str:
    parts = _PLACEHOLDER.split(words)
    changed = (p if _PLACEHOLDER.fullmatch(p) else p.translate(_ACCENTED) for p in parts)
    return f"⟦{''.join(changed)}⟧"


@lru_cache(maxsize=64)
def _catalogue(language: str) -> NullTranslations:
    tag = language.replace("-", "_")
    folder = Path(__file__).with_name("locale")
    return translation("indaba", folder, [tag, tag.split("_", 1)[0]], fallback=True)


def plain(text: str) -> str:
    """Untrusted text made safe to show on one line.

    Control, direction-changing and invisible characters go (joiners that scripts and emoji need
    stay), white space becomes single spaces, piles of accents are cut, and `@room` and its kind
    get a word joiner inside so that no client pings for them. Markup is left: platforms escape it.
    """
    shown = "".join(_shown(c) for c in text)
    calm = _calm(" ".join(shown.split()))
    return _PINGS.sub("@\u2060", calm)


def off_discord(text: str) -> str:
    """The text as it is read elsewhere, where a Discord account in it is a number to everybody."""
    return _ON_DISCORD.sub("@somebody (Discord)", text)


def _shown(char: str) -> str:
    if char in _JOINERS:
        return char
    if char in "\t\n\r\v\f\x85\u2028\u2029":
        return " "
    return "" if unicodedata.category(char) in {"Cc", "Cf", "Cs", "Co", "Cn"} else char


def _calm(text: str) -> str:
    """No more than three combining accents in a row."""
    kept: list[str] = []
    run = 0
    for char in text:
        run = run + 1 if unicodedata.category(char) in {"Mn", "Me"} else 0
        if run <= MOST_ACCENTS:
            kept.append(char)
    return "".join(kept)
