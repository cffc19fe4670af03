"""Refusals about meetings, in words for people."""

from datetime import datetime

from indaba.contracts.refusal import Refusal, hint
from indaba.scheduling.model.wall_time import city_in_words, in_words

SHORTEST, LONGEST = 5, 24 * 60


class MeetingOver(Refusal):
    """The meeting has ended."""

    code = "meeting-over"

    def __init__(self, code: str) -> None:
        super().__init__("This meeting is over, so nothing about it changes any more.", code=code)


class MeetingCalledOff(Refusal):
    """The meeting was cancelled. Why is told to whoever may read it, and by no refusal."""

    code = "meeting-called-off"

    def __init__(self, code: str) -> None:
        super().__init__(
            "This meeting was called off. For what is known of it type: {hint}",
            hint=hint("meeting show", code=code),
            code=code,
        )


class CheckInNotOpen(Refusal):
    """Too early to check in. `opens` is wall time in `zone`."""

    code = "check-in-not-open"

    def __init__(self, code: str, opens: datetime, zone: str, today: datetime) -> None:
        super().__init__(
            f"Check-in opens on {in_words(opens, today)} ({city_in_words(zone)}). "
            "Please come back then.",
            code=code,
            opens=opens.isoformat(),
            zone=zone,
        )


class TooEarlyToBegin(CheckInNotOpen):
    """A planned meeting begins when check-in opens. `opens` is wall time in `zone`."""

    code = "too-early-to-begin"

    def __init__(self, code: str, opens: datetime, zone: str, today: datetime) -> None:
        Refusal.__init__(
            self,
            f"{code} can begin from {in_words(opens, today)} ({city_in_words(zone)}) on. "
            "To begin another meeting on the spot, say what it is about: {hint}",
            hint=hint("meeting start", title="Reading in Grade 1"),
            code=code,
            opens=opens.isoformat(),
            zone=zone,
        )


class NotBegun(Refusal):
    """A meeting that has not begun is cancelled, not closed. `opens` is wall time in `zone`."""

    code = "meeting-not-begun"

    def __init__(self, code: str, starts: datetime, zone: str, today: datetime) -> None:
        super().__init__(
            f"{code} begins on {in_words(starts, today)} ({city_in_words(zone)}), "
            "so it is not over. "
            "To call it off type: {hint}",
            hint=hint("meeting cancel", code=code),
            code=code,
            starts=starts.isoformat(),
            zone=zone,
        )


class BadLength(Refusal):
    """A meeting cannot be so long or so short."""

    code = "meeting-length"

    def __init__(self, minutes: int) -> None:
        super().__init__(
            f"A meeting lasts between {SHORTEST} minutes and 24 hours.", minutes=minutes
        )


class AnswersClosed(Refusal):
    """It is too late to answer. `until` is wall time in `zone`."""

    code = "answers-closed"

    def __init__(self, code: str, until: datetime, zone: str, today: datetime) -> None:
        super().__init__(
            f"Answers for {code} were taken until {in_words(until, today)} "
            f"({city_in_words(zone)}). "
            "Please tell a facilitator.",
            code=code,
            until=until.isoformat(),
            zone=zone,
        )


class NoRoomForGuests(Refusal):
    """There are fewer places than guests. `left` are free."""

    code = "no-room-for-guests"

    def __init__(self, code: str, left: int) -> None:
        free = "no place is" if left == 0 else f"{left} place{'s are' if left > 1 else ' is'}"
        super().__init__(
            f"{code} has a limit, and {free} free for more guests. Nothing has changed.",
            code=code,
            left=left,
        )


class WrongDoorCode(Refusal):
    """The code is not the one shown at the meeting."""

    code = "wrong-door-code"

    def __init__(self, code: str) -> None:
        super().__init__(
            "That is not the code of this meeting. The chair shows it there; it has four letters "
            "or figures.",
            code=code,
        )


class NotLive(Refusal):
    """Something that is possible only during a meeting."""

    code = "meeting-not-live"

    def __init__(self) -> None:
        super().__init__(
            "No meeting is on here now. A facilitator begins one with: {hint}",
            hint=hint("meeting start"),
        )


class NotTheChair(Refusal):
    """Something that only the chair or a facilitator may do."""

    code = "not-the-chair"

    def __init__(self) -> None:
        super().__init__("Only the chair of this meeting or a facilitator can do that.")


class AnotherIsOn(Refusal):
    """A community holds one meeting at a time. `code` is the one that is on."""

    code = "another-meeting-is-on"

    def __init__(self, code: str) -> None:
        super().__init__(
            f"{code} is on now. End it first: {{hint}}",
            hint=hint("meeting end", code=code),
            code=code,
        )


class RoleTaken(Refusal):
    """Somebody else has the role."""

    code = "role-taken"

    def __init__(self, role: str) -> None:
        super().__init__(f"Somebody has taken that role already: {role}.", role=role)


class NoSuchRole(Refusal):
    """The meeting has no such role. `roles` are those it has."""

    code = "no-such-role"

    def __init__(self, role: str, roles: list[str]) -> None:
        these = f"Its roles are: {', '.join(roles)}." if roles else "No roles were named for it."
        super().__init__(f"This meeting has no role {role}. {these}", role=role, roles=roles)


def check_length(minutes: int) -> None:
    """Raise `BadLength` unless a meeting can last this many minutes."""
    if not SHORTEST <= minutes <= LONGEST:
        raise BadLength(minutes)
