"""Who can read something of a community: its members, or the world."""

import hashlib
from enum import StrEnum


class Openness(StrEnum):
    """Who can read something.

    `MEMBERS`: members only. `WORLD`: everybody, because a facilitator published it. `EARLIER`: it
    was open before there was a choice, so everybody can read it for as long as the community leaves
    that so.
    """

    MEMBERS = "members"
    EARLIER = "earlier"
    WORLD = "world"


class Part(StrEnum):
    """Parts of a community that are published as a whole. `EARLIER`: everything open earlier."""

    PAGE = "page"
    CALENDAR = "calendar"
    EARLIER = "earlier"


def is_open(openness: Openness, parts: frozenset[Part]) -> bool:
    """Whether the world can read one thing, in a community that has these parts open."""
    return openness is Openness.WORLD or (openness is Openness.EARLIER and Part.EARLIER in parts)


def fingerprint(*shown: str) -> str:
    """Identifies what a preview showed, so that agreeing to it publishes nothing else."""
    return hashlib.sha256("\0".join(shown).encode()).hexdigest()[:32]
