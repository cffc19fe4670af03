from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from databases import Databases
from indaba.contracts.limits import LIMITS
from indaba.membership.model.strangers import Strangers
from indaba.operate.local.engines import Engines
from indaba.process.file_store import FileStore
from services.standing import Standing

MOST = 6
"""What each limit allows whoever asks here."""


@pytest.fixture(name="files", scope="module")
def _files(tmp_path_factory: pytest.TempPathFactory) -> FileStore:
    return FileStore(tmp_path_factory.mktemp("files") / "files")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def standing(
    databases: Databases, engines: Engines, files: FileStore
) -> AsyncIterator[Standing]:
    """Services with low limits."""
    most = {"most": {limit.name: MOST for limit in LIMITS}}
    there = Standing(
        ("membership", "scheduling", "library"),
        databases,
        engines.valkey.url,
        membership={"strangers": Strangers(most=most["most"])},
        scheduling=most,
        library={**most, "files": files},
    )
    yield there
    await there.end()
