"""Reasons why a calendar could not be read. Findings are short, for logs; people get sentences."""

MOST_BYTES = 48 * 1024 * 1024
MOST_ENTRIES = 5_000
TOO_LARGE = "too large"
TOO_MANY = "too many entries"
TOO_MUCH = "too much to work out"
NO_CALENDAR = "not a calendar"
CUT_OFF = "cut off"

_PASSWORD = "It is not public: the server asks who we are. Share the calendar publicly first."  # noqa: S105
_NOT_THERE = "There is nothing at that address. Please look whether the address is right."
_WORDS = {
    "not public": "It is not on the public internet, and I read public calendars only.",
    "unusual port": "Its address names an unusual port, and I read ports 80 and 443 only.",
    "too many redirects": "Its address leads from one place to the next without end.",
    "redirect to nowhere": "Its address leads nowhere.",
    "unknown host": "There is no site of that name. Please look whether the address is right.",
    "too slow": "The site was too slow to answer.",
    "bad certificate": "The site does not prove that it is what its address says.",
    "unreachable": "The site could not be reached.",
    "speaks no HTTP": "What is there does not answer as web sites do.",
    "damaged": "What came was damaged on the way.",
    "packed in an unknown way": "It is packed in a way I do not know.",
    TOO_LARGE: "It is larger than 48 megabytes, and I follow smaller calendars only.",
    TOO_MANY: f"It has more than {MOST_ENTRIES:,} entries that are not over, and I follow smaller "
    "calendars only.",
    TOO_MUCH: "Its repeating dates are too much to work out.",
    NO_CALENDAR: "It is not a calendar file. Look for an address that ends in .ics, often called "
    "the iCal address.",
    CUT_OFF: "Only a part of it came.",
    "status 401": _PASSWORD,
    "status 403": _PASSWORD,
    "status 404": _NOT_THERE,
    "status 410": _NOT_THERE,
    "the worker failed": "It took too long to read.",
}


def words_for(why: str) -> str:
    """The sentence for a finding."""
    if why.startswith("bad address"):
        return "It leads to an address that I do not read."
    if why.startswith("status "):
        return _WORDS.get(why, f"The site answered with an error ({why.removeprefix('status ')}).")
    return _WORDS.get(why, "It could not be read.")
