"""What people are answered, with services that answer real contracts."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast
from uuid import UUID

import pytest
from pydantic import ValidationError

from bots import kept_meeting
from indaba.contracts import library as lib
from indaba.contracts import linking as li
from indaba.contracts import membership as m
from indaba.contracts import outcomes as out
from indaba.contracts import record as r
from indaba.contracts import reminding
from indaba.contracts import scheduling as s
from indaba.contracts.ids import CommunityId, MeetingId, MemberId, ResourceId
from indaba.contracts.passport import Passport, Role
from indaba.contracts.refusal import Fault, Refused, Unavailable
from indaba.contracts.wire import Done, Reply, Request
from indaba.conversation.answer import Answer, Ask, Audience, Block, Facts, File, Items, Text
from indaba.conversation.commands.intent import (
    Intent,
    intent_from_json,
    intent_to_json,
    perform,
    resolve,
    resume,
)
from indaba.conversation.commands.line import Understood, read_line
from indaba.conversation.commands.person import Person
from indaba.conversation.commands.topics import INTENTS
from indaba.conversation.commands.topics.cop import Found, SetUp
from indaba.conversation.commands.topics.noting import Tagged
from indaba.conversation.commands.topics.scheduling import CallMeeting
from indaba.conversation.commands.topics.voting import NewVote
from indaba.conversation.wording import PSEUDO, Wording

NOW = datetime(2026, 12, 1, 8, 0, tzinfo=UTC)
COMMUNITY = m.CommunityCard(
    id=CommunityId(UUID(int=1)), name="Maths circle", purpose="we improve maths lessons",
    language="en-ZA", zone="Africa/Johannesburg", key="k3y",
)  # fmt: skip
MEETING = s.MeetingFacts(
    id=MeetingId(UUID(int=2)), community=COMMUNITY.id, code="M7K2", version=1,
    author=MemberId(UUID(int=3)), title="Fractions", starts=datetime(2026, 12, 3, 18, 0),
    zone="Africa/Johannesburg", minutes=90, starts_at=datetime(2026, 12, 3, 16, 0, tzinfo=UTC),
    status=s.MeetingStatus.SCHEDULED, sequence=0, counts=s.Counts(yes=3, maybe=1),
)  # fmt: skip
READING = s.Reading(starts=MEETING.starts, zone=MEETING.zone, starts_at=MEETING.starts_at)
LATER = READING.model_copy(
    update={n: getattr(READING, n) - timedelta(hours=12) for n in ("starts", "starts_at")}
)

RESOURCE = lib.ResourceFacts(
    id=ResourceId(UUID(int=4)), community=COMMUNITY.id, code="R7K2", version=1,
    author=MemberId(UUID(int=3)), status=lib.ResourceStatus.PUBLISHED, kind=lib.ResourceKind.TOOL,
    title="Fractions with bottle tops", why="It worked in Grade 4",
    link="https://example.org/fractions", saved_at=NOW, counts=lib.UseCounts(used=2),
)  # fmt: skip
USE = lib.UseShown(
    author=MemberId(UUID(int=3)), how=lib.HowUsed.ADAPTED, note="With stones", said_at=NOW
)
CODE = li.CodeIssued(code="7K2M9QPX", expires_at=NOW + timedelta(minutes=10))
FEW = out.Figure(indicator=out.Indicator.CROSS_USE, counted=1, of=3, n=3)
ENOUGH = out.Figure(
    indicator=out.Indicator.ATTENDANCE_RETENTION, counted=31, of=50, n=18,
    evidence=(out.Evidence(code="M7K2", happened_at=NOW, counted=8, of=12),),
)  # fmt: skip
CAME = out.Attendance(
    meeting=MEETING.id, code="M7K2", title="Fractions", starts_at=NOW, day=NOW.date(),
    present=12, newcomers=4,
    came_again=0,
)  # fmt: skip
REPORT = out.Report(
    community=COMMUNITY.id,
    term=out.Term(name="2026-4", first=date(2026, 10, 1), last=date(2026, 12, 31)),
    so_far=True, figures=(ENOUGH, FEW), meetings=(CAME,), members=24, resources=3,
)  # fmt: skip


class BusServiceClient:
    """Services that keep one meeting, one member, and whatever a test says they answer."""

    def __init__(self, **changed: Reply | Exception) -> None:
        self.kept: dict[str, Reply | Exception] = {
            "IssueSignIn": m.SignInIssued(secret="abc", expires_at=NOW + timedelta(minutes=10)),
            "ShowMyData": m.MemberData(
                service="membership", data={"accounts": [{"platform": "matrix"}], "zone": ""}
            ),
            "ShowMySchedulingData": m.MemberData(service="scheduling", data={"rsvps": []}),
            "ShowMyLibraryData": m.MemberData(service="library", data={"saved": []}),
            "ShowMyOutcomesData": m.MemberData(service="outcomes", data={"meetings counted": []}),
            "FindResources": lib.ResourcesFound(
                resources=(RESOURCE,), total=5, read_as=(("fracsions", "fractions"),)
            ),
            "ShowResource": lib.ResourceDetails(resource=RESOURCE, uses=(USE,)),
            "ShowReport": REPORT,
            "IssueLinkCode": CODE,
            "IssueRoomCode": CODE,
            "ShowRoomCode": li.CommunityShown(community=COMMUNITY),
            "AddPlace": li.CommunityShown(community=COMMUNITY),
            "RemovePlace": Done(),
            "LinkAccount": m.PassportIssued(token="t", passport=passport(), community=COMMUNITY),
            "EraseMe": m.ErasureBegun(erasure=UUID(int=9), services=("membership", "scheduling")),
            "AssignRole": Done(),
            "LeaveCommunity": Done(),
            "ReadWhen": s.WhenRead(sure=True, readings=(READING,)),
            "FindAccounts": m.Accounts(accounts={str(UUID(int=3)): "@thandi:example.org"}),
            **kept_meeting.answers(MEETING),
            "ListMeetings": s.MeetingsListed(meetings=(MEETING,)),
            **changed,
        }
        self.profile = m.Profile()
        self.meeting = MEETING

    async def ask(self, request: Request[Any]) -> Any:
        """The kept reply of that request's name, or one made from what the request says."""
        found = self.kept.get(type(request).__name__) or self._made(request)
        if isinstance(found, Exception):
            raise found
        return found

    def _made(self, request: Request[Any]) -> Reply:  # noqa: PLR0911 - one case per reply
        match request:
            case m.DescribeMe():
                self.profile = self.profile.model_copy(update=request.model_dump(exclude_none=True))
                return m.MyProfile(profile=self.profile)
            case reminding.SetReminders(on=on):
                return reminding.RemindersSet(on=on)
            case m.FoundCommunity() | m.JoinCommunity() as asked:
                name = getattr(asked, "name", COMMUNITY.name)
                here = COMMUNITY.model_copy(update={"name": name})
                return m.PassportIssued(token="t", passport=passport(), community=here)
            case lib.SaveResource() | lib.DescribeResource() | lib.WithdrawResource():
                return lib.ResourceShown(resource=RESOURCE)
            case lib.UseResource() | lib.ShareResource():
                return lib.ResourceShown(resource=RESOURCE)
            case s.AnswerRsvp(answer=answer):
                return s.MeetingShown(meeting=self.meeting, mine=answer)
            case s.ScheduleMeeting(title=title, starts=starts, zone=zone):
                facts = {"title": title, "starts": starts, "zone": zone}
                self.meeting = self.meeting.model_copy(update=facts)
        return s.MeetingShown(meeting=self.meeting)


