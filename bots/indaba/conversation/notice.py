"""What the room is told about a meeting without having asked: card, thread, reminder, changes."""

from __future__ import annotations

import re
from datetime import datetime

from indaba.contracts.agenda import AgendaItem
from indaba.contracts.membership import CommunityCard
from indaba.contracts.refusal import hint
from indaba.contracts.scheduling import MeetingFacts, MeetingStatus, RsvpAnswer
from indaba.contracts.series import SeriesCalledOff
from indaba.conversation.answer import (
    Answer,
    Audience,
    Block,
    Choice,
    Choices,
    Facts,
    Items,
    Style,
    Text,
)
from indaba.conversation.fields import CODE
from indaba.conversation.hints import typed
from indaba.conversation.times import how_long_until, say_start, say_when
from indaba.conversation.topics.agenda import item_line
from indaba.conversation.topics.coming import Here, SayMaybe, SayNo, SayYes
from indaba.conversation.topics.noting import AskNote
from indaba.conversation.wording import Wording, plain

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
MOST_ON_CARD = 8

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
    """What a reaction means, in any skin tone or drawing; `None` where it means nothing."""
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


def states_of(meeting: MeetingFacts, wording: Wording) -> tuple[Text, ...]:
    """What must be known first: called off, over, or moved. Empty for a meeting as planned."""
    say = wording.say
    if meeting.status is MeetingStatus.CANCELLED:
        lead = Text(say("Called off: this meeting does not take place."))
        why = plain(meeting.reason)
        return (lead, Text(say("Why: {reason}", reason=why))) if why else (lead,)
    if meeting.status is MeetingStatus.CLOSED:
        return (Text(say("This meeting is over.")),)
    if meeting.status is MeetingStatus.LIVE:
        return (Text(say("On now.")),)
    if meeting.moved_from is not None:
        before = say_when(meeting.moved_from, meeting.zone, wording.locale)
        return (Text(say("This meeting was moved. It was: {when}", when=before)),)
    return ()


def counts_of(meeting: MeetingFacts, wording: Wording) -> str:
    """How many said what, in words: `3 coming, 1 maybe`."""
    n = meeting.counts
    said = (
        (n.yes, "{n} coming", "{n} coming"),
        (n.guests, "{n} guest", "{n} guests"),
        (n.waiting, "{n} waiting for a place", "{n} waiting for a place"),
        (n.maybe, "{n} maybe", "{n} maybe"),
        (n.no, "{n} not this time", "{n} not this time"),
        (n.checked_in, "{n} checked in", "{n} checked in"),
        (n.walk_ins, "{n} walk-in", "{n} walk-ins"),
    )
    parts = [wording.count(number, one, many) for number, one, many in said if number]
    return ", ".join(parts) or wording.say("nobody has answered yet")


def facts_of(meeting: MeetingFacts, wording: Wording) -> tuple[tuple[str, str], ...]:
    """Title, time in the meeting's zone, place, length, who comes, roles and code."""
    say = wording.say
    rows = (
        (say("Meeting"), plain(meeting.title)),
        (say("When"), say_start(meeting, wording.locale)),
        (say("Repeats"), plain(meeting.repeats)),
        (say("Where"), plain(meeting.where)),
        (say("How long"), wording.length(meeting.minutes)),
        (say("Who comes"), counts_of(meeting, wording)),
        (say("Places"), _places(meeting, wording)),
        (say("Roles"), roles_of(meeting, wording)),
        (say("Code"), meeting.code),
    )
    return tuple((label, value) for label, value in rows if value)


def _places(meeting: MeetingFacts, wording: Wording) -> str:
    """How many places are free, where there is a limit."""
    if not meeting.capacity:
        return ""
    taken = meeting.counts.yes + meeting.counts.guests
    free = max(0, meeting.capacity - taken)
    return wording.say("{free} of {all} free", free=str(free), all=str(meeting.capacity))


def roles_of(meeting: MeetingFacts, wording: Wording) -> str:
    """Roles for the day, with those still free marked."""
    free = wording.say("free")
    return ", ".join(
        plain(role.name) if role.member else f"{plain(role.name)} ({free})"
        for role in meeting.roles
    )


REACT = (
    "React 👍 coming, 🤔 maybe, 👎 not this time, or reply yes, maybe or no. "
    "At the meeting, check in with: {line}"
)
PRESS = (
    "Press a button, or reply to this with yes, maybe or no. At the meeting, check in with: {line}"
)


