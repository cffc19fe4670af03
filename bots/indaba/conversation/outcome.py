"""What comes of something said."""

from dataclasses import dataclass

from indaba.contracts.ids import MeetingId
from indaba.conversation.answer import Answer
from indaba.conversation.store import Offer


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of something said: an answer, and which offer it used up."""

    answer: Answer | None
    spent: Offer | None = None
    reacted_to: MeetingId | None = None
