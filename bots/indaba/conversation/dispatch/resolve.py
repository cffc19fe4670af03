"""Step two: what an event means, from the event and its context alone. Nothing is asked or kept."""

import hashlib
from collections.abc import Callable
from typing import Any

from indaba.contracts.ids import MeetingId
from indaba.contracts.record import NoteKind
from indaba.contracts.scheduling import RsvpAnswer
from indaba.conversation.cards.rsvp_words import (
    ShortReply,
    answer_of,
    is_bare,
    reply_answer,
    short_reply,
)
from indaba.conversation.commands.fields import folded
from indaba.conversation.commands.intent import Intent, named
from indaba.conversation.commands.line import Understood, phrases, read_line
from indaba.conversation.commands.topics import INTENTS
from indaba.conversation.commands.topics.coming import SayMaybe, SayNo, SayYes
from indaba.conversation.commands.topics.helping import Help
from indaba.conversation.commands.topics.noting import Retagged, origin_in
from indaba.conversation.commands.topics.undoing import TakeBack
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
from indaba.conversation.dispatch.context import Context
from indaba.conversation.dispatch.courtesy import courtesy
from indaba.conversation.dispatch.overheard import secrets_in
from indaba.conversation.dispatch.picking import (
    Judged,
    Verdict,
    by_press,
    by_reaction,
    by_words,
    says_stop,
)
from indaba.conversation.dispatch.questions import is_command
from indaba.conversation.dispatch.resolutions import (
    ASKED_ALONE,
    NEARLY,
    NOT_ENOUGH,
    NOT_WAITING,
    NOT_YOURS,
    NOTHING_ASKED,
    NOTHING_OPEN,
    NOTHING_WAITS,
    TOO_OLD,
    TOO_OLD_TO_PICK,
    Command,
    Form,
    Ignore,
    Notice,
    Overheard,
    Part,
    Perform,
    Pick,
    Relocate,
    Resolution,
    Resume,
    Retag,
    Say,
    TagLine,
    Undo,
    Withdraw,
)
from indaba.conversation.dispatch.tags import nearly_a_tag, tag_in
from indaba.conversation.store.digests import TAP, digest

RSVPS: dict[RsvpAnswer, type[SayYes | SayMaybe | SayNo]] = {
    RsvpAnswer.YES: SayYes,
    RsvpAnswer.MAYBE: SayMaybe,
    RsvpAnswer.NO: SayNo,
}


def resolve_event(event: ChatEvent, context: Context) -> Resolution:
    """What an event means."""
    meant = _MEANINGS[type(event)](event, context)
    return _unheard(event, meant) if isinstance(event, WRITTEN) else meant


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
    text = event.text if event.addressed is None else event.addressed
    tag, sure = tag_in(text), True
    if tag is None and isinstance(plainly, Ignore | Notice):
        tag, sure = nearly_a_tag(text), False
    if tag is None or event.direct:
        return plainly
    meeting = context.card if event.thread and context.card else context.live
    return TagLine(tag, meeting, plainly, sure=sure)


def _untagged(event: MessageSent, context: Context) -> Resolution:
    if event.addressed is not None and not event.direct:
        return _picked(by_words(event, context)) or _said_openly(event.addressed, context)
    answer = _answer(event, context)
    if answer is not None:
        return answer
    if event.addressed is not None:
        # With our prefix it is a command; without, it can only answer what we asked.
        is_answer = event.text.strip() == event.addressed.strip() and is_bare(event.addressed)
        return Say(NOTHING_ASKED) if is_answer else _command(event.addressed)
    return _to_nobody(event, context)


def _said_openly(line: str, context: Context) -> Resolution:
    """A line where others read. A bare yes or no after what was asked alone is not for the card."""
    if context.waits_alone and is_bare(line):
        return Say(ASKED_ALONE)
    return _command(line)


def _to_nobody(event: MessageSent, context: Context) -> Resolution:
    """Words that name nobody: short ones that can only be for us, or talk."""
    if context.replied_to_us and says_undo(event.text):
        return Command(event.text)
    if context.replied_to_us and reply_answer(event.text):
        return Say(NOT_WAITING)
    if not event.reply_to and not event.mentions and says_undo(event.text):
        return Undo()
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
        if polite := courtesy(text):
            return Say(polite)
        if is_command(text, context.question, direct=event.direct):
            return Command(text)
        return Resume(context.question, text)
    return _picked(judged)


def _coming(short: ShortReply, code: str | None) -> Intent:
    if short.answer is RsvpAnswer.YES:
        return SayYes(code=code, guests=short.guests)
    return RSVPS[short.answer](code=code)


def says_undo(line: str) -> bool:
    """Whether a line asks for nothing but to undo what was done."""
    return phrases(INTENTS).get(folded(line).strip(" .!")) is TakeBack


def _command(line: str) -> Resolution:
    """A line typed to us; an empty one asks for help, "ja" or "cannot make it" answers for one."""
    if not line.strip():
        return Perform(Help())
    if polite := courtesy(line):
        return Say(polite)
    if isinstance(read_line(line, INTENTS), Understood):
        return Command(line)
    if says_stop(line):
        return Say(NOTHING_OPEN)
    short = short_reply(line)
    return Perform(_coming(short, None)) if short else Command(line)


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
        case Verdict.NOT_ENOUGH | Verdict.NEARLY as short_of:
            words = NEARLY if short_of is Verdict.NEARLY else NOT_ENOUGH
            return Say(words, offer, still_open=True)
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
