"""Follows invitations: one after the other, politely, of those who may invite, and not too many."""

import asyncio
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from indaba.conversation.delivery.platform import Wait
from indaba.conversation.store import Store
from indaba.ledger.session import Session
from indaba.matrix_bot.client import Homeserver, Refused, patiently
from indaba.matrix_bot.events import is_id
from indaba.matrix_bot.settings import MOST_INVITATIONS, TIMES_ALL
from indaba.process import logs
from indaba.process.loops import Wake
from indaba.process.metrics import INVITATIONS
from indaba.process.named import Named
from indaba.process.world import RealWorld, World

BETWEEN_SECONDS = 0.5
LOOK_SECONDS = 60.0
NOT_NAMED = (
    "I follow invitations only of people whom my operators have named. "
    "Ask whoever runs this Indaba to add you."
)
TOO_MANY = "You have invited me to {most} rooms within 24 hours. Please invite me again tomorrow."
TOO_MANY_OF_ALL = "I was invited to too many rooms today. Please invite me again tomorrow."


class Invitations:
    """Rooms we are invited to and have not joined yet, each with who invited us.

    Kept in memory only: those still open are asked for at each start, and those not to be followed
    are declined at once, so that none of them is left for the next start. How many were followed is
    in the bot's own database, counted before each is followed: a restart begins no new day.
    """

    def __init__(
        self,
        homeserver: Homeserver,
        database: AsyncEngine,
        world: World | None = None,
        invited_by: Named | None = None,
        most: int = MOST_INVITATIONS,
    ) -> None:
        self._homeserver = homeserver
        self._database = database
        self._world = world or RealWorld()
        self._invited_by = invited_by or Named()
        self._most = most
        self._open: dict[str, str | None] = {}
        self._wake = Wake()

    def take(self, invited: object) -> None:
        """Note the `invite` part of a sync."""
        if isinstance(invited, dict) and invited:
            us = self._homeserver.user_id
            self._open |= {room: _inviter(invited[room], us) for room in invited if is_id(room)}
            self._wake.ring()

    def move(self, successor: str) -> None:
        """Follow a room that we are in to where it was moved: nobody has to invite us."""
        if is_id(successor):
            self._open[successor] = None
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
        inviter = self._open[room]
        no = "" if inviter is None else await self._counted(room, inviter)
        outcome = "declined" if no else "followed"
        try:
            if no:
                await self._homeserver.decline(room, no)
            else:
                await self._homeserver.join(room)
        except Wait as wait:
            await patiently(wait)
            self._wake.ring()
            return
        except Refused as refused:
            outcome = "failed"
            logs.get(process="matrix_bot").warning("invitation.not-followed", why=str(refused))
        # One that fails counts: whoever sends many of these is no better.
        if inviter is not None and not no:
            async with self._database.begin() as connection:
                await self._store(connection).invited.end(room, inviter)
        INVITATIONS.labels("matrix_bot", outcome).inc()
        self.no_more(room)

    async def _counted(self, room: str, inviter: str) -> str:
        """Why an invitation is declined, in words for whoever sent it; empty once it is counted."""
        if not self._invited_by.has("matrix", inviter):
            return NOT_NAMED
        async with self._database.begin() as connection:
            invited = self._store(connection).invited
            theirs, of_all = await invited.others(room, inviter)
            if of_all >= self._most * TIMES_ALL:
                return TOO_MANY_OF_ALL
            if theirs >= self._most:
                return TOO_MANY.format(most=self._most)
            await invited.begin(room, inviter)
        return ""

    def _store(self, connection: AsyncConnection) -> Store:
        return Store(Session(connection, self._world.now()))


def _inviter(invited: Any, us: str) -> str:
    """Who invited us, as the homeserver says; empty where it does not."""
    state = invited.get("invite_state") if isinstance(invited, dict) else None
    events = state.get("events") if isinstance(state, dict) else None
    for event in events if isinstance(events, list) else []:
        if (
            isinstance(event, dict)
            and (event.get("type"), event.get("state_key")) == ("m.room.member", us)
            and isinstance(event.get("sender"), str)
        ):
            return str(event["sender"])
    return ""
