"""Secrets of ours in what somebody posts where others read: found here, for every kind of them."""

import re
from collections.abc import Iterable, Iterator

from indaba.contracts.ids import DASHES, one_time
from indaba.contracts.linking import EndOverheard

_RUN = re.compile(rf"[^\W_]+(?:[\s{DASHES}]+[^\W_]+)*")
_PART = re.compile(r"[^\W_]+")
_AS_SHOWN = re.compile(rf"\w{{4}}[{DASHES}]\w{{4,5}}")
_DASHED = re.compile(rf"\w+(?:[{DASHES}]+\w+)+")
_SIGN_IN = re.compile(r"/sign-in/([\w-]{16,200})")
LONGEST = 9
MOST = 5


def secrets_in(text: str) -> EndOverheard | None:
    """What may be a one-time code or a sign-in link; membership knows whether it is one."""
    likely = sorted((one for one in _written(text) if _looks_so(one)), key=_likeliest)
    codes = _each(one_time(one) for one in likely)
    links = _each(_SIGN_IN.findall(text))
    return EndOverheard(codes=codes, sign_ins=links) if codes or links else None


def _each(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for text in texts if text))[:MOST]


def _written(text: str) -> Iterator[str]:
    """Whatever would be taken as a code if it were typed as one, as it is written."""
    for run in _RUN.finditer(text):
        parts = [*_PART.finditer(run[0])]
        for n, first in enumerate(parts):
            length = 0
            for last in parts[n:]:
                length += len(last[0])
                if length > LONGEST:
                    break
                written = run[0][first.start() : last.end()]
                if one_time(written):
                    yield written


def _looks_so(written: str) -> bool:
    """Words in small letters are no code, unless figures or dashes are set among them as in one."""
    if written.isupper() or _DASHED.fullmatch(written):
        return True
    parts = _PART.findall(written)
    mixed = any(not part.isalpha() and not part.isdecimal() for part in parts)
    return mixed or all(len(part) == 1 for part in parts)


def _likeliest(written: str) -> tuple[bool, bool, int]:
    """The first are those written as we show them, in capitals, and in one piece."""
    return not _AS_SHOWN.fullmatch(written), not written.isupper(), len(_PART.findall(written))
