"""What is true of meetings and times, and the rules; no clock, no input or output, no events."""

from indaba.scheduling.model.finding import NoSuchMeeting, NothingPlanned
from indaba.scheduling.model.meeting import (
    BadLength,
    CheckInNotOpen,
    Meeting,
    MeetingCalledOff,
    MeetingOver,
    NotBegun,
    code_from,
)
from indaba.scheduling.model.plain_text import (
    ReasonTooLong,
    TitleEmpty,
    TitleTooLong,
    clean_title,
)
from indaba.scheduling.model.reading import read_when, warm
from indaba.scheduling.model.wall_time import (
    TimePassed,
    TimeSkipped,
    TimeTooFar,
    UnknownZone,
)

__all__ = [
    "BadLength",
    "CheckInNotOpen",
    "Meeting",
    "MeetingCalledOff",
    "MeetingOver",
    "NoSuchMeeting",
    "NotBegun",
    "NothingPlanned",
    "ReasonTooLong",
    "TimePassed",
    "TimeSkipped",
    "TimeTooFar",
    "TitleEmpty",
    "TitleTooLong",
    "UnknownZone",
    "clean_title",
    "code_from",
    "read_when",
    "warm",
]
