"""Feedback on a meeting: until when it is taken, and in which parts it may be told."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from indaba.contracts.digest import WillUse
from indaba.contracts.figures import Partition
from indaba.contracts.refusal import Refusal
from indaba.scheduling.model.meeting import Meeting

FEEDBACK_LASTS = timedelta(days=14)
UNSAID = ""
"""The answer to one question of somebody who answered another."""

_STARS: Sequence[Partition] = (
    (("1", UNSAID), ("2",), ("3",), ("4",), ("5",)),
    (("1", "2", "3", UNSAID), ("4", "5")),
)
_USES: Sequence[Partition] = (
    ((WillUse.YES,), (WillUse.MAYBE,), (WillUse.NO, UNSAID)),
    ((WillUse.YES,), (WillUse.MAYBE, WillUse.NO, UNSAID)),
)
QUESTIONS: Mapping[str, Sequence[Partition]] = {
    "useful": _STARS,
    "could_speak": _STARS,
    "will_use": _USES,
}
"""In which parts the answers to each question may be told, finest first."""


class FeedbackOver(Refusal):
    """The time for feedback is over."""

    code = "feedback-over"

    def __init__(self, code: str) -> None:
        super().__init__(
            f"{code} was more than two weeks ago, so I take no more feedback on it.", code=code
        )


class WasNotThere(Refusal):
    """Feedback is taken from those who are in the meeting's register."""

    code = "was-not-there"

    def __init__(self, code: str) -> None:
        super().__init__(
            f"I ask those who were there how {code} was, and you are not in its register. If you "
            "were there, ask a facilitator to add you, and say it again.",
            code=code,
        )


def taken_until(meeting: Meeting) -> datetime:
    """When feedback on a meeting closes, if it ends as planned or has ended."""
    return (meeting.ended_at or meeting.ends_at) + FEEDBACK_LASTS


def tally(question: str, answers: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """How many gave each answer to one of the questions; each who said anything counts once."""
    return dict(Counter(str(row[question] or UNSAID) for row in answers))
