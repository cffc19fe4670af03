"""Who is asking: the claims that membership signs and every service verifies by itself."""

from enum import StrEnum

from pydantic import AwareDatetime, BaseModel, ConfigDict

from indaba.contracts.ids import CommunityId, MemberId
from indaba.contracts.openness import Part
from indaba.contracts.refusal import (
    AppealWaits,
    LeftBefore,
    NoCommunity,
    NotAllowed,
    NotAMember,
    Refusal,
    Removed,
    Suspended,
)


class Role(StrEnum):
    """What a member may do in one community. A facilitator may do all that a member may."""

    MEMBER = "member"
    FACILITATOR = "facilitator"


class Belonging(StrEnum):
    """What somebody is to a community whose role is less than it was, or is none.

    `SUSPENDED` for now, `REMOVED` for good, `APPEALED` the same while others look at it again,
    `FORMER` by their own will, or `GUEST`.
    """

    GUEST = "guest"
    FORMER = "former"
    SUSPENDED = "suspended"
    REMOVED = "removed"
    APPEALED = "appealed"


class Passport(BaseModel):
    """Claims about one asker, good for minutes (`expires_at`, UTC).

    `community` is empty where no community lives; `member` is empty for a guest and for a `face`
    that asks on its own behalf. A `lead` may read reports, wherever they ask. `zone` is the IANA
    zone the asker's times are read in; `locale` the community's language tag.
    `opened` are the community's parts that visitors read; `withheld` the purposes that the member
    has not agreed to.
    `belonging` says why somebody may not do what they once could, `rests_until` until when (UTC).
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
    belonging: Belonging = Belonging.GUEST
    rests_until: AwareDatetime | None = None

    def in_community(self) -> CommunityId:
        """The community asked in. Raises `NoCommunity`, or what `no` says."""
        if self.community is None:
            raise NoCommunity if self.belonging is Belonging.GUEST else self.no()
        return self.community

    def no(self) -> Refusal:
        """Why somebody may not do what members may: one answer for each way of not being one."""
        match self.belonging:
            case Belonging.SUSPENDED if self.rests_until is not None:
                return Suspended(self.rests_until)
            case Belonging.REMOVED:
                return Removed()
            case Belonging.APPEALED:
                return AppealWaits()
            case Belonging.FORMER:
                return LeftBefore()
        return NotAMember()

    def known(self) -> MemberId:
        """The member who asks, wherever they belong. Raises what `no` says."""
        if self.member is None:
            raise self.no()
        return self.member

    def a_member(self) -> MemberId:
        """The member who asks. Raises `NoCommunity`, or what `no` says."""
        self.in_community()
        if self.member is None or not self.roles:
            raise self.no()
        return self.member

    def a_facilitator(self) -> MemberId:
        """The facilitator who asks. Raises `NotAllowed`, or what `a_member` does."""
        member = self.a_member()
        if Role.FACILITATOR not in self.roles:
            rests = self.belonging is Belonging.SUSPENDED
            raise self.no() if rests else NotAllowed(Role.FACILITATOR)
        return member
