"""What an event means, from the event and what is kept around it alone."""

from datetime import UTC, datetime, timedelta
from typing import Any, get_args
from uuid import UUID

import pytest

from indaba.contracts.ids import MeetingId
from indaba.conversation.answer import Ask
from indaba.conversation.commands.intent import asked_as_json, intent_to_json
from indaba.conversation.commands.never_mind import NeverMind
from indaba.conversation.commands.topics.coming import SayMaybe, SayNo, SayYes
from indaba.conversation.commands.topics.helping import Help
from indaba.conversation.commands.topics.scheduling import NextMeeting
from indaba.conversation.delivery.chat_events import (
    AnyChatEvent,
    BallotCast,
    ButtonPressed,
    ChatEvent,
    CommandInvoked,
    MessageEdited,
    MessageSent,
    ReactionAdded,
    ReactionRemoved,
)
from indaba.conversation.dispatch import resolutions as means
from indaba.conversation.dispatch.context import Context
from indaba.conversation.dispatch.resolve import _MEANINGS, resolve_event
from indaba.conversation.store import Offer
from indaba.conversation.store.digests import TAP, digest

NOW = datetime(2026, 11, 3, 12, tzinfo=UTC)
COMMON: dict[str, Any] = {"id": "$1", "room": "!r", "account": "@thandi", "sent_at": NOW}
CARD = (UUID(int=7), "M7K2")
ASK = Ask(intent="meeting new", filled={}, field="when", question="When?")
YES, NO = (
    Offer(
        *("post", intent_to_json(NeverMind()), "@thandi", emoji, label, place),
        message="$post",
        kept_at=NOW,
        offered_at=NOW,
        expires_at=NOW + timedelta(minutes=30),
    )
    for place, (emoji, label) in enumerate((("✅", "Yes"), ("❌", "No")), start=1)
)


def said(text: str, **more: Any) -> MessageSent:
    return MessageSent(**COMMON, text=text, **more)


def to_us(text: str, **more: Any) -> MessageSent:
    return said(text, addressed=text, **more)


@pytest.mark.parametrize(
    ("event", "context", "found"),
    [
        (said("lovely weather"), Context(), means.Ignore()),
        (to_us("next"), Context(), means.Command("next")),
        (to_us("  "), Context(), means.Perform(Help())),
        (said("yes"), Context(card=CARD), means.Perform(SayYes(code="M7K2"))),
        (
            said("Yes, I will come +2", thread="$card"),
            Context(card=CARD),
            means.Perform(SayYes(code="M7K2", guests=2)),
        ),
        (
            said("Sorry, cannot make it", reply_to="$card"),
            Context(card=CARD, replied_to_us=True),
            means.Perform(SayNo(code="M7K2")),
        ),
        (said("yes at 3"), Context(card=CARD), means.Ignore()),
        (said("yes +1"), Context(offers=(YES, NO), heard_at=NOW, now=NOW), means.Ignore()),
        (said("no thanks"), Context(card=CARD), means.Perform(SayNo(code="M7K2"))),
        (said("tomorrow 3pm"), Context(question=ASK), means.Resume(ASK, "tomorrow 3pm")),
        (to_us("next", direct=True), Context(question=ASK), means.Command("next")),
        (to_us("thu", direct=True), Context(question=ASK), means.Resume(ASK, "thu")),
        (said("2"), Context(offers=(YES, NO), heard_at=NOW, now=NOW), means.Pick(NO)),
        (said("yes"), Context(offers=(YES, NO), heard_at=NOW, now=NOW), means.Pick(YES)),
        (said("hm", thread="$t"), Context(card=CARD, live=CARD), means.Notice(CARD)),
        (CommandInvoked(**COMMON, asked="{}"), Context(), means.Form("{}")),
        (ButtonPressed(**COMMON, post="p", place=1), Context(), means.Say(means.TOO_OLD)),
        (
            ButtonPressed(**COMMON, post="p", place=1),
            Context(offers=(YES,), heard_at=NOW, now=NOW),
            means.Pick(YES),
        ),
        (ReactionAdded(**COMMON, message="$c", emoji="🎉"), Context(card=CARD), means.Ignore()),
        (
            ReactionAdded(**COMMON, message="$c", emoji="🤔🏽"),
            Context(card=CARD),
            means.Perform(SayMaybe(code="M7K2"), reaction_on=MeetingId(CARD[0])),
        ),
        (
            ReactionAdded(**COMMON, message="$c", emoji="👍", addressed="meeting yes M7K2"),
            Context(),
            means.Command("meeting yes M7K2", by_reaction=True),
        ),
        (
            ReactionAdded(**COMMON, message="$c", emoji="❌"),
            Context(offers=(YES, NO), heard_at=NOW, now=NOW),
            means.Pick(NO),
        ),
        (BallotCast(**COMMON, poll="$p", option=1), Context(), means.Ignore()),
        (
            MessageEdited(**COMMON, message="$m", text="hi"),
            Context(live=CARD),
            means.Retag(None, CARD),
        ),
        (
            ReactionRemoved(**COMMON, event="$r"),
            Context(reaction=(CARD[0], "👍", digest(TAP, "@thandi"))),
            means.Withdraw(MeetingId(CARD[0]), "👍"),
        ),
        (
            ReactionRemoved(**COMMON, event="$r"),
            Context(reaction=(CARD[0], "👍", digest(TAP, "@sipho"))),
            means.Ignore(),
        ),
    ],
)
def test_an_event_means_one_thing(
    event: ChatEvent, context: Context, found: means.Resolution
) -> None:
    assert resolve_event(event, context) == found


def test_a_button_for_somebody_else_is_not_pressed_for_them() -> None:
    pressed = ButtonPressed(**(COMMON | {"account": "@sipho"}), post="p", place=1)

    assert resolve_event(pressed, Context(offers=(YES,), heard_at=NOW, now=NOW)) == means.Say(
        means.NOT_YOURS
    )


def test_a_tag_is_a_line_of_the_meeting_that_is_on_and_words_where_none_is() -> None:
    event = said("#decision We use stones")
    found = resolve_event(event, Context(live=CARD))
    elsewhere = resolve_event(event, Context())

    assert isinstance(found, means.TagLine)
    assert found.meeting == CARD
    assert isinstance(elsewhere, means.TagLine)
    assert (elsewhere.meeting, elsewhere.otherwise) == (None, means.Ignore())
    assert resolve_event(said("#decision x", direct=True), Context()) == means.Ignore()


@pytest.mark.parametrize("to_another", [{"reply_to": "$theirs"}, {"mentions": ("@ana:x.org",)}])
def test_a_yes_to_somebody_else_in_a_cards_thread_answers_no_card(to_another: Any) -> None:
    context = Context(card=CARD, replied_to_us=False)
    plain = resolve_event(said("yes", thread="$card"), context)
    theirs = resolve_event(said("yes", thread="$card", **to_another), context)
    assert plain == means.Perform(SayYes(code=CARD[1]))
    assert not isinstance(theirs, means.Perform)


def test_every_kind_of_event_has_a_meaning() -> None:
    kinds = set(get_args(get_args(AnyChatEvent)[0]))

    assert kinds == set(_MEANINGS)
    form = CommandInvoked(**COMMON, asked=asked_as_json(NextMeeting, {}))
    assert resolve_event(form, Context()) == means.Form(form.asked)
