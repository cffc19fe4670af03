"""A community in which everything has happened once, by the real handlers."""

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from growth import kept
from growth.names import CALENDAR, OWN, ROOM, SPARE, ZONE, account
from growth.processes import Processes
from indaba.contracts import (
    actions,
    agenda,
    calendars,
    consenting,
    digest,
    group_sizes,
    holding,
    library,
    linking,
    publishing,
    record,
    reminding,
    removal,
)
from indaba.contracts import membership as people
from indaba.contracts import safeguarding as safe
from indaba.contracts import scheduling as s
from indaba.contracts import series as repeating
from indaba.contracts import votes as voting
from indaba.contracts.openness import Part
from indaba.contracts.passport import Passport, Role
from indaba.contracts.purposes import OPTIONAL
from indaba.contracts.refusal import Refused
from indaba.contracts.wire import Request
from indaba.ledger import Work
from indaba.membership.workflows.consenting import look_who_is_to_be_asked
from services.town import LEAD, Town
from workshop import OFFICE, do, passport

MATRIX = people.Platform.MATRIX


@dataclass
class Community:
    """Who and what there is, for requests to name."""

    key: str
    """The one that opens its pages now, after `first_key`."""

    chair: people.PassportIssued
    member: people.PassportIssued
    newest: people.PassportIssued
    members: list[people.PassportIssued]
    two: people.PassportIssued | None = None
    """A member with two accounts."""

    codes: dict[str, str] = field(default_factory=dict)
    """Meetings by what they are for: `coming`, `soon`, `live`, `over`, `off`, `dated`."""

    meetings: dict[str, s.MeetingFacts] = field(default_factory=dict)
    first_key: str = ""
    resource: str = ""
    action: str = ""
    vote: UUID | None = None
    secrets: dict[str, str] = field(default_factory=dict)
    erasure: UUID | None = None
    case: UUID | None = None
    """A motion that members vote on."""

    link: UUID | None = None
    """One that can be undone."""

    asked: UUID | None = None
    """One that waits for the member's word."""

    draft: UUID | None = None
    sent: UUID | None = None
    closed: str = "S2AAA"
    report: str = "S2AAAB"
    """Codes of two reports; one begins with the other, so that copies have others of both."""

    @property
    def keys(self) -> tuple[str, ...]:
        """What names something of the community's own and is no id."""
        return self.key, self.first_key, self.closed

    def passport_of(self, who: str, now: datetime) -> Passport:
        """Whose passport a sample names; `face` and `lead` name nobody either."""
        if who in ("nobody", "face", "lead"):
            ends = now + timedelta(minutes=5)
            return Passport(expires_at=ends, face=who == "face", lead=who == "lead")
        held: people.PassportIssued = getattr(self, who)
        return held.passport


