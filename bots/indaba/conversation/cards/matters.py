"""What is told of matters about members: who is removed, what is moved, who takes over."""

from dataclasses import replace

from indaba.contracts.refusal import HINT, Hint, hint
from indaba.contracts.removal import CaseAnswer, CaseFacts, CaseKind, CaseShown, CaseTold, Told
from indaba.conversation.answer import Answer, Audience, Facts, Text
from indaba.conversation.commands.hints import put_in, typed_elsewhere
from indaba.conversation.commands.topics import INTENTS
from indaba.conversation.commands.topics.matters import shown
from indaba.conversation.times import say_for
from indaba.conversation.wording import Wording, plain

ASKED = {
    Told.MOTION: (CaseAnswer.SECOND, CaseAnswer.OBJECT),
    Told.APPEALED: (CaseAnswer.READMIT, CaseAnswer.UPHOLD),
    Told.TAKE_OVER: (CaseAnswer.ACCEPT, CaseAnswer.DECLINE),
}
"""What those who are told privately can answer, where they may."""

PRIVATELY = {
    Told.REMOVED: "You were removed from {name}: you are no member any more and cannot join "
    "again. If you think that was wrong, type here: {hint}",
    Told.READMITTED: "You can join {name} again. Type in its room: {hint}",
    Told.UPHELD: "Your removal from {name} was looked at again, and stays.",
    Told.SUSPENDED: "The powers of {account} in {name} are suspended until {until}.",
}
SENT_AWAY = (
    "You are no member of {name} any more, as you were sent away from its room. You can join "
    "again: {hint}"
)
SUSPENDED_YOU = (
    "Your powers in {name} are suspended until {until}: a facilitator is a member until then, and "
    "a member a guest. You can write to another facilitator. To see it again: {hint}"
)
MOVED = {
    (Told.ACCUSED, CaseKind.REMOVE): "It is moved to remove you from {name}. Nothing has changed "
    "yet: others decide, by {until}. To see it again: {hint}",
    (Told.ACCUSED, CaseKind.DEMOTE): "It is moved that you no longer facilitate {name}. Nothing "
    "has changed yet: others decide, by {until}. To see it again: {hint}",
    (Told.CARRIED, CaseKind.REMOVE): "{account} was removed from {name}, as was moved.",
    (Told.CARRIED, CaseKind.DEMOTE): "{account} no longer facilitates {name}, as was moved.",
    (Told.FELL, CaseKind.REMOVE): "{account} is not removed from {name}: what was moved fell, and "
    "nothing has changed.",
    (Told.FELL, CaseKind.DEMOTE): "{account} still facilitates {name}: what was moved fell, and "
    "nothing has changed.",
}
STANDS = {
    CaseKind.REMOVE: "You stay in {name}: what was moved about you fell, and nothing has changed.",
    CaseKind.DEMOTE: "You still facilitate {name}: what was moved about you fell, and nothing has "
    "changed.",
}
"""For whom a motion that fell was about."""

ROLES = {
    CaseKind.PROMOTION: "{account} facilitates {name} now.",
    CaseKind.DEMOTE: "You are a member of {name} now, no longer a facilitator.",
}
CONCERNS_YOU = (
    "There is something in {name} that I may say only to the one whom it is about. To see whether "
    "it is you, ask me in a direct chat: {hint}"
)
OPENLY = {
    Told.MOTION: "There is something for the other facilitators of {name} to decide. Ask me in a "
    "direct chat: {hint}",
    Told.APPEALED: "There is something for the other facilitators of {name} to decide. Ask me in "
    "a direct chat: {hint}",
    Told.TAKE_OVER: "Nobody facilitates {name} any more, and I ask one of those who agreed to it. "
    "To see whether it is you, ask me in a direct chat: {hint}",
    Told.ACCUSED: CONCERNS_YOU,
    Told.SUSPENDED: CONCERNS_YOU,
    Told.VOTE: "It is moved to take somebody's role as a facilitator of {name}. There is no other "
    "facilitator to decide it, so its members do, within three days and unseen by others. Vote in "
    "a direct chat with me: {hint}",
    Told.NOBODY: "Nobody facilitates {name} any more. If you would, type: {hint}",
    Told.TAKEN_OVER: "{name} has a new facilitator: {account}.",
}
HINTS = {
    Told.REMOVED: hint("cop appeal"),
    Told.READMITTED: hint("cop join"),
    Told.NOBODY: hint("me stand-in", state="on"),
}


