"""What is said when the library cannot do what was asked."""

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
    """The message to save has no words."""

    code = "nothing-said"

    def __init__(self) -> None:
        super().__init__("This message has no words that I could save.")


class NotYours(Refusal):
    """Somebody wants to change what another saved."""

    code = "not-yours"

    def __init__(self, code: str, what: str) -> None:
        super().__init__(f"{code} was saved by somebody else. {what} Ask a facilitator.", code=code)
