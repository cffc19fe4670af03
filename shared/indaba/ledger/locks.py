"""The numbers of PostgreSQL's advisory locks that a whole database shares, each for one purpose.

What locks one member, community or text derives its number from that.
"""

from enum import IntEnum, unique


@unique
class Lock(IntEnum):
    """One number per purpose; a second purpose for a number is an error when this is read.

    Other versions of Indaba may be at work beside this one: a number is never changed.
    """

    MIGRATING = 7_211_955
    WORKING_BOT = 7_211_956
    """One bot hears and posts; with a second number, one shard of Discord's beyond the first."""

    COPY_PRESENT = 7_211_957
    SHARD_BEGINS = 7_211_958
    """With a second number: one shard of a group at a time."""

    DERIVING = 7_211_959
    """One process at a time derives instants anew from other zone data."""

    RELEASE_BEGINS = 7_211_960
    """One process at a time does what is done once per release."""
