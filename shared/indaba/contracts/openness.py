"""How far something of a community is open: for its members, or for the world."""

import hashlib
from enum import StrEnum


class Openness(StrEnum):
    """Who reads it.

    `MEMBERS` alone; or the `WORLD`, because a facilitator published it. `EARLIER` was open before
    there was a choice: the world reads it for as long as the community leaves that so.
    """

    MEMBERS = "members"
    EARLIER = "earlier"
    WORLD = "world"


class Part(StrEnum):
    """What of a community is published as a whole. `EARLIER` are all things open earlier."""

    PAGE = "page"
    CALENDAR = "calendar"
    EARLIER = "earlier"


def is_open(openness: Openness, parts: frozenset[Part]) -> bool:
    """Whether the world reads one thing, in a community that has these parts open."""
    return openness is Openness.WORLD or (openness is Openness.EARLIER and Part.EARLIER in parts)


def fingerprint(*shown: str) -> str:
    """Names what a preview showed, so that nothing else is published by agreeing to it."""
    return hashlib.sha256("\0".join(shown).encode()).hexdigest()[:32]
