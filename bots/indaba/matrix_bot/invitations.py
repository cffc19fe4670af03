"""Follows invitations: one after the other, politely, of those who may invite, and not too many.

That a room was replaced is an invitation by whoever runs it, to where it goes on.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from indaba.contracts.refusal import Fault, Refusal, Unavailable
from indaba.conversation.delivery.chat_events import RoomReplaced
from indaba.conversation.delivery.platform import Wait
from indaba.conversation.store import Store
from indaba.conversation.store.invitations import replacing
from indaba.ledger.session import Session
from indaba.matrix_bot.client import REFUSED_PAUSE, Homeserver, Refused, patiently
from indaba.matrix_bot.events import is_id
from indaba.matrix_bot.rooms import RoomFacts
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
NOT_OURS = "Nobody here has to do with that room."
ALREADY = "That room's replacement was followed before."
IsHome = Callable[[str, str], Awaitable[bool]]
"""Whether a room is a community's, asked on behalf of an account. Raises what asking raises."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """Who asks us into a room, and which room it replaces, if any."""

    inviter: str
    replaces: str = ""

    def counted_as(self, room: str) -> str:
        """What it is counted under."""
        return replacing(self.replaces, room) if self.replaces else room


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
        is_home: IsHome,
        world: World | None = None,
        invited_by: Named | None = None,
        most: int = MOST_INVITATIONS,
    ) -> None:
        self._homeserver = homeserver
        self._database = database
        self._is_home = is_home
        self._world = world or RealWorld()
        self._invited_by = invited_by or Named()
        self._most = most
        self._open: dict[str, Invitation] = {}
        self._wake = Wake()

    def take(self, invited: object) -> None:
        """Note the `invite` part of a sync."""
        if isinstance(invited, dict) and invited:
            us = self._homeserver.user_id
            self._open |= {
                room: Invitation(_inviter(invited[room], us)) for room in invited if is_id(room)
            }
            self._wake.ring()

    def move(self, replaced: RoomReplaced, facts: RoomFacts) -> None:
        """Note that a room was replaced, if it was by somebody whose room it is."""
        new, by = replaced.successor, replaced.account
        if facts.has_power(by) and " " not in new and new != replaced.room:
            self._open.setdefault(new, Invitation(by, replaced.room))
            self._wake.ring()

    async def belongs(self, room: str, facts: RoomFacts) -> bool:
        """Whether we may stay where we have just come in; else we have left without a word.

        A room that we followed another one to has to name that one itself, which is seen only from
        inside. Raises `Wait`.
        """
        async with self._database.begin() as connection:
            old = await self._store(connection).invited.replaced_by(room)
        if not old:
            return True
        belongs = facts.predecessor == old
        if not belongs:
            try:
                await self._homeserver.leave(room)
            except Refused as refused:
                self._log(refused)
        async with self._database.begin() as connection:
            await self._store(connection).invited.arrived(old, room)
        return belongs

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
        invitation = self._open[room]
        outcome = "followed"
        try:
            if no := await self._counted(room, invitation):
                outcome = "declined"
                if not invitation.replaces:
                    await self._homeserver.decline(room, no)
            else:
                await self._homeserver.join(room)
        except Wait as wait:
            await patiently(wait)
            self._wake.ring()
            return
        except Refused as refused:
            outcome = "failed"
            self._log(refused)
        # One that fails counts: whoever sends many of these is no better. Where a room was
        # replaced, it is not over before we have looked at the new one.
        if not no and not (invitation.replaces and outcome == "followed"):
            async with self._database.begin() as connection:
                invited = self._store(connection).invited
                await invited.end(invitation.counted_as(room), invitation.inviter)
        INVITATIONS.labels("matrix_bot", outcome).inc()
        self.no_more(room)

    async def _counted(self, room: str, invitation: Invitation) -> str:
        """Why an invitation is declined, in words for whoever sent it; empty once it is counted."""
        inviter, old = invitation.inviter, invitation.replaces
        if not self._invited_by.has("matrix", inviter):
            return NOT_NAMED
        if old and not await self._is_used(old, inviter):
            return NOT_OURS
        counted_as = invitation.counted_as(room)
        async with self._database.begin() as connection:
            invited = self._store(connection).invited
            if old and await invited.replaced(old, room, inviter):
                return ALREADY
            theirs, of_all = await invited.others(counted_as, inviter)
            if of_all >= self._most * TIMES_ALL:
                return TOO_MANY_OF_ALL
            if theirs >= self._most:
                return TOO_MANY.format(most=self._most)
            await invited.begin(counted_as, inviter)
        return ""

    async def _is_used(self, room: str, account: str) -> bool:
        """Whether a room is a community's, or the chat that an account has with us."""
        async with self._database.begin() as connection:
            if await self._store(connection).errands.direct_room(account) == room:
                return True
        try:
            return await self._is_home(room, account)
        except Refusal:
            return False
        except (Unavailable, Fault) as away:
            raise Wait(REFUSED_PAUSE) from away

    def _log(self, refused: Refused) -> None:
        logs.get(process="matrix_bot").warning("invitation.not-followed", why=str(refused))

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
