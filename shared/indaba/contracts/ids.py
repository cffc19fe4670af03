"""Types of the ids in messages. All are UUIDs except the short codes that people type."""

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
"""A meeting's short code in its community, such as M7K2. The digit sets it apart from words."""

ActionCode = Annotated[
    str, _as_read_aloud, StringConstraints(pattern=r"^A[2-9][2-9A-HJKMNP-Z]{2,6}$")
]
"""An action's short code in its community, such as A7K2."""

DoorCode = Annotated[str, _as_read_aloud, StringConstraints(pattern=r"^[2-9A-HJKMNP-Z]{4}$")]
"""The code a chair reads out or shows at a meeting, so that people can prove they are there."""

ResourceCode = Annotated[
    str, _as_read_aloud, StringConstraints(pattern=r"^R[2-9][2-9A-HJKMNP-Z]{2,6}$")
]
"""A resource's short code in its community, such as R7K2."""

ReportCode = Annotated[
    str, _as_read_aloud, StringConstraints(pattern=r"^S[2-9][2-9A-HJKMNP-Z]{2,6}$")
]
"""The short code by which safeguarding leads refer to a report, such as S7K2Q."""

ONE_TIME = r"^[2-9A-HJKMNP-Z]{8,9}$"
"""Nine characters; eight in earlier releases."""

DASHES = "\u2010-\u2015\u2212-"
"""Characters that phones put in place of a hyphen, as part of a pattern."""

_APART = re.compile(rf"[\s{DASHES}]+")


def one_time(typed: str) -> str:
    """The one-time code in what somebody typed, however it is separated; empty if there is none."""
    code = _APART.sub("", typed).upper()
    return code if re.fullmatch(ONE_TIME, code) else ""


class OneTime:
    """Marks a field with a one-time code: whoever reads it may use it."""


OneTimeCode = Annotated[
    str,
    OneTime,
    BeforeValidator(lambda typed: (one_time(typed) or typed) if isinstance(typed, str) else typed),
    StringConstraints(pattern=ONE_TIME),
]
"""A secret that works once, shown as 7K2M-9QPX3. Spaces, hyphens and case do not matter."""
