"""A meeting and its rules. Every change gives a new meeting; what changed nothing gives itself."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Self

from indaba.contracts.ids import CODE_LETTERS, CommunityId, MeetingId, MemberId
from indaba.contracts.refusal import Refusal
from indaba.contracts.scheduling import Counts, MeetingFacts, MeetingStatus, RsvpAnswer
from indaba.scheduling.model.plain_text import clean_reason, clean_title
from indaba.scheduling.model.wall_time import (
    check_time_to_come,
    in_words,
    instant,
    wall,
    zone_named,
)

CHECK_IN_OPENS_BEFORE = timedelta(minutes=30)
CLOSES_ITSELF_AFTER = timedelta(minutes=60)
SHORTEST, LONGEST = 5, 24 * 60

_COMING = frozenset({RsvpAnswer.YES, RsvpAnswer.MAYBE})
_CODE_LENGTHS = range(4, 9)
_FIGURES = "23456789"


class MeetingOver(Refusal):
    """The meeting has ended."""

    code = "meeting-over"

    def __init__(self, code: str) -> None:
        super().__init__("This meeting is over, so nothing about it changes any more.", code=code)


class MeetingCalledOff(Refusal):
    """The meeting was cancelled."""

    code = "meeting-called-off"

    def __init__(self, code: str, reason: str) -> None:
        because = f": {reason}" if reason else "."
        super().__init__(f"This meeting was called off{because}", code=code, reason=reason)


class CheckInNotOpen(Refusal):
    """Too early to check in. `opens` is wall time in `zone`."""

    code = "check-in-not-open"

    def __init__(self, code: str, opens: datetime, zone: str, today: datetime) -> None:
        super().__init__(
            f"Check-in opens on {in_words(opens, today)} ({zone}). Please come back then.",
            code=code,
            opens=opens.isoformat(),
            zone=zone,
        )


class NotBegun(Refusal):
    """A meeting that is yet to come is called off, not closed. `opens` is wall time in `zone`."""

    code = "meeting-not-begun"

    def __init__(self, code: str, starts: datetime, zone: str, today: datetime) -> None:
        super().__init__(
            f"{code} begins on {in_words(starts, today)} ({zone}), so it is not over. "
            f"To call it off type: cop meeting cancel {code}",
            code=code,
            starts=starts.isoformat(),
            zone=zone,
        )


class BadLength(Refusal):
    """A meeting cannot last that long, or that short."""

    code = "meeting-length"

    def __init__(self, minutes: int) -> None:
        super().__init__(
            f"A meeting lasts between {SHORTEST} minutes and 24 hours.", minutes=minutes
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """A meeting as scheduling knows it; fields as in `MeetingFacts`, and who answered what.

    The class itself checks nothing, so what was kept under older rules can still be read.
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
    rsvps: Mapping[MemberId, RsvpAnswer] = field(default_factory=lambda: MappingProxyType({}))
    checked_in: frozenset[MemberId] = frozenset()

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
    ) -> Self:
        """A new meeting, version 1. `starts` is naive wall time, `now` aware.

        Raises `TitleEmpty`, `TitleTooLong`, `BadLength` and all of `check_time_to_come`.
        """
        title = clean_title(title)
        if not SHORTEST <= minutes <= LONGEST:
            raise BadLength(minutes)
        starts = _to_the_minute(starts)
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
        )

    @property
    def starts_at(self) -> datetime:
        """The start in UTC, by the zone's rules as they are known now."""
        return instant(self.starts, zone_named(self.zone))

    @property
    def ends_at(self) -> datetime:
        """The end in UTC: `minutes` of real time after the start."""
        return self.starts_at + timedelta(minutes=self.minutes)

    @property
    def closes_itself_at(self) -> datetime:
        """From this instant (UTC) on the meeting counts as over, closed by hand or not."""
        return self.ends_at + CLOSES_ITSELF_AFTER

    @property
    def check_in_opens_at(self) -> datetime:
        """The first instant (UTC) at which members check in."""
        return self.starts_at - CHECK_IN_OPENS_BEFORE

    def remind_at(self, lead: timedelta) -> datetime:
        """The instant (UTC) `lead` before the start; may lie in the past."""
        return self.starts_at - lead

    def move(self, starts: datetime, zone: str, now: datetime) -> Self:
        """At another time; answers and check-ins stay. The same time changes nothing.

        Raises `MeetingOver`, `MeetingCalledOff` and all of `check_time_to_come`.
        """
        self._check_is_on(now)
        starts = _to_the_minute(starts)
        if (starts, zone) == (self.starts, self.zone):
            return self
        check_time_to_come(starts, zone, now)
        return self._changed(
            starts=starts, zone=zone, moved_from=self.starts, sequence=self.sequence + 1
        )

    def cancel(self, reason: str = "") -> Self:
        """Called off. Raises `MeetingOver`, `MeetingCalledOff` or `ReasonTooLong`."""
        self._check_is_scheduled()
        return self._changed(
            status=MeetingStatus.CANCELLED,
            reason=clean_reason(reason),
            sequence=self.sequence + 1,
        )

    def close(self, now: datetime) -> Self:
        """Ended. A closed meeting stays as it is.

        Raises `MeetingCalledOff`, or `NotBegun` before check-in opens.
        """
        if self.status is MeetingStatus.CLOSED:
            return self
        self._check_is_scheduled()
        if now < self.check_in_opens_at:
            raise NotBegun(self.code, self.starts, self.zone, wall(now, zone_named(self.zone)))
        return self._changed(status=MeetingStatus.CLOSED, sequence=self.sequence + 1)

    def answer(self, member: MemberId, answer: RsvpAnswer | None, now: datetime) -> Self:
        """With the member's answer; `None` withdraws it, the same again changes nothing.

        Raises `MeetingOver` or `MeetingCalledOff`.
        """
        self._check_is_on(now)
        if self.rsvps.get(member) is answer:
            return self
        others = {m: said for m, said in self.rsvps.items() if m != member}
        said = others if answer is None else {**others, member: answer}
        return self._changed(rsvps=MappingProxyType(said))

    def merged(self, gone: MemberId, member: MemberId, spoke_last: Sequence[MemberId]) -> Self:
        """With two members as one; `spoke_last` are those who answered, the last word last."""
        words = {m: self.rsvps[m] for m in spoke_last if m in (gone, member)}
        others = {m: answer for m, answer in self.rsvps.items() if m not in (gone, member)}
        last = {member: list(words.values())[-1]} if words else {}
        came = frozenset(member if m == gone else m for m in self.checked_in)
        return replace(
            self,
            rsvps=MappingProxyType(others | last),
            checked_in=came,
            version=self.version + 1,
        )

    def check_in(self, member: MemberId, now: datetime) -> Self:
        """With the member here; again changes nothing.

        Raises `CheckInNotOpen`, `MeetingOver` or `MeetingCalledOff`.
        """
        self._check_is_on(now)
        if member in self.checked_in:
            return self
        if now < self.check_in_opens_at:
            place = zone_named(self.zone)
            opens = wall(self.check_in_opens_at, place)
            raise CheckInNotOpen(self.code, opens, self.zone, wall(now, place))
        return self._changed(checked_in=self.checked_in | {member})

    def to_remind(self, muted: Collection[MemberId]) -> tuple[MemberId, ...]:
        """Who said yes or maybe and has reminders on, sorted; empty once it is not scheduled."""
        if self.status is not MeetingStatus.SCHEDULED:
            return ()
        coming = (m for m, said in self.rsvps.items() if said in _COMING)
        return tuple(sorted(m for m in coming if m not in muted))

    def counts(self) -> Counts:
        """How many said what, and how many checked in."""
        said = list(self.rsvps.values())
        return Counts(
            yes=said.count(RsvpAnswer.YES),
            maybe=said.count(RsvpAnswer.MAYBE),
            no=said.count(RsvpAnswer.NO),
            checked_in=len(self.checked_in),
        )

    def facts(self) -> MeetingFacts:
        """What anybody in the community may see."""
        return MeetingFacts(
            id=self.id,
            community=self.community,
            code=self.code,
            version=self.version,
            author=self.author,
            title=self.title,
            starts=self.starts,
            zone=self.zone,
            minutes=self.minutes,
            starts_at=self.starts_at,
            status=self.status,
            sequence=self.sequence,
            moved_from=self.moved_from,
            reason=self.reason,
            counts=self.counts(),
        )

    def _changed(self, **facts: Any) -> Self:
        return replace(self, version=self.version + 1, **facts)

    def _check_is_scheduled(self) -> None:
        if self.status is MeetingStatus.CANCELLED:
            raise MeetingCalledOff(self.code, self.reason)
        if self.status is MeetingStatus.CLOSED:
            raise MeetingOver(self.code)

    def _check_is_on(self, now: datetime) -> None:
        self._check_is_scheduled()
        if now >= self.closes_itself_at:
            raise MeetingOver(self.code)


def code_from(random_number: int, length: int = 4) -> str:
    """A meeting code of 4 to 8 letters: M, a figure, then letters drawn from the number.

    The figure keeps codes apart from words (march, maybe). Even draws need a number from a range
    much larger than 31 to the power of `length - 1`.
    """
    if length not in _CODE_LENGTHS:
        raise ValueError(length)
    random_number, figure = divmod(random_number, len(_FIGURES))
    letters = ["M", _FIGURES[figure]]
    for _ in range(length - 2):
        random_number, letter = divmod(random_number, len(CODE_LETTERS))
        letters.append(CODE_LETTERS[letter])
    return "".join(letters)


def _to_the_minute(starts: datetime) -> datetime:
    return starts.replace(second=0, microsecond=0, fold=0)
