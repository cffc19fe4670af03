"""From a homeserver's raw events to what somebody said. Nothing in them is trusted."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from html import unescape
from typing import Any
from urllib.parse import unquote

from indaba.contracts.removal import Departure
from indaba.conversation.commands.line import STANDARD_PREFIX, strip_address
from indaba.conversation.delivery.chat_events import (
    BallotCast,
    ChatEvent,
    Departed,
    MessageEdited,
    MessageSent,
    ReactionAdded,
    ReactionRemoved,
    RoomReplaced,
)
from indaba.matrix_bot.rooms import RoomFacts

LONGEST_ID = 255
LONGEST_EMOJI = 100
LONGEST_NUMBER = 2
MOST_MENTIONS = 20
LONGEST_MARKUP = 40_000
_PILL = re.compile(
    r'<a href="https://matrix\.to/#/((?:@|%40)[^"?]{1,300})"[^<>]{0,50}>([^<>]{1,200})</a>'
)


@dataclass(frozen=True, slots=True)
class Scene:
    """Where something was said: `me` is our own account, `now` the present."""

    room: str
    me: str
    prefix: str
    facts: RoomFacts
    now: datetime


def chat_event_of(event: object, scene: Scene) -> ChatEvent | None:
    """What an event says to a conversation; `None` for what is not a person's saying.

    That is: our own events, notices, emotes, pictures, bridges' ghosts, most of a room's state, and
    whatever is not made as it should be.
    """
    if not isinstance(event, dict):
        return None
    if "state_key" in event:
        return _state(event, scene)
    return _saying(event, scene) if _is_somebodys(event, scene) else None


def _saying(event: dict[str, Any], scene: Scene) -> ChatEvent | None:
    match event.get("type"):
        case "m.room.message":
            return _message(event, event["content"], scene)
        case "m.reaction":
            return _reaction(event, event["content"], scene)
        case "m.poll.response" | "org.matrix.msc3381.poll.response":
            return _ballot(event, event["content"], scene)
        case "m.room.redaction":
            taken_back = redacted_by(event)
            common = _common(event, scene)
            return ReactionRemoved(**common, event=taken_back) if taken_back else None
    return None


def redacted_by(event: dict[str, Any]) -> str:
    """The event that a redaction takes back; empty if it names none."""
    content = event.get("content")
    named = content.get("redacts") if isinstance(content, dict) else None
    about = event.get("redacts") if named is None else named
    return str(about) if is_id(about) else ""


def came_in(event: object, me: str) -> bool:
    """Whether an event is our own coming into a room, not a change of our name in it."""
    if not isinstance(event, dict) or event.get("type") != "m.room.member":
        return False
    if event.get("state_key") != me or _part(event, "content").get("membership") != "join":
        return False
    before = _part(_part(event, "unsigned"), "prev_content")
    return before.get("membership") != "join"


def is_id(given: object) -> bool:
    """Whether something can be the id of an event, room or account."""
    return isinstance(given, str) and 0 < len(given) <= LONGEST_ID and given.isprintable()


def clean(text: str) -> str:
    """Text that can be kept and sent: without NUL and halves of characters."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


def _is_somebodys(event: dict[str, Any], scene: Scene) -> bool:
    """Whether a person said it, and it is made well enough to be looked at."""
    sender = event.get("sender")
    if not is_id(event.get("event_id")) or not is_id(sender) or "state_key" in event:
        return False
    if not isinstance(event.get("content"), dict):
        return False
    return sender != scene.me and not scene.facts.is_ghost(str(sender))


def _state(event: dict[str, Any], scene: Scene) -> ChatEvent | None:
    """What a change of a room says: somebody went, or the room was replaced."""
    who, content = event.get("state_key"), _part(event, "content")
    if not is_id(event.get("event_id")) or not is_id(event.get("sender")):
        return None
    common = _common(event, scene)
    if event.get("type") == "m.room.tombstone" and who == "":
        successor = content.get("replacement_room")
        return RoomReplaced(**common, successor=str(successor)) if is_id(successor) else None
    if event.get("type") != "m.room.member" or not is_id(who) or who == scene.me:
        return None
    how = _departure(event, content)
    if how is None or scene.facts.is_ghost(str(who)):
        return None
    # Whoever has gone has no chat there, though one person is left with us.
    gone = {**common, "account": who, "direct": False}
    return Departed(**gone, how=how, by=str(event["sender"]))


def _departure(event: dict[str, Any], content: dict[str, Any]) -> Departure | None:
    """How somebody went; nothing for who came, or was only invited."""
    before = _part(_part(event, "unsigned"), "prev_content").get("membership")
    match content.get("membership"):
        case "ban":
            return Departure.BANNED
        case "leave" if before == "ban":
            return Departure.UNBANNED
        case "leave" if before in ("invite", "knock"):
            return None
        case "leave":
            left = event["sender"] == event["state_key"]
            return Departure.LEFT if left else Departure.KICKED
    return None


def _message(event: dict[str, Any], content: dict[str, Any], scene: Scene) -> ChatEvent | None:
    body = content.get("body")
    if content.get("msgtype") != "m.text" or not isinstance(body, str):
        return None
    relation = _part(content, "m.relates_to")
    if relation.get("rel_type") == "m.replace" or "m.new_content" in content:
        return _edit(event, content, relation, scene)
    replied = _id_in(_part(relation, "m.in_reply_to"))
    text = clean(_accounts_named(without_quote(body) if replied else body, content, scene))
    in_thread = relation.get("rel_type") == "m.thread"
    return MessageSent(
        **_common(event, scene),
        text=text,
        thread=_id_in(relation) if in_thread else "",
        reply_to=replied if _is_meant(relation, replied) else "",
        addressed=_addressed(text, content, scene),
        mentions=_mentioned(content, scene),
    )


