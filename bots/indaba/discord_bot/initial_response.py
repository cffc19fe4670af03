"""The initial response to an interaction: within Discord's three seconds, or not at all.

A lookup is not awaited beyond its time. Neither is its cancellation, which can take as long as the
bus or the database stands still.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

import discord

from indaba.discord_bot.client import Api, Refused
from indaba.process.metrics import POSTS

LIVES = 3.0
"""Seconds within which Discord expects the initial response."""

WAY_THERE = 0.4
"""Seconds that a response may take to reach Discord. One that would arrive late is not sent."""

SOON = 1.5
"""Seconds within which something may be looked up before the initial response."""

UNKNOWN_INTERACTION = 10062
_ARRIVED_AT = "arrived_at"
T = TypeVar("T")


class InitialResponses:
    """Sends initial responses to interactions."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def send(self, interaction: discord.Interaction, way: int, data: dict[str, Any]) -> None:
        """Send a response of the type `way`. Raises `Wait` or `Refused`.

        One that would be late is not sent: it raises `Refused`, and is counted as too late.
        """
        # With these placeholders discord.py keeps a separate rate limit for each interaction.
        path = "/interactions/{webhook_id}/{webhook_token}/callback"
        body = {"type": way, "data": data}
        where = {"webhook_id": interaction.id, "webhook_token": interaction.token}
        left = max(0.0, LIVES - WAY_THERE - _age(interaction))
        try:
            await in_time(self._api.call("POST", path, body, where=where), left)
        except TimeoutError:
            POSTS.labels("discord_bot", "too-late").inc()
            raise Refused(404, UNKNOWN_INTERACTION, "its time was up") from None


def note_arrival(interaction: discord.Interaction) -> None:
    """Note that an interaction has arrived: its three seconds begin."""
    interaction.extras[_ARRIVED_AT] = _now()


async def before_response(interaction: discord.Interaction, question: Coroutine[Any, Any, T]) -> T:
    """The result of a coroutine, if there is one before the initial response is due.

    Raises `TimeoutError`, and whatever the coroutine raises.
    """
    return await in_time(question, max(0.0, SOON - _age(interaction)))


async def in_time(question: Coroutine[Any, Any, T], seconds: float) -> T:
    """The result of a coroutine. Raises `TimeoutError` at once, even if cancelling takes long."""
    if seconds <= 0:
        question.close()
        raise TimeoutError
    task = asyncio.ensure_future(question)
    try:
        await asyncio.wait({task}, timeout=seconds)
        if not task.done():
            raise TimeoutError
    finally:
        if not task.done():
            task.cancel()
            task.add_done_callback(_retrieve)
    return task.result()


def _retrieve(task: asyncio.Future[Any]) -> None:
    """Fetch the exception, so that asyncio does not report it as never retrieved."""
    if not task.cancelled():
        task.exception()


def _age(interaction: discord.Interaction) -> float:
    return float(_now() - interaction.extras.get(_ARRIVED_AT, _now()))


def _now() -> float:
    return asyncio.get_running_loop().time()
