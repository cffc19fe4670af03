"""Who is asking: claims that membership signs and every service verifies by itself."""

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
    """What a member may do in a community. A facilitator may do everything a member may."""

    MEMBER = "member"
    FACILITATOR = "facilitator"


class Belonging(StrEnum):
    """Why somebody's role in a community is reduced or missing.

    `SUSPENDED`: for a while. `REMOVED`: for good. `APPEALED`: removed, while others review it.
    `FORMER`: they left. `GUEST`: never a member.
    """

    GUEST = "guest"
    FORMER = "former"
    SUSPENDED = "suspended"
    REMOVED = "removed"
    APPEALED = "appealed"


class Passport(BaseModel):
    """Claims about one asker, valid for minutes (`expires_at`, UTC).

    `community` is empty where no community lives; `member` is empty for a guest and for a `face`
    that asks on its own behalf. A `lead` may read safeguarding reports, wherever they ask. `zone`
    is the IANA zone in which the asker's times are read; `locale` the community's language tag.
    `opened` are the community's parts that visitors can read; `withheld` the purposes that the
    member has not agreed to. `belonging` says why somebody may no longer do what they could,
    `rests_until` until when (UTC).
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
        """The refusal for an asker who is not a member, depending on why."""
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
        """The member who asks, in any community or none. Raises what `no` says."""
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
