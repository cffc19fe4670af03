"""Undoes what was done to rows, where nobody has done anything to them since. Pure.

Decision: docs/decisions/0033-linking-and-unlinking.md.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

Row = Mapping[str, Any]
"""A row as JSON, by column; of an update maybe only its key and what differs."""

Key = tuple[str, tuple[Any, ...]]
"""A table's name, and the values of its primary key."""

VERSION = "version"
"""A column that only ever grows: it is neither compared nor put back."""


@dataclass(frozen=True, slots=True)
class Change:
    """What became of a row; `None` where there was or is none."""

    table: str
    before: Row | None
    after: Row | None


Keys = Mapping[str, Sequence[str]]
"""The columns of each table's primary key."""


def key_of(change: Change, keys: Keys) -> Key:
    """Which row it is."""
    row = change.after if change.before is None else change.before
    return change.table, tuple((row or {})[name] for name in keys[change.table])


def folded(changes: Iterable[Change], keys: Keys) -> list[Change]:
    """What came of changes in their order: one for each row, the one changed last first.

    A row whose key was changed is one that went and one that came.
    """
    net: dict[Key, Change] = {}
    for change in changes:
        for one in _each(change, keys):
            key = key_of(one, keys)
            earlier = net.pop(key, None)
            net[key] = one if earlier is None else _both(earlier, one)
    return [one for one in reversed(net.values()) if one.before != one.after]


def _each(change: Change, keys: Keys) -> list[Change]:
    before, after = replace(change, after=None), replace(change, before=None)
    if change.before is None or change.after is None:
        return [change]
    return [change] if key_of(before, keys) == key_of(after, keys) else [before, after]


def _both(first: Change, then: Change) -> Change:
    """Two changes of a row as one. Each says only what it touched, or the whole row."""
    before, after = first.before, then.after
    if before is not None and then.before is not None:
        before = {**then.before, **before}
        if VERSION in then.before:
            before[VERSION] = max(before[VERSION], then.before[VERSION])
    if after is not None and first.after is not None:
        after = {**first.after, **after}
    return replace(first, before=before, after=after)


def inverse(
    done: Sequence[Change], present: Mapping[Key, Row], keys: Keys, same: Callable[[Any], Any]
) -> list[Change]:
    """What to do so that rows are as before, from the rows that there are now.

    Of a row that stayed, each column is put back that is as it was made. Rows that came and went
    belong together where `same` makes their keys equal: if one of them was changed since, all of
    them stay as they are.
    """
    together: dict[Key, list[Change]] = {}
    undone: list[Change] = []
    for change in done:
        if change.before is not None and change.after is not None:
            undone += _columns(change, present.get(key_of(change, keys)), keys)
            continue
        table, values = key_of(change, keys)
        together.setdefault((table, tuple(map(same, values))), []).append(change)
    for changes in together.values():
        if all(_is_as_made(c, present.get(key_of(c, keys)), keys) for c in changes):
            undone += [Change(c.table, present.get(key_of(c, keys)), c.before) for c in changes]
    place = {key_of(change, keys): number for number, change in enumerate(done)}
    return sorted(undone, key=lambda change: place[key_of(change, keys)])


def _told(row: Row, table: str, keys: Keys) -> dict[str, Any]:
    """What counts of a row."""
    return {name: v for name, v in row.items() if name != VERSION or name in keys[table]}


def _is_as_made(change: Change, now: Row | None, keys: Keys) -> bool:
    if change.after is None or now is None:
        return (change.after is None) is (now is None)
    made = _told(change.after, change.table, keys)
    return all(name in now and now[name] == value for name, value in made.items())


def _columns(change: Change, now: Row | None, keys: Keys) -> list[Change]:
    if now is None or change.before is None or change.after is None:
        return []
    made = _told(change.after, change.table, keys)
    old = {
        name: change.before[name]
        for name, value in made.items()
        if name in now and name in change.before and now[name] == value
    }
    after = {**now, **old}
    return [Change(change.table, now, after)] if after != now else []
