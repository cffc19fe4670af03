"""What intents that call a meeting or a series have in common."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from indaba.contracts.lines import LONGEST_LINE
from indaba.contracts.scheduling import MeetingDetails
from indaba.conversation.commands.fields import Minutes
from indaba.conversation.commands.in_parts import InParts
from indaba.conversation.commands.intent import Intent
from indaba.conversation.wording import Wording, plain


class Titled(Intent):
    """What it is about; asked for first."""

    title: str = Field(
        max_length=120,
        description="What it is about",
        json_schema_extra={"question": "What is the meeting about?", "before_time": True},
    )


class Timed(Titled, InParts):
    """When it is, in free text. In a line without names its title stands there too."""

    when: str = Field(
        min_length=1,
        max_length=LONGEST_LINE,
        description="When, in your own words: thu 18:00, or every second Thursday 14:00",
        json_schema_extra={
            "question": "When does it begin? For example: thu 18:00",
            "line_with": "title",
        },
    )


class MeetingDraft(Titled):
    """A meeting before it is called: the fields of `MeetingDetails`, as people give them."""

    minutes: Minutes = Field(
        default=60, description="How long it takes, in minutes; an hour if you do not say"
    )
    where: str = Field(
        default="",
        max_length=200,
        description="Where: a room, an address or a link",
        json_schema_extra={"keyed": True},
    )
    capacity: int = Field(
        default=0,
        ge=0,
        le=10_000,
        description="How many can come, guests counted; no limit if you do not say",
        json_schema_extra={"keyed": True},
    )

    def details(self) -> dict[str, Any]:
        """The details alone, to be handed on to the next intent or to scheduling."""
        return {name: getattr(self, name) for name in MeetingDetails.model_fields}

    def in_words(self, wording: Wording, *when: tuple[str, str]) -> tuple[tuple[str, str], ...]:
        """The rows of a preview, with its time after the title; nothing empty."""
        say = wording.say
        rows = (
            (say("Title"), plain(self.title)),
            *when,
            (say("How long"), wording.length(self.minutes)),
            (say("Where"), plain(self.where)),
            (say("Places"), str(self.capacity or "")),
        )
        return tuple(row for row in rows if row[1])
