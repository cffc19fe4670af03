"""Refusals of the library."""

from collections.abc import Sequence

from indaba.contracts.refusal import Refusal, hint


class NoSuchResource(Refusal):
    """The community has no resource with this code, or it was withdrawn."""

    code = "no-such-resource"

    def __init__(self, code: str) -> None:
        super().__init__(
            f"I know no resource {code} here. To look for one type: {{hint}}",
            hint=hint("resource find", words="fractions"),
            code=code,
        )


class OneThing(Refusal):
    """Nothing was given to save, or several things at once."""

    code = "one-thing"

    def __init__(self) -> None:
        super().__init__("Save one thing at a time: a link, a file or a message.")


class FileNotThere(Refusal):
    """The file to save is not in the file store."""

    code = "file-not-there"

    def __init__(self) -> None:
        super().__init__("The file did not reach me whole. Please send it again.")


class NothingSaid(Refusal):
    """The message to save has no text."""

    code = "nothing-said"

    def __init__(self) -> None:
        super().__init__("This message has no words that I could save.")


class NotYours(Refusal):
    """The resource was saved by somebody else."""

    code = "not-yours"

    def __init__(self, code: str, what: str) -> None:
        super().__init__(f"{code} was saved by somebody else. {what} Ask a facilitator.", code=code)


class StaysWithMembers(Refusal):
    """Messages from a room, and minutes, cannot be published."""

    code = "stays-with-members"

    def __init__(self, code: str) -> None:
        super().__init__(
            f"{code} was said or written among members, so it stays with them. "
            "To tell the world, write it in your own words or publish a meeting's highlights.",
            code=code,
        )


class HighlightsOfAMeeting(Refusal):
    """Highlights are published with their meeting."""

    code = "highlights-of-a-meeting"

    def __init__(self, code: str) -> None:
        super().__init__(
            f"{code} is a document of a meeting. Highlights are published by the meeting's code: "
            "{hint}",
            hint=hint("minutes publish"),
            code=code,
        )


class FileGone(Refusal):
    """The file to publish is no longer in the file store."""

    code = "file-gone"

    def __init__(self, code: str) -> None:
        super().__init__(
            f"The file of {code} is not here any more, so there is nothing to publish. "
            "Ask whoever has it to save it again.",
            code=code,
        )


class SecretInLink(Refusal):
    """A link grants access to whoever has it. `names` are those of the parts that do."""

    code = "secret-in-link"

    def __init__(self, names: Sequence[str]) -> None:
        called = ", ".join(names)
        super().__init__(
            f"The link holds what may be a key or a password: {called}. I have not kept it. "
            "Leave that part out and save it again.",
            names=called,
        )
