"""A text from which patterns take what they understand."""

import re
from collections.abc import Iterator

_TAKEN = " | "


class RemainingText:
    """The part of a text, `left`, that no pattern has taken yet."""

    def __init__(self, text: str) -> None:
        self.left = text

    def take(self, pattern: re.Pattern[str]) -> Iterator[re.Match[str]]:
        """Remove all matches of a pattern from the text, and return them in order.

        A separator replaces each match, so that the words around it do not join.
        """
        matches = list(pattern.finditer(self.left))
        self.left = pattern.sub(_TAKEN, self.left)
        return iter(matches)
