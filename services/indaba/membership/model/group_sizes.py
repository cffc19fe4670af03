"""How many people each figure of a community stands for, and a larger number that waits."""

from dataclasses import dataclass, replace
from datetime import datetime

from indaba.contracts.figures import FEWEST
from indaba.contracts.group_sizes import GroupSizeTooLarge, NoSizeWaits, WaitingSize, most_for


@dataclass(frozen=True, slots=True)
class GroupSizes:
    """The size in force, and a larger one that begins later unless it is taken back."""

    now: int = FEWEST
    waiting: WaitingSize | None = None

    def asked(self, size: int, members: int, begins_at: datetime) -> "GroupSizes":
        """After a facilitator asked for a size. Raises `GroupSizeTooLarge`.

        Only a larger one waits. Asked for twice, it begins when it was to begin at first.
        """
        if size <= self.now:
            return GroupSizes(size)
        if self.waiting and self.waiting.size == size:
            return self
        if size > most_for(members):
            raise GroupSizeTooLarge(size, members)
        return replace(self, waiting=WaitingSize(size=size, begins_at=begins_at))

    def taken_back(self) -> "GroupSizes":
        """Without the one that waits. Raises `NoSizeWaits`."""
        if self.waiting is None:
            raise NoSizeWaits(self.now)
        return GroupSizes(self.now)

    def as_of(self, moment: datetime) -> "GroupSizes":
        """With the one that waits in force, if it is time."""
        if self.waiting is None or moment < self.waiting.begins_at:
            return self
        return GroupSizes(self.waiting.size)
