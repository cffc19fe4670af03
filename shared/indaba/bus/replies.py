"""Replies to requests."""

from enum import StrEnum
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict


class Outcome(StrEnum):
    """How a request ended."""

    ANSWERED = "answered"
    REFUSED = "refused"
    UNAVAILABLE = "unavailable"
    EXPIRED = "expired"
    FAULT = "fault"


class ReplyEnvelope(BaseModel):
    """The reply to the request whose envelope has the id `to`.

    `body` is the reply (answered); `code`, `words` and `facts` (refused); `words` (unavailable); or
    the `reference` a person may quote (fault).
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    to: UUID
    outcome: Outcome
    body: dict[str, Any] = {}
