"""Contracts about meetings that repeat. Owned by scheduling.

Each date of a series is a meeting of its own, with its own answers; the coming ones are made a
while ahead. `Scope` says how much of the series a request about one date applies to.
"""

from datetime import date
from enum import StrEnum
from typing import Any, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, NaiveDatetime

from indaba.contracts.figures import Number
from indaba.contracts.ids import CommunityId, MeetingCode, MemberId, SeriesId
from indaba.contracts.limits import MEETINGS_A_DAY
from indaba.contracts.scheduling import (
    MeetingDetails,
    MeetingFacts,
    MeetingShown,
    OtherDetails,
    Reason,
)
from indaba.contracts.standing import Standing
from indaba.contracts.times import WhenText
from indaba.contracts.wire import (
    KEPT_AS_A_FACT,
    Change,
    CommunityText,
    Event,
    OneEach,
    Question,
    Reply,
    Request,
)


class Scope(StrEnum):
    """How much of a series a request applies to."""

    THIS = "this"
    LATER = "later"
    ALL = "all"


class Avoided(BaseModel):
    """Days on which no date is held.

    `public_holidays` is a country, or a country and part (ZA, DE-BY); empty: they are not avoided.
    School holidays are the days between the terms of `province`; empty: they are not avoided.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    public_holidays: str = ""
    province: str = ""


class Pattern(BaseModel):
    """When a series takes place: wall time in an IANA zone, and an RFC 5545 rule (3.3.10).

    `skipped` are wall times that the rule gives and that are not held (EXDATE); `added` are held
    though the rule does not give them (RDATE). `avoided` excludes further days.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    first: NaiveDatetime
    zone: str
    rule: str
    avoided: Avoided = Avoided()
    skipped: tuple[NaiveDatetime, ...] = ()
    added: tuple[NaiveDatetime, ...] = ()


class SeriesFacts(MeetingDetails):
    """A series as anybody in its community may see it.

    `words` is the pattern in English; `until` is the last moment of a series that was ended.
    `not_held` are wall times in the next two years that the rule gives and that are not held,
    because of holidays or because they were skipped (EXDATE, 3.8.5.1). `sequence` as in
    `MeetingFacts`.
    """

    title: CommunityText
    id: SeriesId
    community: CommunityId
    version: Number
    author: MemberId
    pattern: Pattern
    words: str
    sequence: Number = 0
    ended: bool = False
    not_held: tuple[NaiveDatetime, ...] = ()


class Coming(BaseModel):
    """A date of a pattern, as wall time and instant."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    starts: NaiveDatetime
    starts_at: AwareDatetime


class LeftOut(BaseModel):
    """A day left out, and why in words, such as a holiday's name."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    day: date
    why: str


class RepeatReading(BaseModel):
    """One way to understand what was typed: the pattern, in words, and its next five dates.

    `terms_unknown`: school holidays were to be avoided and no terms are known for them.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    pattern: Pattern
    words: str
    coming: tuple[Coming, ...]
    left_out: tuple[LeftOut, ...] = ()
    terms_unknown: bool = False


class RepeatRead(Reply):
    """What a text about repetition means, as `WhenRead`. `repeats` is false for a single date."""

    repeats: bool
    sure: bool = False
    readings: tuple[RepeatReading, ...] = ()
    doubt: str = ""


class ReadRepeat(Question[RepeatRead], wire="scheduling.read-repeat.v1", asked_by=Standing.VISITOR):
    """Understand a text such as "every second Thursday 14:00 until June" in the asker's zone."""

    text: WhenText


class SeriesShown(Reply):
    """A series, and its dates to come, soonest first."""

    series: SeriesFacts
    meetings: tuple[MeetingFacts, ...]


class StartSeries(
    MeetingDetails,
    Request[SeriesShown],
    wire="scheduling.start-series.v1",
    asked_by=Standing.FACILITATOR,
    limits=(MEETINGS_A_DAY,),
):
    """Schedule a series (facilitators). The first date is announced at once, others in turn."""

    pattern: Pattern


class ShowSeries(
    Question[SeriesShown],
    wire="scheduling.show-series.v1",
    asked_by=Standing.MEMBER,
    by_faces=True,
):
    """Show the series that a meeting belongs to."""

    code: MeetingCode


class RepeatOtherwise(
    Request[SeriesShown],
    wire="scheduling.repeat-otherwise.v1",
    asked_by=Standing.FACILITATOR,
    limits=(MEETINGS_A_DAY,),
):
    """Give this date and later ones, or all to come, another pattern (facilitators).

    Dates that both patterns have keep their answers. Dates already moved by hand stay.
    """

    code: MeetingCode
    pattern: Pattern
    scope: Scope


class ChangeSeries(
    OtherDetails,
    Change[SeriesShown],
    wire="scheduling.change-series.v1",
    asked_by=Standing.FACILITATOR,
):
    """Change details of this date and later ones, or of all to come (facilitators).

    Fields as in `ChangeMeeting`; those not given stay. Dates made later have the change too.
    """

    code: MeetingCode
    scope: Scope


class AddDate(
    Request[MeetingShown],
    wire="scheduling.add-date.v1",
    asked_by=Standing.FACILITATOR,
    limits=(MEETINGS_A_DAY,),
):
    """Add one more date to a series (facilitators).

    `starts` is wall time in `zone`; empty: in the series' zone, which the date has in any case.
    """

    code: MeetingCode
    starts: NaiveDatetime
    zone: str = ""


class SeriesEnded(Reply):
    """How many dates were cancelled."""

    series: SeriesFacts
    cancelled: Number


class EndSeries(
    Change[SeriesEnded], wire="scheduling.end-series.v1", asked_by=Standing.FACILITATOR
):
    """Cancel this date and later ones, or all to come (facilitators)."""

    code: MeetingCode
    scope: Scope
    reason: Reason = ""


class Term(BaseModel):
    """A school term of a province. `status` is proposed, gazetted or amended."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    province: str
    year: int
    number: int
    first: date
    last: date
    status: str
    source: str = ""


class TermsKept(Reply):
    """How many terms are stored now, and the faults by row. With faults, nothing is stored."""

    kept: Number
    faults: tuple[str, ...] = ()


class ImportTerms(
    OneEach[TermsKept], wire="scheduling.import-terms.v1", asked_by=Standing.FACILITATOR
):
    """Store school terms for the community from the text of a CSV file (facilitators).

    Columns: province, year, term, first, last, status, source. All rows or none.
    """

    csv: str = Field(max_length=1_000_000)


class SeriesEvent(Event):
    """Base of the series events: `aggregate` is the series, `series` its state afterwards."""

    series: SeriesFacts

    @classmethod
    def of(cls, series: SeriesFacts, **facts: Any) -> Self:
        """The event that carries a series' state after the change."""
        return cls(aggregate=series.id, version=series.version, series=series, **facts)


class SeriesStarted(SeriesEvent, wire="scheduling.series-started.v1", kept=KEPT_AS_A_FACT):
    """A series was scheduled."""


class SeriesChanged(SeriesEvent, wire="scheduling.series-changed.v1", kept=KEPT_AS_A_FACT):
    """A series has another pattern, other dates left out, or another title, length or place."""


class SeriesCalledOff(SeriesEvent, wire="scheduling.series-called-off.v1", kept=KEPT_AS_A_FACT):
    """A series was ended early: `cancelled` dates to come do not take place."""

    cancelled: Number
    reason: CommunityText = ""
    author: MemberId
    next: MeetingFacts | None = None
