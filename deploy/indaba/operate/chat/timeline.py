"""From a room's events to lines of text. What others wrote is shown as text, never obeyed."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

CODE = re.compile(r":\s(M[2-9A-HJKMNP-Z]{3,7})$", re.MULTILINE)
_TURNS_TEXT = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
LEAST_ROWS = 3
"""A card has title, time, length and counts beside its code; other messages name one too."""

THREAD, FURTHER = "    ", "      "


@dataclass
class Timeline:
    """What was shown so far, as far as later events refer to it.

    `bot` is the account whose messages are cards and offers.
    """

    bot: str
    card: str = ""
    """The newest meeting card; empty before the first."""
    offer: str = ""
    """The bot's newest message with something to pick, cards apart; empty before the first."""

    _bodies: dict[str, str] = field(default_factory=dict)
    _seen: set[str] = field(default_factory=set)
    _by_bot: set[str] = field(default_factory=set)

    def sent(self, event_id: str, body: str) -> None:
        """We sent this ourselves, from this screen: it need not be shown."""
        self._seen.add(event_id)
        self._bodies[event_id] = body

    def lines(self, event: dict[str, Any], place: str = "") -> list[str]:
        """The lines for an event; none for one that was shown or says nothing.

        `place` is put before the name, such as `(direct) `.
        """
        event_id, content = str(event.get("event_id", "")), event.get("content")
        if event_id in self._seen or not isinstance(content, dict):
            return []
        self._seen.add(event_id)
        when, who = _time(event), f"{place}{name_of(str(event.get('sender', '')))}"
        match event.get("type"):
            case "m.room.message" | "org.matrix.msc3381.poll.start":
                return self._message(event, content, f"{when} {who}")
            case "m.reaction":
                return self._reaction(event, content, f"{when} {who}")
            case "m.room.redaction":
                return [f"{when} {who} took something back."]
            case "m.room.member":
                return _comes_or_goes(event, content, when, place)
        return []

    def _message(self, event: dict[str, Any], content: dict[str, Any], lead: str) -> list[str]:
        relation = _part(content, "m.relates_to")
        if relation.get("rel_type") == "m.replace":
            body = clean(_part(content, "m.new_content").get("body"))
            return self._edit(str(relation.get("event_id", "")), body, lead)
        body = clean(content.get("body"))
        self._bodies[event["event_id"]] = body
        if event.get("sender") == self.bot:
            self._by_bot.add(event["event_id"])
        indent = THREAD if relation.get("rel_type") == "m.thread" else ""
        code = CODE.search(body) if event.get("sender") == self.bot else None
        if code and body.count("\n") >= LEAST_ROWS:
            self.card = event["event_id"]
            drawn = [f"{FURTHER}| {line}" for line in body.splitlines()]
            return [f"{indent}{line}" for line in (f"{lead}, card {code[1]}:", *drawn)]
        first, *further = body.splitlines() or [""]
        return [f"{indent}{lead}: {first}", *(f"{indent}{FURTHER}{line}" for line in further)]

    def _edit(self, target: str, body: str, lead: str) -> list[str]:
        before = self._bodies.get(target, "").splitlines()
        self._bodies[target] = body
        code = CODE.search(body)
        what = f"card {code[1]}" if code else "message"
        news = [line for line in body.splitlines() if line not in before]
        return [f"{lead}: {what} changed: {'; '.join(news)}"] if news else []

    def _reaction(self, event: dict[str, Any], content: dict[str, Any], lead: str) -> list[str]:
        relation = _part(content, "m.relates_to")
        target, emoji = str(relation.get("event_id", "")), clean(relation.get("key"))
        if event.get("sender") == self.bot and target in self._by_bot:
            # The bot puts a sign under its own message: there is something to pick.
            self.offer = self.offer if target == self.card else target
            return []
        return [f"{lead} reacts {emoji} to: {self._about(target)}"]

    def _about(self, target: str) -> str:
        body = self._bodies.get(target, "")
        return body.splitlines()[0] if body else "an earlier message"


def name_of(account: str) -> str:
    """`@thandi:indaba.localhost` -> `thandi`."""
    return clean(account.removeprefix("@").partition(":")[0]) or "somebody"


def clean(text: object) -> str:
    """Text without what steers a terminal or turns the line around."""
    if not isinstance(text, str):
        return ""
    return "".join(_shown(text))


def _shown(text: str) -> Iterator[str]:
    for letter in text:
        if letter == "\n" or (unicodedata.category(letter) != "Cc" and letter not in _TURNS_TEXT):
            yield letter


def _comes_or_goes(
    event: dict[str, Any], content: dict[str, Any], when: str, place: str
) -> list[str]:
    before = _part(_part(event, "unsigned"), "prev_content").get("membership")
    now = content.get("membership")
    if now == before:
        return []
    words = {"join": "came in.", "leave": "left.", "invite": "was invited."}.get(str(now))
    return [f"{when} {place}{name_of(str(event.get('state_key')))} {words}"] if words else []


def _time(event: dict[str, Any]) -> str:
    stamp = event.get("origin_server_ts")
    milliseconds = stamp if isinstance(stamp, int) else 0
    return datetime.fromtimestamp(milliseconds / 1000, UTC).astimezone().strftime("%H:%M")


def _part(event: dict[str, Any], name: str) -> dict[str, Any]:
    found = event.get(name)
    return found if isinstance(found, dict) else {}
