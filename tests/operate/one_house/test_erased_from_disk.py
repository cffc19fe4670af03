import csv
import json
from pathlib import Path
from uuid import uuid4

import pytest
import pytest_asyncio

from drills import erasure
from operate.house import House, open_to_others

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def life(house: House) -> erasure.Life:
    """Somebody joined a community and did everything there is to do."""
    return await erasure.lived(house, f"kanarie{uuid4().hex[:6]}")


async def test_all_of_a_community_leaves_as_files(
    house: House, life: erasure.Life, tmp_path: Path
) -> None:
    mark = life[0].mark

    done = house.do("export", str(tmp_path / "out"), "--community", erasure.CIRCLE)

    assert done.returncode == 0, done.stdout + done.stderr
    out = tmp_path / "out"
    assert open_to_others(out) == []
    everything = json.loads((out / "community.json").read_text())
    assert [c["name"] for c in everything["membership"]["communities"]] == [erasure.CIRCLE]
    accounts = {m["account"].partition(":")[0] for m in everything["membership"]["members"]}
    assert accounts == {"@facilitator", "@thandi"}
    assert f"{mark} fractions" in (out / "meetings.md").read_text()
    assert "https://example.org/fractions" in (out / "library.md").read_text()
    assert f"SUMMARY:{mark} fractions" in (out / "calendar.ics").read_text()
    (file,) = (out / "files").iterdir()
    assert f"The words of {mark}" in file.read_text()
    with (out / "csv" / "scheduling-actions.csv").open(encoding="utf-8-sig") as table:
        assert [row["text"] for row in csv.DictReader(table)] == [f"{mark} sends the survey"]
    wrong = house.do("export", str(tmp_path / "other"), "--community", "No such")
    assert wrong.returncode == 1
    assert "There is no community called 'No such'" in wrong.stderr


# Every process is seen to erase all it keeps where its tables are; the disk is the breadth.
@pytest.mark.thorough
async def test_an_erased_person_is_on_no_disk_and_in_no_restored_backup(
    house: House, life: erasure.Life
) -> None:
    verdict = await erasure.drill(seed=1, given=house, life=life)
    assert verdict.kept, verdict.told()
