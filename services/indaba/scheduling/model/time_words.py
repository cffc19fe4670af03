"""Words for times in English and Afrikaans, and one spelling for all of them."""

import re
import unicodedata
from collections.abc import Iterable

WEEKDAY_WORDS: dict[str, int] = {
    word: number
    for number, words in enumerate(
        (
            "monday mon maandag",
            "tuesday tues tue dinsdag",
            "wednesday weds wed woensdag",
            "thursday thurs thur thu donderdag",
            "friday fri vrydag vry",
            "saturday sat saterdag",
            "sunday sun sondag",
        )
    )
    for word in words.split()
}
"""Monday is 0."""

MONTH_WORDS: dict[str, int] = {
    word: number
    for number, words in enumerate(
        (
            "january jan januarie",
            "february feb februarie",
            "march mar maart mrt",
            "april apr",
            "may mei",
            "june jun junie",
            "july jul julie",
            "august aug augustus",
            "september sept sep",
            "october oct oktober okt",
            "november nov",
            "december dec desember des",
        ),
        start=1,
    )
    for word in words.split()
}

DAY_WORDS: dict[str, int] = {
    "day before yesterday": -2,
    "eergister": -2,
    "yesterday": -1,
    "gister": -1,
    "today": 0,
    "vandag": 0,
    "tomorrow": 1,
    "tomorow": 1,
    "tommorow": 1,
    "tmrw": 1,
    "tmr": 1,
    "more": 1,
    "day after tomorrow": 2,
    "oormore": 2,
}
"""Days from today. "more" is "môre" without its accent."""

PART_WORDS: dict[str, str] = {
    "morning": "morning",
    "oggend": "morning",
    "voormiddag": "morning",
    "afternoon": "afternoon",
    "namiddag": "afternoon",
    "evening": "evening",
    "night": "evening",
    "aand": "evening",
}
"""Parts of the day. They decide which eight o'clock is meant."""

TODAY_PARTS: dict[str, str] = {
    "tonight": "evening",
    "vanaand": "evening",
    "vanoggend": "morning",
    "vanmiddag": "afternoon",
}
"""Words for a part of today."""

WHICH_WORDS: dict[str, str] = {
    "this": "this",
    "hierdie": "this",
    "coming": "this",
    "komende": "this",
    "next": "next",
    "volgende": "next",
    "last": "last",
    "past": "last",
    "verlede": "last",
}

CONNECTORS = frozenset(
    [
        "at",
        "on",
        "the",
        "of",
        "om",
        "op",
        "die",
        "van",
        "in",
        "for",
        "vir",
        "by",
        "time",
        "'s",
        "hrs",
        "en",
        "and",
        "@",
        "-",
        "–",
        "—",
    ]
)
"""Words that do not change what is meant."""

_NUMBERS = {
    word: str(number)
    for number, words in enumerate(
        (
            "one een",
            "two twee",
            "three drie",
            "four vier",
            "five vyf",
            "six ses",
            "seven sewe",
            "eight agt",
            "nine nege",
            "ten tien",
            "eleven elf",
            "twelve twaalf",
        ),
        start=1,
    )
    for word in words.split()
}


def either(words: Iterable[str]) -> str:
    """A pattern that matches any of the words, the longest first."""
    return "(?:" + "|".join(sorted(map(re.escape, words), key=len, reverse=True)) + ")"


_NUMBER = re.compile(rf"\b{either(_NUMBERS)}\b")


def one_spelling(text: str) -> str:
    """The text in lower case, without accents, control characters and double spaces.

    Number words become digits.
    """
    plain = unicodedata.normalize("NFKD", text.casefold())
    letters = (" " if _is_control(c) else c for c in plain if not unicodedata.combining(c))
    spaced = " ".join("".join(letters).replace("\u2019", "'").split())
    return _NUMBER.sub(lambda match: _NUMBERS[match[0]], spaced)


def _is_control(letter: str) -> bool:
    return unicodedata.category(letter) in {"Cc", "Cf", "Cs"}
