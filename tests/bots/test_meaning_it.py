"""A yes counts only in answer to us: generated over ways to say it, places, ages and choices.

What is called off, moved, taken out, published, linked or erased needs a pick or its word.
"""

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

import indaba.conversation
from bots.answering import understood
from bots.walking import everything_typed
from clock import TestWorld
from conftest import FreshDatabase
from indaba.conversation.answer import Choice
from indaba.conversation.commands.hints import typed
from indaba.conversation.commands.intent import SLASH, Intent, Meant, intent_to_json
from indaba.conversation.commands.line import Understood, read_line
from indaba.conversation.commands.never_mind import NeverMind
from indaba.conversation.commands.numbered import NUMBERS, completes, numbered
from indaba.conversation.commands.topics import INTENTS
from indaba.conversation.commands.topics.changing import CallOff
from indaba.conversation.commands.topics.cop import AgreeAndJoin
from indaba.conversation.delivery.chat_events import (
    BallotCast,
    ButtonPressed,
    CommandInvoked,
    MessageEdited,
    MessageSent,
    ReactionAdded,
    ReactionRemoved,
)
from indaba.conversation.delivery.platform import Post, PostKind
from indaba.conversation.dispatch import resolutions as means
from indaba.conversation.dispatch.context import Context
from indaba.conversation.dispatch.resolve import resolve_event
from indaba.conversation.store import Draft, Offer, Store, Waiting
from indaba.ledger.session import Session
from workshop import ledger_of

MIGRATIONS = Path(indaba.conversation.__file__).parent / "migrations"
NOW = datetime(2026, 11, 3, 12, tzinfo=UTC)
POST, ANOTHER = "$post", "$anothers"
SECOND = timedelta(seconds=1)
MINUTES = {n: timedelta(minutes=n) for n in (2, 30)}
AGES = (SECOND, MINUTES[2] - SECOND, MINUTES[2] + SECOND, MINUTES[30] - SECOND, MINUTES[30])
LABEL = "Do it now"
BARE = ("yes", "Yes, please!", "ja", "1", "✅")
WORDS = (LABEL, "do it  NOW.")
TALK = ("lovely weather", "yes but not today", "yes M7K2", "do it")

BY_YES = {
    *("action done", "action help", "action drop", "action reopen", "cop agree-and-join"),
    *("cop found", "cop never-mind", "meeting add-one", "meeting call", "meeting call-series"),
    *("meeting could-speak", "meeting feedback", "meeting here", "meeting maybe", "meeting no"),
    *("meeting preview", "meeting preview-end", "meeting preview-move", "meeting restore"),
    *("meeting preview-otherwise", "meeting preview-series", "meeting tagged", "meeting useful"),
    *("meeting will-use", "meeting withdraw", "meeting yes", "minutes put-back", "minutes write"),
    *("vote choose",),
    *("me speak-of", "resource more", "resource share", "resource used", "resource withdraw"),
}
"""What is harmless or can be undone. All else is only picked, whatever a newcomer forgets."""

BY_PICK = {
    *("cop connect-now", "cop disconnect-now", "cop leave-now", "cop unfollow-now", "me erase-now"),
    *("me answer-link", "me link-now", "me unlink-now"),
    *("meeting call-off", "meeting end-series", "meeting move-now", "meeting otherwise"),
    *("meeting uncall", "minutes share", "resource withdraw-now"),
    *("member make-facilitator", "member take-role-back", "member give-up-role"),
    "member facilitate-again",
    *("member answer-matter", "member remove-now", "member suspend-now", "safety send"),
    *(
        "cop publish-now",
        "cop renew-address-now",
        "cop small-groups-now",
        "cop small-groups-back",
        "minutes publish-now",
        "resource publish-now",
    ),
}
"""Cancelling, moving, taking out, publishing, linking, leaving, erasing: all that are offered."""


