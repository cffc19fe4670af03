"""What is said of a rule that cannot be."""

from indaba.contracts.refusal import Refusal

HOW_TO_REPEAT = (
    'Please say it like "every Thursday 14:00" or "first Tuesday of the month 15:00 until June".'
)


class BadRule(Refusal):
    """Meetings here cannot repeat by that rule."""

    code = "bad-repeat-rule"

    def __init__(self, why: str) -> None:
        super().__init__(f"{why} {HOW_TO_REPEAT}")
