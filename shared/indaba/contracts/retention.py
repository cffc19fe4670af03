"""How long data is stored, and how an owner announces that it no longer knows whose it is.

Decision: docs/decisions/0035-kept-as-long-as-said.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from pydantic import AwareDatetime

from indaba.contracts.ids import MemberId
from indaba.contracts.purposes import Purpose
from indaba.contracts.wire import KEPT_AS_A_FACT, Event

UNTIL = timedelta.max
"""The length of a row that ends with an event and not after a period."""

EVERY, BOTS = "every process", "bots"
"""Who stores a row that belongs to more than one process."""


class Then(StrEnum):
    """What happens to data when its time is over."""

    DELETED = "deleted"
    UNLINKED = "stays under a random id"
    FOLLOWS = "goes when its owner says so"


@dataclass(frozen=True, slots=True)
class Kept:
    """A row: `where` names the columns it covers, in the owner's database.

    The data is stored for `long` after the moment that `after` names, for a `purpose` that people
    agree to. Operators may shorten that to `least` and no further, because something depends on the
    data until then. `name` never changes: databases remember by it how far a row was carried out.
    """

    name: str
    process: str
    what: str
    where: str
    after: str
    why: str
    then: Then
    longest: timedelta = UNTIL
    purpose: Purpose = field(kw_only=True)
    least: timedelta = field(default=timedelta(days=1), kw_only=True)

    @property
    def long(self) -> timedelta:
        """How long data is stored here: as in the table, or shorter if operators set it so."""
        return _SHORTER.get(self.name, self.longest)

    @property
    def may_be_shorter(self) -> bool:
        """Whether operators may set a shorter period, in days."""
        return self.least < self.longest < KEPT_AS_A_FACT

    @property
    def period(self) -> str:
        """How long, in words, such as `90 days after the meeting`."""
        if self.long in (UNTIL, KEPT_AS_A_FACT):
            return self.after
        return f"{in_words(self.long)} after {self.after}"

    @property
    def columns(self) -> frozenset[str]:
        """The columns, each as `table.column`."""
        return frozenset(self.where.split())


_SHORTER: dict[str, timedelta] = {}


def shorten(periods: Mapping[str, timedelta]) -> None:
    """Set shorter periods for these rows in this process. Called once, as it starts."""
    _SHORTER.clear()
    _SHORTER.update(periods)


def in_words(long: timedelta) -> str:
    """A period in words, in the largest unit that divides it."""
    for unit, one in _UNITS:
        number, left = divmod(long, one)
        if number and not left:
            return f"{number} {unit}" + ("s" if number > 1 else "")
    return f"{int(long.total_seconds())} seconds"


_UNITS = (
    ("year", timedelta(days=366)),
    ("day", timedelta(days=1)),
    ("hour", timedelta(hours=1)),
    ("minute", timedelta(minutes=1)),
)


class MemberUnlinked(Event):
    """An owner has replaced a member's id by a random one in all facts before a moment."""

    member: MemberId
    before: AwareDatetime


class MembershipUnlinked(
    MemberUnlinked, wire="membership.member-unlinked.v1", kept=timedelta(days=30)
):
    """Membership no longer knows a member who left every community long ago.

    Other services delete what this member had chosen.
    """


class SchedulingUnlinked(
    MemberUnlinked, wire="scheduling.member-unlinked.v1", kept=timedelta(days=30)
):
    """Scheduling no longer knows who the member was at meetings before that moment."""


class LibraryUnlinked(MemberUnlinked, wire="library.member-unlinked.v1", kept=timedelta(days=30)):
    """The library no longer knows who the member was, of what they did before that moment."""
