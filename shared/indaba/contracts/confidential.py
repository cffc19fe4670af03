"""Marks what only the person who asked may read, wherever they ask."""

from typing import Annotated, TypeVar

from indaba.contracts.refusal import Refusal
from indaba.contracts.wire import Reply

R = TypeVar("R", bound=Reply)


class Confidential:
    """Marks a field of a reply that only the person who asked may read.

    A face shows it only where nobody else can read it. Elsewhere, a field with a default is left
    out, and one without makes the whole reply confidential.
    """


class Key:
    """Marks a field of a reply that gives access to something, such as a sign-in secret.

    No database holds it in clear: stored replies are sealed. If it is also confidential, the stored
    reply is deleted within minutes.
    """


KeyText = Annotated[str, Key]
ConfidentialText = Annotated[str, Confidential]


class BetweenUs(Refusal):
    """The answer is for one person, and others can read the place where they asked."""

    code = "between-us"

    def __init__(self) -> None:
        super().__init__("That is between you and me, and others can read here.")


def confidential_fields(kind: type[Reply]) -> tuple[str, ...]:
    """The names of a reply's confidential fields, in order of definition."""
    fields = kind.model_fields
    return tuple(name for name in fields if Confidential in fields[name].metadata)


def keys_in(kind: type[Reply]) -> tuple[str, ...]:
    """The names of a reply's fields marked as `Key`."""
    return tuple(name for name, field in kind.model_fields.items() if Key in field.metadata)


def is_between_us(kind: type[Reply]) -> bool:
    """Whether a reply is useless without its confidential fields."""
    return any(kind.model_fields[name].is_required() for name in confidential_fields(kind))


def confides(reply: Reply) -> bool:
    """Whether a reply holds anything confidential."""
    fields = type(reply).model_fields
    return any(
        getattr(reply, name) != fields[name].get_default(call_default_factory=True)
        for name in confidential_fields(type(reply))
    )


def for_all_to_read(reply: R) -> tuple[R, bool]:
    """The reply without its confidential fields, and whether any were left out.

    Raises `BetweenUs` if nothing can be shown without them.
    """
    if is_between_us(type(reply)):
        raise BetweenUs
    fields = {name: type(reply).model_fields[name] for name in confidential_fields(type(reply))}
    blank = {name: f.get_default(call_default_factory=True) for name, f in fields.items()}
    return reply.model_copy(update=blank), confides(reply)
