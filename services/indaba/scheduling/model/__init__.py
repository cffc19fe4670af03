"""The rules for meetings and times. No clock, no input or output, no events."""

from indaba.scheduling.model.action import OPEN as OPEN_ACTIONS
from indaba.scheduling.model.action import (
    Action,
    NoSuchAction,
    doing,
)
from indaba.scheduling.model.agenda import Agenda, Item
from indaba.scheduling.model.choices import Choices, Quiet, undisturbed
from indaba.scheduling.model.codes import code_from, door_from
from indaba.scheduling.model.coming import LONG_AGO, Rsvp
from indaba.scheduling.model.documents import (
    HighlightsEmpty,
    StillOn,
    by_topic,
    edited,
    highlights_text,
    minutes_text,
    short_text,
    title_of,
)
from indaba.scheduling.model.finding import (
    NoSuchMeeting,
    NothingHeld,
    NothingPlanned,
    NothingToBegin,
)
from indaba.scheduling.model.meeting import Meeting
from indaba.scheduling.model.methods import METHODS, method_named
from indaba.scheduling.model.plain_text import (
    ReasonTooLong,
    TitleEmpty,
    TitleTooLong,
    clean_title,
)
from indaba.scheduling.model.reader import (
    MeetingReading,
    read_due,
    read_meeting,
    read_promise,
    read_repeat,
    read_when,
    warm,
)
from indaba.scheduling.model.record import (
    NoSuchNote,
    Note,
    NotYourNote,
    clean_note,
    quorum_of,
)
from indaba.scheduling.model.refusals import (
    AnotherIsOn,
    AnswersClosed,
    BadLength,
    CheckInNotOpen,
    MeetingCalledOff,
    MeetingOver,
    NoRoomForGuests,
    NoSuchRole,
    NotBegun,
    NotLive,
    NotTheChair,
    RoleTaken,
    WrongDoorCode,
)
from indaba.scheduling.model.repeating import Calendar, Date, read_terms
from indaba.scheduling.model.roles import wanted
from indaba.scheduling.model.series import (
    MADE_AHEAD,
    NoDatesLeft,
    NotASeries,
    Series,
    pattern_of,
    repeats_of,
)
from indaba.scheduling.model.vote import NoVoteOpen, Vote, VoteOpenAlready, VoteOver
from indaba.scheduling.model.wall_time import (
    TimePassed,
    TimeSkipped,
    TimeTooFar,
    UnknownZone,
    check_time_to_come,
    instant,
    to_the_minute,
    wall,
    zone_named,
)
from indaba.scheduling.model.week import next_digest

__all__ = [
    "LONG_AGO",
    "MADE_AHEAD",
    "METHODS",
    "OPEN_ACTIONS",
    "Action",
    "Agenda",
    "AnotherIsOn",
    "AnswersClosed",
    "BadLength",
    "Calendar",
    "CheckInNotOpen",
    "Choices",
    "Date",
    "HighlightsEmpty",
    "Item",
    "Meeting",
    "MeetingCalledOff",
    "MeetingOver",
    "MeetingReading",
    "NoDatesLeft",
    "NoRoomForGuests",
    "NoSuchAction",
    "NoSuchMeeting",
    "NoSuchNote",
    "NoSuchRole",
    "NoVoteOpen",
    "NotASeries",
    "NotBegun",
    "NotLive",
    "NotTheChair",
    "NotYourNote",
    "Note",
    "NothingHeld",
    "NothingPlanned",
    "NothingToBegin",
    "Quiet",
    "ReasonTooLong",
    "RoleTaken",
    "Rsvp",
    "Series",
    "StillOn",
    "TimePassed",
    "TimeSkipped",
    "TimeTooFar",
    "TitleEmpty",
    "TitleTooLong",
    "UnknownZone",
    "Vote",
    "VoteOpenAlready",
    "VoteOver",
    "WrongDoorCode",
    "by_topic",
    "check_time_to_come",
    "clean_note",
    "clean_title",
    "code_from",
    "doing",
    "door_from",
    "edited",
    "highlights_text",
    "instant",
    "method_named",
    "minutes_text",
    "next_digest",
    "pattern_of",
    "quorum_of",
    "read_due",
    "read_meeting",
    "read_promise",
    "read_repeat",
    "read_terms",
    "read_when",
    "repeats_of",
    "short_text",
    "title_of",
    "to_the_minute",
    "undisturbed",
    "wall",
    "wanted",
    "warm",
    "zone_named",
]
