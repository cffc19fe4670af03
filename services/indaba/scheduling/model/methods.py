"""The method library: ways to run an agenda item that work in text.

The methods are known ones of facilitation (World Café, fishbowl, troika). The steps and minutes are
ours.
"""

from indaba.contracts.agenda import Method, MethodStep
from indaba.contracts.refusal import Refusal
from indaba.scheduling.model.plain_text import one_line


class NoSuchMethod(Refusal):
    """The library has no method with that name. `known` are the names it has."""

    code = "no-such-method"

    def __init__(self, name: str) -> None:
        known = [method.key for method in METHODS]
        super().__init__(
            f"I know no method called {one_line(name)[:40]}. I know: {', '.join(known)}.",
            known=known,
        )


def _method(key: str, name: str, group: str, in_text: str, note: str, *steps: str) -> Method:
    parts = (step.split(" min: ", 1) for step in steps)
    made = tuple(MethodStep(words=words, minutes=int(minutes)) for minutes, words in parts)
    return Method(key=key, name=name, group=group, in_text=in_text, note=note, steps=made)


METHODS: tuple[Method, ...] = (
    _method(
        "check-in",
        "Check-in round",
        "4-40",
        "yes",
        "Everybody writes once, so nobody is only a listener.",
        "5 min: In one word or one emoji: how do you arrive today?",
        "5 min: One line each: what do you hope to take home?",
    ),
    _method(
        "check-out",
        "Check-out round",
        "4-40",
        "yes",
        "Closes the meeting; take-aways can be tagged.",
        "5 min: In one line: what do you take with you, and what will you try first?",
    ),
    _method(
        "spotlight",
        "Working-practice spotlight",
        "any",
        "yes",
        "One practice that works in a real setting.",
        "5 min: The story: what you did, with whom, and what happened. Only the teller writes.",
        "10 min: Questions. Ask about facts first, opinions last.",
        "5 min: Everybody: what would I adapt for my own setting?",
    ),
    _method(
        "troika",
        "Peer assist (troika)",
        "3-8",
        "yes",
        "One owner, the others only ask and offer.",
        "5 min: The owner tells the problem and what was tried.",
        "5 min: The others ask. The owner answers in one line each.",
        "10 min: The others talk about it among themselves; the owner only reads.",
        "5 min: The owner: what will I try?",
    ),
    _method(
        "world-cafe",
        "World Café",
        "12-200",
        "partly",
        "Rounds in small groups; each group has a host who stays. Use threads as tables.",
        "5 min: Choose a table: each has its question and its host.",
        "15 min: First round: talk at your table. The host notes.",
        "15 min: Second round: move on. The host tells the new guests what was said before.",
        "15 min: Third round: move on once more.",
        "10 min: Each host: three lines of what your table found.",
    ),
    _method(
        "fishbowl",
        "Fishbowl",
        "10-60",
        "voice best",
        "An inner circle talks; one seat is always free.",
        "5 min: Four people begin. Who wants a seat writes: in. Who leaves writes: out.",
        "25 min: The circle talks; all others only read, and take the free seat to speak.",
        "5 min: Outside: what did you notice?",
    ),
    _method(
        "offers-and-asks",
        "Offers and asks",
        "any",
        "yes",
        "Who needs what, and who has it.",
        "5 min: One line each: something I can offer to others here.",
        "5 min: One line each: something I ask for. Tag it #help to keep it open.",
        "5 min: Match: answer somebody's ask.",
    ),
    _method(
        "policy-clinic",
        "Policy clinic",
        "any",
        "yes",
        "From a clause to what it means in practice.",
        "5 min: The clause, word for word, and who it binds.",
        "10 min: One line each: what I see of it in practice. Facts, with place and time.",
        "10 min: What should change? Draft one sentence together.",
        "5 min: Can everybody live with it? Tag it #decision.",
    ),
    _method(
        "commitments",
        "Commitments round",
        "any",
        "yes",
        "Ends in actions with an owner and a day.",
        "10 min: Each: what will I do, by when? Tag it #action.",
    ),
    _method(
        "dot-vote",
        "Dot vote",
        "any",
        "yes",
        "Finds what matters most, quickly. The chair then opens a vote.",
        "3 min: One line each: one proposal.",
        "2 min: The chair opens the vote with these.",
    ),
    _method(
        "site-observation",
        "Site observation and peer review",
        "5-12",
        "no",
        "Half a day on site; the four areas of the BRIDGE tool.",
        "60 min: Leadership and management.",
        "60 min: Teaching and learning.",
        "30 min: Culture and climate.",
        "30 min: School and community.",
    ),
)


def method_named(name: str) -> Method:
    """The method with a key or name, ignoring case and punctuation. Raises `NoSuchMethod`."""
    wanted = _folded(name)
    for method in METHODS:
        if wanted in (_folded(method.key), _folded(method.name)):
            return method
    begun = [method for method in METHODS if _folded(method.name).startswith(wanted)]
    if wanted and len(begun) == 1:
        return begun[0]
    raise NoSuchMethod(name)


def _folded(name: str) -> str:
    return " ".join(one_line(name).casefold().replace("-", " ").split())
