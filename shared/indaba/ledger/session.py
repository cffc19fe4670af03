"""What a store is given: a connection, and the present as it is throughout."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncConnection


class Transaction(Protocol):
    """Something with a connection and a present: a message's `Work`, or a `Session`."""

    @property
    def connection(self) -> AsyncConnection:
        """The connection; whoever opened it commits."""
        ...

    @property
    def now(self) -> datetime:
        """The present, aware."""
        ...


@dataclass(frozen=True, slots=True)
class Session:
    """A connection outside of any message, such as a page's or a background loop's."""

    connection: AsyncConnection
    now: datetime
