"""The card of a meeting, and what its room is told about it: reminder, changes, beginning, end."""

from __future__ import annotations

from datetime import datetime

from indaba.contracts.agenda import AgendaItem
from indaba.contracts.membership import CommunityCard
from indaba.contracts.refusal import hint
from indaba.contracts.scheduling import MeetingFacts, MeetingStatus
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
from indaba.conversation.cards.views import facts_of, states_of
from indaba.conversation.commands.hints import typed
from indaba.conversation.commands.topics import INTENTS
from indaba.conversation.commands.topics.agenda import item_line
from indaba.conversation.commands.topics.coming import Here, SayMaybe, SayNo, SayYes
from indaba.conversation.commands.topics.noting import AskNote
from indaba.conversation.times import how_long_until, say_start
from indaba.conversation.wording import Wording, plain

MOST_ON_CARD = 8

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
    """The first items of the agenda; nothing if it is empty."""
    if not items:
        return ()
    lines = tuple(item_line(item, wording) for item in items[:MOST_ON_CARD])
    more = len(items) - len(lines)
    rest = (wording.count(more, "and {n} more", "and {n} more"),) if more else ()
    return (Text(wording.say("Agenda:")), Items((*lines, *rest)))


def _here(meeting: MeetingFacts, prefix: str) -> str:
    return typed(hint("here", code=meeting.code), prefix, INTENTS)


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
    page: str = "",
) -> Answer:
    """A reminder that names the accounts in `mentions` and notifies them. `now` is aware.

    With the address of the community's page, it has the meeting as a calendar file.
    """
    wording = Wording(locale)
    lead = wording.say(
        "{title} begins {away}: {when}",
        title=plain(meeting.title),
        away=how_long_until(meeting.starts_at, now, wording.locale),
        when=say_start(meeting, wording.locale),
    )
    how = wording.say("When you are there, check in with: {line}", line=_here(meeting, prefix))
    blocks = [Text(lead), Text(how)]
    if page:
        file = f"{page}/meetings/{meeting.code}/meeting.ics"
        blocks.append(Text(wording.say("For your calendar: {link}", link=file)))
    return Answer(tuple(blocks), Audience.ROOM, card=meeting.id, loud=True, mentions=mentions)


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
    line = typed(hint("minutes", code=meeting.code), prefix, INTENTS)
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
        line=typed(hint("no", code=meeting.code), prefix, INTENTS),
    )
    return Answer((Text(words),), Audience.ROOM, card=meeting.id, loud=True, mentions=mentions)


def _told(words: str, meeting: MeetingFacts, wording: Wording, **facts: str) -> Answer:
    said = wording.say(words, title=plain(meeting.title), code=meeting.code, **facts)
    return Answer((Text(said),), Audience.ROOM, card=meeting.id)
