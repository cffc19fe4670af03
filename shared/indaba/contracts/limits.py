"""How much may be stored for whom: all limits, and what people are told about them."""

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from indaba.contracts.refusal import HINT, Hint, Refusal, hint

A_DAY = timedelta(days=1)
MEGABYTE = 1024 * 1024
NEAR = 80
"""In per cent: from this share on, whoever adds something is told how much is left."""

MEMBERS_SHARE, FACILITATORS_SHARE, LAST_SHARE = 20, 40, 10
"""In per cent of a community's limit: the most that one member may use, the most that one
facilitator may use, and the last part, reserved for facilitators. Any two people leave some of it
for everybody else."""


class Whose(StrEnum):
    """What a limit applies to: each member, each community, or the whole installation.

    A member is the same across all linked accounts and communities.
    """

    MEMBER = "member"
    COMMUNITY = "community"
    MACHINE = "machine"


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit: the operators' setting for it is `most_<name>`, whose default is `most`.

    `about` tells operators what is counted. `used` is a sentence about usage with `{used}` and
    `{most}`. `instead` is what somebody who has reached the limit can do, with a hint. `within` is
    a sliding time window up to now, so that neither the hour of day nor the time zone matters;
    without it, everything stored counts. A limit of `size` is in megabytes. Operators may set at
    most `highest`. `share`, required for a community's limit, is a sentence like `used` about what
    the asker alone has used.
    """

    name: str
    most: int
    whose: Whose
    about: str
    used: str
    instead: str
    hint: Hint | None = field(default=None, hash=False)
    within: timedelta | None = None
    size: bool = False
    highest: int = 1_000_000
    share: str = ""

    def __post_init__(self) -> None:
        if bool(self.share) is not (self.whose is Whose.COMMUNITY):
            raise TypeError(
                f"{self.name}: a share is of what is a community's, and of nothing else"
            )

    def is_near(self, used: int, most: int) -> bool:
        """Whether usage is close enough to the limit to mention it."""
        return used * 100 >= most * NEAR

    def usage(self, used: int, most: int) -> str:
        """Usage as people read it."""
        return self.used.format(used=self.amount(used), most=self.amount(most))

    def for_all(self, most: int, *, facilitates: bool = True) -> "Bound":
        """The bound for everybody together; the last part is reserved for facilitators."""
        allowed = open_to(most, facilitates=facilitates)
        last = self.amount(most - allowed)
        left = f" The last {last} are for facilitators." if allowed < most else ""
        return Bound(self, self.used + left, most, allowed)

    def for_one(self, most: int, *, facilitates: bool) -> "Bound":
        """The bound for one person's own use of a community's limit."""
        own = share_of(most, facilitates=facilitates)
        return Bound(self, self.share, own, own)

    def amount(self, many: int) -> str:
        """A number of things or of bytes, as people read it."""
        return f"{-(-many // MEGABYTE)} MB" if self.size else str(many)

    def units(self, most: int) -> int:
        """A setting in the units that are counted: bytes for a limit of size."""
        return most * MEGABYTE if self.size else most


@dataclass(frozen=True, slots=True)
class Bound:
    """How far a limit goes for one asker: they may use `allowed` of the `most` that they read."""

    limit: Limit
    words: str
    most: int
    allowed: int

    def is_near(self, used: int) -> bool:
        """Whether usage is close enough to the bound to mention it."""
        return self.limit.is_near(used, self.allowed)

    def usage(self, used: int) -> str:
        """Usage as people read it."""
        amount = self.limit.amount
        return self.words.format(used=amount(used), most=amount(self.most))


def share_of(most: int, *, facilitates: bool) -> int:
    """How many of what fits one person may use, so that any two people leave some to others."""
    return max(1, most * (FACILITATORS_SHARE if facilitates else MEMBERS_SHARE) // 100)


def open_to(most: int, *, facilitates: bool) -> int:
    """How many of what fits are open to everybody together; the last part is facilitators'."""
    return most if facilitates else most - most * LAST_SHARE // 100


class LimitReached(Refusal):
    """One more would exceed the limit. `limit` is its name, `most` what is allowed."""

    code = "limit-reached"

    def __init__(self, bound: Bound, used: int) -> None:
        limit = bound.limit
        super().__init__(
            f"{bound.usage(used)} This would be too much, so I did not do it. "
            f"Whoever runs this Indaba can allow more. {limit.instead}",
            hint=limit.hint,
            limit=limit.name,
            most=bound.allowed,
        )


