"""What faces ask of membership when many communities have something due at once."""

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from indaba.contracts.ids import CommunityId, MemberId
from indaba.contracts.membership import Platform
from indaba.contracts.standing import Standing
from indaba.contracts.wire import PersonalText, Question, Reply

MOST_REACHED = 1000


class Reach(BaseModel):
    """How to reach members of a community: its locale, and their accounts on a platform.

    Members without an account there, or who have left, are left out. `key` is part of the
    community's portal address.
    """

    model_config = ConfigDict(frozen=True)

    locale: str
    accounts: dict[MemberId, PersonalText]
    key: str = ""


class MembersReached(Reply):
    """How to reach members, per community. Communities that no longer exist are left out."""

    communities: dict[CommunityId, Reach]


class ReachMembers(
    Question[MembersReached], wire="membership.reach-members.v1", asked_by=Standing.FACE
):
    """A face asks which accounts to mention in many communities at once, as for reminders.

    At most 100 communities and 1,000 members in all, so that many notices take few requests.
    """

    platform: Platform
    wanted: dict[CommunityId, tuple[MemberId, ...]] = Field(max_length=100)

    @model_validator(mode="after")
    def _few_enough(self) -> Self:
        if sum(map(len, self.wanted.values())) > MOST_REACHED:
            message = f"at most {MOST_REACHED} members"
            raise ValueError(message)
        return self
