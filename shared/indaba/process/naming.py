"""Which things people mean by a name, which others may have too, or by a key of their own."""

from collections.abc import Sequence
from typing import Protocol, TypeVar


class Called(Protocol):
    """Something with a name and a key, as in the address of a community's page."""

    @property
    def name(self) -> str:
        """The name."""
        ...

    @property
    def key(self) -> str:
        """The key."""
        ...


C = TypeVar("C", bound=Called)


def called(named: str, known: Sequence[C]) -> list[C]:
    """All with that name or key, in any case: several also where one's name is another's key."""
    wanted = named.casefold()
    return [one for one in known if wanted in (one.key.casefold(), one.name.casefold())]
