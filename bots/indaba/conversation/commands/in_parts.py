"""A time that is said in several messages, the first of which said only a part of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Self, TypeVar

from pydantic import PrivateAttr

from indaba.contracts.lines import MeetingRead
from indaba.contracts.times import WhenRead
from indaba.contracts.wire import Request
from indaba.conversation.commands.intent import Intent, ServiceClient

LONGEST_TOGETHER = 200
"""Letters of several messages together; more are not read as one."""

R = TypeVar("R", MeetingRead, WhenRead)


class InParts(Intent):
    """Asks for a time, and reads the answer with what was said before: "thu", then "15:00"."""

    _before: str = PrivateAttr(default="")

    def after(self, before: str) -> Self:
        """The same, asked for once `before` had not sufficed."""
        later = self.model_copy()
        later._before = before  # noqa: SLF001 - our own copy
        return later

    async def read_on(
        self, latest: str, asking: Callable[[str], Request[R]], services: ServiceClient
    ) -> tuple[R, str]:
        """What the latest words mean, or they and those before; and which words were read.

        Words that are sure by themselves count alone, so whoever starts afresh is understood.
        """
        alone = await services.ask(asking(latest))
        together = f"{self._before} {latest}"
        if not self._before or alone.sure or len(together) > LONGEST_TOGETHER:
            return alone, latest
        both = await services.ask(asking(together))
        return (both, together) if _says_more(both, alone) else (alone, latest)


def _says_more(both: R, alone: R) -> bool:
    """Whether words say more with those before them: fewer meanings, or any at all."""
    if both.sure or not alone.readings:
        return True
    return 0 < len(both.readings) < len(alone.readings)
