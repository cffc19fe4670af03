"""An agenda: items in the chair's order, one of which may be the current topic."""

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from indaba.contracts.agenda import AgendaItem, ItemStatus, Result
from indaba.contracts.ids import MemberId
from indaba.contracts.limits import open_to, share_of
from indaba.contracts.refusal import Refusal, hint
from indaba.scheduling.model.methods import method_named
from indaba.scheduling.model.plain_text import is_seen, one_line

MOST_ITEMS = 40


class NoSuchItem(Refusal):
    """The agenda has no item with that number. `items` is how many it has."""

    code = "no-such-item"

    def __init__(self, number: int, items: int) -> None:
        has = f"It has {items} item{'s' if items != 1 else ''}." if items else "It is empty."
        super().__init__(
            f"The agenda has no item {number}. {has} To see it type: {{hint}}",
            hint=hint("agenda show"),
            number=number,
            items=items,
        )


class AgendaFull(Refusal):
    """The agenda has as many items as are open to whoever adds one."""

    code = "agenda-full"

    def __init__(self, open_to_them: int) -> None:
        last = MOST_ITEMS - open_to_them
        left = f" The last {last} are for the chair and facilitators." if last else ""
        super().__init__(
            f"The agenda has {open_to_them} items, and more do not fit.{left} "
            "To see what could go: {hint}",
            hint=hint("agenda show"),
        )


class AgendaShareUsed(Refusal):
    """One person's items are as many as one person may add, so that others find room."""

    code = "agenda-share-used"

    def __init__(self, own: int) -> None:
        super().__init__(
            f"{own} items on this agenda are yours, and the rest is for others. To take one of "
            "yours off: {hint}",
            hint=hint("agenda remove", item="2"),
            own=own,
        )


class ItemEmpty(Refusal):
    """The item's title has no visible characters."""

    code = "agenda-item-empty"

    def __init__(self) -> None:
        super().__init__("An item needs words that can be read. Say what there is to talk about.")


class NothingLeft(Refusal):
    """No item is open any more."""

    code = "nothing-left"

    def __init__(self) -> None:
        super().__init__(
            "No item on the agenda is left to go to. For another topic type its words, such as: "
            "{hint}",
            hint=hint("agenda topic", title="Reading"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One item; fields as in `AgendaItem`."""

    id: UUID
    title: str
    author: MemberId
    result: Result = Result.SHARE
    owner: MemberId | None = None
    method: str = ""
    minutes: int = 0
    pre_read: str = ""
    status: ItemStatus = ItemStatus.OPEN
    carried: bool = False

    def facts(self, number: int) -> AgendaItem:
        """What anybody in the community may see."""
        same = {name: getattr(self, name) for name in _TOLD}
        return AgendaItem(number=number, **same)


_TOLD = tuple(set(AgendaItem.model_fields) - {"number"})


@dataclass(frozen=True, slots=True)
class Agenda:
    """The items of one meeting, or those that wait for the next one."""

    items: tuple[Item, ...] = ()

    @property
    def now(self) -> Item | None:
        """The current topic, if there is one."""
        return next((item for item in self.items if item.status is ItemStatus.NOW), None)

    @property
    def minutes(self) -> int:
        """The sum of the planned minutes."""
        return sum(item.minutes for item in self.items)

    def add(self, item: Item, *, leads: bool) -> "Agenda":
        """The agenda with an item added at the end; `leads`: by its chair or a facilitator.

        Raises `AgendaFull`, `AgendaShareUsed`, `ItemEmpty` or `NoSuchMethod`.
        """
        open_to_them = open_to(MOST_ITEMS, facilitates=leads)
        if len(self.items) >= open_to_them:
            raise AgendaFull(open_to_them)
        own = sum(each.author == item.author for each in self.items)
        # Who leads may fill it: they can take off whatever is there, too.
        if not leads and own >= share_of(MOST_ITEMS, facilitates=False):
            raise AgendaShareUsed(own)
        return Agenda((*self.items, _checked(item)))

    def at(self, number: int) -> Item:
        """The item with a number, counted from 1. Raises `NoSuchItem`."""
        if not 1 <= number <= len(self.items):
            raise NoSuchItem(number, len(self.items))
        return self.items[number - 1]

    def change(self, number: int, place: int | None = None, **facts: Any) -> "Agenda":
        """The agenda with an item changed, and moved to a place if one is given.

        Raises `NoSuchItem`, `ItemEmpty` or `NoSuchMethod`.
        """
        changed = _checked(replace(self.at(number), **facts))
        items = list(self.items)
        items.pop(number - 1)
        items.insert((place or number) - 1, changed)
        return Agenda(tuple(items))

    def remove(self, number: int) -> "Agenda":
        """The agenda without an item. Raises `NoSuchItem`."""
        gone = self.at(number)
        return Agenda(tuple(item for item in self.items if item is not gone))

    def open(self, item: Item) -> "Agenda":
        """The agenda with an item as its current topic. The topic before it is done."""
        return Agenda(tuple(_next(each, item) for each in self.items))

    def next_open(self) -> Item:
        """The first open item. Raises `NothingLeft`."""
        for item in self.items:
            if item.status is ItemStatus.OPEN:
                return item
        raise NothingLeft

    def titled(self, title: str) -> Item | None:
        """The item with a title, ignoring case; `None` if there is none."""
        wanted = one_line(title).casefold()
        return next((i for i in self.items if i.title.casefold() == wanted), None)

    def left_over(self) -> tuple[Item, ...]:
        """The items that were not reached, as the next meeting gets them."""
        open_ones = (item for item in self.items if item.status is ItemStatus.OPEN)
        return tuple(replace(item, carried=True) for item in open_ones)

    def closed(self) -> "Agenda":
        """The agenda without the items that were not reached, and with the last topic done."""
        done = (item for item in self.items if item.status is not ItemStatus.OPEN)
        return Agenda(tuple(replace(item, status=ItemStatus.DONE) for item in done))

    def facts(self) -> tuple[AgendaItem, ...]:
        """What anybody in the community may see, in order."""
        return tuple(item.facts(number) for number, item in enumerate(self.items, start=1))


def _next(each: Item, topic: Item) -> Item:
    if each.id == topic.id:
        return replace(each, status=ItemStatus.NOW)
    return replace(each, status=ItemStatus.DONE) if each.status is ItemStatus.NOW else each


def _checked(item: Item) -> Item:
    method = method_named(item.method).key if item.method else ""
    title, pre_read = one_line(item.title), one_line(item.pre_read)
    if not is_seen(title):
        raise ItemEmpty
    return replace(item, title=title, pre_read=pre_read, method=method)
