from pathlib import Path
from typing import Any

import pytest

from indaba.ledger import migrations
from workshop import ledger_of


async def test_a_process_refuses_a_schema_it_does_not_know_in_words(
    database: Any, bus_url: str, tmp_path: Path
) -> None:
    ledger = ledger_of("portal", await database(), bus_url, migrations=tmp_path)

    with pytest.raises(migrations.SchemaUnknown, match="indaba migrate"):
        await ledger.start()

    await ledger.stop()


async def test_migrating_twice_does_nothing_the_second_time(database: Any, tmp_path: Path) -> None:
    url = await database()

    assert await migrations.migrate(url, tmp_path)
    assert not await migrations.migrate(url, tmp_path)
