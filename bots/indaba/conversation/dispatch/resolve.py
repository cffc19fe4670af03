"""Step two: what an event means, from the event and its context alone. Nothing is asked or kept."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from indaba.contracts.ids import MeetingId
from indaba.contracts.linking import EndOverheard
from indaba.contracts.record import NoteKind
from indaba.contracts.removal import Departure
from indaba.contracts.scheduling import RsvpAnswer
from indaba.conversation.answer import Ask
from indaba.conversation.cards.rsvp_words import ShortReply, answer_of, short_reply
from indaba.conversation.commands.intent import Intent, named
from indaba.conversation.commands.line import Understood, read_line
from indaba.conversation.commands.topics import INTENTS
from indaba.conversation.commands.topics.agenda import Topic
from indaba.conversation.commands.topics.coming import SayMaybe, SayNo, SayYes
from indaba.conversation.commands.topics.helping import Help
from indaba.conversation.commands.topics.noting import (
    Retagged,
    Tagged,
    TaggedReply,
    origin_in,
)
from indaba.conversation.commands.topics.voting import PollVote
from indaba.conversation.delivery.chat_events import (
    BallotCast,
    ButtonPressed,
    ChatEvent,
    CommandInvoked,
    Departed,
    MessageEdited,
    MessageSent,
    ReactionAdded,
    ReactionRemoved,
    RoomReplaced,
)
from indaba.conversation.dispatch.context import Context, Meeting
from indaba.conversation.dispatch.overheard import secrets_in
from indaba.conversation.dispatch.picking import (
    Judged,
    Verdict,
    by_press,
    by_reaction,
    by_words,
)
from indaba.conversation.dispatch.questions import is_command
from indaba.conversation.dispatch.tags import Tag, tag_in
from indaba.conversation.store import Offer
from indaba.conversation.store.digests import TAP, digest

RSVPS: dict[RsvpAnswer, type[SayYes | SayMaybe | SayNo]] = {
    RsvpAnswer.YES: SayYes,
    RsvpAnswer.MAYBE: SayMaybe,
    RsvpAnswer.NO: SayNo,
}
NOT_YOURS = "That button is for the one who asked."
TOO_OLD = "That has been answered, or is too old. Nothing has changed."
TOO_OLD_TO_PICK = "That is too old to be picked. Nothing has changed. To go on, type again: {line}"
NOT_ENOUGH = (
    "A yes alone is not enough here, and nothing has changed. Pick it under my message, reply yes "
    "to that very message, or type: {word}"
)
NOTHING_WAITS = (
    "Nothing here waits for that now, and nothing has changed. To go on, type again: {line}. "
    "To answer for the next meeting, type for example: {coming}"
)


@dataclass(frozen=True, slots=True)
class Ignore:
    """Not for us."""


@dataclass(frozen=True, slots=True)
class Say:
    """A sentence of the catalogue, and nothing else.

    With `about` it tells how to go on with a choice; `still_open` leaves that to be answered.
    """

    words: str
    about: Offer | None = None
    still_open: bool = False


@dataclass(frozen=True, slots=True)
class Perform:
    """Do what an intent says. Without `aloud`, only the doing counts.

    `reaction_on` is the meeting whose card was reacted to: then only what is no plain
    acknowledgement is said, by name.
    """

    intent: Intent
    reaction_on: MeetingId | None = None
    named: bool = False
    aloud: bool = True


@dataclass(frozen=True, slots=True)
class Command:
    """Read a typed line. `by_reaction`: a reaction on another platform's card meant it."""

    line: str
    by_reaction: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """Check and do an intent given by name and values, as JSON."""

    asked: str


@dataclass(frozen=True, slots=True)
class Resume:
    """Go on with a question that was asked, given its answer."""

    question: Ask
    text: str


@dataclass(frozen=True, slots=True)
class Pick:
    """Do what a choice of ours carries."""

    offer: Offer


