"""Who receives reports, how many may come, and how long they are stored. No clock, no I/O."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from indaba.contracts.ids import CODE_LETTERS
from indaba.contracts.membership import Platform
from indaba.contracts.refusal import Refusal, hint

HELPLINES = "in South Africa Childline 116, police 10111"
"""Whom to call in danger. A setting replaces it."""

DRAFT_LASTS = timedelta(minutes=30)
WORTH_TELLING_FOR = timedelta(days=7)
MOST_A_DAY = 5
MOST_LISTED = 50
_LEAD = re.compile(r"matrix:@[^:\s]+:\S+|discord:\d{15,20}")
_DIGITS = CODE_LETTERS[:8]
_CODE_LENGTH = 5


class NobodyNamed(Refusal):
    """No safeguarding lead is set, so nobody would read a report."""

    code = "nobody-named"

    def __init__(self, helplines: str) -> None:
        super().__init__(
            "Nobody is named on this Indaba to receive reports, so I have kept nothing. In danger, "
            f"call: {helplines}. Otherwise turn to somebody you trust outside this community, such "
            "as a social worker, your school or the police."
        )


class TooManyReports(Refusal):
    """An account has sent as many reports today as are allowed."""

    code = "too-many-reports"

    def __init__(self, helplines: str) -> None:
        super().__init__(
            f"You have sent {MOST_A_DAY} reports today, and that is all I can take in a day. They "
            f"were all kept. In danger, call: {helplines}."
        )


class DraftGone(Refusal):
    """The draft no longer exists."""

    code = "draft-gone"

    def __init__(self) -> None:
        super().__init__(
            "I have forgotten that draft, and nobody got it. Please write it again: {hint}",
            hint=hint("safety report"),
        )


class NoSuchReport(Refusal):
    """There is no report with that code."""

    code = "no-such-report"

    def __init__(self) -> None:
        super().__init__(
            "There is no report with that code. To see which there are type: {hint}",
            hint=hint("safety list"),
        )


@dataclass(frozen=True, slots=True)
class Safeguarding:
    """The accounts that receive reports, and whom to call in danger."""

    leads: frozenset[tuple[Platform, str]] = frozenset()
    helplines: str = HELPLINES

    @classmethod
    def named(cls, leads: Iterable[str], helplines: str = HELPLINES) -> "Safeguarding":
        """Accounts such as `matrix:@lead:example.org` or `discord:123456789012345678`.

        Raises `ValueError`.
        """
        return cls(frozenset(map(lead, leads)), helplines.strip(" .") or HELPLINES)

    def is_lead(self, platform: Platform, account: str) -> bool:
        """Whether an account may read reports."""
        return (platform, account) in self.leads

    def on(self, platform: Platform) -> tuple[str, ...]:
        """The leads' accounts on a platform."""
        return tuple(sorted(account for where, account in self.leads if where is platform))


def lead(text: str) -> tuple[Platform, str]:
    """An account with its platform, from text. Raises `ValueError`."""
    if _LEAD.fullmatch(text) is None:
        raise ValueError(
            f"{text!r} is not like matrix:@lead:example.org or discord:123456789012345"
        )
    platform, _, account = text.partition(":")
    return Platform(platform), account


def code_from(random_number: int) -> str:
    """A report's code: S, a digit, then characters derived from the number."""
    random_number, figure = divmod(random_number, len(_DIGITS))
    letters = ["S", _DIGITS[figure]]
    for _ in range(_CODE_LENGTH - len(letters)):
        random_number, letter = divmod(random_number, len(CODE_LETTERS))
        letters.append(CODE_LETTERS[letter])
    return "".join(letters)


CODES = len(_DIGITS) * len(CODE_LETTERS) ** (_CODE_LENGTH - 2)
"""The number of different codes."""
