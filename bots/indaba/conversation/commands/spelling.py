"""How near a misspelt name is to one that is known. What is only near is asked about, never done.

Figures are no slips: "Grade 5" is not "Grade 4".
"""

import re
from collections.abc import Sequence

SLIPS = ((4, 0), (7, 1), (14, 2))
"""How many letters a name has fewer than, and how many slips it may then hold."""

MOST_SLIPS = 3
_FIGURES = re.compile(r"\d+")


def slips(typed: str, name: str) -> int | None:
    """The slips by which a word, or words without the space between, miss a name; `None`: another.

    Two letters that changed places are one slip, as is a letter too many, too few or wrong.
    """
    from rapidfuzz.distance import DamerauLevenshtein

    allowed = next((few for below, few in SLIPS if len(typed) < below), MOST_SLIPS)
    if _FIGURES.findall(typed) != _FIGURES.findall(name):
        return None
    missed = DamerauLevenshtein.distance(typed, name, score_cutoff=allowed)
    return missed if missed <= allowed else None


def slips_at_beginning(typed: Sequence[str], title: Sequence[str]) -> int | None:
    """The fewest slips by which words miss the first words of a title; `None`: another title.

    A space too many or too few is no slip.
    """
    together = "".join(typed)
    begun = ("".join(title[:size]) for size in range(1, len(title) + 1))
    missed = [few for each in begun if (few := slips(together, each)) is not None]
    return min(missed, default=None)


def slips_within(typed: Sequence[str], title: Sequence[str]) -> int | None:
    """As `slips_at_beginning`, from any word of the title on."""
    missed = [
        few
        for at in range(len(title))
        if (few := slips_at_beginning(typed, title[at:])) is not None
    ]
    return min(missed, default=None)
