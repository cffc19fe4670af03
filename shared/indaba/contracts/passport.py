"""Who is asking: the claims that membership signs and every service verifies by itself."""

from enum import StrEnum

from pydantic import AwareDatetime, BaseModel, ConfigDict

from indaba.contracts.ids import CommunityId, MemberId
from indaba.contracts.openness import Part
from indaba.contracts.refusal import NoCommunity, NotAllowed, NotAMember


class Role(StrEnum):
    """What a member may do in one community. A facilitator may do all that a member may."""

    MEMBER = "member"
    FACILITATOR = "facilitator"


class Passport(BaseModel):
    """Claims about one asker, good for minutes (`expires_at`, UTC).

    `community` is empty where no community lives; `member` is empty for a guest and for a `face`
    that asks on its own behalf. A `lead` may read reports, wherever they ask. `zone` is the IANA
    zone the asker's times are read in; `locale` the community's language tag.
    `opened` are the community's parts that visitors read; `withheld` the purposes that the member
    has not agreed to.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    expires_at: AwareDatetime
    community: CommunityId | None = None
    member: MemberId | None = None
    roles: frozenset[Role] = frozenset()
    face: bool = False
    lead: bool = False
    zone: str = "Africa/Johannesburg"
    locale: str = "en-ZA"
    opened: frozenset[Part] = frozenset()
    withheld: frozenset[str] = frozenset()

    def in_community(self) -> CommunityId:
        """The community asked in. Raises `NoCommunity`."""
        if self.community is None:
            raise NoCommunity
        return self.community

    def a_member(self) -> MemberId:
        """The member who asks. Raises `NoCommunity` or `NotAMember`."""
        self.in_community()
        if self.member is None or not self.roles:
            raise NotAMember
        return self.member

    def a_facilitator(self) -> MemberId:
        """The facilitator who asks. Raises `NoCommunity`, `NotAMember` or `NotAllowed`."""
        member = self.a_member()
        if Role.FACILITATOR not in self.roles:
            raise NotAllowed(Role.FACILITATOR)
        return member
