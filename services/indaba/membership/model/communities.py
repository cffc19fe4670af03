"""The rules for communities and members. No clock, no input or output."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from importlib import resources
from zoneinfo import available_timezones

from indaba.contracts.figures import FEWEST
from indaba.contracts.group_sizes import WaitingSize
from indaba.contracts.ids import CommunityId, MemberId
from indaba.contracts.membership import CONSENT_VERSION, CommunityCard, Place
from indaba.contracts.passport import Role
from indaba.contracts.refusal import NotAMember, Refusal, hint
from indaba.membership.model.group_sizes import GroupSizes


class NeedsRoomPower(Refusal):
    """Only somebody who runs a room may set up a community in it."""

    code = "needs-room-power"

    def __init__(self) -> None:
        super().__init__(
            "Only somebody who runs this room (power level 100, or its creator) can set up a "
            "community here. Ask them to type: {hint}",
            hint=hint("cop setup"),
        )


class AdultsOnly(Refusal):
    """Only adults may join (POPIA s34-35: children need a guardian's consent)."""

    code = "adults-only"

    def __init__(self) -> None:
        super().__init__("Only people of 18 years and older can join. Nothing was kept.")


class ConsentOutdated(Refusal):
    """The consent is to a wording that is not in force."""

    code = "consent-outdated"

    def __init__(self, given: str) -> None:
        super().__init__(
            "The wording of the consent has changed since. Please type again: {hint}",
            hint=hint("cop join"),
            given=given,
            in_force=CONSENT_VERSION,
        )


class RoomTaken(Refusal):
    """A community lives in the room already."""

    code = "room-taken"

    def __init__(self, name: str) -> None:
        super().__init__(f"The community “{name}” lives in this room already.", name=name)


class AlreadyAMember(Refusal):
    """The person has joined before."""

    code = "already-a-member"

    def __init__(self) -> None:
        super().__init__("You are a member already. Type: {hint}", hint=hint("cop help"))


class LastFacilitator(Refusal):
    """A community must not be left without a facilitator."""

    code = "last-facilitator"

    def __init__(self, name: str) -> None:
        super().__init__(
            f"You are the only facilitator of “{name}”. Name another first: {{hint}}",
            hint=hint("member role", account="@somebody", role="facilitator"),
            name=name,
        )


class UnknownZone(Refusal):
    """Not an IANA time zone."""

    code = "unknown-zone"

    def __init__(self, zone: str) -> None:
        super().__init__(
            f"I do not know the time zone “{zone}”. Try one like Africa/Johannesburg.", zone=zone
        )


class NobodyThere(Refusal):
    """The account is not a member of this community."""

    code = "nobody-there"

    def __init__(self) -> None:
        super().__init__(
            "That person is not a member of this community yet. They can type: {hint}",
            hint=hint("cop join"),
        )


class SignInSpent(Refusal):
    """A sign-in link works once, for a limited time."""

    code = "sign-in-spent"

    def __init__(self) -> None:
        super().__init__(
            "This sign-in link has been used or is too old. Ask the bot for a new one: {hint}",
            hint=hint("me sign-in"),
        )


CODE_LENGTH = 9
"""About 44 bits, as there are 31 characters."""

CODE_LASTS = timedelta(minutes=10)
MOST_TRIES = 5


class CodeWrong(Refusal):
    """There is no such one-time code, or no longer. Counts as an attempt."""

    code = "code-wrong"
    leaves_a_mark = True

    def __init__(self) -> None:
        super().__init__(
            "That code is wrong, used, or older than ten minutes. "
            "Make a new one on the other side and try again."
        )


class TooManyTries(Refusal):
    """Too many wrong codes were typed."""

    code = "too-many-tries"

    def __init__(self) -> None:
        super().__init__(
            f"That was wrong {MOST_TRIES} times. Wait ten minutes, make a new code, and try again."
        )


class LinkedAlready(Refusal):
    """Both accounts already belong to the same member."""

    code = "linked-already"

    def __init__(self) -> None:
        super().__init__(
            "This account is yours already. Type the code from your account on the other side."
        )


class LastRoom(Refusal):
    """A community must keep at least one room."""

    code = "last-room"

    def __init__(self) -> None:
        super().__init__("This is the community's only room. Connect another one first.")


class NotOurRoom(Refusal):
    """The room does not belong to the community."""

    code = "not-our-room"

    def __init__(self) -> None:
        super().__init__("That room does not belong to this community.")


class AddressRenewedAlready(Refusal):
    """Somebody else renewed the address a moment ago."""

    code = "address-renewed-already"

    def __init__(self) -> None:
        super().__init__(
            "The community has another address already. To see it type: {hint}",
            hint=hint("cop portal"),
        )


@dataclass(frozen=True, slots=True)
class Community:
    """A community of practice, its members' roles, and where it lives."""

    id: CommunityId
    name: str
    purpose: str
    language: str
    zone: str
    key: str
    version: int = 1
    group_size: int = FEWEST
    group_size_waiting: int | None = None
    group_size_begins_at: datetime | None = None
    roles: Mapping[MemberId, Role] = field(default_factory=dict)
    places: tuple[Place, ...] = ()

    def card(self) -> CommunityCard:
        """What anybody in its rooms may know."""
        return CommunityCard(
            id=self.id,
            name=self.name,
            purpose=self.purpose,
            language=self.language,
            zone=self.zone,
            key=self.key,
            group_size=self.group_size,
        )

    @property
    def sizes(self) -> GroupSizes:
        """How many people each figure stands for, and a larger number that waits."""
        size, begins_at = self.group_size_waiting, self.group_size_begins_at
        if size is None or begins_at is None:
            return GroupSizes(self.group_size)
        return GroupSizes(self.group_size, WaitingSize(size=size, begins_at=begins_at))

    def role_of(self, member: MemberId) -> Role:
        """A member's role as it is now, whatever their passport says. Raises `NotAMember`."""
        if member not in self.roles:
            raise NotAMember
        return self.roles[member]

    def joined_by(self, member: MemberId) -> "Community":
        """The community with one more member. Raises `AlreadyAMember`."""
        if member in self.roles:
            raise AlreadyAMember
        return replace(self, roles={**self.roles, member: Role.MEMBER})

    def spare(self, member: MemberId) -> None:
        """Raise `LastFacilitator` if the community would have none without this member."""
        if self.facilitators == {member}:
            raise LastFacilitator(self.name)

    @property
    def facilitators(self) -> frozenset[MemberId]:
        """Its facilitators, suspended or not."""
        return frozenset(m for m, role in self.roles.items() if role is Role.FACILITATOR)


def acts_as(role: Role) -> Role | None:
    """The role while suspended: a facilitator acts as a member, a member has none."""
    return Role.MEMBER if role is Role.FACILITATOR else None


def check_consent(*, adult: bool, consent_version: str) -> None:
    """Raise `AdultsOnly` or `ConsentOutdated` unless somebody may join."""
    if not adult:
        raise AdultsOnly
    if consent_version != CONSENT_VERSION:
        raise ConsentOutdated(consent_version)


def checked_zone(zone: str) -> str:
    """The zone, if it exists. Raises `UnknownZone`."""
    if zone not in _zones():
        raise UnknownZone(zone[:64])
    return zone


@cache
def _zones() -> frozenset[str]:
    """All IANA zones. Cached, as looking them up reads the disk."""
    return frozenset(available_timezones())


@cache
def locale_of(language: str, zone: str) -> str:
    """A community's locale, such as en-ZA, from the name of its language and its zone.

    An unknown language becomes English; a zone without a country gives no territory.
    """
    from babel import Locale, UnknownLocaleError

    words = language.strip().casefold()
    known = {name.casefold(): code for code, name in Locale("en").languages.items()}
    known |= {"isizulu": "zu", "isixhosa": "xh", "sesotho": "st", "setswana": "tn"}
    code = known.get(words, words if words in known.values() else "en")
    territory = _territories().get(zone)
    try:
        Locale.parse(f"{code}_{territory}" if territory else code)
    except (UnknownLocaleError, ValueError):
        return f"en-{territory}" if territory else "en"
    return f"{code}-{territory}" if territory else code


@cache
def _territories() -> dict[str, str]:
    """ISO country codes by zone, from the time-zone database's zone.tab."""
    text = resources.files("tzdata").joinpath("zoneinfo", "zone.tab").read_text("utf-8")
    rows = (line.split("\t") for line in text.splitlines() if not line.startswith("#"))
    return {row[2]: row[0] for row in rows}