class Founder:
    """Lives through it, in a town of processes. `past` meetings are held by `members` people."""

    def __init__(self, processes: Processes, members: int, past: int) -> None:
        self._all = processes
        self._members = members
        self._past = past
        self._town = Town(processes.bus, processes.clock, processes.ledgers, room=ROOM)
        self.community: Community

    async def live(self) -> Community:
        await self._gather()
        await self._meet()
        await self._share()
        await self._hold()
        await self._plan()
        await self._hand_out_secrets()
        await self._choose()
        await self._judge()
        await self._report()
        await self._all.settle()
        await self._upgrade()
        await kept.everything(self._all, self.community)
        return self.community

    async def _ask(self, request: Request[Any], held: people.PassportIssued | None = None) -> Any:
        return await self._town.ask(request, await self._fresh(held) if held else None)

    async def _fresh(self, held: people.PassportIssued) -> people.PassportIssued:
        """The clock is turned: passports run out."""
        minutes = 5 + int(self._all.clock.ahead.total_seconds() // 60)
        p = held.passport
        again = passport(p.community, p.member, *p.roles, minutes=minutes)
        return held.model_copy(update={"token": OFFICE.sign(again), "passport": again})

    async def _gather(self) -> None:
        chair = await self._town.founded(account(0), zone=ZONE)
        assert chair.community
        joined = [await self._town.joined(account(n)) for n in range(1, self._members)]
        self.community = Community(chair.community.key, chair, joined[0], joined[-1], joined[:-1])
        for number, held in enumerate([chair, *joined]):
            told = people.DescribeMe(organisation=f"School {number % 4}", zone=ZONE)
            await self._ask(told, held)
        gone = await self._town.joined(account(self._members))
        self.community.erasure = (await self._ask(people.EraseMe(), gone)).erasure
        code = (await self._ask(linking.IssueRoomCode(), chair)).code
        other = linking.AddPlace(place=SPARE, account=account(0), code=code, has_power=True)
        await self._ask(other)
        asked = repeating.ImportTerms(csv=_TERMS)
        await self._ask(asked, chair)
        await self._all.settle()

    async def _call(self, title: str, ahead: timedelta) -> s.MeetingFacts:
        now = self._all.clock.now().astimezone(ZoneInfo(ZONE)).replace(tzinfo=None, fold=0)
        starts = (now + ahead).replace(second=0, microsecond=0)
        call = s.ScheduleMeeting(title=title, starts=starts, zone=ZONE, minutes=30)
        found: s.MeetingFacts = (await self._ask(call, self.community.chair)).meeting
        return found

    async def _answer(self, code: str) -> None:
        said = s.AnswerRsvp(code=code, answer=s.RsvpAnswer.YES)
        for held in self.community.members[::2]:
            await self._ask(said, held)

    async def _meet(self) -> None:
        """Meetings that are over."""
        there = self.community
        for number in range(self._past):
            meeting = await self._call(f"Fractions {number}", timedelta(minutes=10))
            self._name("over", meeting)
            await self._answer(meeting.code)
            await self._ask(holding.StartMeeting(code=meeting.code), there.chair)
            for held in (there.chair, *there.members):
                await self._ask(s.CheckIn(code=meeting.code), held)
            note = record.TakeNote(
                code=meeting.code, kind=record.NoteKind.DECISION, text="We try it"
            )
            await self._ask(note, there.chair)
            self._town.later(minutes=60)
            await self._ask(s.CloseMeeting(code=meeting.code), there.chair)
            await self._ask(digest.GiveFeedback(code=meeting.code, useful=4), there.member)
            await self._all.settle()
        over = there.codes["over"]
        await self._ask(record.ApproveMinutes(code=over), there.chair)
        await self._ask(record.ShareHighlights(code=over), there.chair)

    async def _share(self) -> None:
        there = self.community
        parts = frozenset({Part.PAGE, Part.CALENDAR})
        await self._ask(publishing.Publish(parts=parts), there.chair)
        renewed = await self._ask(publishing.RenewAddress(key=there.key), there.chair)
        there.first_key, there.key = there.key, renewed.community.key
        for number in range(8):
            link = f"https://example.org/{OWN}/{number}"
            saved = library.SaveResource(link=link, title=f"Sheet {number} on fractions")
            there.resource = (await self._ask(saved, there.member)).resource.code
            for held in there.members[1:6]:
                await self._ask(library.UseResource(code=there.resource, note="Good"), held)
            await self._ask(library.ShareResource(code=there.resource), there.member)

    async def _hold(self) -> None:
        """A meeting that is on."""
        there = self.community
        live = await self._call("Geometry", timedelta(minutes=5))
        self._name("live", live)
        for title in ("Angles", "Triangles", "Circles"):
            item = agenda.AddAgendaItem(code=live.code, title=title, method="check-in")
            await self._ask(item, there.chair)
        roles = s.ChangeMeeting(code=live.code, roles=("notes", "time"))
        await self._ask(roles, there.chair)
        await self._answer(live.code)
        await self._ask(holding.StartMeeting(code=live.code), there.chair)
        await self._ask(s.CheckIn(code=live.code), there.member)
        await self._ask(agenda.OpenTopic(code=live.code, number=1), there.chair)
        for number, kind in enumerate((record.NoteKind.INFO, record.NoteKind.DECISION)):
            note = record.TakeNote(
                code=live.code, kind=kind, text="It holds", origin=f"$note{number}-{OWN}"
            )
            await self._ask(note, there.member)
        await self._ask(record.ChangeNote(code=live.code, number=1), there.chair)
        vote = voting.OpenVote(code=live.code, question="Again?", options=("Yes", "No"))
        there.vote = (await self._ask(vote, there.chair)).vote.id
        await self._ask(voting.CastVote(vote=there.vote, option=1), there.member)

    async def _plan(self) -> None:
        """What is to come."""
        there = self.community
        self._name("soon", await self._call("Number sense", timedelta(minutes=20)))
        for number in range(3):
            coming = await self._call(f"Reading {number}", timedelta(days=3 + number))
            self._name("coming", coming)
            await self._answer(coming.code)
        await self._ask(agenda.AddAgendaItem(code=coming.code, title="Books"), there.chair)
        off = await self._call("Called off", timedelta(days=9))
        self._name("off", off)
        await self._ask(s.CancelMeeting(code=off.code), there.chair)
        started = await self._ask(
            repeating.StartSeries(title="Circle", pattern=pattern(self.now())), there.chair
        )
        self._name("dated", started.meetings[0])
        promise = actions.AddAction(text="Print the sheets", owner=there.member.passport.member)
        there.action = (await self._ask(promise, there.chair)).action.code
        await self._ask(calendars.FollowCalendar(link=CALENDAR), there.chair)
        await self._ask(digest.SetDigest(weekday=1), there.chair)

    def now(self) -> datetime:
        return self._all.clock.now()

    async def _hand_out_secrets(self) -> None:
        there, secrets = self.community, self.community.secrets
        waits = (await self._ask(linking.IssueLinkCode(), there.member)).code
        asked = linking.ProposeLink(platform=MATRIX, account=account(5), code=waits)
        there.asked = (await self._ask(asked)).link.link
        secrets["link"] = (await self._ask(linking.IssueLinkCode(), there.member)).code
        secrets["room"] = (await self._ask(linking.IssueRoomCode(), there.chair)).code
        secrets["sign in"] = (await self._ask(people.IssueSignIn(), there.member)).secret

    async def _choose(self) -> None:
        """What few people do: be quiet, be two, mistype a code, leave a page, ask for more."""
        there = self.community
        other = there.two = there.members[1]
        await self._ask(reminding.SetReminders(on=False), other)
        await self._ask(reminding.SetQuietHours(begins="21:00", ends="06:00"), other)
        await self._ask(digest.SetMyDigest(on=False), other)
        there.link = await self._town.linked(await self._fresh(other), account(4))
        wrong = linking.ShowRoomCode(
            platform=MATRIX, account=account(5), code="99999999", has_power=True
        )
        with suppress(Refused):
            await self._ask(wrong)
        await self._ask(library.SaveResource(link=f"https://example.org/{OWN}/page"), there.member)
        await self._ask(group_sizes.SetGroupSize(size=6), there.chair)

    async def _judge(self) -> None:
        """Somebody is removed and appeals, one is suspended, one is voted on, one is asked."""
        there, names = self.community, [account(self._members + n) for n in (1, 2, 3)]
        for name in names:
            await self._town.joined(name)
        removed, other, suspended = names
        await self._ask(
            removal.RemoveMember(platform=MATRIX, account=removed, reason="Spam"), there.chair
        )
        await self._ask(removal.AppealRemoval(platform=MATRIX, account=removed, words="No"))
        role = people.AssignRole(platform=MATRIX, account=other, role=Role.FACILITATOR)
        await self._ask(role, there.chair)
        facilitator = await self._town.passport(other)
        asked = removal.SuspendMember(platform=MATRIX, account=suspended, reason="Stolen")
        await self._ask(asked, facilitator)
        gone = removal.RemoveMember(platform=MATRIX, account=other, reason="Rude")
        await self._ask(gone, there.chair)
        shown = await self._ask(removal.ListCases(), there.member)
        there.case = shown.cases[0].case
        vote = removal.AnswerCase(case=there.case, answer=removal.CaseAnswer.FOR)
        await self._ask(vote, there.members[2])
        unseen = "UPDATE memberships SET seen_on = seen_on - 40"
        await do(self._all.ledgers["membership"], unseen)
        await self._ask(removal.StandIn(on=True), there.member)

    async def _report(self) -> None:
        """Two reports are sent, of which one is closed; a third is not sent yet."""
        there = self.community
        who: dict[str, Any] = {"platform": MATRIX, "account": account(1)}
        ledger, lead = self._all.ledgers["membership"], await self._town.passport(LEAD)
        for code in (there.closed, there.report):
            there.draft = (await self._ask(safe.DraftReport(words="Help", **who))).draft
            await self._ask(safe.SendReport(draft=there.draft, **who))
            await do(ledger, f"UPDATE reports SET code = '{code}' WHERE id = '{there.draft}'")
        await self._town.ask(safe.CloseReport(code=there.closed), lead)
        there.sent = there.draft
        there.draft = (await self._ask(safe.DraftReport(words="Help", **who))).draft
        there.secrets["draft"] = str(there.draft)  # only its sender's account opens it

    async def _word_anew(self) -> None:
        """Of two who agreed long ago, one says yes to all that is new."""
        there, ledger = self.community, self._all.ledgers["membership"]
        for held in there.members[:2]:
            member = f"'{held.passport.member}'"
            aged = f"UPDATE receipts SET wording = '2026-11-24' WHERE member = {member}"
            await do(ledger, aged)
        yes = consenting.AnswerConsent(
            purposes=OPTIONAL, agreed=True, wording=people.CONSENT_VERSION
        )
        await self._ask(yes, there.members[0])
        async with ledger.database.begin() as sql:
            work = Work(sql, ledger.world)
            body = {"wording": people.CONSENT_VERSION, "after": str(UUID(int=0))}
            await look_who_is_to_be_asked(body, work)
            await work.keep()

    async def _upgrade(self) -> None:
        """A new release comes while the chair wants to be left in peace."""
        now, hour = self.now().astimezone(ZoneInfo(ZONE)), timedelta(hours=1)
        peace = reminding.SetQuietHours(begins=f"{now - hour:%H:%M}", ends=f"{now + hour:%H:%M}")
        await self._ask(peace, self.community.chair)
        await self._all.begin_release()
        await self._all.settle()
        await self._word_anew()

    def _name(self, what: str, meeting: s.MeetingFacts) -> None:
        self.community.codes[what] = meeting.code
        self.community.meetings[what] = meeting


def pattern(now: datetime) -> repeating.Pattern:
    """Every week, from three days from now."""
    first = (now + timedelta(days=3)).replace(tzinfo=None, minute=0, second=0, microsecond=0)
    return repeating.Pattern(first=first, zone=ZONE, rule="FREQ=WEEKLY")


_TERMS = (
    "province,year,term,first,last,status,source\n"
    "Gauteng,2027,1,2027-01-13,2027-03-19,gazetted,DBE\n"
)
