"""Words that nearly answer a choice: "ys", "i agree", "the first one". They are asked about.

Nothing is done by them, for agreeing is never guessed; but whoever was just asked something and
says this next is not left to think that it was done.
"""

from indaba.contracts.refusal import Hint, hint
from indaba.contracts.scheduling import RsvpAnswer
from indaba.conversation.cards.rsvp_words import short_reply
from indaba.conversation.commands.fields import folded
from indaba.conversation.delivery.chat_events import ChatEvent, MessageSent

MOST_WORDS = 5
_TELLING_WORDS = (
    "ok|okay|oky|okey|k|sure|agree|agreed|aggree|accept|fine|good|right|yes|yess|ys|yse|"
    "yas|ye|yea|yeh|ya|yup|jaa|noo|nah|first|second|third|fourth|last|number|option|regso|"
    "reg|akkoord|kulungile"
)
TELLING = frozenset(_TELLING_WORDS.split("|"))
_BESIDE_WORDS = (
    "i|the|a|to|it|that|this|looks|sounds|is|all|go|ahead|do|let|me|in|one|two|three|four|"
    "pls|plz|please|thanks|thank|you|no|my|am|of|want|join|coming|come|ek|stem"
)
BESIDE = frozenset(_BESIDE_WORDS.split("|"))


def nearly_answers(text: str) -> bool:
    """Whether every word is one of agreeing or choosing; talk holds others."""
    words = [word.strip(".,!") for word in folded(text).split()]
    if len(words) > MOST_WORDS or TELLING.isdisjoint(words):
        return False
    return TELLING.union(BESIDE).issuperset(words)


def how_they_come(event: ChatEvent, **code: str) -> Hint:
    """How somebody says of a meeting what they have just said: that they come, or do not."""
    text = event.text if isinstance(event, MessageSent) else ""
    short = short_reply(getattr(event, "addressed", None) or text)
    match short.answer if short else RsvpAnswer.YES:
        case RsvpAnswer.NO:
            return hint("meeting no", **code)
        case RsvpAnswer.MAYBE:
            return hint("meeting maybe", **code)
    return hint("meeting yes", **code)
