"""What only the person who asked may read, wherever they ask."""

from typing import Annotated, TypeVar

from indaba.contracts.refusal import Refusal
from indaba.contracts.wire import Reply

R = TypeVar("R", bound=Reply)


class Confidential:
    """Marks a field of a reply that is for whoever asked, and for nobody beside them.

    A face hands it on only where nobody else reads. A field with a default is left out elsewhere;
    one without makes the whole reply confidential.
    """


class Key:
    """Marks a field of a reply that opens something for whoever has it.

    No database holds it in clear: where the reply is stored, it is sealed. What is confidential,
    too, is gone from there within minutes.
    """


KeyText = Annotated[str, Key]
ConfidentialText = Annotated[str, Confidential]


class BetweenUs(Refusal):
    """The answer is for one person, and others can read where they asked."""

    code = "between-us"

    def __init__(self) -> None:
        super().__init__("That is between you and me, and others can read here.")


def confidential_fields(kind: type[Reply]) -> tuple[str, ...]:
    """The names of a reply's confidential fields, in their order."""
    fields = kind.model_fields
    return tuple(name for name in fields if Confidential in fields[name].metadata)


def keys_in(kind: type[Reply]) -> tuple[str, ...]:
    """The names of a reply's fields that open something."""
    return tuple(name for name, field in kind.model_fields.items() if Key in field.metadata)


def is_between_us(kind: type[Reply]) -> bool:
    """Whether a reply says nothing without what is confidential in it."""
    return any(kind.model_fields[name].is_required() for name in confidential_fields(kind))


def confides(reply: Reply) -> bool:
    """Whether a reply holds anything confidential."""
    fields = type(reply).model_fields
    return any(
        getattr(reply, name) != fields[name].get_default(call_default_factory=True)
        for name in confidential_fields(type(reply))
    )


def for_all_to_read(reply: R) -> tuple[R, bool]:
    """The reply without what is confidential, and whether that left anything out.

    Raises `BetweenUs` where nothing can be said without it.
    """
    if is_between_us(type(reply)):
        raise BetweenUs
    fields = {name: type(reply).model_fields[name] for name in confidential_fields(type(reply))}
    blank = {name: f.get_default(call_default_factory=True) for name, f in fields.items()}
    return reply.model_copy(update=blank), confides(reply)
