"""A browser in front of the portal's pages, with a member signed in."""

from collections.abc import Sequence

import httpx
from starlette.applications import Starlette
from starlette.routing import Route

from growth.kept import SESSION
from growth.processes import Processes
from indaba.portal.pages import build_app
from indaba.process.run import Readiness

ADDRESS = "http://portal.example.org"


def app_of(there: Processes) -> Starlette:
    async def readiness() -> Sequence[Readiness]:
        return []

    portal = there.ledgers["portal"]
    return build_app(portal, readiness, secure_cookies=False, url=lambda: ADDRESS)


def routes_of(app: Starlette) -> set[str]:
    return {route.path for route in app.routes if isinstance(route, Route)}


def browser(app: Starlette) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app), base_url=ADDRESS, cookies={"indaba": SESSION}
    )
