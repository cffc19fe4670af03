"""What is sealed is read by nobody else, and not under another name."""

from uuid import UUID

import pytest
from cryptography.exceptions import InvalidTag

from indaba.process.passports import PassportOffice, new_keys
from indaba.process.sealing import Seal
from workshop import PRIVATE_KEY

HERE, ELSEWHERE = UUID(int=1), UUID(int=2)
WORDS = "Sesame, höre"


def test_what_was_closed_opens_and_never_looks_the_same() -> None:
    seal = PassportOffice(PRIVATE_KEY).seal("reports")
    once, again = seal.close(WORDS, HERE), seal.close(WORDS, HERE)
    assert seal.open(once, HERE) == seal.open(again, HERE) == WORDS
    assert once != again
    assert b"Sesame" not in once


def test_what_is_done_again_can_be_closed_as_the_same_bytes() -> None:
    seal = PassportOffice(PRIVATE_KEY).seal("replies")
    once, again = seal.close_alike(WORDS, HERE), seal.close_alike(WORDS, HERE)
    assert once == again
    assert seal.open(once, HERE) == WORDS
    assert once[:12] != seal.close_alike(WORDS, ELSEWHERE)[:12]
    assert once[:12] != seal.close_alike(f"{WORDS}!", HERE)[:12]


def test_a_seal_is_bound_to_its_id_its_purpose_its_secret_and_its_bytes() -> None:
    seal = PassportOffice(PRIVATE_KEY).seal("reports")
    closed = seal.close(WORDS, HERE)
    others = {
        "another id": (seal, closed, ELSEWHERE),
        "another purpose": (PassportOffice(PRIVATE_KEY).seal("letters"), closed, HERE),
        "another secret": (Seal(b"x" * 32, "reports"), closed, HERE),
        "changed": (seal, closed[:-1] + bytes([closed[-1] ^ 1]), HERE),
    }
    for what, (one, sealed, under) in others.items():
        with pytest.raises(InvalidTag):
            pytest.fail(f"{what}: {one.open(sealed, under)}")


def test_a_new_key_for_passports_opens_what_was_closed_before() -> None:
    closed = PassportOffice(PRIVATE_KEY).seal("reports").close(WORDS, HERE)
    new, _ = new_keys()
    assert PassportOffice(new + PRIVATE_KEY).seal("reports").open(closed, HERE) == WORDS
