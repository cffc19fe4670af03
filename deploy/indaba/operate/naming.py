"""Which community an operator means by a name or a key: exactly one, or the command is refused."""

from collections.abc import Sequence
from typing import TypeVar

from indaba.contracts.refusal import Refusal
from indaba.process.naming import Called, called

C = TypeVar("C", bound=Called)


class SeveralOfThatName(Refusal):
    """Several communities are called so."""

    code = "several-of-that-name"

    def __init__(self, named: str, keys: Sequence[str]) -> None:
        super().__init__(
            f"{len(keys)} communities are called {named!r}. Say which one by its key, which is "
            f"the last part of its page's address: {', '.join(keys)}."
        )


def the_one_meant(named: str, known: Sequence[C]) -> C | None:
    """The only community with that name or key, in any case; none if there is none.

    Raises `SeveralOfThatName`, also where one's name is another's key.
    """
    meant = called(named, known)
    if len(meant) > 1:
        raise SeveralOfThatName(named, sorted(one.key for one in meant))
    return meant[0] if meant else None
