"""Repeating meetings: their rules, dates and wording. Pure functions on wall time."""

from indaba.scheduling.model.repeating.avoiding import (
    ANY_PROVINCE,
    Avoid,
    Calendar,
    public_holiday,
)
from indaba.scheduling.model.repeating.changes import (
    add,
    move,
    restore,
    skip,
    this_and_later,
    with_rule,
    with_time,
)
from indaba.scheduling.model.repeating.refusals import (
    DateThere,
    DateWasThere,
    NoSuchDate,
    TooManyChanges,
    UnknownHolidays,
)
from indaba.scheduling.model.repeating.regions import country_of, is_known_place
from indaba.scheduling.model.repeating.repeats import Coming, Date, LeftOut, Repeats
from indaba.scheduling.model.repeating.terms import TermsRead, read_terms, text_of
from indaba.scheduling.model.repeating.wording import in_words

__all__ = [
    "ANY_PROVINCE",
    "Avoid",
    "Calendar",
    "Coming",
    "Date",
    "DateThere",
    "DateWasThere",
    "LeftOut",
    "NoSuchDate",
    "Repeats",
    "TermsRead",
    "TooManyChanges",
    "UnknownHolidays",
    "add",
    "country_of",
    "in_words",
    "is_known_place",
    "move",
    "public_holiday",
    "read_terms",
    "restore",
    "skip",
    "text_of",
    "this_and_later",
    "with_rule",
    "with_time",
]
