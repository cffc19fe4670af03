"""What people are answered, with services that answer real contracts."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast
from uuid import UUID

import pytest
from pydantic import ValidationError

from bots import kept_meeting
from bots.answering import (
    COMMUNITY,
    FOUNDER,
    GUEST,
    LATER,
    MEETING,
    MEMBER,
    READING,
    THANDI,
    BusServiceClient,
    passport,
    picked,
    said,
    understood,
)
from indaba.contracts import membership as m
from indaba.contracts import record as r
from indaba.contracts import scheduling as s
from indaba.contracts import times
from indaba.contracts.actions import AddAction
from indaba.contracts.ids import MemberId
from indaba.contracts.passport import Role
from indaba.contracts.refusal import Fault, Refused, Unavailable
from indaba.contracts.wire import Request
from indaba.conversation.answer import Ask, Audience, File
from indaba.conversation.commands.carrying_out import perform
from indaba.conversation.commands.intent import SLASH, Intent, resolve, resume
from indaba.conversation.commands.topics import INTENTS
from indaba.conversation.commands.topics.cop import Found, SetUp
from indaba.conversation.commands.topics.noting import Tagged
from indaba.conversation.commands.topics.repeating import PreviewSeries
from indaba.conversation.commands.topics.scheduling import CallMeeting
from indaba.conversation.commands.topics.voting import NewVote
from indaba.conversation.wording import Wording


async def test_a_meeting_is_previewed_and_called_when_picked() -> None:
    preview = await said('meeting new "Fractions" thu 18:00 for 90 minutes')
    assert "Thursday 3 December 2026" in preview.text()
    assert "1 hour 30 minutes" in preview.text()
    called = await picked(preview, "✅", THANDI)
    assert called.text().startswith("Called: M7K2\n")
    assert (await picked(called, "↩️", THANDI)).text() == "Called off: M7K2"
    an_hour_on = replace(THANDI, now=THANDI.now + timedelta(hours=1))
    late = await picked(called, "↩️", an_hour_on)
    assert "meeting cancel M7K2" in late.text()
    assert (await picked(preview, "❌", THANDI)).text() == "All right, nothing has changed."


async def test_an_unsure_time_is_asked_back_with_numbered_readings() -> None:
    unsure = times.WhenRead(sure=False, readings=(READING, LATER), doubt="Morning or evening?")
    answer = await said('meeting new "Fractions" thu 6', ReadWhen=unsure)
    assert [c.emoji for c in answer.choices()] == ["1️⃣", "2️⃣", "❌"]
    assert "Morning or evening?" in answer.text()
    preview = await picked(answer, "2️⃣", THANDI)
    assert "06:00" in preview.text()
    call = preview.choices()[0].intent
    assert isinstance(call, CallMeeting)
    assert call.starts == LATER.starts


async def test_a_time_nobody_understands_is_asked_for_again_and_the_title_is_kept() -> None:
    nothing = times.WhenRead(sure=False, readings=(), doubt="I found no time in 'soonish'.")
    answer = await said('meeting new "Fractions" when: soonish', ReadWhen=nothing)
    ask = answer.question()
    assert ask is not None
    assert (ask.field, ask.why) == ("when", "I found no time in 'soonish'.")
    again = resume(ask, "thu 18:00", Wording(), INTENTS)
    afresh = understood("meeting new title: Fractions when: thu 18:00")
    assert again == afresh.after("soonish")


async def test_a_title_that_is_too_long_is_asked_again_and_the_time_is_kept() -> None:
    answer = await said(f'meeting new "{"x" * 121}" thu 18:00')
    ask = answer.question()
    assert ask is not None
    assert ask.field == "title"
    assert "121 letters" in ask.why
    assert "120" in ask.why
    assert ask.filled == {"when": "thu 18:00"}


async def test_a_person_in_another_zone_sees_both_times() -> None:
    away = replace(THANDI, passport=passport(Role.FACILITATOR, zone="Europe/London"))
    preview = await said('meeting new "Fractions" thu 18:00', away)
    assert "18:00 (Johannesburg" in preview.text()
    assert "16:00 (London" in preview.text()
    assert "16:00 (London" in (await said("when", away)).text()


@pytest.mark.parametrize(
    "line",
    [
        'meeting new "A" thu 18:00',
        "cancel M7K2",
        "move M7K2 fri 17:00",
        "meeting edit M7K2 where: Hall",
        "member role @ana:example.org facilitator",
    ],
)
async def test_a_member_is_told_that_only_a_facilitator_can(line: str) -> None:
    told = await said(line, MEMBER)
    assert told.text() == "Only a facilitator of this community can do that."
    assert "not a member here yet" in (await said(line, GUEST)).text()


async def test_the_choices_of_a_preview_do_nothing_for_a_member_who_may_not() -> None:
    preview = await said("cancel M7K2 no hall")
    told = await picked(preview, "✅", MEMBER)
    assert told.text() == "Only a facilitator of this community can do that."


class Recorded(BusServiceClient):
    """Services that keep what they were asked."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[Request[Any]] = []

    async def ask(self, request: Request[Any]) -> Any:
        self.asked.append(request)
        return await super().ask(request)


