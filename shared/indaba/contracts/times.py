"""Contracts about times that somebody typed. Scheduling reads them."""

from enum import StrEnum
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, NaiveDatetime, StringConstraints

from indaba.contracts.figures import Number
from indaba.contracts.ids import MeetingCode
from indaba.contracts.standing import Standing
from indaba.contracts.wire import Question, Reply

WhenText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class Reading(BaseModel):
    """One way to understand what was typed: wall time in `zone`, and the instant in UTC.

    `said_in` is the zone that the words named, where it is another one; else empty.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    starts: NaiveDatetime
    zone: str
    starts_at: AwareDatetime
    said_in: str = ""


class WhenRead(Reply):
    """What a date text means. `sure` only if there is one reading and every word was used.

    `readings` are the candidates, likeliest first, empty if nothing was understood. `doubt` says in
    words why people are asked to confirm (empty when sure).
    """

    sure: bool
    readings: tuple[Reading, ...]
    doubt: str = ""


class ReadWhen(Question[WhenRead], wire="scheduling.read-when.v1", asked_by=Standing.VISITOR):
    """Understand a time in free text, in the asker's zone and the community's date order.

    With `moves`, a meeting's code, a time without a day is on that meeting's own day, and a day
    without a time at its hour.
    """

    text: WhenText
    moves: MeetingCode | None = None


class LengthOf(StrEnum):
    """What a length is of, which says how else it may be put.

    `ITSELF`: in no other way. `FROM_NOW`: also until when. `FROM_START`: also until when, from the
    start of a meeting. `BEFORE_START`: also by the moment itself.
    """

    ITSELF = "itself"
    FROM_NOW = "from-now"
    FROM_START = "from-start"
    BEFORE_START = "before-start"


class LengthRead(Reply):
    """The minutes that a text can mean, likeliest first; `sure` and `doubt` as in `WhenRead`."""

    sure: bool
    readings: tuple[Number, ...] = ()
    doubt: str = ""


class ReadLength(Question[LengthRead], wire="scheduling.read-length.v1", asked_by=Standing.VISITOR):
    """Understand a length in free text, such as `an hour and a half`; a number alone is minutes.

    `meeting` is the one whose start counts, for `FROM_START` and `BEFORE_START`; without it they
    are as `ITSELF`.
    """

    text: WhenText
    of: LengthOf = LengthOf.ITSELF
    meeting: MeetingCode | None = None


class WeeklyReading(BaseModel):
    """A day of the week, 1 for Monday, and the hour if one was said."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    weekday: Number
    hour: Number | None = None


class WeeklyRead(Reply):
    """What a text can mean, likeliest first; `sure` and `doubt` as in `WhenRead`."""

    sure: bool
    readings: tuple[WeeklyReading, ...] = ()
    doubt: str = ""


class ReadWeekly(Question[WeeklyRead], wire="scheduling.read-weekly.v1", asked_by=Standing.VISITOR):
    """Understand a day of the week in free text, with or without an hour: `Mondays at 8am`."""

    text: WhenText
