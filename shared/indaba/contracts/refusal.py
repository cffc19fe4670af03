"""Why a request was not carried out, in words a person can use."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar

HINT = "{hint}"
"""Where the hint goes in a sentence."""


@dataclass(frozen=True, slots=True)
class Hint:
    """Something to ask for next: an intent by name, with arguments by field.

    How it is typed depends on the platform, so it contains no prefix and no grammar.
    """

    intent: str
    arguments: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        """For logs and operators."""
        return " ".join((self.intent, *self.arguments.values()))


def hint(intent: str, /, **arguments: str) -> Hint:
    """A hint, such as `hint("meeting cancel", code="M7K2")`."""
    return Hint(intent, arguments)


COMMON = {
    "no-community": hint("cop setup"),
    "not-a-member": hint("cop join"),
    "left-before": hint("cop join"),
    "suspended": hint("member matters"),
    "removed": hint("cop appeal"),
}
"""Hints of the refusals that every service may give, by code."""


class Refusal(Exception):  # noqa: N818 - the field's word; an error it is not
    """The request was understood and refused. Shown to the asker in words, never retried.

    A subclass sets `code` (lower-case words joined by hyphens, unique, never changed) and builds
    its sentence in `__init__` from facts, so that tests compare facts and people read words. What
    they can do next is a `hint`; whoever shows the sentence puts it in the place of `{hint}`. What
    the handler stored before the refusal is rolled back, unless it `leaves_a_mark` (as counting a
    failed attempt must).
    """

    code: ClassVar[str] = "refused"
    leaves_a_mark: ClassVar[bool] = False

    def __init__(self, words: str, *, hint: Hint | None = None, **facts: Any) -> None:
        super().__init__(words)
        self.words = words
        self.hint = hint
        self.facts = facts

    def __str__(self) -> str:
        """The sentence with its hint, for logs."""
        return self.words if self.hint is None else self.words.replace(HINT, str(self.hint))


class Unavailable(Exception):  # noqa: N818 - river's word for "later"
    """The same request may succeed a little later. Retried; does not count as an attempt."""

    def __init__(self, words: str, retry_after: timedelta = timedelta(seconds=2)) -> None:
        super().__init__(words)
        self.words = words
        self.retry_after = retry_after


class Refused(Refusal):
    """A refusal received over the wire, with the original's `told` code and facts."""

    def __init__(
        self, code: str, words: str, facts: dict[str, Any], hint: Hint | None = None
    ) -> None:
        super().__init__(words, hint=hint or COMMON.get(code), **facts)
        self.told = code


class Expired(Refusal):
    """The request was not carried out in time and never will be."""

    code = "expired"

    def __init__(self) -> None:
        super().__init__("That took too long, so I did not do it. Please ask again.")


class Fault(Exception):  # noqa: N818 - the third of the three words
    """An internal error. `reference` is the correlation id that the person is given."""

    def __init__(self, reference: str) -> None:
        super().__init__(f"Something went wrong on our side. Reference: {reference[-8:]}")
        self.reference = reference


class NotAllowed(Refusal):
    """The asker lacks the role. `needs` is the role that would suffice."""

    code = "not-allowed"

    def __init__(self, needs: str) -> None:
        super().__init__(f"Only a {needs} of this community can do that.", needs=needs)


class NotALead(Refusal):
    """The asker is no safeguarding lead."""

    code = "not-a-lead"

    def __init__(self) -> None:
        super().__init__("Only the safeguarding leads of this Indaba can do that.")


class NoCommunity(Refusal):
    """The request needs a community and the passport has none."""

    code = "no-community"

    def __init__(self) -> None:
        super().__init__(
            "No community lives in this room yet. Somebody who runs the room can type: {hint}",
            hint=COMMON[self.code],
        )


class JoinInItsRoom(Refusal):
    """Somebody would join from a room beside the community's, which they may not see."""

    code = "join-in-its-room"

    def __init__(self) -> None:
        super().__init__(
            "You become a member where the community is, not from here. "
            "In its own room or channel, type: {hint}",
            hint=hint("cop join"),
        )


class NotAMember(Refusal):
    """The request needs a member and the passport has none."""

    code = "not-a-member"

    def __init__(self) -> None:
        super().__init__("You are not a member here yet. Type: {hint}", hint=COMMON[self.code])


class LeftBefore(Refusal):
    """The asker was a member here and left."""

    code = "left-before"

    def __init__(self) -> None:
        super().__init__(
            "You are not a member here any more. To come back type: {hint}",
            hint=COMMON[self.code],
        )


class Suspended(Refusal):
    """The asker is suspended here `until` then."""

    code = "suspended"

    def __init__(self, until: datetime) -> None:
        super().__init__(
            f"You are suspended here until {until:%d %B, %H:%M} UTC, and cannot do that before. It "
            "ends by itself. If you think that it is wrong, talk to another facilitator. To see "
            "why type: {hint}",
            hint=COMMON[self.code],
            until=until.isoformat(),
        )


class Removed(Refusal):
    """The asker was removed here and cannot join again."""

    code = "removed"

    def __init__(self) -> None:
        super().__init__(
            "You were removed here and cannot join again. If you think that it is wrong, ask "
            "another facilitator to look at it once more: {hint}",
            hint=COMMON[self.code],
        )


class AppealWaits(Refusal):
    """The asker was removed here and has appealed."""

    code = "appeal-waits"

    def __init__(self) -> None:
        super().__init__(
            "You were removed here and cannot join again, unless others decide otherwise: you have "
            "asked them to look at it once more. I tell you in a direct chat what they say."
        )


class ChangedSince(Refusal):
    """What somebody agreed to has changed since. `look` is the hint that shows it as it is now."""

    code = "changed-since"

    def __init__(self, look: Hint) -> None:
        super().__init__(
            "It is not as you saw it any more, so nothing was published. Look again: {hint}",
            hint=look,
        )


class BadPassport(Refusal):
    """The passport is missing, forged, expired, or for another community."""

    code = "bad-passport"

    def __init__(self, why: str) -> None:
        super().__init__("I could not confirm who is asking. Please try again.", why=why)
