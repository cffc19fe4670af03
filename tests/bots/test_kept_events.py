"""Events in the inbox survive an upgrade: what commit c22b564 kept is read as it was meant."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from indaba.conversation.delivery.chat_events import (
    BallotCast,
    ButtonPressed,
    ChatEvent,
    CommandInvoked,
    FileSent,
    MessageEdited,
    MessageSent,
    ReactionAdded,
    ReactionRemoved,
    Written,
)
from indaba.conversation.store.kept_events import from_json, to_json

NOW = datetime(2026, 11, 3, 12, tzinfo=UTC)
COMMON: dict[str, Any] = {
    "id": "$1",
    "room": "!r",
    "account": "@thandi",
    "sent_at": NOW,
    "thread": "$t",
    "direct": True,
    "house": "42",
}
WRITTEN = Written("$w", "@sipho", "Look", NOW, FileSent("mxc://x", "a.pdf", "application/pdf", 9))
EVENTS: list[ChatEvent] = [
    MessageSent(
        **COMMON, text="a", addressed="b", reply_to="$c", mentions=("@d",), written=WRITTEN
    ),
    MessageEdited(**COMMON, message="$c", text="a"),
    ReactionAdded(**COMMON, message="$c", emoji="👍", addressed="meeting yes M7K2"),
    ReactionRemoved(**COMMON, event="$c"),
    BallotCast(**COMMON, poll="$c", option=2),
    CommandInvoked(**COMMON, asked='{"intent": "meeting next"}', written=WRITTEN, ephemeral="tok"),
    ButtonPressed(**COMMON, post="answer/0", place=2, ephemeral="tok"),
]
OLD: dict[str, Any] = {
    "id": "$1", "kind": "message", "room": "!r", "account": "@thandi", "text": "",
    "said_at": "2026-11-03T12:00:00Z", "thread": "$t", "about": "", "addressed": None,
    "direct": True, "asked": "", "picked": None, "whisper": "", "house": "42", "written": None,
    "mentions": [],
}  # fmt: skip
WRITTEN_THEN = {
    "message": "$w", "account": "@sipho", "text": "Look", "written_at": "2026-11-03T12:00:00Z",
    "file": {"handle": "mxc://x", "name": "a.pdf", "media_type": "application/pdf", "size": 9},
}  # fmt: skip
KEPT_THEN: list[dict[str, Any]] = [
    {"text": "a", "addressed": "b", "about": "$c", "mentions": ["@d"], "written": WRITTEN_THEN},
    {"kind": "edited", "about": "$c", "text": "a"},
    {"kind": "reaction", "about": "$c", "text": "👍", "addressed": "meeting yes M7K2"},
    {"kind": "reaction-removed", "about": "$c"},
    {"kind": "ballot", "about": "$c", "text": "2"},
    {"asked": '{"intent": "meeting next"}', "written": WRITTEN_THEN, "whisper": "tok"},
    {"picked": ["answer/0", 2], "whisper": "tok"},
]


@pytest.mark.parametrize("event", EVENTS, ids=lambda e: type(e).__name__)
def test_an_event_is_read_as_it_was_kept(event: ChatEvent) -> None:
    assert from_json(json.loads(json.dumps(to_json(event)))) == event


@pytest.mark.parametrize(("kept", "event"), list(zip(KEPT_THEN, EVENTS, strict=True)))
def test_an_event_of_an_earlier_version_is_read_as_it_was_meant(
    kept: dict[str, Any], event: ChatEvent
) -> None:
    assert from_json(OLD | kept) == event
