"""External calendars: what a community follows, and how a file of dates is read."""

from indaba.scheduling.model.outside.dates import CalendarDates, OutsideDate
from indaba.scheduling.model.outside.following import (
    MOST_CALENDARS,
    Followed,
    NoSuchCalendar,
    TooManyCalendars,
    calendar_address,
)
from indaba.scheduling.model.outside.reasons import words_for

__all__ = [
    "MOST_CALENDARS",
    "CalendarDates",
    "Followed",
    "NoSuchCalendar",
    "OutsideDate",
    "TooManyCalendars",
    "calendar_address",
    "words_for",
]
