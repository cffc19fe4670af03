from drills import erasure
from operate.house import House


async def test_an_erased_person_is_on_no_disk_and_in_no_restored_backup(house: House) -> None:
    verdict = await erasure.drill(seed=1, given=house)
    assert verdict.kept, verdict.told()
