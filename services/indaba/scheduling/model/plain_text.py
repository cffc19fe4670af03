"""Makes titles and reasons safe to store: one line, nothing invisible."""

import unicodedata

from indaba.contracts.refusal import Refusal

LONGEST_TITLE = 120
LONGEST_REASON = 300

_JOINERS = "\u200c\u200d"
_BLANK_LETTERS = "\u115f\u1160\u2800\u3164\uffa0"


class TitleEmpty(Refusal):
    """The title has no visible characters."""

    code = "meeting-title-empty"

    def __init__(self) -> None:
        super().__init__("A meeting needs a title. Say in a few words what it is about.")


class TitleTooLong(Refusal):
    """The title has more than 120 characters."""

    code = "meeting-title-too-long"

    def __init__(self, length: int) -> None:
        super().__init__(
            f"The title has {length} characters and the most is {LONGEST_TITLE}. "
            "Please shorten it.",
            length=length,
            most=LONGEST_TITLE,
        )


class ReasonTooLong(Refusal):
    """The reason has more than 300 characters."""

    code = "meeting-reason-too-long"

    def __init__(self, length: int) -> None:
        super().__init__(
            f"The reason has {length} characters and the most is {LONGEST_REASON}. "
            "Please shorten it.",
            length=length,
            most=LONGEST_REASON,
        )


def one_line(text: str) -> str:
    """The text in one line, without control characters, bidi overrides and invisible marks.

    Joiners stay, because emoji and some scripts need them.
    """
    spaced = " ".join(unicodedata.normalize("NFC", text).split())
    return " ".join("".join(filter(_is_kept, spaced)).split())


def clean_title(text: str) -> str:
    """The title as it is stored; nothing is cut off. Raises `TitleEmpty` or `TitleTooLong`."""
    title = one_line(text)
    if not is_seen(title):
        raise TitleEmpty
    if len(title) > LONGEST_TITLE:
        raise TitleTooLong(len(title))
    return title


def clean_reason(text: str) -> str:
    """The reason as it is stored; may be empty. Raises `ReasonTooLong`."""
    reason = one_line(text)
    if len(reason) > LONGEST_REASON:
        raise ReasonTooLong(len(reason))
    return reason


def is_seen(text: str) -> bool:
    """Whether the text has any visible characters."""
    return any(_is_seen(letter) for letter in text)


def _is_kept(letter: str) -> bool:
    return letter in _JOINERS or unicodedata.category(letter) not in {"Cc", "Cf", "Cs"}


def _is_seen(letter: str) -> bool:
    return unicodedata.category(letter)[0] in "LNPS" and letter not in _BLANK_LETTERS