def privately(
    event: CaseTold,
    case: CaseShown,
    community: tuple[str, str],
    wording: Wording,
    prefix: str,
    to: str = "",
) -> Answer:
    """A matter as one of those named hears it; `community` is its name and its time zone.

    They are offered what they can answer, as an account `to`.
    """
    name, zone = community
    if event.what in ASKED:
        facts = CaseFacts(
            case=event.aggregate,
            kind=case.kind,
            community=name,
            accounts=case.about,
            reason=case.reason,
            appeal=case.appeal,
            until=case.until,
            answers=_answers(event.what, case, to),
        )
        return replace(shown(facts, wording, zone), mentions=case.about)
    told_so, wanted = _sentence(event, case, to)
    words = _written(told_so, event, case, community, wording)
    if wanted == hint("cop join"):
        lead = Text(words.replace(HINT, typed_elsewhere(wanted, wording, INTENTS)))
    else:
        lead = Text(put_in(words, wanted, prefix, INTENTS))
    if event.what not in (Told.REMOVED, Told.ACCUSED, Told.SUSPENDED, Told.ROLE):
        return Answer((lead,), mentions=_named(words, case))
    about = plain(", ".join(case.about)) if event.what is Told.SUSPENDED else ""
    rows = ((wording.say("About"), about), (wording.say("Reason"), plain(case.reason)))
    known = tuple(row for row in rows if row[1])
    return Answer((lead, *((Facts(known),) if known else ())), mentions=case.about)


def openly(
    event: CaseTold, case: CaseShown, community: tuple[str, str], wording: Wording, prefix: str
) -> Answer:
    """A matter as its rooms hear it: that there is one, and of what is decided who facilitates."""
    words = _written(OPENLY[event.what], event, case, community, wording)
    wanted: Hint = HINTS.get(event.what, hint("member matters"))
    typed = prefix if event.what is Told.NOBODY else ""
    said_so = Text(put_in(words, wanted, typed, INTENTS))
    return Answer((said_so,), Audience.ROOM, mentions=_named(words, case))


def _answers(what: Told, case: CaseShown, to: str) -> tuple[CaseAnswer, ...]:
    if case.answers is None:
        return ASKED[what]
    theirs = case.answers.get(to, ())
    return tuple(answer for answer in ASKED[what] if answer in theirs)


def _sentence(event: CaseTold, case: CaseShown, to: str) -> tuple[str, Hint]:
    """What those named are told, and what they can type."""
    wanted = HINTS.get(event.what, hint("member matters"))
    themselves = bool(case.tell) and set(case.tell.values()) <= set(case.about)
    match event.what:
        case Told.ROLE:
            return ROLES.get(case.kind, ""), wanted
        case Told.FELL if to in case.about and case.kind in STANDS:
            return STANDS[case.kind], wanted
        case Told.REMOVED if not case.blocks:
            return SENT_AWAY, hint("cop join")
        case Told.SUSPENDED if themselves:
            return SUSPENDED_YOU, wanted
    moved = MOVED.get((event.what, case.kind))
    return moved or PRIVATELY.get(event.what, ""), wanted


def _named(words: str, case: CaseShown) -> tuple[str, ...]:
    """Accounts that stand in a sentence: shown as names, and their owners hear it."""
    return tuple(account for account in case.about if account in words)


def _written(
    words: str, event: CaseTold, case: CaseShown, community: tuple[str, str], wording: Wording
) -> str:
    name, zone = community
    return wording.say(
        words,
        name=plain(name),
        account=plain(", ".join(case.about)),
        until=say_for(case.until or event.until, zone, wording.locale),
        hint=HINT,
    )
