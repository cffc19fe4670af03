"""Roles for the day: who takes notes, keeps time, greets newcomers."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from indaba.contracts.ids import MemberId
from indaba.scheduling.model.plain_text import one_line
from indaba.scheduling.model.refusals import NoSuchRole, RoleTaken

Roles = Mapping[str, MemberId | None]


def wanted(before: Roles, names: Iterable[str]) -> Roles:
    """The roles with these names. Whoever had one of them keeps it."""
    unique = dict.fromkeys(filter(None, map(one_line, names)))
    return MappingProxyType({name: before.get(name) for name in unique})


def taken(roles: Roles, name: str, member: MemberId, *, take: bool) -> Roles:
    """The roles with one taken by a member, or given back. Raises `NoSuchRole` or `RoleTaken`."""
    role = next((n for n in roles if n.casefold() == one_line(name).casefold()), None)
    if role is None:
        raise NoSuchRole(one_line(name), list(roles))
    if roles[role] not in (None, member):
        raise RoleTaken(role)
    return MappingProxyType({**roles, role: member if take else None})
