"""What is said about a whole line that calls a meeting. Scheduling reads it."""

from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, NaiveDatetime, StringConstraints

from indaba.contracts.figures import Number
from indaba.contracts.series import RepeatReading
from indaba.contracts.standing import Standing
from indaba.contracts.wire import Question, Reply

LONGEST_LINE = 600
"""Letters of a line that calls a meeting."""

LineText = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_LINE)
]


class MeetingReading(BaseModel):
    """One way to understand a line: one date, or with `repeat` many.

    `starts` is wall time in `zone`, `starts_at` the same instant; of a series they are those of its
    first date. `title` is empty where the line names none, `minutes` is `None` where it does not
    say how long.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    title: str
    starts: NaiveDatetime
    zone: str
    starts_at: AwareDatetime
    minutes: Number | None = None
    repeat: RepeatReading | None = None


class MeetingRead(Reply):
    """What a line means. `sure` only if there is one reading that used every word.

    `readings` are the candidates, likeliest first, empty if it was not understood; `doubt` says in
    words why it is asked back (empty when sure). `title` is the likeliest in any case.
    """

    sure: bool
    readings: tuple[MeetingReading, ...] = ()
    doubt: str = ""
    title: str = ""


class ReadMeeting(
    Question[MeetingRead], wire="scheduling.read-meeting.v1", asked_by=Standing.VISITOR
):
    """Understand `"Robotics" every Monday 15:30 for 6 times` in the asker's zone.

    With `title` the whole line says when.
    """

    line: LineText
    title: str = ""
