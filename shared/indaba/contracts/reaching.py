"""What faces ask of membership when many communities fall due at once."""

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from indaba.contracts.ids import CommunityId, MemberId
from indaba.contracts.membership import Platform
from indaba.contracts.standing import Standing
from indaba.contracts.wire import PersonalText, Question, Reply

MOST_REACHED = 1000


class Reach(BaseModel):
    """How members of a community are reached: its locale, and their accounts on a platform.

    Members without one there, or who have left, are left out.
    """

    model_config = ConfigDict(frozen=True)

    locale: str
    accounts: dict[MemberId, PersonalText]


class MembersReached(Reply):
    """Per community; those that are gone are left out."""

    communities: dict[CommunityId, Reach]


class ReachMembers(
    Question[MembersReached], wire="membership.reach-members.v1", asked_by=Standing.FACE
):
    """A face asks whom to mention in many communities at once, such as when reminders fall due.

    At most 100 communities and 1,000 members in all, so that a flood of notices is few questions.
    """

    platform: Platform
    wanted: dict[CommunityId, tuple[MemberId, ...]] = Field(max_length=100)

    @model_validator(mode="after")
    def _few_enough(self) -> Self:
        if sum(map(len, self.wanted.values())) > MOST_REACHED:
            message = f"at most {MOST_REACHED} members"
            raise ValueError(message)
        return self
