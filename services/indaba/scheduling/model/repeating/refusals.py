"""Refusals about repetition, in words for people."""

from datetime import datetime

from indaba.contracts.refusal import Refusal, hint
from indaba.scheduling.model.wall_time import day_in_words


class NoSuchDate(Refusal):
    """The series has no date at that time."""

    code = "no-such-date"

    def __init__(self, original: datetime) -> None:
        super().__init__(
            f"The series has no date on {_said(original)}. Please choose one of its dates.",
            original=original.isoformat(),
        )


class DateThere(Refusal):
    """The series already has a date at that time."""

    code = "date-there"

    def __init__(self, starts: datetime) -> None:
        super().__init__(
            f"The series has a date on {_said(starts)} already. Please choose another time.",
            starts=starts.isoformat(),
        )


class DateWasThere(Refusal):
    """The series had a date at that time, which was called off or moved. It keeps its code."""

    code = "date-was-there"

    def __init__(self, starts: datetime, code: str, *, called_off: bool) -> None:
        happened = "was called off" if called_off else "was moved"
        back = hint("meeting restore", code=code)
        again = back if called_off else hint("meeting move", code=code)
        super().__init__(
            f"{code} on {_said(starts)} {happened}. To hold it then after all type: {{hint}}",
            hint=again,
            starts=starts.isoformat(),
        )


class TooManyChanges(Refusal):
    """Too many dates of the series differ from its rule."""

    code = "too-many-changed-dates"

    def __init__(self, most: int) -> None:
        super().__init__(
            f"More than {most} single dates of this series are changed by hand. "
            "Please give it another pattern instead.",
            most=most,
        )


class UnknownHolidays(Refusal):
    """The public holidays of that place are not known."""

    code = "unknown-holidays"

    def __init__(self, place: str) -> None:
        super().__init__(
            "I do not know which public holidays are meant. "
            "Name the country by its two letters, such as: not on public holidays (ZA).",
            place=place[:64],
        )


def _said(time: datetime) -> str:
    return f"{day_in_words(time)} {time.year} {time:%H:%M}"
