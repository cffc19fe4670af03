"""What is known of a room: who is in it, who runs it, whether it is a direct chat or bridged."""

import re
from collections.abc import Iterable
from typing import Any, NamedTuple

from indaba.contracts.membership import Place, Platform
from indaba.matrix_bot.client import STATE_TYPES, Homeserver, Refused

MOST_ROOMS = 5000
RUNS_THE_ROOM = 100
CREATORS_RULE = 12
"""From this room version on, creators stand above all power levels."""

DIRECT_SIZE = 2
BRIDGES = ("m.bridge", "uk.half-shot.bridge")
DISCORD = ("discord", "discordgo")
"""How bridges name Discord; the second is mautrix's."""

LONGEST_ID = 255


class RoomFacts:
    """A room's state, as far as it matters to us. Fed with raw events, of which none is trusted."""

    def __init__(self, me: str, events: Iterable[object] = ()) -> None:
        self._me = me
        self._state: dict[tuple[str, str], dict[str, Any]] = {}
        self._joined: dict[str, str] = {}
        for event in events:
            self.apply(event)

    def apply(self, event: object) -> None:
        """Take a state event in; anything else is passed over."""
        if not isinstance(event, dict) or event.get("type") not in STATE_TYPES:
            return
        kind, key = event["type"], event.get("state_key")
        if not isinstance(key, str):
            return
        if kind == "m.room.member":
            self._is_in(key, _content(event))
        if kind != "m.room.member" or key == self._me:
            self._state[kind, key] = event

    @property
    def direct(self) -> bool:
        """A chat between one person and us.

        Two are in it, and either we were invited to it as to a direct chat, or it bears no name:
        a named room that has only its founder yet is a room all the same.
        """
        if len(self._joined) != DIRECT_SIZE:
            return False
        before = _mapping(
            _mapping(self._event("m.room.member", self._me), "unsigned"), "prev_content"
        )
        named = self._of("m.room.name").get("name") or self._of("m.room.canonical_alias").get(
            "alias"
        )
        return before.get("is_direct") is True or not named

    @property
    def encrypted(self) -> bool:
        """Whether talk in it is encrypted. Once it is, it stays so, whatever is written there."""
        return ("m.room.encryption", "") in self._state

    @property
    def members(self) -> frozenset[str]:
        """Who is in it."""
        return frozenset(self._joined)

    def names_of(self, account: str) -> tuple[str, ...]:
        """What somebody in it goes by: their display name if they have one, and the local part."""
        local = account.removeprefix("@").partition(":")[0]
        return tuple(filter(None, (self._joined.get(account, ""), local)))

    @property
    def space(self) -> bool:
        """Whether it is a space: it holds rooms, nobody talks in it."""
        return self._of("m.room.create").get("type") == "m.space"

    @property
    def own_membership(self) -> dict[str, Any]:
        """The event that says that we are in it; empty if unknown."""
        return self._event("m.room.member", self._me)

    @property
    def twin(self) -> Place | None:
        """The Discord channel that a bridge makes one with it, as the bridge says in its state."""
        return next((twin for each in self._bridges() if (twin := _bridged(each.state))), None)

    @property
    def successor(self) -> str:
        """The room that takes its place, as whoever runs it says in a tombstone; empty if none."""
        tombstone = self._event("m.room.tombstone", "")
        return _room_id(_content(tombstone).get("replacement_room")) if self._by(tombstone) else ""

    @property
    def predecessor(self) -> str:
        """The room whose place it takes, as it said when it was made; empty if none."""
        return _room_id(_mapping(self._of("m.room.create"), "predecessor").get("room_id"))

    @property
    def own_name(self) -> str:
        """The name we go by in it; empty if unknown."""
        name = self._of("m.room.member", self._me).get("displayname")
        return name if isinstance(name, str) else ""

    def is_ghost(self, account: str) -> bool:
        """Whether an account is a bridge's: its bot, or a puppet for somebody on the other side.

        Bridges say so in the room's state; puppets are named `@discord_…` or `@_discord_…`, after
        the network or after the bridge's bot. Bridges with other names are not recognised.

        Only who runs the room decides who is not heard in it. A bridge's bot without that power is
        believed of itself and of `@discord_…`.
        """
        return any(_puppet(bridge, account) for bridge in self._bridges())

    def has_power(self, account: str) -> bool:
        """Whether an account runs the room: a creator from version 12 on, else level 100."""
        made = self._event("m.room.create", "")
        creator = made.get("sender") == account
        if _version(_content(made)) >= CREATORS_RULE:
            others = _content(made).get("additional_creators")
            if creator or (isinstance(others, list) and account in others):
                return True
        elif ("m.room.power_levels", "") not in self._state:
            return creator
        levels = self._of("m.room.power_levels")
        users = levels.get("users")
        level = users.get(account) if isinstance(users, dict) else None
        return _level(levels.get("users_default", 0) if level is None else level) >= RUNS_THE_ROOM

    def _is_in(self, account: str, content: dict[str, Any]) -> None:
        if content.get("membership") == "join":
            name = content.get("displayname")
            self._joined[account] = name[:LONGEST_ID] if isinstance(name, str) else ""
        else:
            self._joined.pop(account, None)

    def _event(self, kind: str, key: str) -> dict[str, Any]:
        return self._state.get((kind, key), {})

    def _of(self, kind: str, key: str = "") -> dict[str, Any]:
        return _content(self._event(kind, key))

    def _bridges(self) -> list["_Bridge"]:
        """What is said of bridges by whoever runs the room, and by a bridge's bot of itself."""
        events = [event for (kind, _), event in self._state.items() if kind in BRIDGES]
        bridges = [_Bridge(_content(event), self._by(event)) for event in events]
        senders = [event.get("sender") for event in events]
        return [
            bridge
            for bridge, sender in zip(bridges, senders, strict=True)
            if bridge.by_runner or bridge.state.get("bridgebot") == sender
        ]

    def _by(self, event: dict[str, Any]) -> bool:
        """Whether who wrote a part of the room's state runs the room."""
        sender = event.get("sender")
        return isinstance(sender, str) and self.has_power(sender)


