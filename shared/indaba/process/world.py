"""The one port through which clock, ids and randomness come in."""

import secrets
import time
from datetime import UTC, datetime
from typing import Protocol
from uuid import UUID


class World(Protocol):
    """Clock, ids and randomness. Tests pass their own."""

    def now(self) -> datetime:
        """The present, aware, in UTC."""
        ...

    def new_id(self) -> UUID:
        """A fresh UUIDv7 (RFC 9562, 5.7): sorts by the millisecond it was made in."""
        ...

    def secret(self) -> str:
        """192 unguessable bits as URL-safe text."""
        ...

    def below(self, bound: int) -> int:
        """A whole number from 0 up to, not including, `bound`."""
        ...


class RealWorld:
    """The machine's own clock and randomness."""

    def now(self) -> datetime:
        """The present, aware, in UTC."""
        return datetime.now(UTC)

    def new_id(self) -> UUID:
        """A fresh UUIDv7."""
        return uuid7(time.time_ns() // 1_000_000, secrets.randbits(74))

    def secret(self) -> str:
        """192 unguessable bits as URL-safe text."""
        return secrets.token_urlsafe(24)

    def below(self, bound: int) -> int:
        """A whole number from 0 up to, not including, `bound`."""
        return secrets.randbelow(bound)


def uuid7(milliseconds: int, chance: int) -> UUID:
    """Lay out a UUIDv7 from Unix milliseconds and 74 random bits (RFC 9562, 5.7)."""
    high, low = chance >> 62, chance & ((1 << 62) - 1)
    return UUID(int=(milliseconds << 80) | (0x7 << 76) | (high << 64) | (0b10 << 62) | low)


def made_at(identifier: UUID) -> datetime:
    """The moment in UTC, to the millisecond, in which a UUIDv7 was made."""
    return datetime.fromtimestamp((identifier.int >> 80) / 1000, UTC)


def first_id(moment: datetime) -> UUID:
    """An id before all that are made from that moment on."""
    return uuid7(int(moment.timestamp() * 1000), 0)
