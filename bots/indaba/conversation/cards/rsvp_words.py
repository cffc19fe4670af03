"""What a reaction or a short reply to a card means."""

import re
from dataclasses import dataclass

from indaba.contracts.scheduling import RsvpAnswer
from indaba.conversation.commands.fields import CODE, MOST_GUESTS

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
_CONTRACTED = {
    "i'm": "i am",
    "im": "i am",
    "i'll": "i will",
    "ill": "i will",
    "can't": "cannot",
    "cant": "cannot",
    "can not": "cannot",
    "won't": "will not",
    "wont": "will not",
}
_CONTRACTION = re.compile(rf"(?<!\S)(?:{'|'.join(_CONTRACTED)})(?!\S)")
_ABOUT_COMING = re.compile(
    r"\b(?:com(?:e|ing)|be there|count me|(?:i'm|im) in|can't|cant|cannot|kom|kan nie|ngiyeza|"
    r"this time|i might|might)\b"
)
"""What only somebody says who speaks of a meeting."""

_ONLY_OF_MEETINGS = re.compile(
    r"\b(?:com(?:e|ing)|be there|count me in|(?:i'm|im) in|make it|attend|kom|ngiyeza)\b"
)

_DOING = "(?:come|be coming|be there|make it|attend|join)"
_HEADS = {
    RsvpAnswer.YES: f"(?:i )?(?:will|can) {_DOING}",
    RsvpAnswer.MAYBE: f"(?:i )?(?:might|may) {_DOING}|"
    f"(?:i am )?not sure (?:if |whether )?i (?:can|will) {_DOING}",
    RsvpAnswer.NO: f"(?:i )?(?:cannot|will not|am not able to|am unable to|unable to) {_DOING}",
}
"""What says it without a yes, a maybe or a no before."""

_SORRY = "(?:i am )?(?:so |very )?sorry(?: all| everyone)?|(?:my )?apologies|unfortunately"
_TAILS = {
    RsvpAnswer.YES: "i (?:am|will|can)|definitely|certainly|of course|for sure|gladly|"
    "see you(?: there| then| all| soon)?",
    RsvpAnswer.MAYBE: f"i (?:might|may)|{_SORRY}",
    RsvpAnswer.NO: f"i (?:cannot|will not|am not)|this time|see you next time|next time|{_SORRY}",
}
"""What may be said after one."""

_THANKS = (
    "please|(?:many thanks|thanks|thank you|hi|hello)(?: all| everyone)?|"
    "asseblief|dankie|enkosi|ngiyabonga"
)
_NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_NUMBER = rf"(?:[1-{MOST_GUESTS}]|{'|'.join(_NUMBERS)})"
_COMPANY = re.compile(
    rf"(?<!\S)(?:(?:and|with) )?(?:(?:\+ ?|plus ){_NUMBER}(?: guests?| others?| friends?)?"
    rf"|{_NUMBER} (?:guests?|others?|other|friends?)|with an? (?:guest|friend))(?!\S)"
)
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


def is_bare(text: str) -> bool:
    """Whether it is a yes, a maybe or a no to whatever was asked: nothing in it is about coming."""
    answer = reply_answer(text)
    if answer is None or _CODES.search(text):
        return False
    return not _ABOUT_COMING.search(text.casefold().replace("’", "'"))


def speaks_of_coming(text: str) -> bool:
    """Whether it says of a meeting that somebody comes or not, and so answers nothing else."""
    calm = text.casefold().replace("’", "'")
    return bool(_ONLY_OF_MEETINGS.search(calm)) and short_reply(text) is not None


@dataclass(frozen=True, slots=True)
class ShortReply:
    """An answer in few words. Without `guests` nothing was said of any."""

    answer: RsvpAnswer
    guests: int | None = None


def short_reply(text: str) -> ShortReply | None:
    """What a reply to a card, or a line in its thread, answers; `None` where it is talk.

    Every word must be known: a yes, a maybe or a no, then guests and politeness at most.
    """
    if found := reply_answer(text):
        return ShortReply(found)
    if len(text) > LONGEST_REPLY or "?" in text:
        return None
    calm = _calm(text)
    company = _COMPANY.findall(calm)
    rest = " ".join(_COMPANY.sub(" ", calm).split())
    answer = next((one for one, line in _LINES.items() if line.fullmatch(rest)), None)
    if answer is None or not company:
        return ShortReply(answer) if answer else None
    alone = len(company) == 1 and answer is RsvpAnswer.YES
    return ShortReply(answer, _number_in(company[0])) if alone else None


def _number_in(company: str) -> int:
    for word in company.replace("+", " ").split():
        if word.isdecimal():
            return int(word)
        if word in _NUMBERS:
            return _NUMBERS.index(word) + 1
    return 1


def _calm(text: str) -> str:
    """In small letters, without signs, contractions and codes; what counts guests stays."""
    bare = re.sub(r"-(?!\d)|[^\w'+\- ]+", " ", text.casefold().replace("’", "'"))
    kept = " ".join(word for word in bare.split() if not _is_code(word))
    return _CONTRACTION.sub(lambda match: _CONTRACTED[match[0]], kept)


def _line(answer: RsvpAnswer) -> re.Pattern[str]:
    """All that means this answer, as one line."""
    plain = "|".join(re.escape(_calm(phrase)) for phrase in _PLAIN_REPLIES[answer].split("|"))
    head = f"(?:{plain}|{_HEADS[answer]})"
    tail = f"(?:{head}|{_TAILS[answer]}|{_THANKS})"
    return re.compile(f"(?:(?:{_THANKS}|{_SORRY}) )*{head}(?: {tail})*")


def _is_code(word: str) -> bool:
    return bool(CODE.fullmatch(word) and re.search(r"\d", word))


def code_in(text: str) -> str:
    """The code of the one meeting that a text names as cards do; empty for none and for several."""
    found = set(_CODES.findall(text))
    return found.pop() if len(found) == 1 else ""


_LINES = {answer: _line(answer) for answer in RsvpAnswer}
