"""Roles for the day: who takes notes, keeps the time, greets the new."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from indaba.contracts.ids import MemberId
from indaba.scheduling.model.plain_text import one_line
from indaba.scheduling.model.refusals import NoSuchRole, RoleTaken

Roles = Mapping[str, MemberId | None]


def wanted(before: Roles, names: Iterable[str]) -> Roles:
    """The roles wanted from now on; who had one of them keeps it."""
    kept = dict.fromkeys(filter(None, map(one_line, names)))
    return MappingProxyType({name: before.get(name) for name in kept})


def taken(roles: Roles, name: str, member: MemberId, *, take: bool) -> Roles:
    """With a role taken, or given back by who has it. Raises `NoSuchRole` or `RoleTaken`."""
    found = next((n for n in roles if n.casefold() == one_line(name).casefold()), None)
    if found is None:
        raise NoSuchRole(one_line(name), list(roles))
    if roles[found] not in (None, member):
        raise RoleTaken(found)
    return MappingProxyType({**roles, found: member if take else None})