def passport(*roles: Role, locale: str = "en-ZA", zone: str = "Africa/Johannesburg") -> Passport:
    return Passport(
        expires_at=NOW + timedelta(minutes=5),
        community=COMMUNITY.id,
        member=MemberId(UUID(int=3)) if roles else None,
        roles=frozenset(roles),
        locale=locale,
        zone=zone,
    )


THANDI = Person(
    intents=INTENTS,
    platform=m.Platform.MATRIX,
    account="@thandi:example.org",
    room="!room:example.org",
    direct=True,
    passport=passport(Role.FACILITATOR, Role.MEMBER),
    community=COMMUNITY,
    has_power=True,
    now=NOW,
    said_at=NOW,
    portal_url="https://cop.example.org",
)
MEMBER = replace(THANDI, passport=passport(Role.MEMBER), has_power=False)
GUEST = replace(THANDI, passport=passport(), has_power=False)
FOUNDER = replace(THANDI, passport=None, community=None, has_power=True)


def understood(line: str) -> Intent:
    read = read_line(line, INTENTS)
    assert isinstance(read, Understood), read
    intent = resolve(read.intent, read.filled, Wording())
    assert isinstance(intent, Intent), intent
    return intent


async def said(line: str, person: Person = THANDI, **changed: Reply | Exception) -> Answer:
    return await perform(understood(line), person, BusServiceClient(**changed))


