"""/live, /ready and /metrics of one process."""

import asyncio
from collections.abc import Sequence

import uvicorn
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from indaba.process import release, zones
from indaba.process.run import Part, Readiness


def health_routes(parts: Sequence[Part]) -> list[Route]:
    """Routes that report on these parts. /ready is 503 while any part is not ready."""

    async def live(_: Request) -> Response:
        return PlainTextResponse("live\n")

    async def ready(_: Request) -> Response:
        found = await asyncio.gather(*(part.ready() for part in parts))
        return JSONResponse(
            {
                "version": release.version(),
                "zones": zones.version(),
                "parts": {r.name: r.why or "ready" for r in found},
            },
            status_code=200 if all(r.ok for r in found) else 503,
        )

    async def metrics(_: Request) -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return [Route("/live", live), Route("/ready", ready), Route("/metrics", metrics)]


class WebServer:
    """A web application as a part. It leaves signals alone. `port` is real after `start`."""

    def __init__(self, name: str, app: ASGIApp, host: str, port: int) -> None:
        self.name = name
        self.port = port
        config = uvicorn.Config(app, host=host, port=port, log_level="critical", lifespan="off")
        self._server = uvicorn.Server(config)
        self._serving: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Listen; returns when requests are taken."""
        self._server.config.load()
        self._server.lifespan = self._server.config.lifespan_class(self._server.config)
        await self._server.startup()
        self.port = self._server.servers[0].sockets[0].getsockname()[1]
        self._serving = asyncio.create_task(self._server.main_loop())

    async def stop(self) -> None:
        """Finish open requests and close."""
        self._server.should_exit = True
        if self._serving is not None:
            await self._serving
            await self._server.shutdown()

    async def ready(self) -> Readiness:
        """Ready once it is listening."""
        ok = self._serving is not None
        return Readiness(self.name, ok, "" if ok else "not listening yet")


def health_server(parts: Sequence[Part], host: str, port: int) -> WebServer:
    """The small server that shows a single process's health."""
    return WebServer("health", Starlette(routes=list(health_routes(parts))), host, port)