@dataclass(frozen=True, slots=True)
class TagLine:
    """Keep a tagged line where a meeting is on; if none is, `otherwise` holds.

    Without `meeting` nothing is known of one: scheduling has to be asked, for it may have begun a
    moment ago.
    """

    tag: Tag
    meeting: Meeting | None
    otherwise: "Resolution"


@dataclass(frozen=True, slots=True)
class Retag:
    """What was noted from a message follows its new words, where its writer changed them.

    `tag` is `None` if they carry no tag any more.
    """

    tag: Tag | None
    live: Meeting | None


@dataclass(frozen=True, slots=True)
class Overheard:
    """End the secrets of ours that others have read; then `otherwise` holds."""

    secrets: EndOverheard
    otherwise: "Resolution"


@dataclass(frozen=True, slots=True)
class Withdraw:
    """Take an answer by reaction back, unless another was given since."""

    meeting: MeetingId
    emoji: str


@dataclass(frozen=True, slots=True)
class Notice:
    """Somebody wrote in the thread of the meeting that is on: that counts, not what."""

    meeting: Meeting


@dataclass(frozen=True, slots=True)
class Part:
    """See whether somebody who went from a room is a member still."""

    how: Departure
    by: str


@dataclass(frozen=True, slots=True)
class Relocate:
    """Go on where people went, if the room was replaced."""

    successor: str


Resolution = (
    Ignore
    | Say
    | Perform
    | Command
    | Form
    | Resume
    | Pick
    | TagLine
    | Overheard
    | Retag
    | Withdraw
    | Notice
    | Part
    | Relocate
)


def resolve_event(event: ChatEvent, context: Context) -> Resolution:
    """What an event means."""
    meant = _MEANINGS[type(event)](event, context)
    return _unheard(event, meant) if isinstance(event, WRITTEN) else meant


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


def _digest_before(reaction: str, account: str) -> str:
    """What was kept of a reaction's account by commit 65614ac and before."""
    return hashlib.sha256(f"{reaction}/{account}".encode()).hexdigest()[:32]


WRITTEN = (MessageSent, MessageEdited)
"""What puts words where others read them."""


def _unheard(event: MessageSent | MessageEdited, meant: Resolution) -> Resolution:
    """What words mean, once nothing in them opens anything to those who read along."""
    secrets = None if event.direct or _takes_codes(meant) else secrets_in(event.text)
    return meant if secrets is None else Overheard(secrets, meant)


def _takes_codes(meant: Resolution) -> bool:
    """Whether it is meant for what a code is typed to in the room itself."""
    match meant:
        case Command(line=line):
            read = read_line(line, INTENTS)
            return isinstance(read, Understood) and read.intent.TAKES_CODES_OPENLY
        case Resume(question=question):
            return named(question.intent, INTENTS).TAKES_CODES_OPENLY
    return False


def _message(event: MessageSent, context: Context) -> Resolution:
    """A tagged line, a command, an answer to us, or a reply to a card; else not for us."""
    plainly = _untagged(event, context)
    tag = tag_in(event.text if event.addressed is None else event.addressed)
    if tag is None or event.direct:
        return plainly
    meeting = context.card if event.thread and context.card else context.live
    return TagLine(tag, meeting, plainly)


def _untagged(event: MessageSent, context: Context) -> Resolution:
    if event.addressed is not None and not event.direct:
        return _picked(by_words(event, context)) or _command(event.addressed)
    answer = _answer(event, context)
    if answer is not None:
        return answer
    if event.addressed is not None:
        return _command(event.addressed)
    card, live = context.card, context.live
    if card is not None and live is not None and card[0] == live[0] and event.thread:
        return Notice(card)
    return Ignore()


