"""A meeting and its rules. A change returns a new meeting, or the same one if nothing changed."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Self

from indaba.contracts.ids import CommunityId, MeetingId, MemberId, SeriesId
from indaba.contracts.scheduling import (
    Counts,
    DayRole,
    MeetingFacts,
    MeetingStatus,
    Presence,
    RsvpAnswer,
)
from indaba.scheduling.model.coming import (
    Rsvp,
    counted,
    more_guests,
    next_rsvp,
    queue,
    seats_taken,
)
from indaba.scheduling.model.plain_text import clean_reason, clean_title
from indaba.scheduling.model.refusals import (
    AnswersClosed,
    CheckInNotOpen,
    MeetingCalledOff,
    MeetingOver,
    NoRoomForGuests,
    NotBegun,
    TooEarlyToBegin,
    WrongDoorCode,
    check_length,
)
from indaba.scheduling.model.roles import taken, wanted
from indaba.scheduling.model.wall_time import (
    check_time_to_come,
    instant,
    on_clocks_of,
    to_the_minute,
    wall,
    zone_named,
)

CHECK_IN_OPENS_BEFORE = timedelta(minutes=30)
CLOSES_ITSELF_AFTER = timedelta(minutes=60)
SILENCE = timedelta(minutes=30)
"""A meeting that overruns ends once nothing has happened in it for this long."""

LONGEST_OVERTIME = timedelta(hours=6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """A meeting as scheduling knows it: the fields of `MeetingFacts`, and everybody's answers.

    The class itself checks nothing, so that what was stored under older rules can still be read.
    `present` is in the order of arrival; `heard_at` is when something last happened in it.
    """

    id: MeetingId
    community: CommunityId
    code: str
    author: MemberId
    title: str
    starts: datetime
    zone: str
    minutes: int = 60
    status: MeetingStatus = MeetingStatus.SCHEDULED
    sequence: int = 0
    version: int = 1
    moved_from: datetime | None = None
    reason: str = ""
    where: str = ""
    chair: MemberId | None = None
    capacity: int = 0
    answers_close: int | None = None
    series: SeriesId | None = None
    repeats: str = ""
    date_of: datetime | None = None
    announced: bool = True
    started_at: datetime | None = None
    ended_at: datetime | None = None
    heard_at: datetime | None = None
    door: str = ""
    walk_ins: int = 0
    roles: Mapping[str, MemberId | None] = field(default_factory=lambda: MappingProxyType({}))
    rsvps: Mapping[MemberId, Rsvp] = field(default_factory=lambda: MappingProxyType({}))
    present: Mapping[MemberId, Presence] = field(default_factory=lambda: MappingProxyType({}))

    @classmethod
    def called(  # noqa: PLR0913 - a meeting's own facts, all by name
        cls,
        *,
        id: MeetingId,  # noqa: A002 - the field's name
        community: CommunityId,
        code: str,
        author: MemberId,
        title: str,
        starts: datetime,
        zone: str,
        minutes: int,
        now: datetime,
        **more: Any,
    ) -> Self:
        """A new meeting, version 1. `starts` is naive wall time, `now` aware; `more` are fields.

        Raises `TitleEmpty`, `TitleTooLong`, `BadLength` and all of `check_time_to_come`.
        """
        title = clean_title(title)
        check_length(minutes)
        starts = to_the_minute(starts)
        check_time_to_come(starts, zone, now)
        return cls(
            id=id,
            community=community,
            code=code,
            author=author,
            title=title,
            starts=starts,
            zone=zone,
            minutes=minutes,
            **more,
        )

    @property
    def starts_at(self) -> datetime:
        """The start in UTC, by the zone's rules as they are known now."""
        return instant(self.starts, zone_named(self.zone))

    @property
    def ends_at(self) -> datetime:
        """The planned end in UTC, by real time."""
        return self.starts_at + timedelta(minutes=self.minutes)

    @property
    def closes_itself_at(self) -> datetime:
        """The instant (UTC) from which the meeting counts as over, closed by hand or not.

        An hour after its planned end, or later while something still happens in it.
        """
        planned = self.ends_at + CLOSES_ITSELF_AFTER
        if self.status is not MeetingStatus.LIVE or self.heard_at is None:
            return planned
        latest = self.ends_at + LONGEST_OVERTIME
        return max(planned, min(self.heard_at + SILENCE, latest))

    @property
    def check_in_opens_at(self) -> datetime:
        """The first instant (UTC) at which members can check in."""
        return min(self.starts_at - CHECK_IN_OPENS_BEFORE, self.started_at or self.starts_at)

    @property
    def answers_until(self) -> datetime | None:
        """The last instant (UTC) at which a yes is accepted; `None`: until the meeting is over."""
        if self.answers_close is None:
            return None
        return self.starts_at - timedelta(minutes=self.answers_close)

    @property
    def waiting(self) -> tuple[MemberId, ...]:
        """Those who said yes and have no place yet, in the order of the queue."""
        return queue(self.rsvps, self.capacity)

    def remind_at(self, lead: timedelta) -> datetime:
        """The instant (UTC) `lead` before the start, which may be in the past."""
        return self.starts_at - lead

    def move(self, starts: datetime, zone: str, now: datetime) -> Self:
        """The meeting at another time, with its answers and check-ins.

        Raises `MeetingOver`, `MeetingCalledOff` and all of `check_time_to_come`.
        """
        self._check_is_on(now)
        starts = to_the_minute(starts)
        if (starts, zone) == (self.starts, self.zone):
            return self
        check_time_to_come(starts, zone, now)
        was = on_clocks_of(zone, self.starts, self.zone)
        return self._changed(starts=starts, zone=zone, moved_from=was, sequence=self.sequence + 1)

    def cancel(self, reason: str = "") -> Self:
        """The meeting as cancelled. Raises `MeetingOver`, `MeetingCalledOff` or `ReasonTooLong`."""
        self._check_is_scheduled()
        return self._changed(
            status=MeetingStatus.CANCELLED,
            reason=clean_reason(reason),
            sequence=self.sequence + 1,
        )

    def restore(self, now: datetime) -> Self:
        """The meeting as scheduled again; unchanged if it was not cancelled.

        Raises `MeetingOver` if its time has passed.
        """
        if self.status is not MeetingStatus.CANCELLED:
            return self
        if self.started_at is None and now >= self.ends_at:
            raise MeetingOver(self.code)
        return self._changed(status=MeetingStatus.SCHEDULED, reason="", sequence=self.sequence + 1)

    def change(self, now: datetime, **facts: Any) -> Self:
        """The meeting with other title, minutes, where, capacity, answers_close, chair or roles.

        What is not given stays. After the end only the title can change.
        Raises `MeetingOver`, `MeetingCalledOff`, `BadLength`, `TitleEmpty`, `TitleTooLong`.
        """
        if set(facts) - {"title"}:
            self._check_is_on(now)
        if "title" in facts:
            facts["title"] = clean_title(facts["title"])
        check_length(facts.get("minutes", self.minutes))
        if "roles" in facts:
            facts["roles"] = wanted(self.roles, facts["roles"])
        changed = {name: value for name, value in facts.items() if getattr(self, name) != value}
        if not changed:
            return self
        return self._changed(**changed, sequence=self.sequence + ("minutes" in changed))

    def take_role(self, name: str, member: MemberId, now: datetime, *, take: bool) -> Self:
        """The meeting with a role for the day taken by a member, or given back by who has it.

        Raises `NoSuchRole`, `RoleTaken`, `MeetingOver`, `MeetingCalledOff`.
        """
        self._check_is_on(now)
        roles = taken(self.roles, name, member, take=take)
        return self if roles == self.roles else self._changed(roles=roles)

    def start(self, now: datetime, door: str, chair: MemberId | None = None) -> Self:
        """The meeting as begun: by the clock, or by hand from half an hour before. Idempotent.

        Raises `TooEarlyToBegin`, `MeetingOver` or `MeetingCalledOff`.
        """
        if self.status is MeetingStatus.LIVE:
            return self
        self._check_is_on(now)
        self._check_is_open(now, TooEarlyToBegin)
        return self._changed(
            status=MeetingStatus.LIVE,
            started_at=now,
            heard_at=now,
            door=door,
            chair=self.chair or chair or self.author,
            announced=True,
        )

    def close(self, now: datetime) -> Self:
        """The meeting as ended. Idempotent.

        Raises `MeetingCalledOff`, or `NotBegun` before check-in opens.
        """
        if self.status is MeetingStatus.CLOSED:
            return self
        if self.status is MeetingStatus.CANCELLED:
            raise MeetingCalledOff(self.code)
        if now < self.check_in_opens_at:
            raise NotBegun(self.code, self.starts, self.zone, wall(now, zone_named(self.zone)))
        return self._changed(status=MeetingStatus.CLOSED, ended_at=now, sequence=self.sequence + 1)

    def announce(self) -> Self:
        """The meeting with its card announced: a date of a series whose turn has come."""
        return self._changed(announced=True)

    def close_by_itself(self) -> Self:
        """The meeting as ended by itself: at its planned end, or when something last happened."""
        ended = max(self.ends_at, self.heard_at or self.ends_at)
        return self._changed(
            status=MeetingStatus.CLOSED, ended_at=ended, sequence=self.sequence + 1
        )

    def touched(self, now: datetime) -> Self:
        """The meeting with a new version, as something that belongs to it changed."""
        live = self.status is MeetingStatus.LIVE
        return self._changed(heard_at=now if live else self.heard_at)

    def answer(
        self,
        member: MemberId,
        answer: RsvpAnswer | None,
        now: datetime,
        guests: int | None = None,
    ) -> Self:
        """The meeting with a member's answer; `None` withdraws it. Idempotent.

        Beyond the capacity, a yes waits in a queue. Raises `AnswersClosed`, `NoRoomForGuests`,
        `MeetingOver` or `MeetingCalledOff`.
        """
        self._check_is_on(now)
        before = self.rsvps.get(member)
        rsvp = next_rsvp(before, answer, now, guests)
        if rsvp == before:
            return self
        self._check_answers_taken(before, rsvp, now)
        others = {m: other for m, other in self.rsvps.items() if m != member}
        return self._changed(
            rsvps=MappingProxyType(others if rsvp is None else {**others, member: rsvp})
        )

    def _check_answers_taken(self, before: Rsvp | None, rsvp: Rsvp | None, now: datetime) -> None:
        """Raise unless the answer is in time. A no always is; guests need room."""
        if rsvp is None or rsvp.answer is not RsvpAnswer.YES:
            return
        if self.answers_until is not None and now > self.answers_until:
            place = zone_named(self.zone)
            until = wall(self.answers_until, place)
            raise AnswersClosed(self.code, until, self.zone, wall(now, place))
        left = self.capacity - seats_taken(self.rsvps)
        if self.capacity and 0 < more_guests(before, rsvp) > left:
            raise NoRoomForGuests(self.code, max(0, left))

    def merged(self, gone: MemberId, member: MemberId, spoke_last: Sequence[MemberId]) -> Self:
        """The meeting with two members as one. `spoke_last` lists who answered, the latest last."""
        words = {m: self.rsvps[m] for m in spoke_last if m in (gone, member)}
        others = {m: answer for m, answer in self.rsvps.items() if m not in (gone, member)}
        last = {member: list(words.values())[-1]} if words else {}
        came = {member if m == gone else m: how for m, how in self.present.items()}
        roles = {name: member if m == gone else m for name, m in self.roles.items()}
        return replace(
            self,
            rsvps=MappingProxyType(others | last),
            present=MappingProxyType(came),
            roles=MappingProxyType(roles),
            chair=member if self.chair == gone else self.chair,
            version=self.version + 1,
        )

    def check_in(
        self,
        member: MemberId,
        now: datetime,
        how: Presence = Presence.SELF,
        door: str | None = None,
    ) -> Self:
        """The meeting with a member checked in. Idempotent.

        Raises `WrongDoorCode`, `CheckInNotOpen`, `MeetingOver` or `MeetingCalledOff`.
        """
        self._check_is_on(now)
        if door is not None and door != self.door:
            raise WrongDoorCode(self.code)
        if member in self.present:
            return self
        self._check_is_open(now)
        shown = how if door is None else Presence.CODE
        return self._changed(present=MappingProxyType({**self.present, member: shown}))

    def corrected(
        self, came: Collection[MemberId], not_there: Collection[MemberId], walk_ins: int | None
    ) -> Self:
        """The meeting with its register corrected, at any time after the start."""
        stayed = {m: how for m, how in self.present.items() if m not in not_there}
        added = {m: Presence.FACILITATOR for m in came if m not in stayed}
        number = self.walk_ins if walk_ins is None else walk_ins
        present = {**stayed, **added}
        if (present, number) == (dict(self.present), self.walk_ins):
            return self
        return self._changed(present=MappingProxyType(present), walk_ins=number)

    def to_remind(self, muted: Collection[MemberId]) -> tuple[MemberId, ...]:
        """Members with a place, or who may come, that want reminders, sorted; empty once begun."""
        if self.status is not MeetingStatus.SCHEDULED:
            return ()
        absent = {m for m, rsvp in self.rsvps.items() if rsvp.answer is RsvpAnswer.NO}
        absent.update(self.waiting, muted)
        return tuple(sorted(m for m in self.rsvps if m not in absent))

    def counts(self) -> Counts:
        """How many gave which answer, and how many attended."""
        return counted(self.rsvps, self.capacity, len(self.present), self.walk_ins)

    def facts(self) -> MeetingFacts:
        """What anybody in the community may see."""
        same = {name: getattr(self, name) for name in _TOLD}
        roles = tuple(DayRole(name=name, member=who) for name, who in self.roles.items())
        return MeetingFacts(**same, roles=roles, counts=self.counts())

    def _changed(self, **facts: Any) -> Self:
        return replace(self, version=self.version + 1, **facts)

    def _check_is_scheduled(self) -> None:
        if self.status is MeetingStatus.CANCELLED:
            raise MeetingCalledOff(self.code)
        if self.status is MeetingStatus.CLOSED:
            raise MeetingOver(self.code)

    def _check_is_on(self, now: datetime) -> None:
        self._check_is_scheduled()
        if now >= self.closes_itself_at:
            raise MeetingOver(self.code)

    def _check_is_open(self, now: datetime, no: type[CheckInNotOpen] = CheckInNotOpen) -> None:
        if now < self.check_in_opens_at:
            opens, today = (wall(at, zone_named(self.zone)) for at in (self.check_in_opens_at, now))
            raise no(self.code, opens, self.zone, today)


_TOLD = tuple(set(MeetingFacts.model_fields) - {"roles", "counts"})
