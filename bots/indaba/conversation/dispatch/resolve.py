"""Step two: what an event means, from the event and its context alone. Nothing is asked or kept."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from indaba.contracts.ids import MeetingId
from indaba.contracts.record import NoteKind
from indaba.contracts.scheduling import RsvpAnswer
from indaba.conversation.answer import Ask
from indaba.conversation.cards.rsvp_words import answer_of, reply_answer
from indaba.conversation.commands.intent import Intent
from indaba.conversation.commands.line import Unclear, read_line
from indaba.conversation.commands.topics import INTENTS
from indaba.conversation.commands.topics.agenda import Topic
from indaba.conversation.commands.topics.coming import SayMaybe, SayNo, SayYes
from indaba.conversation.commands.topics.cop import Help
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
    MessageEdited,
    MessageSent,
    ReactionAdded,
    ReactionRemoved,
)
from indaba.conversation.dispatch.context import Context, Meeting
from indaba.conversation.dispatch.tags import Tag, tag_in
from indaba.conversation.store import Offer

YES_AND_NO = 2
RSVPS: dict[RsvpAnswer, type[SayYes | SayMaybe | SayNo]] = {
    RsvpAnswer.YES: SayYes,
    RsvpAnswer.MAYBE: SayMaybe,
    RsvpAnswer.NO: SayNo,
}
NOT_YOURS = "That button is for the one who asked."
TOO_OLD = "That has been answered, or is too old. Nothing has changed."


@dataclass(frozen=True, slots=True)
class Ignore:
    """Not for us."""


@dataclass(frozen=True, slots=True)
class Say:
    """A sentence of the catalogue, and nothing else."""

    words: str


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
class Withdraw:
    """Take an answer by reaction back, unless another was given since."""

    meeting: MeetingId
    emoji: str


@dataclass(frozen=True, slots=True)
class Notice:
    """Somebody wrote in the thread of the meeting that is on: that counts, not what."""

    meeting: Meeting


Resolution = (
    Ignore | Say | Perform | Command | Form | Resume | Pick | TagLine | Retag | Withdraw | Notice
)


def resolve_event(event: ChatEvent, context: Context) -> Resolution:
    """What an event means."""
    return _MEANINGS[type(event)](event, context)


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


def digest(reaction: str, account: str) -> str:
    """Tells whether the same account takes back its reaction, without keeping the account."""
    return hashlib.sha256(f"{reaction}/{account}".encode()).hexdigest()[:32]


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
        return _command(event.addressed)
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
    if context.card is not None and (answer := reply_answer(text)):
        return Perform(RSVPS[answer](code=context.card[1]))
    if context.question is not None and not (event.direct and _is_command(text)):
        return Resume(context.question, text)
    offer = _picked(text, context.offers)
    return Pick(offer) if offer is not None else None


def _command(line: str) -> Resolution:
    """A line typed to us; an empty one asks for help."""
    return Command(line) if line.strip() else Perform(Help())


def _pressed(event: ButtonPressed, context: Context) -> Resolution:
    """A button that was pressed: too old, somebody else's, or picked."""
    for offer in context.offers:
        return Pick(offer) if offer.account in ("", event.account) else Say(NOT_YOURS)
    return Say(TOO_OLD)


def _reaction(event: ReactionAdded, context: Context) -> Resolution:
    if context.card is not None:
        meeting, code = context.card
        answer = answer_of(event.emoji)
        if answer is None:
            return Ignore()
        return Perform(RSVPS[answer](code=code), reaction_on=MeetingId(meeting))
    if event.addressed is not None:
        return Command(event.addressed, by_reaction=True)
    wanted = bare(event.emoji)
    for offer in context.offers:
        if bare(offer.emoji) == wanted and offer.account in ("", event.account):
            return Pick(offer)
    return Ignore()


def _taken_back(event: ReactionRemoved, context: Context) -> Resolution:
    """Taking back the reaction that holds withdraws the answer; an older one does not."""
    if context.reaction is None:
        origin = origin_in(event.room, event.event)
        return Perform(Retagged(origin=origin, gone=True), aloud=False)
    meeting, emoji, reactor = context.reaction
    if reactor != digest(event.event, event.account):
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


def _picked(text: str, offers: Sequence[Offer]) -> Offer | None:
    """The offer that a short reply means: its number, its emoji, its label, or yes and no."""
    wanted = bare(text).casefold().strip(" .!")
    for offer in offers:
        if wanted and wanted in (str(offer.place), bare(offer.emoji), offer.label.casefold()):
            return offer
    if len(offers) == YES_AND_NO:
        yes_or_no = {RsvpAnswer.YES: offers[0], RsvpAnswer.NO: offers[1]}
        answer = reply_answer(text)
        return yes_or_no.get(answer) if answer else None
    return None


def bare(emoji: str) -> str:
    """An emoji without its drawing hints."""
    return emoji.replace("\ufe0f", "").replace("\ufe0e", "").replace("\u20e3", "").strip()


def _is_command(text: str) -> bool:
    """Whether a line in a direct chat is a command rather than an answer to a question."""
    return not isinstance(read_line(text, INTENTS), Unclear)


_MEANINGS: dict[type[ChatEvent], Callable[[Any, Context], Resolution]] = {
    MessageSent: _message,
    MessageEdited: _edited,
    ReactionAdded: _reaction,
    ReactionRemoved: _taken_back,
    BallotCast: _ballot,
    CommandInvoked: _invoked,
    ButtonPressed: _pressed,
}