class Said(NamedTuple):
    """Words, where and how they are said, and to which offer."""

    text: str
    reply_to: str
    names_others: bool
    to_us: bool
    direct: bool
    age: timedelta
    closed: bool
    before: bool
    strict: bool

    def event(self) -> MessageSent:
        addressed = self.text if self.to_us or self.direct else None
        return MessageSent(
            **(common(self.age) | {"direct": self.direct}),
            text=self.text,
            addressed=addressed,
            reply_to=self.reply_to,
            mentions=("@sipho",) if self.names_others else (),
        )

    def context(self) -> Context:
        heard_at = NOW - SECOND if self.before else NOW + self.age
        return Context(
            offers=choices(strict=self.strict, closed=self.closed),
            replied_to_us=self.reply_to == POST,
            heard_at=heard_at,
            now=NOW + self.age,
        )

    def answers_us(self) -> bool:
        return self.reply_to == POST or not (self.reply_to or self.names_others)

    def is_meant(self) -> bool:
        """The rule, as it is promised."""
        is_next = not self.closed and not self.before and self.answers_us()
        if self.text in WORDS:
            return is_next and self.age < MINUTES[30]
        enough = not self.strict or self.reply_to == POST
        return self.text in BARE and is_next and enough and self.age <= MINUTES[2]


def common(age: timedelta) -> dict[str, Any]:
    return {"id": "$1", "room": "!r", "account": "@thandi", "sent_at": NOW + age}


def choices(*, strict: bool, closed: bool = False) -> tuple[Offer, Offer]:
    act: Intent = CallOff(code="M7K2") if strict else AgreeAndJoin()
    yes, no = (
        Offer(
            *("post", intent_to_json(intent), "@thandi", emoji, label, place),
            message=POST,
            kept_at=NOW,
            offered_at=NOW,
            expires_at=NOW + MINUTES[30],
            closed=closed,
        )
        for place, (emoji, label, intent) in enumerate(
            (("✅", LABEL, act), ("❌", "Leave it", NeverMind())), start=1
        )
    )
    return yes, no


PARTS = 7
"""Has no divisor with the numbers of places and ages, so that each part has all of both."""

in_parts = pytest.mark.parametrize("part", range(PARTS))


def everything_said(part: int) -> Iterator[Said]:
    """One of the equal parts of all that can be said, with some of every kind in it."""
    texts, yes_no = (*BARE, *WORDS, *TALK), (False, True)
    places = product(texts, ("", POST, ANOTHER), yes_no, yes_no, yes_no)
    rests = list(product(AGES, yes_no, yes_no, yes_no))
    for number, (place, rest) in enumerate(product(places, rests)):
        if number % PARTS == part:
            yield Said(*place, *rest)


@pytest.mark.parametrize("word", ["yes", "no", "ja", "nope"])
def test_of_two_things_that_are_no_yes_and_no_neither_is_meant(word: str) -> None:
    """After saving a link: show it, or say that one used it. A no to a colleague says neither."""
    show, used = (
        replace(offer, emoji=emoji)
        for offer, emoji in zip(choices(strict=False), ("📣", "🙌"), strict=True)
    )
    event = MessageSent(**common(SECOND), text=word)
    context = Context(offers=(show, used), heard_at=NOW + SECOND, now=NOW + SECOND)
    assert isinstance(resolve_event(event, context), means.Ignore)


@pytest.mark.thorough(keep=1)
@in_parts
def test_words_mean_a_choice_only_in_answer_to_us(part: int) -> None:
    tried = list(everything_said(part))
    picked = []
    for one in tried:
        found = resolve_event(one.event(), one.context())
        assert isinstance(found, means.Pick) == one.is_meant(), one
        picked += [found] if isinstance(found, means.Pick) else []
    assert len(tried) > 10_000 // PARTS
    assert {pick.offer.place for pick in picked} == {1}


