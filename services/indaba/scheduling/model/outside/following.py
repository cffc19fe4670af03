"""A followed calendar: its state, when it is read next, and what people are told of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Self
from urllib.parse import urlsplit
from uuid import UUID

from indaba.contracts.calendars import CalendarFacts, CalendarId, CalendarState, NotFollowed
from indaba.contracts.ids import CommunityId, MemberId
from indaba.contracts.refusal import Refusal
from indaba.process.outside.addresses import address
from indaba.scheduling.model.outside.dates import CalendarDates
from indaba.scheduling.model.outside.reasons import words_for
from indaba.scheduling.model.share_links import file_address, web_address

MOST_CALENDARS = 10
EVERY = timedelta(hours=1)
PAUSES = (
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
    timedelta(hours=24),
)
"""Pauses after each failure in a row. The last one repeats."""

WHOLE_EVERY = timedelta(days=1)
"""Even an unchanged calendar is read anew so often, as more dates of its series come near."""

DOUBTED_FOR = timedelta(minutes=50)
"""So long many dates have to be missing before their meetings are called off: two readings."""

TELL_AFTER = 3
"""Failures in a row before anybody is told."""


class TooManyCalendars(Refusal):
    """A community follows at most ten calendars."""

    code = "too-many-calendars"

    def __init__(self) -> None:
        super().__init__(
            f"This community follows {MOST_CALENDARS} calendars, and more do not fit. "
            "Stop following one first."
        )


class NoSuchCalendar(Refusal):
    """The community does not follow such a calendar, or it follows several and none was named."""

    code = "no-such-calendar"

    def __init__(self, numbers: list[int]) -> None:
        listed = ", ".join(map(str, numbers))
        which = f"Say which one by its number: {listed}." if numbers else "It follows none."
        super().__init__(
            f"This community does not follow such a calendar. {which}", numbers=numbers
        )


def calendar_address(typed: str) -> str:
    """The address from which a calendar is fetched. Raises `BadAddress`."""
    typed_as = address(web_address(typed.strip().strip("<>"))).link
    return address(file_address(typed_as)).link


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """A followed calendar: the fields of `CalendarFacts`, and what is needed to read it again.

    `etag` and `modified` are what its site said about the last version, read in full at `whole_at`.
    `told` says that people know of its failing. Since `doubted_at` many of its dates are missing.
    """

    id: CalendarId
    community: CommunityId
    number: int
    version: int = 1
    author: MemberId
    link: str
    title: str = ""
    zone: str
    state: CalendarState = CalendarState.BEING_READ
    left_out: Mapping[str, int] = field(default_factory=dict)
    such_as: Mapping[str, Sequence[str]] = field(default_factory=dict)
    why: str = ""
    etag: str = ""
    modified: str = ""
    read_at: datetime | None = None
    whole_at: datetime | None = None
    doubted_at: datetime | None = None
    failures: int = 0
    told: bool = False
    due_at: datetime
    correlation: UUID

    def asks_for_changes(self, now: datetime) -> bool:
        """Whether it is enough to ask whether anything has changed."""
        return self.whole_at is not None and now < self.whole_at + WHOLE_EVERY

    def read(self, dates: CalendarDates, now: datetime) -> Self:
        """The calendar after it was read at `now`."""
        after = replace(
            self,
            state=CalendarState.FOLLOWED,
            why="",
            read_at=now,
            failures=0,
            told=False,
            due_at=now + EVERY,
        )
        if dates.same:
            return after
        return replace(
            after,
            title=dates.title,
            left_out=dict(dates.left_out or {}),
            such_as=dict(dates.such_as or {}),
            etag=dates.etag,
            modified=dates.modified,
            whole_at=now,
            doubted_at=None,
        )

    def doubted(self, now: datetime) -> Self:
        """The calendar after many of its dates were missing; it is fetched in full next time."""
        return replace(self, doubted_at=self.doubted_at or now, whole_at=None)

    def is_believed(self, now: datetime) -> bool:
        """Whether what is missing was missing before, at an earlier reading."""
        return self.doubted_at is not None and now >= self.doubted_at + DOUBTED_FOR

    def failed(self, why: str, now: datetime, *, again: bool) -> Self:
        """The calendar after a reading failed. `again` says that the fault may pass by itself."""
        failures = self.failures + 1
        first = self.read_at is None
        return replace(
            self,
            state=CalendarState.FAILING,
            why=words_for(why),
            failures=failures,
            told=self.told or first or not again or failures >= TELL_AFTER,
            due_at=now + PAUSES[min(failures, len(PAUSES)) - 1],
        )

    def next_version(self) -> Self:
        """The calendar with its next version, as something new is told of it."""
        return replace(self, version=self.version + 1)

    def facts(self, dates: int, *, with_titles: bool = False) -> CalendarFacts:
        """What facilitators may see. `dates` is the number of its meetings to come.

        The titles of what is left out are for a facilitator who asks, and not for a room or a bus.
        """
        is_known = self.told or self.state is not CalendarState.FAILING
        state = self.state if is_known else CalendarState.FOLLOWED
        titles = self.such_as if with_titles else {}
        return CalendarFacts(
            id=self.id,
            community=self.community,
            number=self.number,
            version=self.version,
            author=self.author,
            title=self.title,
            host=urlsplit(self.link).hostname or "",
            zone=self.zone,
            state=state,
            dates=dates,
            left_out=tuple(
                NotFollowed(count=n, why=why, such_as=tuple(titles.get(why, ())))
                for why, n in self.left_out.items()
            ),
            read_at=self.read_at,
            why=self.why if is_known else "",
        )