async def picked(answer: Answer, emoji: str, person: Person, **changed: Reply) -> Answer:
    """The choice after a restart: through its kept form."""
    choice = next(c for c in answer.choices() if c.emoji == emoji)
    again = intent_from_json(intent_to_json(choice.intent), INTENTS)
    assert again == choice.intent
    return await perform(again, person, BusServiceClient(**changed))


async def test_a_meeting_is_previewed_and_called_when_picked() -> None:
    preview = await said('meeting new "Fractions" thu 18:00 for 90 minutes')
    assert "Thursday 3 December 2026" in preview.text()
    assert "1 hour 30 minutes" in preview.text()
    called = await picked(preview, "✅", THANDI)
    assert called.text() == "Called: M7K2"
    assert called.card == MEETING.id
    assert (await picked(preview, "❌", THANDI)).text() == "All right, nothing has changed."


async def test_an_unsure_time_is_asked_back_with_numbered_readings() -> None:
    unsure = s.WhenRead(sure=False, readings=(READING, LATER), doubt="Morning or evening?")
    answer = await said('meeting new "Fractions" thu 6', ReadWhen=unsure)
    assert [c.emoji for c in answer.choices()] == ["1️⃣", "2️⃣", "❌"]
    assert "Morning or evening?" in answer.text()
    preview = await picked(answer, "2️⃣", THANDI)
    assert "06:00" in preview.text()
    call = preview.choices()[0].intent
    assert isinstance(call, CallMeeting)
    assert call.starts == LATER.starts


async def test_a_time_nobody_understands_is_asked_for_again_and_the_title_is_kept() -> None:
    nothing = s.WhenRead(sure=False, readings=(), doubt="I found no time in 'soonish'.")
    answer = await said('meeting new "Fractions" when: soonish', ReadWhen=nothing)
    ask = answer.question()
    assert ask is not None
    assert (ask.field, ask.why) == ("when", "I found no time in 'soonish'.")
    again = resume(ask, "thu 18:00", Wording(), INTENTS)
    assert again == understood('meeting new "Fractions" thu 18:00')


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


async def test_calling_off_says_how_many_are_told() -> None:
    preview = await said("meeting cancel M7K2 the hall is taken")
    assert "4 people said yes or maybe" in preview.text()
    assert "the hall is taken" in preview.text()
    assert (await picked(preview, "✅", THANDI)).text() == "Called off: M7K2\n↩️ Undo"


async def test_a_move_is_previewed_from_and_to() -> None:
    preview = await said("move M7K2 fri 6:00", ReadWhen=s.WhenRead(sure=True, readings=(LATER,)))
    assert "From: Thursday 3 December 2026, 18:00" in preview.text()
    assert "To: Thursday 3 December 2026, 06:00" in preview.text()
    assert (await picked(preview, "✅", THANDI)).text().startswith("Moved: M7K2")


@pytest.mark.parametrize("line", ["yes", "maybe M7K2", "no", "withdraw", "here"])
async def test_an_answer_about_coming_needs_only_a_sign(line: str) -> None:
    answer = await said(line, MEMBER)
    assert answer.ack
    assert "Fractions (M7K2)" in answer.text()


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
    for words in ("Maths circle", "Africa/Johannesburg", "18 or older", m.CONSENT_VERSION):
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


@pytest.mark.parametrize("line", ["me data", "me sign-in", "me profile"])
async def test_private_matters_on_matrix_happen_in_a_direct_chat(line: str) -> None:
    told = await said(line, replace(MEMBER, direct=False))
    assert "direct chat" in told.text()
    assert "abc" not in told.text()
    on_discord = replace(MEMBER, direct=False, platform=m.Platform.DISCORD)
    assert "direct chat" not in (await said(line, on_discord)).text()


async def test_what_is_kept_is_shown_exported_and_erased() -> None:
    shown = await said("me data", MEMBER)
    assert "accounts 1 platform: matrix" in shown.text()
    exported = await said("me data export", MEMBER)
    file = next(b for b in exported.blocks if isinstance(b, File))
    assert json.loads(file.data)["membership"] == {"accounts": [{"platform": "matrix"}], "zone": ""}
    asked = await said("me data erase", MEMBER)
    assert "cannot be undone" in asked.text()
    assert "membership, scheduling" in (await picked(asked, "✅", MEMBER)).text()