@pytest.mark.parametrize(
    "line",
    [
        "action add @bo:example.org send the survey by friday",
        "action add @bo:example.org: send the survey by friday",
        "action add send the survey by friday owner: @bo:example.org",
        "note action @bo:example.org send the survey by friday",
    ],
)
async def test_an_action_that_begins_with_a_name_is_that_person_s(line: str) -> None:
    services = Recorded()
    await perform(understood(line), THANDI, services)
    asked = services.asked[-1]
    assert isinstance(asked, AddAction | r.TakeNote)
    assert asked.owner == MemberId(UUID(int=5))
    assert asked.text == "send the survey by friday"


async def test_calling_off_says_how_many_are_told() -> None:
    preview = await said("meeting cancel M7K2 the hall is taken")
    assert "4 people said yes or maybe" in preview.text()
    assert "the hall is taken" in preview.text()
    assert (await picked(preview, "✅", THANDI)).text() == "Called off: M7K2\n↩️ Undo"


async def test_a_move_is_previewed_from_and_to() -> None:
    preview = await said(
        "move M7K2 fri 6:00", ReadWhen=times.WhenRead(sure=True, readings=(LATER,))
    )
    assert "From: Thursday 3 December 2026, 18:00" in preview.text()
    assert "To: Thursday 3 December 2026, 06:00" in preview.text()
    assert (await picked(preview, "✅", THANDI)).text().startswith("Moved: M7K2")


@pytest.mark.parametrize(
    "line", ["yes M7K2", "yes M7K2 +1", "maybe M7K2", "no M7K2", "withdraw M7K2", "here"]
)
async def test_an_answer_about_a_meeting_that_was_named_needs_only_a_sign(line: str) -> None:
    answer = await said(line, MEMBER)
    assert answer.ack
    assert "Fractions (M7K2)" in answer.text()


@pytest.mark.parametrize("line", ["yes", "yes +1", "maybe", "no", "withdraw"])
async def test_who_names_no_meeting_is_told_which_it_was_and_when(line: str) -> None:
    answer = await said(line, MEMBER)
    assert not answer.ack
    first, when, *back = answer.text().splitlines()
    assert "Fractions (M7K2)" in first
    assert when.startswith("Thursday 3 December 2026, 18:00")
    assert ["withdraw M7K2" in words for words in back] == [True] * (line != "withdraw")


async def test_founding_asks_four_questions_and_shows_what_is_kept() -> None:
    asked: list[str] = []
    step: Intent | Ask | None = resolve(SetUp, {}, Wording())
    for reply in ("Maths circle: better lessons", "english", "cape town", "here"):
        assert not isinstance(step, Intent)
        assert step is not None
        asked.append(step.field)
        step = resume(step, reply, Wording(), INTENTS)
    assert asked == ["about", "language", "zone", "where"]
    preview = await perform(cast("Intent", step), FOUNDER, BusServiceClient())
    for words in ("Maths circle", "Johannesburg", "18 or older", m.CONSENT_VERSION):
        assert words in preview.text()
    done = await picked(preview, "✅", FOUNDER)
    assert done.audience is Audience.ROOM
    assert done.text().startswith("Maths circle begins here")


async def test_founding_is_for_those_who_run_the_room() -> None:
    line = SetUp.example
    told = await said(line, replace(FOUNDER, has_power=False))
    assert "Only somebody who runs this room" in told.text()
    assert "lives in this room already" in (await said(line)).text()
    sly = Found(name="A", purpose="b", language="en", zone="Etc/UTC", room="!r:e.org")
    told = await perform(sly, replace(FOUNDER, has_power=False), BusServiceClient())
    assert "Only somebody who runs this room" in told.text()


