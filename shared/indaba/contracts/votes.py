"""Contracts about votes. Owned by scheduling; platforms may show them as native polls."""

from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from indaba.contracts.figures import Exempt, Number, OwnNumber
from indaba.contracts.ids import MeetingCode, MeetingId, MemberId
from indaba.contracts.limits import TOPICS_A_DAY
from indaba.contracts.record import QuorumState
from indaba.contracts.scheduling import MeetingEvent, MeetingFacts
from indaba.contracts.standing import Standing
from indaba.contracts.wire import (
    Change,
    CommunityText,
    CommunityTexts,
    OneEach,
    Question,
    Reply,
    Request,
)

Option = Annotated[
    CommunityText, StringConstraints(strip_whitespace=True, min_length=1, max_length=55)
]


class VoteFacts(BaseModel):
    """A vote at a meeting. `number` counts from 1. `tally` is votes per option, in option order.

    It closes at `closes_at`, earlier by hand, or with its meeting; `quorum` is then who was
    present.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: UUID
    meeting: MeetingId
    number: Number
    version: Number
    author: MemberId
    question: CommunityText
    options: CommunityTexts
    tally: Annotated[tuple[int, ...], Exempt.OPEN_VOTE]
    voters: Annotated[int, Exempt.OPEN_VOTE] = 0
    closes_at: AwareDatetime
    open: bool = True
    quorum: QuorumState | None = None


class VoteShown(Reply):
    """A vote, and the place from 1 of the option the asker chose (0: none)."""

    meeting: MeetingFacts
    vote: VoteFacts
    mine: OwnNumber = 0


class OpenVote(
    Request[VoteShown],
    wire="scheduling.open-vote.v1",
    asked_by=Standing.MEMBER,
    limits=(TOPICS_A_DAY,),
):
    """Put a question to the meeting that is on (facilitators, or its chair)."""

    code: MeetingCode | None = None
    question: Annotated[
        CommunityText, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)
    ]
    options: tuple[Option, ...] = Field(min_length=2, max_length=10)
    minutes: int = Field(default=10, ge=1, le=7 * 24 * 60)


class CastVote(OneEach[VoteShown], wire="scheduling.cast-vote.v1", asked_by=Standing.MEMBER):
    """Vote for an option by its place from 1; 0 withdraws the vote. The latest vote counts.

    Without an id: the vote that is open at the meeting that is on.
    """

    vote: UUID | None = None
    option: int = Field(ge=0, le=10)


class CloseVote(Change[VoteShown], wire="scheduling.close-vote.v1", asked_by=Standing.MEMBER):
    """Close a vote and count it now (facilitators, or the chair)."""

    vote: UUID | None = None


class ShowVote(
    Question[VoteShown], wire="scheduling.show-vote.v1", asked_by=Standing.MEMBER, by_faces=True
):
    """Show a vote by id. Without one: the newest of the meeting that is on or was last."""

    vote: UUID | None = None


class VoteEvent(MeetingEvent):
    """Base of the vote events: `vote` as it is now."""

    vote: VoteFacts


class VoteOpened(VoteEvent, wire="scheduling.vote-opened.v1"):
    """A vote was opened."""


class VoteCounted(VoteEvent, wire="scheduling.vote-counted.v1"):
    """A vote was closed and counted."""
