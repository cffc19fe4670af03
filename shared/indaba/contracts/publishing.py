"""Contracts about what the world sees of a community, and its address. Owned by membership.

Highlights are published through scheduling, resources through the library.
"""

from datetime import datetime

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from indaba.contracts.ids import CommunityId, MemberId
from indaba.contracts.membership import CommunityCard, Platform
from indaba.contracts.openness import Openness, Part
from indaba.contracts.standing import Standing
from indaba.contracts.wire import KEPT_AS_A_FACT, Change, Event, Question, Reply


class Publication(BaseModel):
    """Which parts of a community the world sees. `until` ends those that were only open earlier.

    Parts about which nothing was decided are for members.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    page: Openness = Openness.MEMBERS
    calendar: Openness = Openness.MEMBERS
    earlier: Openness = Openness.MEMBERS
    until: AwareDatetime | None = None

    def of(self, part: Part) -> Openness:
        """Who can read a part."""
        openness: Openness = getattr(self, part.value)
        return openness

    def open_at(self, now: datetime) -> frozenset[Part]:
        """The parts that the world sees at a given moment."""
        lasts = self.until is not None and now < self.until
        shown = {Openness.WORLD, Openness.EARLIER} if lasts else {Openness.WORLD}
        return frozenset(part for part in Part if self.of(part) in shown)

    def undecided(self) -> frozenset[Part]:
        """The parts that are open only because they were earlier."""
        return frozenset(part for part in Part if self.of(part) is Openness.EARLIER)


class PublicationShown(Reply):
    """What the world sees of the community."""

    publication: Publication


class ShowPublication(
    Question[PublicationShown],
    wire="membership.show-publication.v1",
    asked_by=Standing.MEMBER,
    by_faces=True,
):
    """Show which parts of the community the world sees."""


class Publish(
    Change[PublicationShown], wire="membership.publish.v1", asked_by=Standing.FACILITATOR
):
    """Open parts of the community to the world, or close them (facilitators).

    `undecided` includes all parts that are open only because they were earlier.
    """

    parts: frozenset[Part] = frozenset()
    undecided: bool = False
    open: bool = True


class RenewedAddress(Reply):
    """The community with its new key."""

    community: CommunityCard


class RenewAddress(
    Change[RenewedAddress], wire="membership.renew-address.v1", asked_by=Standing.FACILITATOR
):
    """Give the community's pages and calendars a new address and end the old one (facilitators).

    `key` is the one to replace: if two people ask at once, only one renews it.
    """

    key: str = Field(max_length=64)


class PublicationChanged(Event, wire="membership.publication-changed.v1", kept=KEPT_AS_A_FACT):
    """The world sees other parts of a community from now on. `aggregate` is the community."""

    publication: Publication


class AddressRenewed(Event, wire="membership.address-renewed.v1", kept=KEPT_AS_A_FACT):
    """A community's pages have a new address; the old one no longer works."""

    key: str


class PublicationUndecided(Event, wire="membership.publication-undecided.v1"):
    """Parts of a community that were open earlier will close by themselves; sent once a week.

    `members` are the community's facilitators, to be asked on one `platform`, at a suitable hour in
    `zone`.
    """

    community: CommunityId
    publication: Publication
    members: tuple[MemberId, ...]
    platform: Platform
    zone: str
