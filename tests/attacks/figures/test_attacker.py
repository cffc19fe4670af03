"""The sums that an attacker does, on what services would tell if they were careless."""

import pytest

from attacks.figures.attacker import Atom, given_away


@pytest.mark.parametrize(
    ("what", "sums"),
    [
        ("a live count", {"a0": 6, "a0 a1": 7}),
        ("one small cell", {"a0": 3, "b0": 9}),
        ("one hidden cell beside a total", {"a0": 9, "a0 b0": 11}),
        ("two cuts of the same people", {"a0 b0": 9, "b0 c0": 12, "a0 b0 c0": 16, "b0": 5}),
        ("what nobody said", {"a0": 0, "b0": 8}),
        ("what all said", {"a0": 8, "a0 b0": 8}),
        ("two steps", {"a0": 5, "a0 a1 b1": 12, "a1 b1 b2": 9, "b1 b2": 5}),
    ],
)
def test_an_attacker_solves_what_a_careless_service_would_tell(
    what: str, sums: dict[str, int]
) -> None:
    assert given_away({_atoms(told): people for told, people in sums.items()}), what


def test_an_attacker_solves_nothing_of_parts_and_steps_of_five() -> None:
    sums = {"a0": 5, "b0": 6, "a0 b0": 11, "a0 b0 a1 b1": 16}
    assert given_away({_atoms(told): people for told, people in sums.items()}) == {}


def _atoms(told: str) -> frozenset[Atom]:
    return frozenset(("thing", atom[0], int(atom[1:])) for atom in told.split())
