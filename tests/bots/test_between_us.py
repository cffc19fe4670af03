"""What is for one person is said to them alone: every intent, reply, way of asking and platform."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import product
from typing import Annotated, Any, Optional, get_args

import pytest

import indaba.contracts
from bots.answering import (
    CAME,
    FEW,
    MEETING,
    MEMBER,
    REPORT,
    THANDI,
    BusServiceClient,
    said,
    understood,
)
from cells import every
from indaba.contracts import confidential
from indaba.contracts import membership as m
from indaba.contracts import scheduling as s
from indaba.contracts.actions import ActionsListed
from indaba.contracts.confidential import BetweenUs, Confidential, ConfidentialText
from indaba.contracts.ids import OneTimeCode
from indaba.contracts.linking import IssueLinkCode
from indaba.contracts.outcomes import FromRegister
from indaba.contracts.wire import Reply, Request
from indaba.conversation.answer import Answer, Audience, Text
from indaba.conversation.commands.carrying_out import perform
from indaba.conversation.commands.confiding import not_here
from indaba.conversation.commands.intent import SLASH, Intent
from indaba.conversation.commands.person import Person
from indaba.conversation.commands.topics import INTENTS
from indaba.conversation.delivery.chat_events import WORDLESS, AnyChatEvent, ChatEvent
from indaba.conversation.dispatch.perform import by_name
from indaba.conversation.dispatch.reply import heard, spot_of
from indaba.conversation.wording import Wording

NOW = datetime(2026, 11, 3, 12, tzinfo=UTC)
PLATFORMS = {
    "matrix": replace(MEMBER, direct=False, prefix="!cop "),
    "discord": replace(MEMBER, direct=False, platform=m.Platform.DISCORD, prefix=SLASH),
}
SAID_ALOUD = {
    "me undo": "what was done there, by those who did it",
    "me timezone": "what was typed there already, and a zone",
    "me reminders": "on or off, as was typed there",
    "me quiet": "hours that were typed there",
    "me digest": "on or off, as was typed there",
    "me stand-in": "on or off, as was typed there",
}
"""Intents about oneself whose answers hold nothing but what was just said, each with the reason."""

OPENING = ("secret", "token", "door", "password", "key")
KINDS = [k for k in get_args(get_args(AnyChatEvent)[0]) if k not in WORDLESS]
FILLED: dict[str, Any] = {
    "kind": "message",
    "text": "",
    "message": "$1",
    "emoji": "✅",
    "post": "p",
}
FILLED |= {"event": "$1", "poll": "$1", "option": 1, "asked": "{}", "place": 1}


def replies(kind: type[Reply] = Reply) -> Iterator[type[Reply]]:
    for each in kind.__subclasses__():
        if each.__module__.startswith(indaba.contracts.__name__):
            yield each
            yield from replies(each)


def an_event(kind: type[ChatEvent], **where: Any) -> ChatEvent:
    names = set(kind.__dataclass_fields__)
    given = {name: value for name, value in FILLED.items() if name in names}
    base = {"id": "$0", "room": "!r", "account": "@thandi", "sent_at": NOW}
    return kind(**{**given, **base, **where})


class Nothing:
    """Services that nobody may ask."""

    async def ask(self, request: Request[Any]) -> Any:
        raise AssertionError(request)


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("kind", [i for i in INTENTS if i.PRIVATE], ids=lambda i: i.called())
async def test_a_private_intent_asks_nothing_where_others_read(
    kind: type[Intent], platform: str
) -> None:
    person = PLATFORMS[platform]
    answer = await perform(kind.model_construct(), person, Nothing())
    assert "between you and me" in answer.text()
    assert answer.audience is not Audience.ALONE
    how = f"/{kind.called()}" if platform == "discord" else "direct chat"
    assert how in answer.text()


@every("intent", INTENTS, ids=lambda i: i.called())
def test_what_is_about_oneself_is_private_or_says_why_not(intent: type[Intent]) -> None:
    if intent.noun == "me":
        assert intent.PRIVATE is (intent.called() not in SAID_ALOUD)


@every(
    "kind, named, thread, direct, ephemeral",
    product(KINDS, [True, False], ["", "$t"], [True, False], ["", "handle"]),
)
def test_an_answer_for_one_goes_to_them_alone_however_it_was_asked(
    kind: type[ChatEvent], *, named: bool, thread: str, direct: bool, ephemeral: str
) -> None:
    event = an_event(kind, thread=thread, direct=direct, ephemeral=ephemeral)
    secret = Answer((Text("sesame"),), Audience.ALONE, otherwise=not_here(Wording()))
    answer = heard(event, by_name(event, secret) if named else secret)
    if not direct and not ephemeral:
        assert "sesame" not in answer.text()
        assert "for you alone" in answer.text()
        return
    post = spot_of(event, answer)
    assert post.ephemeral == ephemeral if ephemeral else post.only_for == event.account


@pytest.mark.parametrize("kind", list(replies()), ids=lambda k: k.__name__)
def test_what_opens_something_is_marked_confidential(kind: type[Reply]) -> None:
    """A passport is for the face itself, which says none of it."""
    if kind in (m.PassportIssued, m.SignedIn):
        return
    of_one_use = str(get_args(OneTimeCode)[-1])
    for name, field in kind.model_fields.items():
        opens = name in OPENING or of_one_use in map(str, field.metadata)
        assert not opens or Confidential in field.metadata, f"{kind.__name__}.{name}"


class Half(Reply):
    """A reply of which a part is confidential."""

    open: str
    closed: ConfidentialText = ""
    door: Annotated[Optional[str], Confidential] = None  # noqa: UP045 - as contracts have it


class Whole(Reply):
    """A reply that says nothing without its confidential part."""

    secret: ConfidentialText


def test_a_reply_loses_what_is_confidential_or_is_confidential() -> None:
    half = Half(open="hello", closed="sesame", door="SV9Y")
    assert confidential.for_all_to_read(half) == (Half(open="hello"), True)
    assert confidential.for_all_to_read(Half(open="hello")) == (Half(open="hello"), False)
    with pytest.raises(BetweenUs):
        confidential.for_all_to_read(Whole(secret="sesame"))


async def test_an_intent_never_holds_what_others_may_not_read() -> None:
    class Told(Intent, noun="test", verb="told", hidden=True):
        """Say all that the service says."""

        async def respond(self, person: Person, services: Any) -> Answer:
            return Answer.of(str(await services.ask(s.ShowMeeting())))

    services = BusServiceClient(ShowMeeting=s.MeetingShown(meeting=MEETING, door="SV9Y"))
    room = PLATFORMS["matrix"]
    assert "SV9Y" not in (await perform(Told(), room, services)).text()
    alone = await perform(Told(), THANDI, services)
    assert "SV9Y" in alone.text()
    assert alone.audience is Audience.ALONE
    assert alone.otherwise


async def test_nothing_is_done_whose_answer_could_not_be_said() -> None:
    class Careless(Intent, noun="test", verb="careless", hidden=True):
        """Ask for a code in a room."""

        async def respond(self, person: Person, services: Any) -> Answer:
            return Answer.of((await services.ask(IssueLinkCode())).code)

    answer = await perform(Careless(), PLATFORMS["matrix"], Nothing())
    assert "between you and me" in answer.text()


async def test_who_asks_for_more_than_all_may_read_is_told_how_to_get_it() -> None:
    live = s.MeetingShown(meeting=MEETING, door="SV9Y")
    chair = replace(THANDI, direct=False, prefix="!cop ")
    told = (await said("meeting start M7K2", chair, StartMeeting=live)).text()
    assert "M7K2 is on" in told
    assert "direct chat" in told
    assert "SV9Y" not in told
    plain = await said("meeting start M7K2", chair, StartMeeting=s.MeetingShown(meeting=MEETING))
    assert "direct chat" not in plain.text()


async def test_in_a_room_a_report_is_what_any_member_reads() -> None:
    few = CAME.model_copy(update={"newcomers": None, "came_again": None})
    whole = FromRegister(figures=REPORT.figures, meetings=REPORT.meetings)
    open_part = {"figures": (FEW,), "meetings": (few,)}
    kept = REPORT.model_copy(update={**open_part, "whole": whole})
    room = (await said("outcome report", PLATFORMS["matrix"], ShowReport=kept)).text()
    assert "of them new" not in room
    assert "What is behind them" not in room
    assert "what only facilitators read of it" in room
    alone = (await said("outcome report", THANDI, ShowReport=kept)).text()
    assert "4 of them new" in alone
    assert "What is behind them" in alone


async def test_on_discord_a_slash_command_is_answered_to_its_asker_alone() -> None:
    slash = replace(PLATFORMS["discord"], ephemeral=True)
    answer = await perform(understood("me sign-in"), slash, BusServiceClient())
    assert "/sign-in/abc" in answer.text()
    assert answer.audience is Audience.ALONE


async def test_a_line_for_a_private_matter_says_where_to_type_it() -> None:
    asked = (await said("leave", PLATFORMS["matrix"])).text()
    assert "me data erase (in a direct chat with me)" in asked
    assert "!cop me data" not in asked
    assert "(in a direct chat" not in (await said("leave", MEMBER)).text()
    assert "/me data" in (await said("leave", PLATFORMS["discord"])).text()


async def test_an_action_that_nobody_has_says_how_to_take_it() -> None:
    none_open = ActionsListed(actions=())
    mine = (await said("action list", MEMBER, ListActions=none_open)).text()
    assert "None of your actions is open" in mine
    assert "action list which: open" in mine or "action list open" in mine
    late = await said("action list late", MEMBER, ListActions=none_open)
    assert late.text() == "No action is past its day."