class _Bridge(NamedTuple):
    """What a room's state says of a bridge, and whether somebody said it who runs the room."""

    state: dict[str, Any]
    by_runner: bool


class Rooms:
    """What is known of all rooms: fetched when first needed, kept true by what sync brings."""

    def __init__(self, homeserver: Homeserver) -> None:
        self._homeserver = homeserver
        self._known: dict[str, RoomFacts] = {}
        self._changes = 0

    async def of(self, room: str) -> RoomFacts:
        """The facts of a room, empty if we may not look. Raises `Wait`."""
        known = self._known.get(room)
        if known is not None:
            return known
        before = self._changes
        try:
            state = await self._homeserver.state(room)
        except Refused:
            return RoomFacts(self._homeserver.user_id)
        facts = RoomFacts(self._homeserver.user_id, state if isinstance(state, list) else ())
        if len(self._known) >= MOST_ROOMS:
            self._known.clear()
        if before == self._changes:
            self._known[room] = facts
        return facts

    def note(self, room: str, events: Iterable[object], *, gap: bool) -> None:
        """A room's state has changed. After a gap it is fetched again when needed."""
        changes = [event for event in events if isinstance(event, dict) and "state_key" in event]
        if not changes and not gap:
            return
        self._changes += 1
        if gap:
            self.forget(room)
        known = self._known.get(room)
        if known is not None:
            for event in changes:
                known.apply(event)

    def forget(self, room: str) -> None:
        """A room is not to be relied on any more, such as after leaving it."""
        self._known.pop(room, None)


def _room_id(given: object) -> str:
    return given if isinstance(given, str) and len(given) <= LONGEST_ID else ""


def _puppet(bridge: _Bridge, account: str) -> bool:
    bot = bridge.state.get("bridgebot")
    if account == bot:
        return True
    networks = [_mapping(bridge.state, part).get("id") for part in ("protocol", "network")]
    names = {n.removesuffix("go").casefold() for n in networks if isinstance(n, str)}
    if isinstance(bot, str):
        names.add(
            bot.partition(":")[0].removeprefix("@").removesuffix("bot").casefold().strip("_-")
        )
    if not bridge.by_runner:
        names &= {DISCORD[0]}
    begins = "|".join(re.escape(name) for name in names if name)
    return bool(begins) and re.match(rf"@_?(?:{begins})_", account, re.IGNORECASE) is not None


def _bridged(bridge: dict[str, Any]) -> Place | None:
    if _mapping(bridge, "protocol").get("id") not in DISCORD:
        return None
    channel, server = (_mapping(bridge, part).get("id") for part in ("channel", "network"))
    if not isinstance(channel, str) or not 0 < len(channel) <= LONGEST_ID:
        return None
    house = server if isinstance(server, str) and len(server) <= LONGEST_ID else ""
    return Place(platform=Platform.DISCORD, room=channel, house=house)


def _version(create: dict[str, Any]) -> int:
    version = create.get("room_version")
    return int(version) if isinstance(version, str) and version.isdecimal() else 1


def _level(given: object) -> int:
    """A power level; old rooms have them as text."""
    if isinstance(given, str):
        return int(given) if re.fullmatch(r"-?[0-9]{1,15}", given) else 0
    return given if isinstance(given, int) and not isinstance(given, bool) else 0


def _mapping(event: dict[str, Any], name: str) -> dict[str, Any]:
    found = event.get(name)
    return found if isinstance(found, dict) else {}


def _content(event: dict[str, Any]) -> dict[str, Any]:
    return _mapping(event, "content")
