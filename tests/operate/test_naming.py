"""A name that several communities have means none of them."""

from typing import NamedTuple

import pytest

from indaba.operate.naming import SeveralOfThatName, the_one_meant


class One(NamedTuple):
    name: str
    key: str


MATHS, SCIENCE = One("Maths", "k1"), One("Science", "k2")
OTHER_MATHS, NAMED_LIKE_A_KEY = One("maths", "k3"), One("K2", "k4")
ALL = [MATHS, SCIENCE, OTHER_MATHS, NAMED_LIKE_A_KEY]


@pytest.mark.parametrize(("named", "meant"), [("science", SCIENCE), ("K1", MATHS), ("none", None)])
def test_a_name_or_a_key_means_the_only_one_that_has_it(named: str, meant: One | None) -> None:
    assert the_one_meant(named, ALL) == meant


@pytest.mark.parametrize(("named", "keys"), [("Maths", "k1, k3"), ("k2", "k2, k4")])
def test_what_could_be_several_is_refused_with_their_keys(named: str, keys: str) -> None:
    with pytest.raises(SeveralOfThatName) as refused:
        the_one_meant(named, ALL)

    assert keys in str(refused.value)
