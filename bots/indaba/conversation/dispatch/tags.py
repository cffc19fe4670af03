"""Tagged lines: `#decision We meet on Thursdays`, or `^action`, as meetbots have it.

The words of each language are data, so that a speaker can add theirs without code.
"""

import re
import tomllib
from importlib.resources import files
from typing import NamedTuple

from indaba.contracts.record import NoteKind
from indaba.conversation.answer import Answer, Choice, Choices, Text
from indaba.conversation.commands.intent import Intent
from indaba.conversation.commands.never_mind import NeverMind
from indaba.conversation.commands.topics.agenda import Topic
from indaba.conversation.commands.topics.noting import (
    LABELS,
    SIGNS,
    Tagged,
    TaggedReply,
    origin_in,
)
from indaba.conversation.delivery.chat_events import MessageSent
from indaba.conversation.wording import Wording

TOPIC = "topic"


def _words() -> dict[str, NoteKind | str]:
    """The kind of each word, in every language of `tag_words.toml`."""
    text = (files(__package__) / "tag_words.toml").read_text(encoding="utf-8")
    languages = tomllib.loads(text).values()
    kinds = [each for language in languages for each in language.items()]
    return {word: KINDS[kind] for kind, words in kinds for word in words}


KINDS: dict[str, NoteKind | str] = {**{kind.value: kind for kind in NoteKind}, TOPIC: TOPIC}
TAGS = _words()
_WORD = r"(?P<tag>[^\W\d_]+)"
_TAG = re.compile(rf"\s*[#^]{_WORD}(?![\w-])[\s:,]*(?P<rest>.*)", re.DOTALL)
_NO_SIGN = re.compile(rf"\s*{_WORD}\s*:(?!//)\s*(?P<rest>.*)", re.DOTALL)
_APART = re.compile(rf"\s*[#^]\s+{_WORD}(?![\w-])[\s:,]*(?P<rest>.*)", re.DOTALL)


class Tag(NamedTuple):
    """What a line was tagged as, and the line without its tag."""

    kind: NoteKind | str
    text: str


def tag_in(text: str) -> Tag | None:
    """The tag that a line begins with, if it is one of ours."""
    return _read(text, _TAG)


def nearly_a_tag(text: str) -> Tag | None:
    """The tag that a line begins with but for one slip: a letter, a space, or no sign.

    Two letters that changed places are one slip. What is as near to tags of two kinds is neither.
    """
    if near := _read(text, _APART) or _read(text, _NO_SIGN):
        return near if near.text else None
    match = _TAG.fullmatch(text)
    kinds = _kinds_near(match["tag"].casefold()) if match else set()
    return Tag(kinds.pop(), match["rest"].strip()) if match and len(kinds) == 1 else None


def _read(text: str, form: re.Pattern[str]) -> Tag | None:
    match = form.fullmatch(text)
    kind = TAGS.get(match["tag"].casefold()) if match else None
    return Tag(kind, match["rest"].strip()) if match and kind else None


def _kinds_near(word: str) -> set[NoteKind | str]:
    from rapidfuzz.distance import DamerauLevenshtein

    distance = DamerauLevenshtein.distance
    return {kind for tag, kind in TAGS.items() if distance(word, tag, score_cutoff=1) <= 1}


def intent_of_tag(tag: Tag, event: MessageSent, code: str) -> Intent:
    """What a tagged line asks for during the meeting with this code."""
    if not isinstance(tag.kind, NoteKind):
        return Topic(title=tag.text[:120], code=code)
    if not tag.text and event.reply_to:
        return TaggedReply(kind=tag.kind, code=code)
    return Tagged(
        kind=tag.kind,
        text=tag.text[:1000],
        origin=origin_in(event.room, event.id),
        code=code,
        mentions=event.mentions,
    )


def almost_tagged(tag: Tag, intent: Intent, wording: Wording) -> Answer:
    """Whether a misspelt tag was meant, with a choice that takes the line over."""
    say, name = wording.say, f"#{tag.kind}"
    if not tag.text:
        return Answer.of(say("Did you mean {tag}? Then write it once more.", tag=name))
    is_note = isinstance(tag.kind, NoteKind)
    sign = SIGNS[NoteKind(tag.kind)] if is_note else "▶️"
    label = say(LABELS[NoteKind(tag.kind)]) if is_note else say("Topic")
    picks = (Choice(label, sign, intent), Choice(say("No"), "❌", NeverMind()))
    return Answer((Text(say("Did you mean {tag}?", tag=name)), Choices(picks)))
