"""How long something is kept, and how an owner says that it knows no more whose it is.

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
"""The length of a row that ends with something, and not after a time."""

EVERY, BOTS = "every process", "bots"
"""Who keeps a row that not one process alone keeps."""


class Then(StrEnum):
    """What becomes of it when its time is over."""

    DELETED = "deleted"
    UNLINKED = "stays under a random id"
    FOLLOWS = "goes when its owner says so"


@dataclass(frozen=True, slots=True)
class Kept:
    """A row: `where` names the columns that it covers, in the database of who keeps it.

    It is kept for `long` after the moment that `after` names, for a `purpose` that people agree to;
    operators may shorten that to `least`, and no further, because something rests on it until then.
    `name` never changes: by it a database remembers how far the row was carried out.
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
        """How long it is kept here: as the table says, or shorter where operators want it."""
        return _SHORTER.get(self.name, self.longest)

    @property
    def may_be_shorter(self) -> bool:
        """Whether operators may choose a shorter time, in days."""
        return self.least < self.longest < KEPT_AS_A_FACT

    @property
    def period(self) -> str:
        """How long, in words: `90 days after the meeting`."""
        if self.long in (UNTIL, KEPT_AS_A_FACT):
            return self.after
        return f"{in_words(self.long)} after {self.after}"

    @property
    def columns(self) -> frozenset[str]:
        """The columns, each as `table.column`."""
        return frozenset(self.where.split())


_SHORTER: dict[str, timedelta] = {}


def shorten(periods: Mapping[str, timedelta]) -> None:
    """Keep these rows of the table shorter in this whole process; called as it starts."""
    _SHORTER.clear()
    _SHORTER.update(periods)


def in_words(long: timedelta) -> str:
    """A time in words, in the largest unit that fits."""
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
    """An owner has put a random id in the place of a member's in all facts before a moment."""

    member: MemberId
    before: AwareDatetime


class MembershipUnlinked(
    MemberUnlinked, wire="membership.member-unlinked.v1", kept=timedelta(days=30)
):
    """Who left every community long ago is known no more; others drop what they had chosen."""


class SchedulingUnlinked(
    MemberUnlinked, wire="scheduling.member-unlinked.v1", kept=timedelta(days=30)
):
    """In meetings before that moment nobody knows any more who the member was."""


class LibraryUnlinked(MemberUnlinked, wire="library.member-unlinked.v1", kept=timedelta(days=30)):
    """Of what was saved and used before that moment nobody knows any more who the member was."""
