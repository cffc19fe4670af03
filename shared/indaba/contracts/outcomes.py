"""Contracts about outcomes: figures of a community for a term. Owned by outcomes."""

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from indaba.contracts.confidential import Confidential
from indaba.contracts.figures import FEWEST, Exempt, GroupSize, InView, Number, ReleasedShare
from indaba.contracts.ids import CommunityId, MeetingId
from indaba.contracts.membership import ShowMyDataHere
from indaba.contracts.standing import Standing
from indaba.contracts.wire import Question, Reply


class Indicator(StrEnum):
    """What is measured. The formulas are in decision 0014."""

    ATTENDANCE_RETENTION = "attendance-retention"
    """O2.2: of those at a meeting, how many were at the next one, over all pairs of the term."""

    NEWCOMER_RETURN = "newcomer-return"
    """O2.3: of newcomers, how many were present again at one of their next two meetings."""

    CROSS_USE = "cross-use"
    """O3.1: of resources published, how many were used by another organisation."""


class Term(BaseModel):
    """A quarter of a year, the closest match to school terms everywhere: first and last day."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    name: str = Field(description="Such as 2026-4")
    first: date
    last: date


class Evidence(BaseModel):
    """A meeting that a figure is based on, by its code."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    code: str
    happened_at: AwareDatetime
    counted: Annotated[int, Exempt.REGISTER] = Field(ge=0, description="Part of the numerator")
    of: Annotated[int, Exempt.REGISTER] = Field(ge=0, description="Part of the denominator")


class Figure(BaseModel):
    """One indicator: `counted` of `of`, based on `n` people, where it was done in view of others.

    All three are 0 if fewer than `needed` people stand behind them. What falls under the rule for
    small groups is in `released`, once the term is over and if it may be released. `evidence` is
    for facilitators, and only for what was done in view of others.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    indicator: Indicator
    counted: InView = Field(default=0, ge=0)
    of: InView = Field(default=0, ge=0)
    n: InView = Field(default=0, ge=0)
    needed: GroupSize = FEWEST
    released: ReleasedShare | None = None
    evidence: tuple[Evidence, ...] = ()

    @property
    def enough(self) -> bool:
        """Whether enough people stand behind the figure to show it."""
        return self.n >= self.needed or self.released is not None

    @property
    def share(self) -> float | None:
        """The figure between 0 and 1; `None` if there are not enough people."""
        if self.released is not None:
            return self.released.counted / self.released.of
        return self.counted / self.of if self.enough and self.of else None


class Attendance(BaseModel):
    """A meeting of the term: how many came.

    How many were new and how many had come before is known from the register. Facilitators can read
    it; others only if there are enough people in each group.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    meeting: MeetingId
    code: str
    title: str
    starts_at: AwareDatetime
    day: date = Field(description="In the community's zone")
    present: InView = Field(ge=0)
    newcomers: Annotated[int | None, Exempt.REGISTER] = Field(default=None, ge=0)
    came_again: Annotated[int | None, Exempt.REGISTER] = Field(
        default=None, ge=0, description="Attended the meeting before, too"
    )


class FromRegister(BaseModel):
    """A term's figures and meetings as seen by those who may read its registers."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    figures: tuple[Figure, ...]
    meetings: tuple[Attendance, ...]


class Report(Reply):
    """A community's figures for a term, in the order of `Indicator`; meetings in order of time.

    `figures` and `meetings` are for every member; `whole` is for facilitators.
    """

    community: CommunityId
    term: Term
    so_far: bool = Field(description="The term is not over")
    figures: tuple[Figure, ...]
    meetings: tuple[Attendance, ...]
    members: InView = Field(ge=0, description="Members now")
    resources: Number = Field(ge=0, description="Published in the term and not withdrawn")
    whole: Annotated[FromRegister | None, Confidential] = None

    def as_read(self) -> "Report":
        """The report with everything that its reader may see in `figures` and `meetings`."""
        if self.whole is None:
            return self
        whole = {"figures": self.whole.figures, "meetings": self.whole.meetings}
        return self.model_copy(update=whole)


class ShowReport(Question[Report], wire="outcomes.show-report.v1", asked_by=Standing.MEMBER):
    """Show a member the figures of a term: `2026-4`, `this`, `last`; empty: this one."""

    term: Annotated[str, StringConstraints(strip_whitespace=True, max_length=20)] = ""


class ShowMyOutcomesData(ShowMyDataHere, wire="outcomes.show-my-data.v1", asked_by=Standing.KNOWN):
    """Show everything that outcomes stores about the asker."""
