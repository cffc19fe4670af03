"""Secrets of ours in what somebody posts where others read: found here, for every kind of them."""

import re
from collections.abc import Iterable

from indaba.contracts.ids import ONE_TIME
from indaba.contracts.linking import EndOverheard

_CODE = re.compile(r"(?<![\w-])([2-9a-zA-Z]{4})(-?)([2-9a-zA-Z]{4,5})(?![\w-])")
_SIGN_IN = re.compile(r"/sign-in/([\w-]{16,200})")
MOST = 5


def secrets_in(text: str) -> EndOverheard | None:
    """What may be a one-time code or a sign-in link; membership knows whether it is one."""
    codes = _each(_written(match) for match in _CODE.finditer(text))
    links = _each(_SIGN_IN.findall(text))
    return EndOverheard(codes=codes, sign_ins=links) if codes or links else None


def _each(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for text in texts if text))[:MOST]


def _written(match: re.Match[str]) -> str:
    """A code as it is kept; words in small letters are none, unless written as a code is."""
    first, dash, second = match.groups()
    code = f"{first}{second}"
    looks_so = bool(dash) or code.isupper() or any(sign.isdigit() for sign in code)
    return code.upper() if looks_so and re.fullmatch(ONE_TIME, code.upper()) else ""
