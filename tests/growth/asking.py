"""What samples of requests are made of."""

from collections.abc import Callable
from typing import Any

from growth.community import Community
from growth.names import ROOM
from indaba.contracts import membership as m
from indaba.contracts.passport import Passport
from indaba.contracts.wire import Request

MATRIX = m.Platform.MATRIX
Made = Callable[[Community], Request[Any]]
Sample = tuple[str, Made]
"""Who asks (`chair`, `member`, `two`, `newest`, `face`, or `nobody`), and what."""

STRANGER = "@stranger:example.org"
AGREED: dict[str, Any] = {"adult": True, "consent_version": m.CONSENT_VERSION}
FRESH = m.Place(platform=MATRIX, room="!fresh:example.org")


def member_of(passport: Passport) -> Any:
    return passport.member


def home_of(_: Community) -> m.Place:
    return m.Place(platform=MATRIX, room=ROOM)
