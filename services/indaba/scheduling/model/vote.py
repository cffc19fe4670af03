"""A vote. Each member has one choice, and the last one counts."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any, Self
from uuid import UUID

from indaba.contracts.ids import MeetingId, MemberId
from indaba.contracts.record import QuorumState
from indaba.contracts.refusal import Refusal, hint
from indaba.contracts.votes import VoteFacts
from indaba.scheduling.model.plain_text import one_line

FEWEST, MOST = 2, 10


class VoteOpenAlready(Refusal):
    """A meeting has one open vote at a time."""

    code = "vote-open-already"

    def __init__(self) -> None:
        super().__init__("A vote is open already. Count it first: {hint}", hint=hint("vote count"))


class NoVoteOpen(Refusal):
    """No vote is open."""

    code = "no-vote-open"

    def __init__(self) -> None:
        super().__init__("No vote is open now.")


class VoteOver(Refusal):
    """The vote has been counted."""

    code = "vote-over"

    def __init__(self) -> None:
        super().__init__("That vote is over and counted.")


class NoSuchOption(Refusal):
    """The vote has no option with that number."""

    code = "no-such-option"

    def __init__(self, option: int, most: int) -> None:
        super().__init__(
            f"That vote has answers 1 to {most}, and no {option}.", option=option, most=most
        )


class TooFewOptions(Refusal):
    """A vote needs 2 to 10 different options."""

    code = "too-few-options"

    def __init__(self) -> None:
        super().__init__("A vote needs two to ten different answers, separated by commas.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote:
    """A vote: the fields of `VoteFacts`. `ballots` are numbers of options, from 1, by member."""

    id: UUID
    meeting: MeetingId
    number: int
    author: MemberId
    question: str
    options: tuple[str, ...]
    closes_at: datetime
    version: int = 1
    open: bool = True
    quorum: QuorumState | None = None
    ballots: Mapping[MemberId, int] = field(default_factory=lambda: MappingProxyType({}))

    @classmethod
    def put(cls, *, question: str, options: tuple[str, ...], **facts: Any) -> Self:
        """A new vote. Raises `TooFewOptions`."""
        answers = tuple(dict.fromkeys(filter(None, map(one_line, options))))
        alike = {option.casefold() for option in answers}
        if not FEWEST <= len(alike) == len(answers) <= MOST:
            raise TooFewOptions
        return cls(question=one_line(question), options=answers, **facts)

    def cast(self, member: MemberId, option: int) -> Self:
        """The vote with a member's choice; 0 takes it back. Raises `VoteOver` or `NoSuchOption`."""
        if not self.open:
            raise VoteOver
        if option > len(self.options):
            raise NoSuchOption(option, len(self.options))
        others = {m: chosen for m, chosen in self.ballots.items() if m != member}
        ballots = {**others, member: option} if option else others
        if ballots == dict(self.ballots):
            return self
        return replace(self, ballots=MappingProxyType(ballots), version=self.version + 1)

    def count(self, quorum: QuorumState) -> Self:
        """The vote as counted, with the quorum at that moment. Idempotent."""
        if not self.open:
            return self
        return replace(self, open=False, quorum=quorum, version=self.version + 1)

    def tally(self) -> tuple[int, ...]:
        """Ballots per option, in the options' order."""
        chosen = list(self.ballots.values())
        return tuple(chosen.count(n) for n in range(1, len(self.options) + 1))

    def line(self) -> str:
        """The result as a line of the minutes."""
        parts = (f"{name}: {n}" for name, n in zip(self.options, self.tally(), strict=True))
        return f"Vote: {self.question} {', '.join(parts)}"

    def facts(self) -> VoteFacts:
        """What the community may see, which is nobody's own choice."""
        return VoteFacts(
            id=self.id,
            meeting=self.meeting,
            number=self.number,
            version=self.version,
            author=self.author,
            question=self.question,
            options=self.options,
            tally=self.tally(),
            voters=len(self.ballots),
            closes_at=self.closes_at,
            open=self.open,
            quorum=self.quorum,
        )
