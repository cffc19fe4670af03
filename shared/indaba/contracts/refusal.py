"""Why a request was not done, in words a person can use."""

from datetime import timedelta
from typing import Any, ClassVar


class Refusal(Exception):  # noqa: N818 - the field's word; an error it is not
    """Understood, and no: shown to the asker in words, never retried.

    A subclass sets `code` (lower-case words joined by hyphens, unique, never changed) and builds
    its sentence in `__init__` from facts, so tests compare facts and people read words. What the
    handler wrote before it is undone, unless the refusal `leaves_a_mark` (a wrong try, counted).
    """

    code: ClassVar[str] = "refused"
    leaves_a_mark: ClassVar[bool] = False

    def __init__(self, words: str, **facts: Any) -> None:
        super().__init__(words)
        self.words = words
        self.facts = facts


class Unavailable(Exception):  # noqa: N818 - river's word for "later"
    """Not now: the same request may succeed a little later. Retried; never counts as an attempt."""

    def __init__(self, words: str, retry_after: timedelta = timedelta(seconds=2)) -> None:
        super().__init__(words)
        self.words = words
        self.retry_after = retry_after


class Refused(Refusal):
    """A refusal that arrived over the wire: its `told` code and facts stand for the original."""

    def __init__(self, code: str, words: str, facts: dict[str, Any]) -> None:
        super().__init__(words, **facts)
        self.told = code


class Expired(Refusal):
    """The request was not done in time and never will be."""

    code = "expired"

    def __init__(self) -> None:
        super().__init__("That took too long, so I did not do it. Please ask again.")


class Fault(Exception):  # noqa: N818 - the third of the three words
    """A mistake of ours. `reference` is the correlation id that the person is told."""

    def __init__(self, reference: str) -> None:
        super().__init__(f"Something went wrong on our side. Reference: {reference[-8:]}")
        self.reference = reference


class NotAllowed(Refusal):
    """The asker lacks the role. `needs` is the role that would do."""

    code = "not-allowed"

    def __init__(self, needs: str) -> None:
        super().__init__(f"Only a {needs} of this community can do that.", needs=needs)


class NoCommunity(Refusal):
    """The request needs a community and the passport names none."""

    code = "no-community"

    def __init__(self) -> None:
        super().__init__(
            "No community lives in this room yet. Somebody who runs the room can type: cop setup"
        )


class NotAMember(Refusal):
    """The request needs a member and the passport names none."""

    code = "not-a-member"

    def __init__(self) -> None:
        super().__init__("You are not a member here yet. Type: cop join")


class BadPassport(Refusal):
    """The passport is missing, forged, expired, or for another community."""

    code = "bad-passport"

    def __init__(self, why: str) -> None:
        super().__init__("I could not confirm who is asking. Please try again.", why=why)
