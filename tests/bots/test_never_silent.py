"""Nothing that is said to us is met with silence: generated over intents, words and states."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice, product
from typing import Any

import pytest

from bots.answering import FOUNDER, GUEST, MEMBER, THANDI, BusServiceClient, understood
from bots.test_resolving import ASK, CARD
from bots.walking import everything_typed
from indaba.contracts.refusal import Fault, NotAMember, Refusal, Unavailable
from indaba.contracts.scheduling import RsvpAnswer
from indaba.conversation.answer import Answer
from indaba.conversation.cards.rsvp_words import REPLIES, is_bare
from indaba.conversation.commands.carrying_out import perform
from indaba.conversation.commands.intent import STOP, Intent, intent_to_json
from indaba.conversation.commands.line import Understood, read_line
from indaba.conversation.commands.never_mind import NeverMind
from indaba.conversation.commands.taking_back import UNDO
from indaba.conversation.commands.topics import INTENTS
from indaba.conversation.commands.topics.undoing import TakeBack, Uncall
from indaba.conversation.delivery.chat_events import MessageSent
from indaba.conversation.dispatch import resolutions as means
from indaba.conversation.dispatch.context import Context
from indaba.conversation.dispatch.picking import offered
from indaba.conversation.dispatch.reply import heard
from indaba.conversation.dispatch.resolve import RSVPS, resolve_event
from indaba.conversation.store import Offer
from indaba.conversation.wording import Wording

NOW = datetime(2026, 11, 3, 12, tzinfo=UTC)
TYPED = [kind for kind in INTENTS if not kind.hidden]
UNHEARD = (means.Ignore, means.Notice, means.Undo)
JUNK = (
    "Undo",
    "yes",
    "no",
    "1",
    "✅",
    "Do it",
    "hm",
    "#actoin x",
    "# idea x",
    "decision: x",
    "?",
    " ",
)


class Failing:
    """Services of which each says the same no."""

    def __init__(self, no: Exception) -> None:
        self._no = no

    async def ask(self, _: Any) -> Any:
        raise self._no


def said(text: str, **more: Any) -> MessageSent:
    common: dict[str, Any] = {"id": "$1", "room": "!r", "account": "@thandi", "sent_at": NOW}
    return MessageSent(**common, text=text, **more)


def offers(age: timedelta, *, closed: bool) -> tuple[Offer, ...]:
    undo = Uncall(code="M7K2", until=NOW)
    return tuple(
        Offer(
            *("post", intent_to_json(intent), "@thandi", emoji, label, place),
            message="$post",
            kept_at=NOW - age,
            offered_at=NOW - age,
            expires_at=NOW + timedelta(hours=1),
            closed=closed,
        )
        for place, (emoji, label, intent) in enumerate(
            (("✅", "Do it", undo), (UNDO, "Undo", undo), ("❌", "Stop", NeverMind())), start=1
        )
    )


def states() -> Iterator[Context]:
    ages = (timedelta(seconds=1), timedelta(minutes=5), timedelta(hours=2))
    for age, closed, card, live in product(ages, (False, True), (None, CARD), (None, CARD)):
        for question in (None, ASK):
            shown = offers(age, closed=closed)
            yield Context(card, question, shown, live=live, heard_at=NOW, now=NOW)
    yield Context(heard_at=NOW, now=NOW)


@pytest.mark.thorough(keep=1)
@pytest.mark.parametrize("part", range(4))
def test_whatever_is_said_to_us_means_something(part: int) -> None:
    lines = (*JUNK, *(kind.example for kind in TYPED))
    for line, context in islice(product(lines, states()), part, None, 4):
        for more in ({"addressed": line}, {"addressed": line, "direct": True}):
            meant = resolve_event(said(line, **more), context)
            otherwise = getattr(meant, "otherwise", meant)
            assert not isinstance(otherwise, UNHEARD), (line, context)


@pytest.mark.parametrize("text", sorted(STOP))
@pytest.mark.parametrize("more", [{}, {"addressed": "…"}, {"addressed": "…", "direct": True}])
def test_whoever_says_stop_takes_none_of_what_is_offered(text: str, more: dict[str, Any]) -> None:
    fresh = Context(offers=offers(timedelta(seconds=1), closed=False), heard_at=NOW, now=NOW)
    more = {**more, "addressed": text} if more else {}
    meant = resolve_event(said(text.capitalize(), **more), fresh)
    assert isinstance(meant, means.Pick)
    assert offered(meant.offer) == NeverMind()
    gone = replace(fresh, offers=offers(timedelta(seconds=1), closed=True))
    late = resolve_event(said(text, **more), gone)
    command = isinstance(read_line(text, INTENTS), Understood)
    told = means.Command(text) if command else means.Say(means.NOTHING_OPEN)
    assert late == (told if more else means.Ignore())


@pytest.mark.parametrize(("text", "answer"), REPLIES.items())
def test_a_short_answer_said_to_us_answers_for_the_next_meeting(
    text: str, answer: RsvpAnswer
) -> None:
    for direct, typed in ((False, text), (True, text), (True, f"!cop {text}")):
        event = said(typed, addressed=text, direct=direct)
        meant = resolve_event(event, Context(heard_at=NOW, now=NOW))
        if direct and typed == text and is_bare(text):
            # In a direct chat it may be meant for whatever we said last there.
            assert meant == means.Say(means.NOTHING_ASKED)
        elif isinstance(meant, means.Command):
            read = read_line(meant.line, INTENTS)
            assert isinstance(read, Understood)
            assert read.intent is RSVPS[answer]
        else:
            assert meant == means.Perform(RSVPS[answer]())


@pytest.mark.parametrize("text", ["yes", "no", "maybe", "👍", "yes please", "1", "Undo", "Do it"])
def test_a_short_answer_to_a_message_of_ours_is_answered(text: str) -> None:
    for context in states():
        offered = bool(context.offers)
        if not offered and text in ("1", "Undo", "Do it"):
            continue
        reply = said(text, reply_to="$post")
        meant = resolve_event(reply, replace(context, replied_to_us=True))
        assert not isinstance(meant, UNHEARD), (text, context)


@pytest.mark.parametrize("kind", TYPED, ids=lambda k: k.called())
async def test_every_intent_says_something_whatever_services_say(kind: type[Intent]) -> None:
    intent = understood(kind.example)
    answering = (
        BusServiceClient(),
        Failing(NotAMember()),
        Failing(Refusal("I know no such thing.")),
        Failing(Unavailable("Please try again.")),
        Failing(Fault("12345678")),
    )
    for person, direct in product((THANDI, MEMBER, GUEST, FOUNDER), (False, True)):
        for services in answering:
            answer = await perform(intent, replace(person, direct=direct), services)
            assert says(answer, direct=direct) or kind.SILENT, (kind, answer)


def says(answer: Answer, *, direct: bool) -> bool:
    """Whether anything is read where it was asked; a sign has its words as well."""
    there = heard(said("x", addressed="x", direct=direct), answer)
    return bool(there.text().strip() or there.choices() or there.question())


async def test_what_undoes_says_what_it_takes_back_and_is_offered_in_one_way() -> None:
    for step in await everything_typed(NOW):
        for choice in step.offered:
            names = choice.intent.takes_back(Wording())
            assert bool(names) == (choice.emoji == UNDO), choice
            if names:
                facts = choice.intent.model_dump(include={"code", "account"})
                assert all(str(fact) in names for fact in facts.values())


@pytest.mark.parametrize("kind", [kind for kind in INTENTS if "until" in kind.model_fields])
def test_what_can_be_undone_for_a_while_is_offered_no_longer(kind: type[Intent]) -> None:
    intent = kind.model_construct(until=NOW)
    assert not intent.is_too_late(NOW)
    assert intent.is_too_late(NOW + timedelta(seconds=1))


async def test_undo_names_what_can_be_undone_or_says_what_to_do() -> None:
    undoable = (Uncall(code="M7K2", until=NOW), Uncall(code="M8K3", until=NOW))
    asked = await perform(TakeBack(), replace(THANDI, undoable=undoable), BusServiceClient())
    assert [choice.intent for choice in asked.choices()] == list(undoable)
    assert [choice.label for choice in asked.choices()] == [
        "Undo: call off M7K2",
        "Undo: call off M8K3",
    ]
    none = await perform(TakeBack(), THANDI, BusServiceClient())
    assert "meeting cancel M7K2" in none.text()


@pytest.mark.parametrize("more", [{}, {"reply_to": "$theirs"}, {"mentions": ("@sipho",)}])
def test_undo_said_to_the_room_is_looked_at_and_one_to_somebody_else_is_not(
    more: dict[str, Any],
) -> None:
    meant = resolve_event(said("Undo!", **more), Context(heard_at=NOW, now=NOW))
    assert meant == (means.Ignore() if more else means.Undo())
