"""Chat events as JSON in the inbox, and those that earlier versions kept there."""

from typing import Any

from pydantic import TypeAdapter

from indaba.conversation.delivery.chat_events import AnyChatEvent, ChatEvent

_EVENTS: TypeAdapter[ChatEvent] = TypeAdapter(AnyChatEvent)
_COMMON = ("id", "room", "account", "thread", "direct", "house")


def to_json(event: ChatEvent) -> dict[str, object]:
    """As JSON that PostgreSQL takes: it has no place for the character NUL."""
    kept: dict[str, object] = _EVENTS.dump_python(event, mode="json")
    return {name: _without_nul(value) for name, value in kept.items()}


def from_json(kept: dict[str, Any]) -> ChatEvent:
    """An event that was kept, by this version or by commit c22b564 and before."""
    return _EVENTS.validate_python(_translated(kept) if "said_at" in kept else kept)


def _translated(kept: dict[str, Any]) -> dict[str, Any]:
    """One shape for all kinds, as it was: `about` and `text` meant four things."""
    common = {name: kept[name] for name in _COMMON if name in kept}
    common |= {"sent_at": kept["said_at"], "ephemeral": kept.get("whisper", "")}
    about, text, kind = kept.get("about", ""), kept.get("text", ""), kept["kind"]
    written, addressed = kept.get("written"), kept.get("addressed")
    if kept.get("asked"):
        return {**common, "kind": "command", "asked": kept["asked"], "written": written}
    if kept.get("picked"):
        post, place = kept["picked"]
        return {**common, "kind": "button", "post": post, "place": place}
    own: dict[str, dict[str, Any]] = {
        "message": {
            "text": text,
            "addressed": addressed,
            "reply_to": about,
            "mentions": kept.get("mentions", ()),
            "written": written,
        },
        "edited": {"message": about, "text": text},
        "reaction": {"message": about, "emoji": text, "addressed": addressed},
        "reaction-removed": {"event": about},
        "ballot": {"poll": about, "option": text},
    }
    return {**common, "kind": kind, **own[kind]}


def _without_nul(value: object) -> object:
    match value:
        case str():
            return value.replace("\x00", "")
        case dict():
            return {name: _without_nul(each) for name, each in value.items()}
    return value