async def test_a_sign_in_link_says_how_long_it_works() -> None:
    answer = await said("me sign-in", MEMBER)
    assert "https://cop.example.org/sign-in/abc" in answer.text()
    assert "within 10 minutes" in answer.text()
    assert answer.audience is Audience.ASKER


async def test_addresses_of_page_and_calendar_lead_to_the_portal() -> None:
    assert "https://cop.example.org/c/k3y" in (await said("portal")).text()
    assert "https://cop.example.org/c/k3y/calendar.ics" in (await said("calendar")).text()
    assert "No community lives in this room" in (await said("portal", FOUNDER)).text()


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


HOSTILE = "@room <b>x</b> **bold** \u202eevil\u2066\x00 [a](http://x) ```\n{code} {0} %s"


async def test_hostile_titles_are_shown_as_text_only() -> None:
    facts = MEETING.model_copy(update={"title": HOSTILE, "reason": HOSTILE})
    shown = s.MeetingShown(meeting=facts)
    listed = s.MeetingsListed(meetings=(facts,))
    answers = [
        await said("next", ShowMeeting=shown),
        await said("meeting list", ListMeetings=listed),
        await said("yes", AnswerRsvp=shown),
    ]
    for text in (each.text() for each in answers):
        assert "@room" not in text
        assert not any(c in text for c in "\u202e\u2066\x00")
        assert "{code} {0} %s" in text
        assert "**bold**" in text


DATA = {
    "24",
    "1",
    "3",
    RESOURCE.why,
    RESOURCE.link,
    *("M7K2", "Fractions", "Fractions in Grade 4", "the hall is taken", "Maths circle"),
    *("we improve maths lessons together", "Africa/Johannesburg", "English", "matrix", "-"),
}


def bare(block: Block) -> list[str]:
    """What a block shows that has not passed the catalogue."""
    match block:
        case Text(words):
            shown = [words]
        case Items(lines):
            shown = list(lines)
        case Facts(rows):
            dates = [v for _, v in rows if not v.startswith("Thursday") and v not in DATA]
            shown = [label for label, _ in rows] + dates
        case _:
            shown = []
    return [words for words in shown if not (words.startswith("⟦") and "⟧" in words)]


def unmarked(answer: Answer) -> list[str]:
    loose = [words for block in answer.blocks for words in bare(block)]
    loose += [c.label for c in answer.choices() if not c.label.startswith("⟦")]
    if ask := answer.question():
        loose += [w for w in (ask.question, ask.why) if w and not w.startswith("⟦")]
    return loose


TYPED = [kind for kind in INTENTS if not kind.hidden]


def spoken_to(kind: type[Intent], changed: Person | None = None) -> Person:
    person = changed or (FOUNDER if kind in (SetUp, Found) else THANDI)
    return replace(person, locale=PSEUDO)


@pytest.mark.parametrize("kind", TYPED, ids=lambda k: k.called())
async def test_no_sentence_of_any_intent_slips_by_the_catalogue(kind: type[Intent]) -> None:
    todo = [understood(kind.example)]
    done: list[Intent] = []
    people = [None, GUEST, MEMBER, replace(THANDI, direct=False)]
    while todo:
        intent = todo.pop()
        done.append(intent)
        for changed in people:
            for unsure in (
                BusServiceClient(),
                BusServiceClient(ReadWhen=s.WhenRead(sure=False, readings=())),
            ):
                answer = await perform(intent, spoken_to(kind, changed), unsure)
                assert unmarked(answer) == []
                todo += [c.intent for c in answer.choices() if c.intent not in done + todo]


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
    assert called.text() == "Called: every week on Thursday at 18:00. The first date is M7K2."


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
    assert "in our direct chat: meeting start M7K2" in in_the_room
    assert "SV9Y" in (await said("meeting start M7K2", THANDI, StartMeeting=shown)).text()


@pytest.mark.parametrize(
    ("status", "asked"),
    [("scheduled", True), ("live", True), ("closed", False), ("cancelled", False)],
)
async def test_an_answer_is_asked_for_only_while_it_is_taken(status: str, asked: bool) -> None:
    facts = MEETING.model_copy(update={"status": s.MeetingStatus(status)})
    answer = await said("meeting show M7K2", ShowMeeting=s.MeetingShown(meeting=facts))
    assert ("You have not answered" in answer.text()) is asked
