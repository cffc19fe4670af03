"""What is said about outcomes: figures of a community in a term. Outcomes owns it."""

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from indaba.contracts.ids import CommunityId, MeetingId
from indaba.contracts.membership import MemberData
from indaba.contracts.standing import Standing
from indaba.contracts.wire import Question, Reply

ENOUGH = 5
"""No figure is computed for fewer people: it would speak of single ones (decision 0014)."""


class Indicator(StrEnum):
    """What is measured. The formulas are in decision 0014."""

    ATTENDANCE_RETENTION = "attendance-retention"
    """O2.2: of those at a meeting, how many were at the next, over all pairs of the term."""

    NEWCOMER_RETURN = "newcomer-return"
    """O2.3: of newcomers, how many were present again within their next two meetings."""

    CROSS_USE = "cross-use"
    """O3.1: of resources published, how many were used by another organisation."""


class Term(BaseModel):
    """A quarter of a year, the nearest thing to a school term everywhere: first and last day."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    name: str = Field(description="Such as 2026-4")
    first: date
    last: date


class Evidence(BaseModel):
    """One thing that a figure was made of: a meeting or a resource, by its code."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    code: str
    happened_at: AwareDatetime
    counted: int = Field(ge=0, description="Its part of the numerator")
    of: int = Field(ge=0, description="Its part of the denominator")


class Figure(BaseModel):
    """One indicator: `counted` of `of`. Not to be shown as a share if it is not `enough`.

    `n` is what the indicator rests on, and `needed` how many it needs. `evidence` is empty for
    those who are no facilitators.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    indicator: Indicator
    counted: int = Field(ge=0)
    of: int = Field(ge=0)
    n: int = Field(ge=0)
    needed: int = ENOUGH
    evidence: tuple[Evidence, ...] = ()

    @property
    def enough(self) -> bool:
        """Whether there is enough to say anything."""
        return self.n >= self.needed

    @property
    def share(self) -> float | None:
        """The figure between 0 and 1; `None` if there is not enough."""
        return self.counted / self.of if self.enough and self.of else None


class Attendance(BaseModel):
    """One meeting of the term: who came, as numbers."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    meeting: MeetingId
    code: str
    title: str
    starts_at: AwareDatetime
    day: date = Field(description="In the community's zone")
    present: int = Field(ge=0)
    newcomers: int = Field(ge=0)
    came_again: int = Field(ge=0, description="Were at the meeting before as well")


class Report(Reply):
    """A community's term in figures, in the order of `Indicator`; meetings in order of time."""

    community: CommunityId
    term: Term
    so_far: bool = Field(description="The term is not over")
    figures: tuple[Figure, ...]
    meetings: tuple[Attendance, ...]
    members: int = Field(ge=0, description="Members now")
    resources: int = Field(ge=0, description="Published in the term and not withdrawn")


class ShowReport(Question[Report], wire="outcomes.show-report.v1", asked_by=Standing.MEMBER):
    """Show the figures of a term to a member: `2026-4`, `this`, `last`; empty: this one."""

    term: Annotated[str, StringConstraints(strip_whitespace=True, max_length=20)] = ""


class ShowMyOutcomesData(
    Question[MemberData], wire="outcomes.show-my-data.v1", asked_by=Standing.KNOWN
):
    """Show all that outcomes keeps about the asker."""
