"""Words for repetition in English and Afrikaans, as patterns."""

import re

from indaba.scheduling.model.repeating.rule import Frequency
from indaba.scheduling.model.time_words import MONTH_WORDS, WEEKDAY_WORDS, either

ORDINAL_WORDS = {
    "first": 1,
    "1st": 1,
    "second": 2,
    "2nd": 2,
    "third": 3,
    "3rd": 3,
    "fourth": 4,
    "4th": 4,
    "fifth": 5,
    "5th": 5,
    "last": -1,
    "final": -1,
    "second last": -2,
    "second-last": -2,
    "second to last": -2,
    "2nd last": -2,
    "penultimate": -2,
}
UNIT_WORDS = {
    "day": (Frequency.DAILY, 1),
    "week": (Frequency.WEEKLY, 1),
    "fortnight": (Frequency.WEEKLY, 2),
    "month": (Frequency.MONTHLY, 1),
    "quarter": (Frequency.MONTHLY, 3),
    "year": (Frequency.YEARLY, 1),
}
ADVERBS = {
    "daily": UNIT_WORDS["day"],
    "weekly": UNIT_WORDS["week"],
    "fortnightly": UNIT_WORDS["fortnight"],
    "monthly": UNIT_WORDS["month"],
    "quarterly": UNIT_WORDS["quarter"],
    "yearly": UNIT_WORDS["year"],
    "annually": UNIT_WORDS["year"],
    "annual": UNIT_WORDS["year"],
    "biennially": (Frequency.YEARLY, 2),
}
TWO_MEANINGS = {
    "biweekly": (Frequency.WEEKLY, "every two weeks or twice a week"),
    "bimonthly": (Frequency.MONTHLY, "every two months or twice a month"),
    "biyearly": (Frequency.YEARLY, "every two years or twice a year"),
    "biannual": (Frequency.YEARLY, "every two years or twice a year"),
    "biannually": (Frequency.YEARLY, "every two years or twice a year"),
}
PROVINCES = (
    "Eastern Cape",
    "Free State",
    "Gauteng",
    "KwaZulu-Natal",
    "Limpopo",
    "Mpumalanga",
    "Northern Cape",
    "North West",
    "Western Cape",
)

_AFRIKAANS = {
    "elke": "every",
    "daagliks": "daily",
    "weekliks": "weekly",
    "tweeweekliks": "fortnightly",
    "maandeliks": "monthly",
    "jaarliks": "yearly",
    "eerste": "first",
    "tweede": "second",
    "derde": "third",
    "vierde": "fourth",
    "vyfde": "fifth",
    "laaste": "last",
    "dag": "day",
    "dae": "days",
    "weke": "weeks",
    "maand": "month",
    "maande": "months",
    "jaar": "year",
    "keer": "times",
    "vanaf": "from",
    "tot": "until",
    "vir": "for",
    "van die": "of the",
    "en": "and",
    "behalwe": "except",
    "nie op": "not on",
    "nie in": "not in",
    "openbare vakansiedae": "public holidays",
    "skoolvakansies": "school holidays",
    "weeksdae": "weekdays",
    "weeksdag": "weekday",
}
_TO_ENGLISH = re.compile(rf"(?<![a-z0-9]){either(_AFRIKAANS)}(?![a-z0-9])")

JOIN = r"(?:,? ?(?:and|&|or) (?:the )?|, ?(?:the )?)"
NTH = r"(?:st|nd|rd|th)"
MONTH = rf"(?:{either(MONTH_WORDS)})(?![a-z])\.?"
WEEKDAY = rf"(?:{either(WEEKDAY_WORDS)})(?:s|'s)?(?![a-z])"
ORDINAL = rf"(?:{either(ORDINAL_WORDS)})(?![a-z0-9])"
MONTHS = rf"{MONTH}(?:{JOIN}{MONTH})*"
WEEKDAYS = rf"{WEEKDAY}(?:{JOIN}{WEEKDAY})*"
ORDINALS = rf"{ORDINAL}(?:{JOIN}{ORDINAL})*"
YEAR = r"(?:,? 20[0-9]{2}(?![0-9:]))"
DAY_MONTH = (
    rf"(?:[0-9]{{1,2}}{NTH}?(?: of)? ?{MONTH}"
    rf"|{MONTH} (?:the )?[0-9]{{1,2}}{NTH}?(?![0-9:.h]| ?[ap]\.?m))"
)
DATE = (
    rf"(?:(?:{WEEKDAY},? )?(?:the )?{DAY_MONTH}{YEAR}?"
    r"|20[0-9]{2}[-/][0-9]{1,2}[-/][0-9]{1,2}"
    r"|[0-9]{1,2}[/-][0-9]{1,2}(?:[/-](?:20)?[0-9]{2})?(?![0-9:])"
    r"|[0-9]{1,2}\.[0-9]{1,2}\.(?:20[0-9]{2})?)"
)
MONTH_OF_YEAR = rf"{MONTH}{YEAR}?"
NOT = (
    r"(?:(?:but )?(?:not|except|excluding|skipping|skip|without|no|outside(?: of)?|and|or|nor)"
    r"(?: for)?(?: (?:on|in|during))?)(?: any)?(?: the)?"
)


