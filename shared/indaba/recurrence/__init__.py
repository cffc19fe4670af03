"""Rules by which meetings repeat, and the dates they give, for whoever shows or keeps them.

Scheduling calls meetings by them, and the portal writes them into calendar files: both must count
the same dates.
"""

from indaba.recurrence.expansion import explicit, occurrences
from indaba.recurrence.refusals import HOW_TO_REPEAT, BadRule
from indaba.recurrence.rule import Frequency, NthDay, Rule

__all__ = [
    "HOW_TO_REPEAT",
    "BadRule",
    "Frequency",
    "NthDay",
    "Rule",
    "explicit",
    "occurrences",
]