def _answer(event: MessageSent, context: Context) -> Resolution | None:
    """Words that answer a card, a question or a choice of ours; `None` for others."""
    text = event.text if event.addressed is None else event.addressed
    judged = by_words(event, context)
    if judged is not None and event.reply_to and event.reply_to == judged.offer.message:
        return _picked(judged)
    to_another = bool(event.reply_to) and not context.replied_to_us
    to_card = not to_another and not event.mentions
    if context.card is not None and to_card and (short := short_reply(text)):
        return Perform(_coming(short, context.card[1]))
    is_asked = context.question is not None and not to_another
    if context.question is not None and is_asked:
        if is_command(text, context.question, direct=event.direct):
            return Command(text)
        return Resume(context.question, text)
    return _picked(judged)


def _coming(short: ShortReply, code: str) -> Intent:
    if short.answer is RsvpAnswer.YES:
        return SayYes(code=code, guests=short.guests)
    return RSVPS[short.answer](code=code)


def _command(line: str) -> Resolution:
    """A line typed to us; an empty one asks for help."""
    return Command(line) if line.strip() else Perform(Help())


def _pressed(event: ButtonPressed, context: Context) -> Resolution:
    """A button that was pressed: too old, somebody else's, or picked."""
    return _picked(by_press(event, context)) or Say(TOO_OLD)


def _reaction(event: ReactionAdded, context: Context) -> Resolution:
    if context.card is not None:
        meeting, code = context.card
        answer = answer_of(event.emoji)
        if answer is None:
            return Ignore()
        return Perform(RSVPS[answer](code=code), reaction_on=MeetingId(meeting))
    if event.addressed is not None:
        return Command(event.addressed, by_reaction=True)
    return _picked(by_reaction(event, context)) or Ignore()


def _taken_back(event: ReactionRemoved, context: Context) -> Resolution:
    """Taking back the reaction that holds withdraws the answer; an older one does not."""
    if context.reaction is None:
        origin = origin_in(event.room, event.event)
        return Perform(Retagged(origin=origin, gone=True), aloud=False)
    meeting, emoji, reactor = context.reaction
    if reactor not in (digest(TAP, event.account), _digest_before(event.event, event.account)):
        return Ignore()
    return Withdraw(MeetingId(meeting), emoji)


def _ballot(event: BallotCast, context: Context) -> Resolution:
    """A choice in a poll of ours; whoever may not vote is told, for the poll shows it."""
    if context.vote is None:
        return Ignore()
    return Perform(PollVote(vote=context.vote, option=event.option), named=True)


def _edited(event: MessageEdited, context: Context) -> Resolution:
    tag = tag_in(event.text)
    return Retag(tag if tag and isinstance(tag.kind, NoteKind) and tag.text else None, context.live)


def _invoked(event: CommandInvoked, _: Context) -> Resolution:
    return Form(event.asked)


def _departed(event: Departed, _: Context) -> Resolution:
    return Part(event.how, event.by)


def _replaced(event: RoomReplaced, _: Context) -> Resolution:
    return Relocate(event.successor)


def _picked(judged: Judged | None) -> Resolution | None:
    """What a verdict on a choice leads to."""
    if judged is None:
        return None
    offer = judged.offer
    match judged.verdict:
        case Verdict.PICKED:
            return Pick(offer)
        case Verdict.NOT_YOURS:
            return Say(NOT_YOURS)
        case Verdict.NOT_ENOUGH:
            return Say(NOT_ENOUGH, offer, still_open=True)
        case Verdict.NOTHING_WAITS:
            return Say(NOTHING_WAITS, offer)
        case Verdict.TOO_OLD:
            return Say(TOO_OLD_TO_PICK, offer)


_MEANINGS: dict[type[ChatEvent], Callable[[Any, Context], Resolution]] = {
    MessageSent: _message,
    MessageEdited: _edited,
    ReactionAdded: _reaction,
    ReactionRemoved: _taken_back,
    BallotCast: _ballot,
    CommandInvoked: _invoked,
    ButtonPressed: _pressed,
    Departed: _departed,
    RoomReplaced: _replaced,
}
