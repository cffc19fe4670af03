"""What a reaction or a short reply to a card means."""

import re

from indaba.contracts.scheduling import RsvpAnswer
from indaba.conversation.commands.fields import CODE

REACTIONS: dict[str, RsvpAnswer] = {
    "👍": RsvpAnswer.YES,
    "✅": RsvpAnswer.YES,
    "✔": RsvpAnswer.YES,
    "🙋": RsvpAnswer.YES,
    "🤔": RsvpAnswer.MAYBE,
    "🤷": RsvpAnswer.MAYBE,
    "❓": RsvpAnswer.MAYBE,
    "👎": RsvpAnswer.NO,
    "❌": RsvpAnswer.NO,
    "✖": RsvpAnswer.NO,
}
"""What a reaction on a card means; compare through `answer_of`. The first of each is offered."""

LONGEST_REPLY = 80

_TRIMMINGS = re.compile("[\ufe0e\ufe0f\U0001f3fb-\U0001f3ff]|\u200d[♀♂]|\u200d")
_PLAIN_REPLIES = {
    RsvpAnswer.YES: "yes|yep|yeah|y|ja|yebo|ewe|coming|i'm coming|im coming|i am coming|i come|"
    "i'll be there|ill be there|i will be there|count me in|i'm in|im in|yes i'm coming|"
    "yes i will|yes i'll be there|ek kom|ja ek kom|ngiyeza",
    RsvpAnswer.MAYBE: "maybe|perhaps|not sure|not sure yet|might|i might|maybe coming|miskien|"
    "misskien|dalk|mhlawumbe|mhlawumbi|mohlomong",
    RsvpAnswer.NO: "no|nope|n|nee|cha|hayi|can't|cant|cannot|i can't|i cant|i cannot|not coming|"
    "i'm not coming|im not coming|i am not coming|can't come|cant come|i can't come|"
    "i can't make it|can't make it|cant make it|not this time|no i can't|sorry no|no sorry|"
    "nee ek kan nie|ek kan nie",
}
REPLIES = {said: answer for answer, lines in _PLAIN_REPLIES.items() for said in lines.split("|")}
_CODES = re.compile(rf"\b{CODE.pattern}\b")
_POLITE = frozenset({"please", "thanks", "thank", "you", "asseblief", "dankie", "enkosi"})


def answer_of(emoji: str) -> RsvpAnswer | None:
    """What a reaction means, in any skin tone or drawing; `None` if it means nothing."""
    return REACTIONS.get(_TRIMMINGS.sub("", emoji.strip()))


def reply_answer(text: str) -> RsvpAnswer | None:
    """What a plain reply to a card means. Only whole phrases count: `no problem` is not a no."""
    if len(text) > LONGEST_REPLY:
        return None
    if found := answer_of(text):
        return found
    calm = text.casefold().replace("’", "'")
    words = re.sub(r"[^\w' ]+", " ", calm).split()
    kept = [w for w in words if w not in _POLITE and not _is_code(w)]
    return REPLIES.get(" ".join(kept))


def _is_code(word: str) -> bool:
    return bool(CODE.fullmatch(word) and re.search(r"\d", word))


def code_in(text: str) -> str:
    """The code of the one meeting that a text names as cards do; empty for none and for several."""
    found = set(_CODES.findall(text))
    return found.pop() if len(found) == 1 else ""
