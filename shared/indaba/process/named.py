"""Whom operators have named: servers and accounts, by platform."""

import re
from collections.abc import Iterable
from typing import Annotated

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

_ENTRY = re.compile(r"matrix:(@[^:\s]+:)?[^@\s]+|discord:\d{15,20}")


class Named:
    """Those who may do something: everybody, unless somebody is named.

    An entry is a Matrix account or its server (`matrix:@lindi:example.org`, `matrix:example.org`),
    or a Discord account or server (`discord:123456789012345678`).
    """

    def __init__(self, entries: Iterable[str] = ()) -> None:
        self._entries = frozenset(entries)

    def has(self, platform: str, account: str, house: str = "") -> bool:
        """Whether an account is named, its own server, or the Discord server where it asks."""
        if not self._entries:
            return True
        server = account.partition(":")[2] if platform == "matrix" else house
        wanted = {f"{platform}:{account}"} | ({f"{platform}:{server}"} if server else set())
        return not self._entries.isdisjoint(wanted)


def _entry(given: str) -> str:
    if not _ENTRY.fullmatch(given):
        raise PydanticCustomError(
            "named",
            "must be like matrix:example.org, matrix:@name:example.org or "
            "discord:123456789012345678",
        )
    return given


Entries = tuple[Annotated[str, AfterValidator(_entry)], ...]
"""The type of such a setting."""