def card(  # noqa: PLR0913 - what a card shows, the last by name
    meeting: MeetingFacts,
    community: CommunityCard,
    portal_url: str,
    locale: str = "en",
    prefix: str = "",
    *,
    has_buttons: bool = False,
    agenda: tuple[AgendaItem, ...] = (),
) -> Answer:
    """The meeting's card as it is now; drawn again, it replaces the old one.

    `prefix` is what a typed line begins with in that room, such as `!cop `.

    Only a meeting that is to come offers choices, so an old card's buttons go away.
    """
    wording = Wording(locale)
    last: tuple[Block, ...]
    blocks: tuple[Block, ...] = (
        *states_of(meeting, wording),
        Facts(facts_of(meeting, wording)),
        *_agenda(agenda, wording),
    )
    link = wording.say("All meetings: {link}", link=f"{portal_url}/c/{community.key}")
    if meeting.status is MeetingStatus.LIVE:
        here = wording.say("If you are here, check in with: {line}", line=_here(meeting, prefix))
        options = [_am_here(meeting, wording)]
        if has_buttons:
            write = AskNote(code=meeting.code)
            options.append(Choice(wording.say("Add to minutes"), "📝", write))
        last = (Text(here), Text(link), Choices(tuple(options)))
        return Answer((*blocks, *last), Audience.ROOM, card=meeting.id)
    if meeting.status is not MeetingStatus.SCHEDULED:
        return Answer((*blocks, Text(link)), Audience.ROOM, card=meeting.id)
    how = wording.say(PRESS if has_buttons else REACT, line=_here(meeting, prefix))
    last = (Text(how), Text(link), Choices(_rsvps(meeting, wording)))
    return Answer((*blocks, *last), Audience.ROOM, card=meeting.id)


def _agenda(items: tuple[AgendaItem, ...], wording: Wording) -> tuple[Block, ...]:
    """The first items of the agenda; nothing where it is empty."""
    if not items:
        return ()
    lines = tuple(item_line(item, wording) for item in items[:MOST_ON_CARD])
    more = len(items) - len(lines)
    rest = (wording.count(more, "and {n} more", "and {n} more"),) if more else ()
    return (Text(wording.say("Agenda:")), Items((*lines, *rest)))


def _here(meeting: MeetingFacts, prefix: str) -> str:
    return typed(hint("here", code=meeting.code), prefix)


def _am_here(meeting: MeetingFacts, wording: Wording) -> Choice:
    return Choice(wording.say("I am here"), "📍", Here(code=meeting.code), Style.MAIN)


def _rsvps(meeting: MeetingFacts, wording: Wording) -> tuple[Choice, ...]:
    return (
        Choice(wording.say("Coming"), "👍", SayYes(code=meeting.code), Style.MAIN),
        Choice(wording.say("Maybe"), "🤔", SayMaybe(code=meeting.code)),
        Choice(wording.say("Not this time"), "👎", SayNo(code=meeting.code)),
    )


def reminder(
    meeting: MeetingFacts,
    mentions: tuple[str, ...],
    now: datetime,
    locale: str = "en",
    prefix: str = "",
) -> Answer:
    """A reminder that names the accounts in `mentions` and notifies them. `now` is aware."""
    wording = Wording(locale)
    lead = wording.say(
        "{title} begins {away}: {when}",
        title=plain(meeting.title),
        away=how_long_until(meeting.starts_at, now, wording.locale),
        when=say_start(meeting, wording.locale),
    )
    how = wording.say("When you are there, check in with: {line}", line=_here(meeting, prefix))
    return Answer(
        (Text(lead), Text(how)), Audience.ROOM, card=meeting.id, loud=True, mentions=mentions
    )


def thread_opening(meeting: MeetingFacts, locale: str = "en") -> Answer:
    """The first message of a meeting's thread."""
    words = "Talk about {title} ({code}) here. A reply of yes, maybe or no is noted as your answer."
    return _told(words, meeting, Wording(locale))


def moved(meeting: MeetingFacts, locale: str = "en") -> Answer:
    """Said in the thread when a meeting has another time."""
    wording = Wording(locale)
    when = say_start(meeting, wording.locale)
    return _told("{title} ({code}) was moved. It is now: {when}", meeting, wording, when=when)


EARLIER = (
    "The clock rules where {title} ({code}) is held have changed. It stays at {when}, so for "
    "people elsewhere it begins {length} earlier than before."
)
LATER = (
    "The clock rules where {title} ({code}) is held have changed. It stays at {when}, so for "
    "people elsewhere it begins {length} later than before."
)