async def test_a_guest_joins_after_reading_what_is_kept() -> None:
    shown = await said("join", GUEST)
    assert "18 or older" in shown.text()
    assert m.CONSENT_VERSION in shown.text()
    assert "Welcome to Maths circle" in (await picked(shown, "✅", GUEST)).text()
    assert "already" in (await said("join", MEMBER)).text()


async def test_leaving_is_asked_twice() -> None:
    answer = await said("leave", MEMBER)
    assert "You have left" in (await picked(answer, "✅", MEMBER)).text()


async def test_a_profile_is_set_and_shown() -> None:
    services = BusServiceClient()
    line = "me profile category: civil society\norganisation: Funda\nlanguages: isiZulu, English"
    await perform(understood(line), MEMBER, services)
    shown = await perform(understood("me profile"), MEMBER, services)
    assert "Category: civil-society" in shown.text()
    assert "Organisation: Funda" in shown.text()
    assert "Languages: isiZulu, English" in shown.text()
    assert "Province: not said" in shown.text()


async def test_what_is_kept_is_shown_exported_and_erased() -> None:
    shown = await said("me data", MEMBER)
    assert "accounts 1 platform: matrix" in shown.text()
    assert "me data periods" in shown.text()
    periods = (await said("me data periods", MEMBER)).text()
    for keeper in ("membership", "scheduling", "library", "outcomes", "portal", "bots"):
        assert f"How long {keeper} keeps it:" in periods
    assert "what you said to the bot: 7 days after it was dealt with; then deleted" in periods
    exported = await said("me data export", MEMBER)
    file = next(b for b in exported.blocks if isinstance(b, File))
    assert json.loads(file.data)["membership"] == {"accounts": [{"platform": "matrix"}], "zone": ""}
    assert json.loads(file.data)["how long it is kept"]
    asked = await said("me data erase", MEMBER)
    assert "cannot be undone" in asked.text()
    assert "membership, scheduling" in (await picked(asked, "✅", MEMBER)).text()


async def test_a_sign_in_link_says_how_long_it_works() -> None:
    answer = await said("me sign-in", MEMBER)
    assert "https://cop.example.org/sign-in/abc" in answer.text()
    assert "within 10 minutes" in answer.text()
    assert answer.audience is Audience.ALONE


async def test_addresses_of_page_and_calendar_lead_to_the_portal() -> None:
    assert "https://cop.example.org/c/k3y" in (await said("portal")).text()
    assert "https://cop.example.org/c/k3y/calendar.ics" in (await said("calendar")).text()
    in_a_room = replace(FOUNDER, direct=False)
    assert "No community lives in this room" in (await said("portal", in_a_room)).text()


async def test_alone_nobody_is_sent_to_set_up_a_room_that_is_none() -> None:
    told = (await said("portal", FOUNDER)).text()
    assert "/cop join on Discord, or !cop join on Matrix" in told
    assert "set" not in told
    nowhere = passport(Role.MEMBER).model_copy(update={"community": None})
    several = replace(FOUNDER, passport=nowhere, communities=(COMMUNITY, COMMUNITY))
    assert "several communities" in (await said("portal", several)).text()


@pytest.mark.parametrize(
    ("problem", "words"),
    [
        (Refused("meeting-over", "That meeting is over.", {}), "That meeting is over."),
        (Refused("not-a-member", "x", {}), "You are not a member here yet. Type: cop join"),
        (Refused("not-allowed", "x", {"needs": "member"}), "Only a member of this community"),
        (Unavailable("db"), "Please try again in a minute."),
        (Fault("0123456789abcdef"), "Reference: 89abcdef"),
    ],
)
async def test_what_cannot_be_done_is_said_in_words(problem: Exception, words: str) -> None:
    answer = await said("next", ShowMeeting=problem)
    assert words in answer.text()


async def test_a_series_is_previewed_with_its_dates_and_as_members_elsewhere_see_it() -> None:
    repeats = kept_meeting.repeating(MEETING)
    preview = await said('meeting new "Reading" every thursday 18:00', ReadRepeat=repeats)
    text = preview.text()
    assert "every week on Thursday at 18:00" in text
    assert "Thursday 3 December 2026, 18:00" in text
    assert "16:00 (London" in text
    assert "Day of Reconciliation" in text
    assert "I know no school terms" in text
    called = await picked(preview, "✅", THANDI, ReadRepeat=repeats)
    assert "Called: every week on Thursday at 18:00. The first date is M7K2." in called.text()
    assert (await picked(called, "↩️", THANDI)).text() == "Called off: M7K2"


