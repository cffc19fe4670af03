"""Chats between one person and us: whether they are that, and opening one."""

import asyncio
from collections.abc import Iterable
from typing import Any

from indaba.matrix_bot.client import Homeserver, Refused

CLOSED = frozenset({"joined", "invited"})
"""Histories that show nothing to who comes later."""

UNSAID = "shared"
"""The history visibility of a room that states none."""

MOST_KNOWN = 1000


class OwnChats:
    """Looks at chats afresh each time, since their members change without our doing."""

    def __init__(self, homeserver: Homeserver) -> None:
        self._homeserver = homeserver
        self._opened: dict[str, str] = {}
        self._one_at_a_time = asyncio.Lock()

    async def alone_with(self, room: str, account: str) -> bool:
        """Whether only an account and we are, and ever were, in an invite-only room.

        Its history must be closed to who comes later; where we may, we close it now. Raises `Wait`.
        """
        try:
            state = _by_kind(await self._homeserver.state(room))
        except Refused:
            return False
        me = self._homeserver.user_id
        people = state.get("m.room.member", {})
        joined = {who for who, content in people.items() if content.get("membership") == "join"}
        rule = _only(state, "m.room.join_rules").get("join_rule", "invite")
        if people.keys() != {me, account} or joined != {me, account} or rule != "invite":
            return False
        history = _only(state, "m.room.history_visibility").get("history_visibility", UNSAID)
        return history in CLOSED or await self._close_history(room)

    async def invite(self, account: str) -> bool:
        """Invite an account to a chat with us, unless one is open to them. Raises `Wait`.

        False where the homeserver will not have it. Known until we end: nothing is kept of whom we
        invited, so that nothing has to be erased.
        """
        async with self._one_at_a_time:
            room = self._opened.get(account)
            if room is not None and await self._is_open(room, account):
                return True
            try:
                opened = await self._homeserver.open_chat(account)
            except Refused:
                return False
            if len(self._opened) >= MOST_KNOWN:
                self._opened.pop(next(iter(self._opened)))
            self._opened[account] = opened
        return True

    async def _is_open(self, room: str, account: str) -> bool:
        """Whether a chat of ours still waits for an account, or has them and nobody else."""
        try:
            people = _by_kind(await self._homeserver.state(room)).get("m.room.member", {})
        except Refused:
            return False
        waits = people.get(account, {}).get("membership") in ("join", "invite")
        return waits and people.keys() == {self._homeserver.user_id, account}

    async def _close_history(self, room: str) -> bool:
        try:
            closed = {"history_visibility": "joined"}
            await self._homeserver.set_state(room, "m.room.history_visibility", closed)
        except Refused:
            return False
        return True


def _by_kind(state: object) -> dict[str, dict[str, dict[str, Any]]]:
    """Contents of state events by type and state key. What is malformed is passed over."""
    contents: dict[str, dict[str, dict[str, Any]]] = {}
    for event in _listed(state):
        if isinstance(event, dict) and isinstance(content := event.get("content"), dict):
            contents.setdefault(str(event.get("type")), {})[str(event.get("state_key"))] = content
    return contents


def _only(state: dict[str, dict[str, dict[str, Any]]], kind: str) -> dict[str, Any]:
    return state.get(kind, {}).get("", {})


def _listed(given: object) -> Iterable[object]:
    return given if isinstance(given, list) else ()
