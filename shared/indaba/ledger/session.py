"""What a store is given: a connection, and a present that does not change meanwhile."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncConnection


class Transaction(Protocol):
    """Something with a connection and a present: a message's `Work`, or a `Session`."""

    @property
    def connection(self) -> AsyncConnection:
        """The connection. Whoever opened it commits, never the store."""
        ...

    @property
    def now(self) -> datetime:
        """The present, with a time zone."""
        ...


@dataclass(frozen=True, slots=True)
class Session:
    """A connection outside any message, such as that of a page or a background loop."""

    connection: AsyncConnection
    now: datetime
