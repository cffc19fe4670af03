"""Refusals for when the meeting asked for does not exist."""

from indaba.contracts.refusal import Refusal, hint


class NoSuchMeeting(Refusal):
    """The community has no meeting with this code."""

    code = "no-such-meeting"

    def __init__(self, code: str) -> None:
        super().__init__(
            f"I know no meeting {code} here. To see what is planned type: {{hint}}",
            hint=hint("meeting list"),
            code=code,
        )


class NothingPlanned(Refusal):
    """No meeting is on or to come."""

    code = "nothing-planned"

    def __init__(self) -> None:
        super().__init__(
            "No meeting is planned yet. A facilitator can call one: {hint}",
            hint=hint("meeting new"),
        )


class NothingHeld(Refusal):
    """No meeting is on, and none has been held yet."""

    code = "nothing-held"

    def __init__(self) -> None:
        super().__init__(
            "No meeting is on, and none has been held here yet. To see what is planned type: "
            "{hint}",
            hint=hint("meeting list"),
        )


class NothingToBegin(Refusal):
    """No meeting is planned, and there is no title for a new one."""

    code = "nothing-to-begin"

    def __init__(self) -> None:
        super().__init__(
            "No meeting is planned. To begin one on the spot, say what it is about: {hint}",
            hint=hint("meeting start", title="Reading in Grade 1"),
        )