class MayNotSetUp(Refusal):
    """Operators have restricted who may set up communities, and the asker is not among them."""

    code = "may-not-set-up"

    def __init__(self) -> None:
        super().__init__(
            "Here only people whom the operators have named set up communities. Ask whoever runs "
            f"this Indaba, or connect this room to a community that is there: {HINT}",
            hint=hint("cop connect"),
        )


SAVED_A_DAY = Limit(
    name="saved_a_day",
    most=50,
    whose=Whose.MEMBER,
    about="Links, files and messages that one member saves within 24 hours",
    used="You have saved {used} of {most} things within 24 hours.",
    instead=f"Save the rest tomorrow. To see what is there: {HINT}",
    hint=hint("resource find", words="fractions"),
    within=A_DAY,
)
MEETINGS_A_DAY = Limit(
    name="meetings_a_day",
    most=75,
    whose=Whose.COMMUNITY,
    about="Meetings that one community calls within 24 hours; a series is one, and each date that "
    "is added to it",
    used="This community has called {used} of {most} meetings within 24 hours; a series is one.",
    share="You have called {used} of {most} meetings within 24 hours, your share of this "
    "community's; a series is one.",
    instead=f"Call the next one tomorrow. To see what is planned: {HINT}",
    hint=hint("meeting list"),
    within=A_DAY,
)
NOTES_A_DAY = Limit(
    name="notes_a_day",
    most=2000,
    whose=Whose.COMMUNITY,
    about="Lines for the record and actions that one community writes within 24 hours",
    used="This community has written {used} of {most} lines and actions within 24 hours.",
    share="You have put in {used} of {most} lines and actions within 24 hours, your share of this "
    "community's.",
    instead=f"Write the next ones tomorrow. To see what is there: {HINT}",
    hint=hint("action list"),
    within=A_DAY,
)
TOPICS_A_DAY = Limit(
    name="topics_a_day",
    most=60,
    whose=Whose.MEMBER,
    about="Agenda items and votes that one member adds within 24 hours",
    used="You have added {used} of {most} agenda items and votes within 24 hours.",
    instead=f"Add the next ones tomorrow. To see what is there: {HINT}",
    hint=hint("agenda show"),
    within=A_DAY,
)
FOUNDED = Limit(
    name="communities_per_account",
    most=5,
    whose=Whose.MEMBER,
    about="Communities that one account sets up, ever; linked accounts are one",
    used="You have set up {used} of {most} communities.",
    instead="Somebody else who runs the room can set it up, or connect the room to a community "
    f"that is there: {HINT}",
    hint=hint("cop connect"),
)
FOUNDED_A_DAY = Limit(
    name="communities_a_day",
    most=50,
    whose=Whose.MACHINE,
    about="Communities that are set up within 24 hours, by anybody",
    used="Here {used} of {most} communities were set up within 24 hours.",
    instead="Try again tomorrow.",
    highest=1000,
    within=A_DAY,
)
MEMBERS_FILES = Limit(
    name="megabytes_per_member",
    most=200,
    whose=Whose.MEMBER,
    about="Files that one member has saved",
    used="Your files take {used} of {most}.",
    instead=f"Put it on the web and save a link to it, or take a file out first: {HINT}",
    hint=hint("resource withdraw"),
    size=True,
)
COMMUNITYS_FILES = Limit(
    name="megabytes_per_community",
    most=2048,
    whose=Whose.COMMUNITY,
    about="Files that one community has",
    used="This community's files take {used} of {most}.",
    share="Your files here take {used} of {most}, your share of this community's room.",
    instead=f"Put it on the web and save a link to it, or take a file out first: {HINT}",
    hint=hint("resource withdraw"),
    size=True,
)
DISK = Limit(
    name="disk_share",
    most=90,
    whose=Whose.MACHINE,
    about="How full the disk of the files may be for one more to be kept, in hundredths",
    used="My disk is {used} parts of a hundred full, and I keep files up to {most}.",
    instead=f"Put it on the web and save a link to it: {HINT}",
    hint=hint("resource save", link="https://example.org/fractions"),
    highest=100,
)
LIMITS = (
    SAVED_A_DAY,
    MEETINGS_A_DAY,
    NOTES_A_DAY,
    TOPICS_A_DAY,
    FOUNDED,
    FOUNDED_A_DAY,
    MEMBERS_FILES,
    COMMUNITYS_FILES,
    DISK,
)
"""All limits."""
