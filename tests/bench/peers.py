"""The same work by others: a message, a commit, an event, another commit. Run in `.venv-bench`.

`python peers.py taskiq|procrastinate POSTGRES_URL BUS_URL COUNT` prints events per second.
"""

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any

MARK = "INSERT INTO bench_marks (n, step) VALUES ($1, $2)"


async def taskiq(postgres: str, bus: str, count: int) -> float:
    import asyncpg
    from taskiq import InMemoryBroker  # noqa: F401 - proves that the real one below is chosen
    from taskiq.api import run_receiver_task
    from taskiq_redis import RedisStreamBroker

    pool = await asyncpg.create_pool(postgres, min_size=4, max_size=10)
    broker = RedisStreamBroker(bus)
    done = asyncio.Event()
    seen: list[int] = []

    @broker.task(task_name="second")
    async def second(n: int) -> None:
        await pool.execute(MARK, n, 2)
        seen.append(n)
        if len(seen) >= count:
            done.set()

    @broker.task(task_name="first")
    async def first(n: int) -> None:
        await pool.execute(MARK, n, 1)
        await second.kiq(n)

    await broker.startup()
    receiver = asyncio.create_task(run_receiver_task(broker, max_async_tasks=60))
    began = time.perf_counter()
    await _ask_all(first.kiq, count, at_once=60)
    await asyncio.wait_for(done.wait(), 120)
    rate = count / (time.perf_counter() - began)
    receiver.cancel()
    await broker.shutdown()
    await pool.close()
    return rate


async def procrastinate(postgres: str, bus: str, count: int) -> float:
    from procrastinate import App, PsycopgConnector

    app = App(connector=PsycopgConnector(conninfo=postgres, min_size=4, max_size=10))
    done = asyncio.Event()
    seen: list[int] = []

    async def mark(n: int, step: int) -> None:
        await app.connector.execute_query_async(
            "INSERT INTO bench_marks (n, step) VALUES (%(n)s, %(step)s)", n=n, step=step
        )

    @app.task(name="second")
    async def second(n: int) -> None:
        await mark(n, 2)
        seen.append(n)
        if len(seen) >= count:
            done.set()

    @app.task(name="first")
    async def first(n: int) -> None:
        await mark(n, 1)
        await second.defer_async(n=n)

    async with app.open_async():
        await app.schema_manager.apply_schema_async()
        worker = asyncio.create_task(
            app.run_worker_async(concurrency=10, install_signal_handlers=False, wait=True)
        )
        began = time.perf_counter()
        await _ask_all(lambda n: first.defer_async(n=n), count, at_once=10)
        await asyncio.wait_for(done.wait(), 180)
        rate = count / (time.perf_counter() - began)
        worker.cancel()
        await asyncio.wait({worker}, timeout=10)
    return rate


async def _ask_all(ask: Callable[[int], Awaitable[Any]], count: int, at_once: int) -> None:
    gate = asyncio.Semaphore(at_once)

    async def one(n: int) -> None:
        async with gate:
            await ask(n)

    await asyncio.gather(*(one(n) for n in range(count)))


if __name__ == "__main__":
    peers: dict[str, Any] = {"taskiq": taskiq, "procrastinate": procrastinate}
    named, postgres_url, bus_url, number = sys.argv[1:]
    print(asyncio.run(peers[named](postgres_url, bus_url, int(number))))
