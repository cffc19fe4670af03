"""Whether somebody means a choice of ours: the one rule, for every kind of event. Nothing is kept.

Words mean it only as the next thing that somebody says where we asked, and never as a reply to
somebody else. A bare yes counts for two minutes, and in a direct chat for what we said last there.
What is only picked needs a reaction, a press or a reply to that very post, or its word; of several
things alike, by which a typed line is completed, the number is its word. Whatever else they say
closes the offer to their words.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, auto

from indaba.contracts.scheduling import RsvpAnswer
from indaba.conversation.cards.rsvp_words import reply_answer, speaks_of_coming
from indaba.conversation.commands.fields import CODE, folded
from indaba.conversation.commands.intent import STOP, Intent, Meant, Outdated, intent_from_json
from indaba.conversation.commands.line import Understood, read_line
from indaba.conversation.commands.never_mind import NeverMind
from indaba.conversation.commands.numbered import completes
from indaba.conversation.commands.topics import INTENTS
from indaba.conversation.delivery.chat_events import ButtonPressed, MessageSent, ReactionAdded
from indaba.conversation.dispatch.context import Context
from indaba.conversation.dispatch.near_answers import nearly_answers
from indaba.conversation.store import Offer

YES_LASTS = timedelta(minutes=2)
PICK_LASTS = timedelta(minutes=30)
"""What is only picked is too old after this, however it is picked."""

YES_AND_NO = {RsvpAnswer.YES: "✅", RsvpAnswer.NO: "❌"}
"""The signs of what can be meant by yes or no; of two other things, neither is."""


class Verdict(Enum):
    """What comes of an act that is about a choice."""

    PICKED = auto()
    NOT_ENOUGH = auto()
    NEARLY = auto()
    NOTHING_WAITS = auto()
    TOO_OLD = auto()
    NOT_YOURS = auto()


@dataclass(frozen=True, slots=True)
class Judged:
    """A verdict, and the choice it is about."""

    verdict: Verdict
    offer: Offer


def by_words(event: MessageSent, context: Context) -> Judged | None:
    """What words say to the choices last put to this person here; `None`: they are no answer.

    A yes that answers nothing any more is told so where it was said to us.
    """
    text = event.text if event.addressed is None else event.addressed
    to_us = event.addressed is not None or context.replied_to_us
    if word := _with_label(text, context.offers):
        if _answers(event, word, context) and not _is_old(word, context):
            return Judged(Verdict.PICKED, word)
        is_command = isinstance(read_line(text, INTENTS), Understood)
        return Judged(Verdict.NOTHING_WAITS, word) if to_us and not is_command else None
    offer = _with_yes(text, context.offers)
    if offer is None:
        return _nearly(event, text, context)
    late = not says_stop(text) and (
        event.sent_at - offer.offered_at > YES_LASTS or (context.told_since and not event.reply_to)
    )
    if late or not _answers(event, offer, context):
        if says_stop(text):
            return None
        return Judged(Verdict.NOTHING_WAITS, context.offers[0]) if to_us else None
    alone = _only_picked(offer) and not event.reply_to and not _completes(offer, context.offers)
    return Judged(Verdict.NOT_ENOUGH if alone else Verdict.PICKED, offer)


def _nearly(event: MessageSent, text: str, context: Context) -> Judged | None:
    """Words that come near an answer, where one is waited for: a no can be picked there."""
    no = YES_AND_NO[RsvpAnswer.NO]
    waiting = [one for one in context.offers if bare(one.emoji) != no]
    if not nearly_answers(text) or not waiting or len(waiting) == len(context.offers):
        return None
    late = event.sent_at - waiting[0].offered_at > YES_LASTS or context.told_since
    answers = not late and _answers(event, waiting[0], context)
    return Judged(Verdict.NEARLY, waiting[0]) if answers else None


def by_reaction(event: ReactionAdded, context: Context) -> Judged | None:
    """The choice whose emoji was added under its very post."""
    wanted = bare(event.emoji)
    for offer in context.offers:
        if bare(offer.emoji) == wanted and offer.account in ("", event.account):
            return _by_hand(offer, context)
    return None


def by_press(event: ButtonPressed, context: Context) -> Judged | None:
    """The choice that was pressed; `None` if nothing is kept of it."""
    for offer in context.offers:
        if offer.account not in ("", event.account):
            return Judged(Verdict.NOT_YOURS, offer)
        return _by_hand(offer, context)
    return None


def offered(offer: Offer) -> Intent | None:
    """What a choice does; `None` if an older version knew it and we do not."""
    try:
        return intent_from_json(offer.intent, INTENTS)
    except Outdated:
        return None


def bare(emoji: str) -> str:
    """An emoji without its drawing hints."""
    return emoji.replace("\ufe0f", "").replace("\ufe0e", "").replace("\u20e3", "").strip()


def _by_hand(offer: Offer, context: Context) -> Judged:
    return Judged(Verdict.TOO_OLD if _is_old(offer, context) else Verdict.PICKED, offer)


def _answers(event: MessageSent, offer: Offer, context: Context) -> bool:
    """Whether these are the next words after the choice was put, and to nobody else."""
    if offer.closed or context.heard_at < offer.kept_at:
        return False
    if event.reply_to:
        return event.reply_to == offer.message
    return not event.mentions


def _is_old(offer: Offer, context: Context) -> bool:
    too_long_ago = _only_picked(offer) and context.now - offer.offered_at > PICK_LASTS
    return too_long_ago or context.now >= offer.expires_at


def _only_picked(offer: Offer) -> bool:
    intent = offered(offer)
    return intent is not None and intent.MEANT is Meant.BY_PICK


def _completes(offer: Offer, offers: tuple[Offer, ...]) -> bool:
    """Whether its number, which is all that it has, says enough."""
    in_order = sorted(offers, key=lambda each: each.place)
    intent = offered(offer)
    signs = [each.emoji for each in in_order]
    return intent is not None and completes(intent, signs, offered(in_order[-1]))


def says_stop(text: str) -> bool:
    """Whether somebody wants none of it, whatever that choice is called: "None of these"."""
    return folded(text).strip(" .!") in STOP


def _with_label(text: str, offers: tuple[Offer, ...]) -> Offer | None:
    """The choice whose word was typed: its label, where that is more than a yes or a number."""
    wanted = " ".join(text.casefold().split()).strip(" .!")
    if not wanted or wanted.isdecimal() or reply_answer(wanted) or says_stop(wanted):
        return None
    return next(
        (offer for offer in offers if " ".join(offer.label.casefold().split()) == wanted), None
    )


def _with_yes(text: str, offers: tuple[Offer, ...]) -> Offer | None:
    """The choice that a bare yes or no, a number or an emoji means. With a code it is not bare."""
    wanted = bare(text).casefold().strip(" .!")
    for offer in offers:
        if wanted and wanted in (str(offer.place), bare(offer.emoji), offer.label.casefold()):
            return offer
    if says_stop(text):
        return next((o for o in offers if isinstance(offered(o), NeverMind)), None)
    answer = None if speaks_of_coming(text) else reply_answer(text)
    sign = YES_AND_NO.get(answer) if answer and not CODE.search(text) else None
    return next((offer for offer in offers if sign and bare(offer.emoji) == sign), None)