@pytest.mark.thorough(keep=1)
@in_parts
def test_a_yes_to_us_that_answers_nothing_is_told_so_and_one_to_others_is_met_with_silence(
    part: int,
) -> None:
    for one in everything_said(part):
        if one.text not in (*BARE, *WORDS) or one.is_meant():
            continue
        found = resolve_event(one.event(), one.context())
        fresh = not one.closed and not one.before and one.age <= MINUTES[2] and one.answers_us()
        if fresh and one.text in BARE:
            assert found == means.Say(means.NOT_ENOUGH, one.context().offers[0], still_open=True)
        elif one.to_us or one.direct or one.reply_to == POST:
            assert found == means.Say(means.NOTHING_WAITS, one.context().offers[0]), one
        else:
            assert found == means.Ignore(), one


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("closed", [False, True])
def test_a_reaction_or_press_is_a_pick_until_it_is_too_old(strict: bool, closed: bool) -> None:
    yes, no = choices(strict=strict, closed=closed)
    for age in (*AGES, timedelta(hours=20)):
        in_time = age < MINUTES[30]
        late = means.Say(means.TOO_OLD_TO_PICK, yes)
        context = Context(offers=(yes, no), heard_at=NOW + age, now=NOW + age)
        reaction = ReactionAdded(**common(age), message=POST, emoji="✅")
        assert resolve_event(reaction, context) == (means.Pick(yes) if in_time else late)
        press = ButtonPressed(**common(age), post="post", place=1)
        pressed = replace(context, offers=(yes,))
        assert resolve_event(press, pressed) == (means.Pick(yes) if in_time else late)


def test_what_is_only_picked_gets_old_however_long_it_is_offered() -> None:
    yes, no = (replace(c, expires_at=NOW + timedelta(days=7)) for c in choices(strict=True))
    hour = timedelta(hours=1)
    context = Context(offers=(yes, no), heard_at=NOW + hour, now=NOW + hour)
    reaction = ReactionAdded(**common(hour), message=POST, emoji="✅")
    assert resolve_event(reaction, context) == means.Say(means.TOO_OLD_TO_PICK, yes)


def test_nothing_else_that_people_do_is_a_pick() -> None:
    context = Context(offers=choices(strict=False), heard_at=NOW, now=NOW)
    for event in (
        MessageEdited(**common(SECOND), message=POST, text="yes"),
        CommandInvoked(**common(SECOND), asked='{"intent": "meeting yes", "values": {}}'),
        BallotCast(**common(SECOND), poll=POST, option=1),
        ReactionRemoved(**common(SECOND), event=POST),
    ):
        assert not isinstance(resolve_event(event, context), means.Pick)


@pytest.mark.parametrize("text", BARE)
@pytest.mark.parametrize("reply_to", ["", POST])
def test_a_bare_yes_answers_what_we_said_last(text: str, reply_to: str) -> None:
    """Somebody typed your code, we said: a yes to that is none to the reminder before it."""
    one = Said(text, reply_to, False, True, True, SECOND, False, False, strict=False)
    assert isinstance(resolve_event(one.event(), one.context()), means.Pick)
    since = replace(one.context(), told_since=True)
    found = resolve_event(one.event(), since)
    assert isinstance(found, means.Pick) is bool(reply_to)
    if not reply_to:
        assert isinstance(found, means.Say)
        assert found.words == means.NOTHING_WAITS
    word = replace(one.event(), text=LABEL, addressed=LABEL)
    assert isinstance(resolve_event(word, since), means.Pick)


async def _offered() -> list[Choice]:
    return [choice for step in await everything_typed(NOW) for choice in step.offered]


async def test_all_that_is_offered_is_only_picked_unless_it_is_harmless() -> None:
    offered = {type(choice.intent) for choice in await _offered()}
    strict = {kind.called() for kind in offered if kind.MEANT is Meant.BY_PICK}
    assert strict == BY_PICK
    assert {kind.called() for kind in INTENTS if kind.MEANT is Meant.BY_YES} == BY_YES
    assert Intent.MEANT is Meant.BY_PICK


async def test_what_led_to_a_choice_can_be_typed_and_its_word_is_no_mere_yes() -> None:
    for choice in await _offered():
        for prefix in ("!cop ", "", SLASH):
            line = typed(choice.intent.again(), prefix, INTENTS)
            assert isinstance(read_line(line.removeprefix(prefix), INTENTS), Understood)
        if choice.intent.MEANT is Meant.BY_PICK:
            assert choice.intent.again().intent != "help"
            offer = replace(choices(strict=True)[0], label=choice.label)
            typed_word = MessageSent(**common(timedelta(minutes=9)), text=choice.label)
            context = Context(offers=(offer,), heard_at=NOW, now=NOW)
            assert resolve_event(typed_word, context) == means.Pick(offer)


