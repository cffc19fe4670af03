"""Choices between things alike: each under its number, and one for none of them."""

from collections.abc import Sequence

from indaba.conversation.answer import Choice, Choices
from indaba.conversation.commands.intent import Intent
from indaba.conversation.commands.never_mind import NeverMind

NUMBERS = ("1️⃣", "2️⃣", "3️⃣", "4️⃣", "5️⃣", "6️⃣", "7️⃣", "8️⃣", "9️⃣", "🔟")
FIVE = NUMBERS[:5]


def numbered(labels: Sequence[str], intents: Sequence[Intent], none: str) -> Choices:
    """A choice for each of the first five, and one labelled `none`, which does nothing."""
    picks = [Choice(*each) for each in zip(labels, FIVE, intents, strict=False)]
    return Choices((*picks, Choice(none, "❌", NeverMind())))


def numbered_if_whole(labels: Sequence[str], steps: Sequence[object], none: str) -> Choices | None:
    """Likewise for what `resolve` gave; `None` if there is nothing, or one is no intent yet."""
    ready = [step for step in steps if isinstance(step, Intent)]
    return numbered(labels, ready, none) if ready and len(ready) == len(steps) else None


def completes(picked: Intent, signs: Sequence[str], last: Intent | None) -> bool:
    """Whether a number is enough to pick it: it is one of several things alike, or none of them.

    What is picked then only completes what was typed, and asks again where that cannot be undone.
    """
    alike = [
        sign for sign, known in zip(signs, NUMBERS, strict=False) if _bare(sign) == _bare(known)
    ]
    return isinstance(last, NeverMind) and len(alike) == len(signs) - 1 and not picked.hidden


def _bare(sign: str) -> str:
    return sign.replace("\ufe0f", "")
