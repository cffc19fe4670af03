"""The engines that `indaba up` starts by itself: PostgreSQL, Valkey and, to try things, Synapse.

They are the same programs as in production, come as wheels, listen on this machine only, and die
with the process that started them.
"""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any

from indaba.operate.local.engines.postgres import Postgres
from indaba.operate.local.engines.synapse import Synapse
from indaba.operate.local.engines.valkey import Valkey
from indaba.operate.processes import PROCESSES

__all__ = ["Engines", "Postgres", "Synapse", "Valkey"]


class Engines:
    """All engines of one data folder. Without `synapse_venv` there is no homeserver.

    Call `start` and `stop` on the main thread; they need not share an event loop.
    """

    def __init__(self, data: Path, synapse_venv: Path | None = None) -> None:
        data = data.absolute()
        self.postgres = Postgres(data / "postgres")
        self.valkey = Valkey(data / "valkey")
        self.synapse = Synapse(data / "synapse", synapse_venv) if synapse_venv else None
        self._data = data

    async def start(self, progress: Callable[[str], None] = lambda _: None) -> None:
        """Starts all at once and makes a database per process. `progress` gets a line per engine.

        If one cannot start, the others are stopped and its Refusal is raised.
        """
        self._data.mkdir(mode=0o700, parents=True, exist_ok=True)
        progress(f"Starting the engines in {self._data}")
        try:
            async with asyncio.TaskGroup() as group:
                for step in self._steps(progress):
                    group.create_task(step)
        except BaseExceptionGroup as problems:
            await self.stop()
            raise problems.exceptions[0] from None
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """In reverse order. Idempotent."""
        if self.synapse:
            await self.synapse.stop()
        await self.valkey.stop()
        await self.postgres.stop()

    def fallen(self) -> Sequence[str]:
        """The names of engines that are not running."""
        alive = {"PostgreSQL": self.postgres.alive, "Valkey": self.valkey.alive}
        if self.synapse:
            alive["Synapse"] = self.synapse.alive
        return [name for name, well in alive.items() if not well]

    def _steps(self, progress: Callable[[str], None]) -> list[Coroutine[Any, Any, None]]:
        steps = [self._databases(progress), _announced(self.valkey, "Valkey", progress)]
        if self.synapse:
            steps.append(_announced(self.synapse, "Synapse", progress))
        return steps

    async def _databases(self, progress: Callable[[str], None]) -> None:
        await _announced(self.postgres, "PostgreSQL", progress)
        await self.postgres.provision(tuple(PROCESSES))


async def _announced(
    engine: Postgres | Valkey | Synapse, name: str, progress: Callable[[str], None]
) -> None:
    await engine.start()
    progress(f"{name} is up")