@pytest.fixture
async def connection(database: FreshDatabase, bus_url: str) -> AsyncIterator[AsyncConnection]:
    url = await database(MIGRATIONS)
    ledger = ledger_of("matrix_bot", url, bus_url, migrations=MIGRATIONS, world=TestWorld())
    async with ledger.database.begin() as begun:
        yield begun
    await ledger.stop()


async def test_a_yes_is_as_old_as_the_post_is_up_and_what_never_was_up_is_not_offered(
    connection: AsyncConnection,
) -> None:
    before, after = (Store(Session(connection, at)) for at in (NOW, NOW + SECOND))
    said = MessageSent(**common(SECOND), text="yes")
    post, ends = Post("post", PostKind.MESSAGE, said.room, {}), NOW + timedelta(hours=1)
    await before.posting.post(Draft(post, uuid4(), ends))
    await before.dialogue.offer(
        post, [(Choice("Yes", "✅", NeverMind()), "{}")], said.account, MINUTES[30]
    )
    await after.posting.is_up(Waiting(post, uuid4(), ends), POST)
    [offer] = await after.dialogue.newest_offers_to(said)
    assert (offer.message, offer.kept_at, offer.offered_at) == (POST, NOW, NOW + SECOND)
    for elsewhere in (replace(said, thread="$t"), replace(said, account="@sipho")):
        await after.dialogue.close_offers(elsewhere)
        assert [o.closed for o in await after.dialogue.newest_offers_to(said)] == [False]
    await after.dialogue.close_offers(said)
    assert [o.closed for o in await after.dialogue.newest_offers_to(said)] == [True]
    assert [o.closed for o in await after.dialogue.offers_on(POST)] == [True]
    privately = replace(said, direct=True)
    assert await after.dialogue.is_last(offer, privately)
    later = Post("errand/x/0", PostKind.MESSAGE, said.room, {})
    await after.posting.post(Draft(later, uuid4(), ends))
    assert not await after.dialogue.is_last(offer, privately)
    assert await after.dialogue.is_last(offer, said)
    await after.posting.give_up("errand/x/0", "others can read there")
    assert await after.dialogue.is_last(offer, privately)
    await after.posting.give_up("post", "others can read there")
    assert await after.dialogue.newest_offers_to(said) == []


def alternatives(*intents: Intent) -> tuple[Offer, ...]:
    """Choices between things alike, as they are put to somebody."""
    labels = [f"number {place}" for place in range(1, len(intents) + 1)]
    return tuple(
        Offer(
            *("post", intent_to_json(choice.intent), "@thandi", choice.emoji, choice.label, place),
            message=POST,
            kept_at=NOW,
            offered_at=NOW,
            expires_at=NOW + MINUTES[30],
        )
        for place, choice in enumerate(numbered(labels, intents, "None of these").options, start=1)
    )


OFFERED_AS_TYPED = [kind for kind in INTENTS if not (kind.hidden or kind.secrets())]


@pytest.mark.parametrize("kind", OFFERED_AS_TYPED, ids=lambda k: k.called())
def test_the_number_of_one_of_several_things_alike_completes_what_was_typed(
    kind: type[Intent],
) -> None:
    offers = alternatives(*[understood(kind.example)] * 2)
    for place in (1, 2):
        event = MessageSent(**common(SECOND), text=str(place), addressed=str(place))
        context = Context(offers=offers, heard_at=NOW + SECOND, now=NOW + SECOND)
        assert resolve_event(event, context) == means.Pick(offers[place - 1])


@pytest.mark.parametrize("called", sorted(BY_PICK))
def test_a_number_alone_does_nothing_that_cannot_be_typed(called: str) -> None:
    kind = next(each for each in INTENTS if each.called() == called)
    signs = [*NUMBERS[:2], "❌"]
    assert completes(kind.model_construct(), signs, NeverMind()) is not kind.hidden
    assert not completes(understood("cop leave"), NUMBERS[:2], understood("cop leave"))
    assert not completes(understood("cop leave"), ("✅", "❌"), NeverMind())