async def test_a_series_that_was_picked_is_the_one_that_is_shown_or_none() -> None:
    repeats = kept_meeting.repeating(MEETING)
    [reading] = repeats.readings
    line = 'meeting new "Reading" every thursday 18:00'
    here = BusServiceClient(ReadRepeat=repeats)
    same = PreviewSeries(
        title="Reading", text=line, whole=True, choice=0, pattern=reading.pattern, minutes=60
    )
    other = reading.pattern.model_copy(update={"rule": "FREQ=DAILY"})
    assert "every week on Thursday" in (await same.respond(THANDI, here)).text()
    changed = same.model_copy(update={"pattern": other})
    assert "means something else by now" in (await changed.respond(THANDI, here)).text()


async def test_ending_a_series_says_that_it_cannot_be_undone_and_how_many_are_told() -> None:
    preview = await said("meeting cancel M7K2 scope: all")
    assert "This cannot be undone." in preview.text()
    assert "4 answers of yes or maybe" in preview.text()
    assert (await picked(preview, "✅", THANDI)).text() == "Called off: 3 dates."


@pytest.mark.parametrize("kind", list(r.NoteKind))
async def test_a_tag_without_words_is_asked_for_words_at_once(kind: r.NoteKind) -> None:
    answer = await perform(Tagged(kind=kind, text=" ", origin="x"), THANDI, BusServiceClient())
    assert answer.text() == "Write a few words after the tag, or reply to a message with it."


async def test_words_too_long_for_a_service_are_refused_in_words() -> None:
    answer = await said(f"vote new Where? options: {'a' * 60}, Hall")
    assert "60 letters, and at most 55 fit" in answer.text()


async def test_a_mistake_of_ours_is_not_told_as_one_of_theirs() -> None:
    with pytest.raises(ValidationError):
        await perform(Tagged(kind=r.NoteKind.IDEA, text="x", origin="x"), THANDI, Asking())


class Asking(BusServiceClient):
    """A service whose reply is no reply."""

    async def ask(self, request: Request[Any]) -> Any:
        return m.PassportIssued.model_validate({})


@pytest.mark.parametrize(
    ("options", "words"),
    [("Hall", "at least 2"), (",".join("abcdefghijkl"), "12, and at most 10")],
)
def test_answers_of_a_vote_are_counted_in_words(options: str, words: str) -> None:
    asked = resolve(NewVote, {"question": "Where?", "options": options}, Wording())
    assert isinstance(asked, Ask)
    assert words in asked.why
    assert "(" not in asked.why


async def test_the_code_at_the_door_is_shown_to_the_chair_alone() -> None:
    shown = s.MeetingShown(meeting=MEETING, door="SV9Y")
    room = replace(THANDI, direct=False, prefix="!cop ")
    in_the_room = (await said("meeting start M7K2", room, StartMeeting=shown)).text()
    assert "SV9Y" not in in_the_room
    assert "open a direct chat with me and type there: meeting start" in in_the_room
    assert "SV9Y" in (await said("meeting start M7K2", THANDI, StartMeeting=shown)).text()


async def test_what_is_typed_elsewhere_is_told_as_it_is_typed_there() -> None:
    for asker in (THANDI, replace(THANDI, direct=False, ephemeral=True, prefix=SLASH)):
        invited = (await said("cop invite", asker)).text()
        assert "/cop connect code:7K2M-9QPX3 on Discord, or !cop connect 7K2M-9QPX3" in invited
        linked = (await said("me link", asker)).text()
        assert "/me link code:7K2M-9QPX3 on Discord, or me link 7K2M-9QPX3 on Matrix" in linked


@pytest.mark.parametrize(
    ("status", "asked"),
    [("scheduled", True), ("live", True), ("closed", False), ("cancelled", False)],
)
async def test_an_answer_is_asked_for_only_while_it_is_taken(status: str, asked: bool) -> None:
    facts = MEETING.model_copy(update={"status": s.MeetingStatus(status)})
    answer = await said("meeting show M7K2", ShowMeeting=s.MeetingShown(meeting=facts))
    assert ("You have not answered" in answer.text()) is asked
