"""Names on the bus. Hash tags keep one context's streams on one cluster node."""

from typing import Any, Self

from faststream.redis import PubSub, StreamSub

EPOCH = "indaba:epoch"
"""Missing when the bus has lost its data; relays then publish the last two days again."""

MOST_AHEAD = 10_000
"""Entries ahead of the slowest reader before a relay holds back."""


def requests_to(context: str) -> str:
    """The stream of requests to a service."""
    return f"{{{context}}}.requests"


def events_of(context: str) -> str:
    """The stream of a context's events."""
    return f"{{{context}}}.events"


def context_of(stream: str) -> str:
    """Whose requests or events a stream carries."""
    return stream[1 : stream.index("}")]


def replies_to(process: str, replica: str, token: str) -> str:
    """The channel on which one running face receives its replies."""
    return f"replies.{process}.{replica}.{token}"


class _WithoutPrefix:
    """FastStream copies a name's description for each message, to put a prefix before it."""

    def add_prefix(self, prefix: str) -> Self:
        """The name as it is: we give no prefix."""
        if prefix:
            raise ValueError(prefix)
        return self


class Stream(_WithoutPrefix, StreamSub[Any]):
    """What is read of a stream, and how."""


class Channel(_WithoutPrefix, PubSub):
    """What is listened to on a channel."""
