"""The numbers of PostgreSQL's advisory locks that apply to a whole database.

Locks on one member, community or text derive their numbers from its id or content instead.
"""

from enum import IntEnum, unique


@unique
class Lock(IntEnum):
    """One number per purpose. Using a number twice is an error at import.

    A number is never changed, because another version of Indaba may be running beside this one.
    """

    MIGRATING = 7_211_955
    WORKING_BOT = 7_211_956
    """Held by the copy of a bot that works; with a second number, by the copy that has a shard."""

    COPY_PRESENT = 7_211_957
    SHARD_BEGINS = 7_211_958
    """With a second number, held while one shard of that group begins."""

    DERIVING = 7_211_959
    """Held while a process derives instants anew from changed zone data."""

    RELEASE_BEGINS = 7_211_960
    """Held while a process does what is done once per release."""