def shifted(
    meeting: MeetingFacts, minutes: int, mentions: tuple[str, ...], locale: str = "en"
) -> Answer:
    """Tells those who come that the rules of the meeting's zone changed; below 0 it is earlier."""
    wording = Wording(locale)
    words = wording.say(
        EARLIER if minutes < 0 else LATER,
        title=plain(meeting.title),
        code=meeting.code,
        when=say_start(meeting, wording.locale),
        length=wording.length(abs(minutes)),
    )
    return Answer(
        (Text(words),), Audience.ROOM, card=meeting.id, loud=bool(mentions), mentions=mentions
    )


def cancelled(meeting: MeetingFacts, locale: str = "en") -> Answer:
    """Said in the thread when a meeting is called off."""
    wording = Wording(locale)
    why = plain(meeting.reason)
    if not why:
        return _told("{title} ({code}) is called off.", meeting, wording)
    return _told("{title} ({code}) is called off: {why}", meeting, wording, why=why)


def restored(meeting: MeetingFacts, locale: str = "en") -> Answer:
    """Said in the thread when a meeting that was called off takes place after all."""
    wording = Wording(locale)
    when = say_start(meeting, wording.locale)
    return _told("{title} ({code}) takes place after all: {when}", meeting, wording, when=when)


def started(
    meeting: MeetingFacts, locale: str = "en", prefix: str = "", *, has_buttons: bool = False
) -> Answer:
    """Said in the thread when a meeting begins: how to note, what is kept, how to check in."""
    wording, say = Wording(locale), Wording(locale).say
    how = BY_COMMAND if has_buttons else BY_TAG
    return Answer(
        (
            Text(say("{title} ({code}) has begun.", title=plain(meeting.title), code=meeting.code)),
            Text(say(how)),
            Text(say(KEPT)),
            Text(say("If you are here, check in with: {line}", line=_here(meeting, prefix))),
            Choices((_am_here(meeting, wording),)),
        ),
        Audience.ROOM,
        card=meeting.id,
    )


KEPT = (
    "Only lines somebody tags are kept, with nobody's name in the minutes, and that you wrote here "
    "counts as being present; nothing else you say is kept."
)
BY_TAG = (
    "Begin a line with #decision, #action, #info, #idea, #help, #link or #topic to put it into the "
    "minutes. To tag somebody's message, reply to it with the tag."
)
BY_COMMAND = (
    "To put something into the minutes use /meeting note, the menu Add to minutes on a message, or "
    "the button under the card."
)


def closed(meeting: MeetingFacts, locale: str = "en", prefix: str = "") -> Answer:
    """Said in the thread when a meeting is over."""
    wording = Wording(locale)
    came = wording.count(
        meeting.counts.checked_in + meeting.counts.walk_ins,
        "{title} ({code}) is over. {n} person was there.",
        "{title} ({code}) is over. {n} people were there.",
        title=plain(meeting.title),
        code=meeting.code,
    )
    line = typed(hint("minutes", code=meeting.code), prefix)
    minutes = wording.say("The minutes so far: {line}", line=line)
    return Answer((Text(came), Text(minutes)), Audience.ROOM, card=meeting.id)


def series_called_off(event: SeriesCalledOff, wording: Wording) -> Answer:
    """Said once in the room when the dates to come of a series are off."""
    words = wording.count(
        event.cancelled,
        "{title} ends: {n} date to come is called off.",
        "{title} ends: {n} dates to come are called off.",
        title=plain(event.series.title),
    )
    why = plain(event.reason)
    more = (Text(wording.say("Why: {reason}", reason=why)),) if why else ()
    return Answer((Text(words), *more), Audience.ROOM)


def moved_up(
    meeting: MeetingFacts, mentions: tuple[str, ...], locale: str = "en", prefix: str = ""
) -> Answer:
    """Tells those who waited that they have a place now."""
    wording = Wording(locale)
    words = wording.say(
        "A place came free in {title} ({code}): you have it now. If you cannot come: {line}",
        title=plain(meeting.title),
        code=meeting.code,
        line=typed(hint("no", code=meeting.code), prefix),
    )
    return Answer((Text(words),), Audience.ROOM, card=meeting.id, loud=True, mentions=mentions)


def _told(words: str, meeting: MeetingFacts, wording: Wording, **facts: str) -> Answer:
    said = wording.say(words, title=plain(meeting.title), code=meeting.code, **facts)
    return Answer((Text(said),), Audience.ROOM, card=meeting.id)
