"""All services, in which an attacker asks for every figure there is."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from clock import TestWorld
from databases import Databases
from indaba.operate.local.engines import Engines
from indaba.operate.processes import Kind, of_kind
from indaba.process.file_store import FileStore
from services.conftest import town
from services.standing import Standing

__all__ = ["town"]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def standing(
    databases: Databases, engines: Engines, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Standing]:
    services = tuple(name for name in of_kind(Kind.SERVICE) if name != "portal")
    files = FileStore(tmp_path_factory.mktemp("files") / "files", TestWorld())
    there = Standing(services, databases, engines.valkey.url, library={"files": files})
    yield there
    await there.end()
