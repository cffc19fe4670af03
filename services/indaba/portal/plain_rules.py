"""Which rules of repetition every calendar app keeps as they are meant.

Outlook keeps what its own forms can say ([MS-OXCICAL] 2.1.3.2): no month in a weekly rule, no two
places in a month (BYDAY=1TH,3TH), and for the 29th to the 31st it takes the last day of a shorter
month. Dates of other rules are written one by one.
"""

import re

_DAY = "(MO|TU|WE|TH|FR|SA|SU)"
_DAYS = f"{_DAY}(,{_DAY})*"
_PLACE = "([1-4]|-1)"
_MONTH_DAY = "([1-9]|1[0-9]|2[0-8]|-1)"
_ALWAYS = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST"}
_KEPT = {
    "DAILY": ({},),
    "WEEKLY": ({}, {"BYDAY": _DAYS}),
    "MONTHLY": (
        {"BYMONTHDAY": _MONTH_DAY},
        {"BYDAY": _PLACE + _DAY},
        {"BYDAY": _DAYS, "BYSETPOS": _PLACE},
    ),
    "YEARLY": (
        {"BYMONTH": r"\d+", "BYMONTHDAY": _MONTH_DAY},
        {"BYMONTH": r"\d+", "BYDAY": _PLACE + _DAY},
        {"BYMONTH": r"\d+", "BYDAY": _DAYS, "BYSETPOS": _PLACE},
    ),
}
"""By frequency, the sets of further parts that may stand together, with their values."""


def is_plain(rule: str) -> bool:
    """Whether a rule is one of those."""
    parts = dict(part.split("=", 1) for part in rule.split(";"))
    further = {name: value for name, value in parts.items() if name not in _ALWAYS}
    return any(
        shape.keys() == further.keys()
        and all(re.fullmatch(shape[name], value) for name, value in further.items())
        for shape in _KEPT.get(parts["FREQ"], ())
    )
