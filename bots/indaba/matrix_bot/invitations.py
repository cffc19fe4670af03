"""Follows invitations: one after the other, politely."""

import asyncio

from indaba.conversation.delivery.platform import Wait
from indaba.matrix_bot.client import Homeserver, Refused, patiently
from indaba.matrix_bot.events import is_id
from indaba.process import logs
from indaba.process.loops import Wake

BETWEEN_SECONDS = 0.5
LOOK_SECONDS = 60.0


class Invitations:
    """Rooms we are invited to and have not joined yet.

    Kept in memory only: those still open are asked for at each start.
    """

    def __init__(self, homeserver: Homeserver) -> None:
        self._homeserver = homeserver
        self._open: dict[str, None] = {}
        self._wake = Wake()

    def take(self, invited: object) -> None:
        """Note the `invite` part of a sync."""
        if isinstance(invited, dict) and invited:
            self._open |= {room: None for room in invited if is_id(room)}
            self._wake.ring()

    def no_more(self, room: str) -> None:
        """We are in, or the invitation was taken back."""
        self._open.pop(room, None)

    async def run(self) -> None:
        """Join rooms for ever."""
        while True:
            await self._wake.wait(LOOK_SECONDS)
            for room in list(self._open):
                await self._follow(room)
                await asyncio.sleep(BETWEEN_SECONDS)

    async def _follow(self, room: str) -> None:
        if room not in self._open:
            return
        try:
            await self._homeserver.join(room)
        except Wait as wait:
            await patiently(wait)
            self._wake.ring()
            return
        except Refused as refused:
            logs.get(process="matrix_bot").warning("invitation.not-followed", why=str(refused))
        self.no_more(room)