def _edit(
    event: dict[str, Any], content: dict[str, Any], relation: dict[str, Any], scene: Scene
) -> ChatEvent | None:
    """Other words for an earlier message; a direct chat has no use for them."""
    about, new = _id_in(relation), _part(content, "m.new_content")
    body = new.get("body")
    if not about or not isinstance(body, str) or new.get("msgtype") != "m.text":
        return None
    if scene.facts.direct:
        return None
    text = clean(_accounts_named(without_quote(body), new, scene))
    return MessageEdited(**_common(event, scene), message=about, text=text)


def _ballot(event: dict[str, Any], content: dict[str, Any], scene: Scene) -> ChatEvent | None:
    """What somebody chose in a poll: its number; an empty choice takes the vote back."""
    about = _id_in(_part(content, "m.relates_to"))
    chosen = content.get("m.selections")
    if chosen is None:
        chosen = _part(content, "org.matrix.msc3381.poll.response").get("answers")
    if not about or not isinstance(chosen, list):
        return None
    number = str(chosen[0]) if chosen else "0"
    if not number.isascii() or not number.isdecimal() or len(number) > LONGEST_NUMBER:
        return None
    return BallotCast(**_common(event, scene), poll=about, option=int(number))


def _accounts_named(body: str, content: dict[str, Any], scene: Scene) -> str:
    """The words with accounts where their names were picked: apps show names as links to them."""
    markup = content.get("formatted_body")
    if not isinstance(markup, str) or len(markup) > LONGEST_MARKUP:
        return body
    for link, shown in _PILL.findall(markup)[:MOST_MENTIONS]:
        account, name = unquote(link), unescape(shown)
        if is_id(account) and account != scene.me and account not in body:
            body = body.replace(name, account, 1)
    return body


def _mentioned(content: dict[str, Any], scene: Scene) -> tuple[str, ...]:
    """Whom a message names besides us."""
    named = _part(content, "m.mentions").get("user_ids")
    accounts = named if isinstance(named, list) else []
    found = (str(a) for a in accounts[:MOST_MENTIONS] if is_id(a) and a != scene.me)
    return tuple(dict.fromkeys(found))


def _reaction(event: dict[str, Any], content: dict[str, Any], scene: Scene) -> ChatEvent | None:
    relation = _part(content, "m.relates_to")
    about, emoji = _id_in(relation), relation.get("key")
    if relation.get("rel_type") != "m.annotation" or not about:
        return None
    if not isinstance(emoji, str) or not 0 < len(emoji) <= LONGEST_EMOJI:
        return None
    return ReactionAdded(**_common(event, scene), message=about, emoji=clean(emoji))


def _common(event: dict[str, Any], scene: Scene) -> dict[str, Any]:
    """What all events have."""
    return {
        "id": event["event_id"],
        "room": scene.room,
        "account": event["sender"],
        "sent_at": _when(event.get("origin_server_ts"), scene.now),
        "direct": scene.facts.direct,
    }


def _is_meant(relation: dict[str, Any], replied: str) -> bool:
    """Whether a reply is one, or opens a thread; others in it are there for old clients only."""
    if relation.get("rel_type") != "m.thread" or relation.get("is_falling_back") is not True:
        return True
    return replied == _id_in(relation)


def _addressed(text: str, content: dict[str, Any], scene: Scene) -> str | None:
    """The text without prefix or our name; in a direct chat all of it.

    Our bare name counts only if it addresses somebody (`Indaba: …`, `@indaba …`, or a mention):
    people talk about an indaba too. The standard prefix always counts: pages and people in other
    places do not know which one was chosen here.
    """
    meant = strip_address(text, (scene.prefix, STANDARD_PREFIX), (scene.me,))
    if meant is None and _calls_us(text, content, scene):
        meant = strip_address(text, (), _names(scene))
    if meant is None and scene.facts.direct:
        return text.strip()
    return meant


def _calls_us(text: str, content: dict[str, Any], scene: Scene) -> bool:
    mentioned = _part(content, "m.mentions").get("user_ids")
    if isinstance(mentioned, list) and scene.me in mentioned:
        return True
    begun = text.lstrip()
    named = "|".join(re.escape(name) for name in _names(scene))
    return begun.startswith("@") or re.match(rf"(?:{named})[:,]", begun, re.IGNORECASE) is not None


def _names(scene: Scene) -> tuple[str, ...]:
    local = scene.me.removeprefix("@").partition(":")[0]
    return tuple(name for name in (local, scene.facts.own_name.strip()) if name)


def without_quote(body: str) -> str:
    """Old clients put what is replied to above the reply, each line behind `> `."""
    lines = body.split("\n")
    quoted = next((n for n, line in enumerate(lines) if not line.startswith(">")), len(lines))
    return "\n".join(lines[quoted:]).lstrip("\n") if quoted else body


def _when(given: object, now: datetime) -> datetime:
    """When it was said, as far as a far-away server can be believed: never in the future."""
    if not isinstance(given, int | float) or isinstance(given, bool):
        return now
    try:
        return min(datetime.fromtimestamp(given / 1000, UTC), now)
    except (ValueError, OverflowError, OSError):
        return now


def _id_in(relation: dict[str, Any]) -> str:
    found = relation.get("event_id")
    return str(found) if is_id(found) else ""


def _part(event: dict[str, Any], name: str) -> dict[str, Any]:
    found = event.get(name)
    return found if isinstance(found, dict) else {}
