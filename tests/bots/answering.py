"""Services that answer real contracts, and people who ask them."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from bots import kept_links, kept_meeting
from indaba.contracts import library as lib
from indaba.contracts import linking as li
from indaba.contracts import membership as m
from indaba.contracts import outcomes as out
from indaba.contracts import publishing as p
from indaba.contracts import reminding, removal, safeguarding, times
from indaba.contracts import scheduling as s
from indaba.contracts.consenting import ConsentShown, PurposeShown
from indaba.contracts.figures import release
from indaba.contracts.group_sizes import GroupSizeSet, GroupSizeShown, WaitingSize
from indaba.contracts.ids import CommunityId, MeetingId, MemberId, ResourceId
from indaba.contracts.lines import ReadMeeting
from indaba.contracts.openness import Openness, Part
from indaba.contracts.passport import Passport, Role
from indaba.contracts.purposes import OPTIONAL
from indaba.contracts.responsible import ResponsibleShown
from indaba.contracts.wire import Done, Reply, Request
from indaba.conversation.answer import Answer
from indaba.conversation.commands.carrying_out import perform
from indaba.conversation.commands.intent import Intent, intent_from_json, intent_to_json, resolve
from indaba.conversation.commands.line import Understood, read_line
from indaba.conversation.commands.person import Person
from indaba.conversation.commands.topics import INTENTS
from indaba.conversation.wording import Wording

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
READING = times.Reading(starts=MEETING.starts, zone=MEETING.zone, starts_at=MEETING.starts_at)
LATER = READING.model_copy(
    update={n: getattr(READING, n) - timedelta(hours=12) for n in ("starts", "starts_at")}
)

RESOURCE = lib.ResourceFacts(
    id=ResourceId(UUID(int=4)), community=COMMUNITY.id, code="R7K2", version=1,
    author=MemberId(UUID(int=3)), status=lib.ResourceStatus.PUBLISHED, kind=lib.ResourceKind.TOOL,
    title="Fractions with bottle tops", why="It worked in Grade 4",
    link="https://example.org/fractions", saved_at=NOW, counts=release({"": 7}),
)  # fmt: skip
CASE = removal.CaseFacts(
    case=UUID(int=8), kind=removal.CaseKind.REMOVE, community=COMMUNITY.name,
    accounts=("@sipho:example.org",), reason="He sends spam", until=NOW + timedelta(days=2),
    answers=(removal.CaseAnswer.SECOND, removal.CaseAnswer.OBJECT),
)  # fmt: skip
REPORTED = safeguarding.ReportFacts(code="S7K2Q", came_on=NOW.date())
USE = lib.UseShown(
    author=MemberId(UUID(int=3)), how=lib.HowUsed.ADAPTED, note="With stones", said_at=NOW
)
CONSENT = ConsentShown(
    purposes=tuple(PurposeShown(purpose=purpose) for purpose in OPTIONAL), unanswered=OPTIONAL
)
WAITING = WaitingSize(size=8, begins_at=NOW + timedelta(days=7))
CODE = li.CodeIssued(code="7K2M9QPX3", expires_at=NOW + timedelta(minutes=10))
FEW = out.Figure(indicator=out.Indicator.CROSS_USE)
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


def _about_places() -> dict[str, Reply | Exception]:
    """What is said of rooms, codes for them, and what the world sees."""
    there = li.CommunityShown(community=COMMUNITY, ticket=kept_links.TICKET)
    public = p.PublicationShown(publication=p.Publication(page=Openness.WORLD))
    renewed = COMMUNITY.model_copy(update={"key": "n3wk3y"})
    return {
        **dict.fromkeys(("IssueLinkCode", "IssueRoomCode"), CODE),
        **dict.fromkeys(("ShowRoomCode", "AddPlace"), there),
        "RemovePlace": Done(),
        "ResumeRole": Done(),
        **dict.fromkeys(("Publish", "ShowPublication"), public),
        "SetGroupSize": GroupSizeSet(size=5, before=5, waiting=WAITING),
        **dict.fromkeys(("ShowGroupSize", "TakeBackGroupSize"), GroupSizeShown(size=5, members=24)),
        "RenewAddress": p.RenewedAddress(community=renewed),
    }


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
            **_about_places(),
            **kept_links.answers(NOW),
            "EraseMe": m.ErasureBegun(erasure=UUID(int=9), services=("membership", "scheduling")),
            "LeaveCommunity": Done(),
            "AssignRole": m.Settled(),
            "RemoveMember": m.Settled(),
            "SuspendMember": m.Settled(),
            "ListCases": removal.CasesShown(cases=(CASE,)),
            "ShowResponsible": ResponsibleShown(
                party="The Network", contact="privacy@x.org", place="South Africa"
            ),
            **dict.fromkeys(("ShowConsent", "AnswerConsent"), CONSENT),
            "ShowReporting": safeguarding.ReportingShown(helplines="police 10111"),
            "DraftReport": safeguarding.ReportDrafted(draft=UUID(int=10)),
            "SendReport": Done(),
            "ListReports": safeguarding.ReportsShown(reports=(REPORTED,)),
            "ReadReport": safeguarding.ReportShown(words="It was dark", facts=REPORTED),
            "CloseReport": safeguarding.ReportClosed(deleted_on=date(2027, 1, 1)),
            "AnswerCase": removal.CaseAnswered(decided=True),
            "ReadWhen": times.WhenRead(sure=True, readings=(READING,)),
            "FindAccounts": m.Accounts(accounts={str(UUID(int=3)): "@thandi:example.org"}),
            **kept_meeting.answers(MEETING),
            "ListMeetings": s.MeetingsListed(meetings=(MEETING,)),
            **changed,
        }
        self.profile = m.Profile()
        self.meeting = MEETING

    async def ask(self, request: Request[Any]) -> Any:
        """The kept reply of that request's name, or one made from what the request says."""
        if isinstance(request, ReadMeeting):
            return kept_meeting.line_read(request, self.kept)
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
            case lib.UseResource() | lib.ShareResource() | lib.PublishResource():
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
        opened=frozenset({Part.PAGE, Part.CALENDAR}),
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
    at_home=True,
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
