"""A calendar that a community follows: how it goes, when it is read next, what is told of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Self
from urllib.parse import urlsplit
from uuid import UUID

from indaba.contracts.calendars import CalendarFacts, CalendarId, CalendarState, NotFollowed
from indaba.contracts.ids import CommunityId, MemberId
from indaba.contracts.refusal import Refusal
from indaba.process.outside.addresses import address
from indaba.scheduling.model.outside.dates import Found
from indaba.scheduling.model.outside.reasons import words_for

MOST_CALENDARS = 10
EVERY = timedelta(hours=1)
PAUSES = (
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
    timedelta(hours=24),
)
"""Waits after each failure in a row; the last for all that follow."""

WHOLE_EVERY = timedelta(days=1)
"""Also what did not change is read anew so often: dates of series come into sight with time."""

TELL_AFTER = 3
"""Failures in a row that may pass, before anybody hears of them."""


class TooManyCalendars(Refusal):
    """A community follows ten calendars at most."""

    code = "too-many-calendars"

    def __init__(self) -> None:
        super().__init__(
            f"This community follows {MOST_CALENDARS} calendars, and more do not fit. "
            "Stop following one first."
        )


class NoSuchCalendar(Refusal):
    """The community follows no such calendar, or several where none was named."""

    code = "no-such-calendar"

    def __init__(self, numbers: list[int]) -> None:
        told = ", ".join(map(str, numbers))
        which = f"Say which one by its number: {told}." if numbers else "It follows none."
        super().__init__(
            f"This community does not follow such a calendar. {which}", numbers=numbers
        )


def calendar_address(typed: str) -> str:
    """The address of a calendar as it is asked for. Raises `BadAddress`."""
    text = typed.strip().strip("<>")
    scheme, found, rest = text.partition("://")
    if found and scheme.lower() in ("webcal", "webcals"):
        text = f"https://{rest}"
    return address(text).link


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """A followed calendar; fields as in `CalendarFacts`, and what reading it again needs.

    `etag` and `modified` are what its site said of the last version, read in whole at `whole_at`.
    `told`: that it fails was said.
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
    why: str = ""
    etag: str = ""
    modified: str = ""
    read_at: datetime | None = None
    whole_at: datetime | None = None
    failures: int = 0
    told: bool = False
    due_at: datetime
    correlation: UUID

    def asks_for_changes(self, now: datetime) -> bool:
        """Whether it is enough to hear that nothing changed."""
        return self.whole_at is not None and now < self.whole_at + WHOLE_EVERY

    def found(self, found: Found, now: datetime) -> Self:
        """After a reading that went well."""
        news = replace(
            self,
            state=CalendarState.FOLLOWED,
            why="",
            read_at=now,
            failures=0,
            told=False,
            due_at=now + EVERY,
        )
        if found.same:
            return news
        return replace(
            news,
            title=found.title,
            left_out=dict(found.left_out or {}),
            etag=found.etag,
            modified=found.modified,
            whole_at=now,
        )

    def failed(self, why: str, now: datetime, *, again: bool) -> Self:
        """After a reading that did not; `again`: what is wrong may pass by itself."""
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

    def told_of(self) -> Self:
        """With one more thing told of it."""
        return replace(self, version=self.version + 1)

    def facts(self, dates: int) -> CalendarFacts:
        """What facilitators may see; `dates` are its meetings to come."""
        told = self.told or self.state is not CalendarState.FAILING
        state = self.state if told else CalendarState.FOLLOWED
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
            left_out=tuple(NotFollowed(count=n, why=why) for why, n in self.left_out.items()),
            read_at=self.read_at,
            why=self.why if told else "",
        )
