"""Contracts about times that somebody typed. Scheduling reads them."""

from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, NaiveDatetime, StringConstraints

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
