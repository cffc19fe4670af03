import json
import urllib.request
from typing import Any

import tzdata

from indaba.operate.data.secrets import accounts
from indaba.operate.local.matrix import MatrixClient


def test_the_portal_is_named_first_then_the_room_and_how_to_talk(house: Any) -> None:
    labels = [line.partition(":")[0] for line in house.up.lines if ": " in line]
    assert labels == ["Portal", "Room", "Accounts", "Talk", "Demo"]
    with urllib.request.urlopen(house.facts["portal"] + "/") as page:
        assert page.status == 200


async def test_everybody_is_in_the_room_the_bot_too(house: Any) -> None:
    known = accounts(house.data)
    async with MatrixClient(house.facts["homeserver"], known["facilitator"].token) as line:
        standing = await line.members(house.facts["room"])
    assert {account for account, how in standing.items() if how == "join"} == {
        f"@{name}:indaba.localhost" for name in ("indaba", "facilitator", "thandi", "sipho")
    }


def test_secrets_are_closed_to_others(house: Any) -> None:
    files = [*(house.data / "secrets").iterdir(), house.data / "running.json"]
    assert len(files) == 6
    assert {path.stat().st_mode & 0o077 for path in files} == {0}
    assert (house.data / "secrets").stat().st_mode & 0o077 == 0


def test_a_second_indaba_on_the_same_data_is_told_so(house: Any) -> None:
    second = house.do("up")
    assert second.returncode == 1
    assert "already runs" in second.stderr
    assert house.facts["portal"] in second.stderr


def test_logs_go_to_a_file_of_json_and_not_over_the_screen(house: Any) -> None:
    lines = (house.data / "logs" / "indaba.jsonl").read_text().splitlines()
    assert {json.loads(line)["level"] for line in lines} <= {"info", "warning"}
    assert not any("{" in line for line in house.up.lines)


def test_status_shows_every_part_ready(house: Any) -> None:
    shown = json.loads(house.do("status", "--json").stdout)
    assert shown["running"]
    assert shown["zones"] == tzdata.IANA_VERSION
    named = ("membership", "scheduling", "library", "outcomes", "portal", "matrix_bot")
    states = {part["process"]: part["state"] for part in shown["parts"]}
    assert states == dict.fromkeys(named, "ready") | {"discord_bot": "not running"}
    assert all(part["schema"] == part["known"] != [] for part in shown["parts"])


def test_a_healthy_house_has_no_trouble(house: Any) -> None:
    examined = house.do("doctor")
    assert examined.returncode == 0, examined.stdout
    assert examined.stdout.splitlines()[-1] == "No trouble found."