def word(pattern: str) -> re.Pattern[str]:
    """The pattern, matched only as a whole word."""
    return re.compile(rf"(?<![a-z0-9])(?:{pattern})(?![a-z0-9])")


def in_english(text: str) -> str:
    """The text (in one spelling already) with Afrikaans words of repetition in English."""
    return _TO_ENGLISH.sub(lambda match: _AFRIKAANS[match[0]], text)


RULE = re.compile(r"(?:by the rule )?(?:rrule:)?(freq=[a-z0-9=;,+-]*)")
TOO_OFTEN = word(
    r"hourly|every (?:(?:[0-9]+ )?(?:hours?|minutes?|mins?)|[0-9]+ seconds?|half hour)"
    r"|(?:twice|[0-9]+ times|[0-9]+x) (?:a|per|every) day"
)
BY_TERM = word(r"(?:every|each|once a|once per) (?:school )?(?:term|semester)s?|termly")
TWICE = word(r"(?:twice|[0-9]+ times|[0-9]+x) (?:a|per|every|each) (?:week|month|year)")
TERM_TIME = word(
    r"(?:only )?(?:in|during) (?:the )?(?:school )?terms?(?: ?time)?(?: only)?"
    r"|(?:only )?(?:school )?term[ -]?time(?: only)?"
)
HOLIDAYS = word(rf"{NOT} holidays?")
TIMES = word(r"(?:for )?([0-9]+) ?(?:times|time|x|meetings?|sessions?|dates|occurrences)")
LASTING = word(r"for (?:the (?:next|coming) )?(an?|[0-9]+) (day|week|month|year)s?")
EXCEPT_MONTHS = word(
    rf"(?:but )?(?:except|excluding|not|skipping)(?: for)?(?: in| during)? ({MONTHS})"
)
EXCEPT_WEEKDAYS = word(rf"(?:but )?(?:except|excluding|not|skipping)(?: for)?(?: on)? ({WEEKDAYS})")
UNTIL = word(
    r"(?:until|till|til|through|thru|up to|to|ending(?: on)?)(?: and including)?(?: the)?"
    rf"(?: end of(?: the)?)? (?:({DATE})|({MONTH_OF_YEAR})|(year))"
)
AN_END = word(r"until|till|til|through|thru|ending")
FROM = word(
    r"(?:starting|beginning|from|start|as of)(?: (?:on|from|in))?(?: the)? "
    rf"(?:({DATE})|({MONTH_OF_YEAR})|next (week|month)"
    rf"|((?:(?:next|this|coming) )?{WEEKDAY}|today|tomorrow|day after tomorrow))"
)
YEARLY_DATE = word(rf"(?:every|each) (?:the )?({DAY_MONTH})")
YEAR_WORDS = word(r"years?|yearly|annually|annual|bi-?(?:annually|yearly|annual)")
A_DATE = word(rf"(?:on )?(?:the )?({DAY_MONTH})(?!{YEAR})")
_OF_MONTH = (
    r"(?:of|in) (?:the|each|every|a)(?: (other|second|2nd|third|[0-9]+))? months?"
    r"|(?:every|each) months?"
)
NTH_WEEKDAY = word(
    rf"(every |each )?(?:the )?({ORDINALS}) ({WEEKDAY}|(?:working|work|week) ?days?)"
    rf"(?: (?:({_OF_MONTH})|of ({MONTHS})))?"
)
MONTH_DAYS = word(
    rf"(?:the )?(last day|[0-9]{{1,2}}{NTH}|day [0-9]{{1,2}}(?= of))"
    rf"(?! (?:of )?{MONTH})"
    rf"((?:{JOIN}(?:last day|[0-9]{{1,2}}{NTH}))*)(?: day)?(?: (?:{_OF_MONTH}))?"
)
WORKING_DAYS = word(
    r"(?:(?:every|each|on|all) )?(?:the )?(?:week ?days?|working days?|work ?days?)"
)
EVERY = word(
    r"(?:(?:every|each)|once (?:a|per|every|each))"
    rf"(?: (other|alternate|second|2nd|third|3rd|fourth|4th|[0-9]+))? ?({either(UNIT_WORDS)})s?"
)
ADVERB = word(either(ADVERBS))
AMBIGUOUS = word(r"bi-?(?:weekly|monthly|annually|yearly|annual)")
NAMED_DAYS = word(
    r"(?:every |each )?((?:(?<=every )|(?<=each ))(?:other|[0-9]+) |alternate )?"
    rf"({WEEKDAYS})"
)
IN_MONTHS = word(rf"(?:only )?(?:in|during) ({MONTHS})(?: only)?")
REPEATING = word(
    rf"every|each|{either(ADVERBS)}|bi-?(?:weekly|monthly|annually|yearly|annual)|hourly|termly"
    r"|(?:once|twice|[0-9]+ times) (?:a|per) (?:day|week|month|year|term)"
    r"|(?:of|in) the month|alternate|fortnight|weekdays|working days|(?:week|term) ?time only"
    rf"|(?:{either(w for w in WEEKDAY_WORDS if w.endswith('day'))})s"
)
