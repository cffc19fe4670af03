"""What nobody said is not written, the room is not called you, and both zones are shown."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from bots import kept_meeting
from bots.answering import (
    FOUNDER,
    MEETING,
    READING,
    THANDI,
    BusServiceClient,
    picked,
    said,
    understood,
)
from bots.walking import Recording
from indaba.contracts import scheduling as s
from indaba.contracts import times
from indaba.contracts.actions import ActionShown
from indaba.contracts.ids import SeriesId
from indaba.contracts.lines import MeetingRead, MeetingReading, ReadMeeting
from indaba.contracts.membership import AssignRole
from indaba.contracts.record import NoteKind, Rule, TakeNote
from indaba.contracts.series import Scope
from indaba.conversation.commands.carrying_out import perform
from indaba.conversation.commands.intent import Intent, resume
from indaba.conversation.commands.topics import INTENTS
from indaba.conversation.commands.topics.cop import Found
from indaba.conversation.commands.topics.noting import Tagged
from indaba.conversation.commands.topics.repeating import PreviewOtherwise
from indaba.conversation.wording import Wording


async def asked(intent: Intent, kind: type[Any]) -> list[Any]:
    services = Recording()
    await perform(intent, THANDI, services)
    return [each for each in services.asked if isinstance(each, kind)]


async def test_how_a_decision_was_reached_is_written_only_if_somebody_said_so() -> None:
    tagged = Tagged(kind=NoteKind.DECISION, text="We meet", origin="x")
    for intent in (tagged, understood("meeting note decision We meet")):
        [note] = await asked(intent, TakeNote)
        assert isinstance(note, TakeNote)
        assert note.rule is None
    spoken = understood("meeting note decision We meet rule: consensus")
    [note] = await asked(spoken, TakeNote)
    assert isinstance(note, TakeNote)
    assert note.rule is Rule.CONSENSUS


async def test_the_room_reads_who_facilitates_and_is_not_called_you() -> None:
    found = Found(name="Maths", purpose="x", language="en", zone="Africa/Johannesburg", room="!r")
    begun = await perform(found, FOUNDER, BusServiceClient())
    assert f"{FOUNDER.account} is its facilitator" in begun.text()
    assert "you are" not in begun.text()


async def test_a_preview_shows_the_zone_that_was_said_and_the_communitys_time() -> None:
    away: dict[str, Any] = {
        "starts": READING.starts,
        "zone": READING.zone,
        "starts_at": READING.starts_at,
    }
    line = MeetingReading(title="Other", said_in="Europe/London", **away)

    class London(BusServiceClient):
        async def ask(self, request: Any) -> Any:
            if isinstance(request, ReadMeeting):
                return MeetingRead(sure=True, readings=(line,), title="Other")
            return await super().ask(request)

    shown = (
        await perform(understood('meeting new "Other" thu 4pm London time'), THANDI, London())
    ).text()
    moved = await said(
        "meeting move M7K2 thu 4pm London time",
        ReadWhen=times.WhenRead(
            sure=True, readings=(READING.model_copy(update={"said_in": "Europe/London"}),)
        ),
    )
    for text in (shown, moved.text()):
        assert "18:00 (Johannesburg" in text
        assert "As you said it: Thursday 3 December 2026, 16:00 (London" in text
    assert "As you said it" not in (await said("meeting move M7K2 thu 18:00")).text()


async def test_a_pattern_that_is_not_sure_is_asked_about_before_it_is_shown() -> None:
    repeats = kept_meeting.repeating(MEETING)
    unsure = repeats.model_copy(update={"sure": False, "readings": repeats.readings * 2})
    other = PreviewOtherwise(code="M7K2", text="every thursday", scope=Scope.ALL)
    services = BusServiceClient(ReadRepeat=unsure)
    which = await perform(other, THANDI, services)
    picks = [choice.intent for choice in which.choices()[:-1]]
    assert [each.model_dump()["choice"] for each in picks] == [0, 1]
    assert "Change it" in (await perform(picks[1], THANDI, services)).text()
    sure = await perform(other, THANDI, BusServiceClient(ReadRepeat=repeats))
    assert "Change it" in sure.text()


async def test_a_list_shows_a_series_once_with_how_many_dates_are_to_come() -> None:
    week, series = timedelta(days=7), SeriesId(UUID(int=6))
    dates = [
        MEETING.model_copy(
            update={
                "id": UUID(int=50 + n),
                "code": f"M7K{n + 2}",
                "series": series,
                "starts": MEETING.starts + n * week,
                "starts_at": MEETING.starts_at + n * week,
            }
        )
        for n in range(4)
    ]
    single = MEETING.model_copy(update={"code": "M8K3", "title": "AGM"})
    listed = s.MeetingsListed(meetings=(*dates, single))
    text = (await said("meeting list", ListMeetings=listed)).text()
    assert text.count("Fractions") == 1
    assert "and 3 more dates: meeting dates M7K2" in text
    assert "M8K3 AGM" in text


async def test_ones_own_role_is_given_up_by_a_pick_alone() -> None:
    line = understood(f"member role {THANDI.account} member")
    assert await asked(line, AssignRole) == []
    offered = await perform(line, THANDI, BusServiceClient())
    assert "only another facilitator can give it back" in offered.text()
    done = await picked(offered, "✅", THANDI)
    assert "no facilitator" in done.text()
    assert "you are a facilitator" in (await picked(done, "↩️", THANDI)).text()


async def test_a_day_in_doubt_comes_with_the_line_that_names_it_and_is_asked_for_again() -> None:
    action, *_ = kept_meeting.answers(MEETING)["ListActions"].actions  # type: ignore[union-attr]
    doubtful = ActionShown(action=action, doubt="That can be Friday 12 June or Friday 19 June.")
    added = await said("action add Send it by next friday", AddAction=doubtful)
    assert f"action due {action.code} 3 May" in added.text()
    again = await said(f"action due {action.code} next friday", SetDueDay=doubtful)
    asking = again.question()
    assert asking is not None
    assert "Friday 12 June" in asking.why
    assert resume(asking, "12 June", Wording(), INTENTS) == understood(
        f"action due {action.code} 12 June"
    )
