"""Names for the ids that travel. All are UUIDs but the short codes people type."""

import re
from typing import Annotated, NewType
from uuid import UUID

from pydantic import BeforeValidator, StringConstraints

MemberId = NewType("MemberId", UUID)
CommunityId = NewType("CommunityId", UUID)
MeetingId = NewType("MeetingId", UUID)
ResourceId = NewType("ResourceId", UUID)
SeriesId = NewType("SeriesId", UUID)

CODE_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""No 0, 1, I, L or O: codes are read aloud and typed on phones."""

_as_read_aloud = BeforeValidator(
    lambda typed: typed.strip().upper() if isinstance(typed, str) else typed
)

MeetingCode = Annotated[
    str, _as_read_aloud, StringConstraints(pattern=r"^M[2-9][2-9A-HJKMNP-Z]{2,6}$")
]
"""A meeting's short code in its community, such as M7K2. A figure is second: no word has that."""

ActionCode = Annotated[
    str, _as_read_aloud, StringConstraints(pattern=r"^A[2-9][2-9A-HJKMNP-Z]{2,6}$")
]
"""An action's short code in its community, such as A7K2."""

DoorCode = Annotated[str, _as_read_aloud, StringConstraints(pattern=r"^[2-9A-HJKMNP-Z]{4}$")]
"""What a chair says or shows at a meeting, so that those who are there can prove it."""

ResourceCode = Annotated[
    str, _as_read_aloud, StringConstraints(pattern=r"^R[2-9][2-9A-HJKMNP-Z]{2,6}$")
]
"""A resource's short code in its community, such as R7K2."""

ReportCode = Annotated[
    str, _as_read_aloud, StringConstraints(pattern=r"^S[2-9][2-9A-HJKMNP-Z]{2,6}$")
]
"""The short code by which safeguarding leads name a report, such as S7K2Q."""

ONE_TIME = r"^[2-9A-HJKMNP-Z]{8,9}$"
"""Nine letters; eight in releases before."""

DASHES = "\u2010-\u2015\u2212-"
"""For a pattern: what phones make of a hyphen counts as one."""

_APART = re.compile(rf"[\s{DASHES}]+")


def one_time(typed: str) -> str:
    """The one-time code that somebody typed, however they set it apart; empty if it is none."""
    code = _APART.sub("", typed).upper()
    return code if re.fullmatch(ONE_TIME, code) else ""


OneTimeCode = Annotated[
    str,
    BeforeValidator(lambda typed: (one_time(typed) or typed) if isinstance(typed, str) else typed),
    StringConstraints(pattern=ONE_TIME),
]
"""A secret that works once, shown as 7K2M-9QPX3; spaces, hyphens and case do not matter."""
