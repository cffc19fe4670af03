"""Contracts about typed lines that schedule a meeting. Scheduling reads them."""

from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, NaiveDatetime, StringConstraints

from indaba.contracts.figures import Number
from indaba.contracts.series import RepeatReading
from indaba.contracts.standing import Standing
from indaba.contracts.wire import Question, Reply

LONGEST_LINE = 600
"""The most characters in a line that schedules a meeting."""

LineText = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_LINE)
]


class MeetingReading(BaseModel):
    """One way to understand a line: one date or, with `repeat`, many.

    `starts` is wall time in `zone`, `starts_at` the same instant; for a series they are those of
    its first date. `title` is empty if the line names none, `minutes` is `None` if it does not say
    how long. `said_in` is the zone that it names, where that is another one.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    title: str
    starts: NaiveDatetime
    zone: str
    starts_at: AwareDatetime
    minutes: Number | None = None
    repeat: RepeatReading | None = None
    said_in: str = ""


class MeetingRead(Reply):
    """What a line means. `sure` only if there is one reading that used every word.

    `readings` are the candidates, likeliest first, empty if the line was not understood. `doubt`
    says in words why people are asked to confirm (empty when sure). `title` is always the
    likeliest.
    """

    sure: bool
    readings: tuple[MeetingReading, ...] = ()
    doubt: str = ""
    title: str = ""


class ReadMeeting(
    Question[MeetingRead], wire="scheduling.read-meeting.v1", asked_by=Standing.VISITOR
):
    """Understand a line such as `"Robotics" every Monday 15:30 for 6 times` in the asker's zone.

    With `title`, the whole line is about the time.
    """

    line: LineText
    title: str = ""
