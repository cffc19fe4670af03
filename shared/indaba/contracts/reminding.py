"""Contracts about when members are reminded. Owned by scheduling."""

from typing import Annotated

from pydantic import Field

from indaba.contracts.figures import Number
from indaba.contracts.standing import Standing
from indaba.contracts.wire import OneEach, Reply

Lead = Annotated[Number, Field(ge=5, le=60 * 24 * 28)]
"""Minutes before the start."""


class ReminderTimes(Reply):
    """When the community's members are reminded: minutes before the start, longest first."""

    leads: tuple[Lead, ...]


class SetReminderTimes(
    OneEach[ReminderTimes], wire="scheduling.set-reminder-times.v1", asked_by=Standing.FACILITATOR
):
    """Set when members are reminded, of meetings already scheduled too (facilitators)."""

    leads: tuple[Lead, ...] = Field(max_length=5)


class QuietHours(Reply):
    """Wall times (HH:MM) between which the asker is not reminded. Empty without quiet hours."""

    begins: str = ""
    ends: str = ""


class SetQuietHours(
    OneEach[QuietHours], wire="scheduling.set-quiet-hours.v1", asked_by=Standing.MEMBER
):
    """Set the hours, in the asker's zone, without reminders. Both empty: no quiet hours.

    A reminder due in them waits for their end, and is dropped if that is too late. With `text`, the
    hours are read from words such as "8pm to 7am".
    """

    begins: str = Field(default="", pattern=r"^$|^([01]\d|2[0-3]):[0-5]\d$")
    ends: str = Field(default="", pattern=r"^$|^([01]\d|2[0-3]):[0-5]\d$")
    text: str = Field(default="", max_length=60)


class RemindersSet(Reply):
    """Whether the asker is reminded."""

    on: bool


class SetReminders(
    OneEach[RemindersSet], wire="scheduling.set-reminders.v1", asked_by=Standing.MEMBER
):
    """Turn the asker's reminders on or off, in every community."""

    on: bool
