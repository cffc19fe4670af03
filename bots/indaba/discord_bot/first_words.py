"""The first word to an interaction: within its three seconds, or not at all.

Nothing that is asked meanwhile is waited for beyond its time, not even for its end: what is
cancelled amid a call to the bus or the database may take as long as these stand still.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

import discord

from indaba.discord_bot.client import Api, Refused
from indaba.process.metrics import POSTS

LIVES = 3.0
"""Seconds in which Discord wants the first word."""

WAY_THERE = 0.4
"""Seconds: the first word is on its way this long before its time is up, or is not sent."""

SOON = 1.5
"""Seconds in which something may be looked up before the first word."""

UNKNOWN_INTERACTION = 10062
_HEARD_AT = "heard_at"
T = TypeVar("T")


class FirstWords:
    """Answers interactions for the first time."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def say(self, found: discord.Interaction, way: int, data: dict[str, Any]) -> None:
        """Send it. Raises `Wait` or `Refused`; what would come too late is refused and counted."""
        # Under these names discord.py counts each interaction's limits apart.
        path = "/interactions/{webhook_id}/{webhook_token}/callback"
        body = {"type": way, "data": data}
        where = {"webhook_id": found.id, "webhook_token": found.token}
        left = max(0.0, LIVES - WAY_THERE - _age(found))
        try:
            await in_time(self._api.call("POST", path, body, where=where), left)
        except TimeoutError:
            POSTS.labels("discord_bot", "too-late").inc()
            raise Refused(404, UNKNOWN_INTERACTION, "its time was up") from None


def heard(found: discord.Interaction) -> None:
    """An interaction's time begins."""
    found.extras[_HEARD_AT] = _now()


async def soon(found: discord.Interaction, question: Coroutine[Any, Any, T]) -> T:
    """What a question finds before the first word is due. Raises `TimeoutError` besides its own."""
    return await in_time(question, max(0.0, SOON - _age(found)))


async def in_time(question: Coroutine[Any, Any, T], seconds: float) -> T:
    """What a question finds. Raises `TimeoutError`, without waiting for it to be cancelled."""
    if seconds <= 0:
        question.close()
        raise TimeoutError
    asking = asyncio.ensure_future(question)
    try:
        await asyncio.wait({asking}, timeout=seconds)
        if not asking.done():
            raise TimeoutError
    finally:
        if not asking.done():
            asking.cancel()
            asking.add_done_callback(_let_go)
    return asking.result()


def _let_go(asked: asyncio.Future[Any]) -> None:
    """Nobody waits for it any more, whatever became of it."""
    if not asked.cancelled():
        asked.exception()


def _age(found: discord.Interaction) -> float:
    return float(_now() - found.extras.get(_HEARD_AT, _now()))


def _now() -> float:
    return asyncio.get_running_loop().time()
