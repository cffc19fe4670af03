"""What comes of an event."""

from dataclasses import dataclass

from indaba.contracts.ids import CommunityId, MeetingId
from indaba.conversation.answer import Answer
from indaba.conversation.store import Offer


@dataclass(frozen=True, slots=True)
class Outcome:
    """An answer, the offer it used up, and the meeting whose card was reacted to.

    `still_open` leaves what was offered here open to a yes. `community` is what a direct chat was
    about in this, where that is known.
    """

    answer: Answer | None
    spent: Offer | None = None
    reacted_to: MeetingId | None = None
    still_open: bool = False
    community: CommunityId | None = None
