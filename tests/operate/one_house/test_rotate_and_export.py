from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from indaba.contracts.ids import MemberId
from indaba.contracts.passport import Passport
from indaba.contracts.refusal import BadPassport
from indaba.operate.console import Console
from indaba.operate.data import secrets
from indaba.operate.data.deployment import make_secrets
from indaba.operate.data.export import _cell
from indaba.operate.data.restore import StillRunning
from indaba.operate.data.rotating import NoKeys, rotate
from indaba.process.passports import PassportControl, PassportOffice
from operate.house import House


def _signed(office: PassportOffice) -> str:
    soon = datetime.now(UTC) + timedelta(minutes=5)
    return office.sign(Passport(expires_at=soon, member=MemberId(uuid4())))


def test_a_passport_from_before_a_rotation_is_good_until_the_next(tmp_path: Path) -> None:
    private, _ = secrets.passport_keys(tmp_path)
    office = PassportOffice(private)
    held, pseudonym = _signed(office), office.pseudonym("a school")
    now = datetime.now(UTC)

    rotate(tmp_path, None, Console())
    private, public = secrets.passport_keys(tmp_path)
    PassportControl(public).verify(held, now)
    fresh = _signed(PassportOffice(private))
    PassportControl(public).verify(fresh, now)

    rotate(tmp_path, None, Console())
    private, public = secrets.passport_keys(tmp_path)
    PassportControl(public).verify(fresh, now)
    with pytest.raises(BadPassport):
        PassportControl(public).verify(held, now)
    assert PassportOffice(private).pseudonym("a school") == pseudonym


def test_the_secrets_of_a_composition_are_rotated_in_place(tmp_path: Path) -> None:
    make_secrets(tmp_path, Console())
    before = (tmp_path / "passport_private_key").read_text()

    rotate(tmp_path / "elsewhere", tmp_path, Console())

    assert before in (tmp_path / "passport_private_key").read_text()
    assert (tmp_path / "passport_private_key").read_text() != before
    with pytest.raises(NoKeys):
        rotate(tmp_path, tmp_path / "nothing", Console())


def test_secrets_of_a_running_indaba_are_left_alone(house: House) -> None:
    with pytest.raises(StillRunning):
        rotate(house.data, None, Console())


def test_what_a_spreadsheet_takes_for_a_formula_is_told_as_text() -> None:
    assert [_cell(text) for text in ("=1+1", "@sum", "plain", 3)] == ["'=1+1", "'@sum", "plain", 3]
