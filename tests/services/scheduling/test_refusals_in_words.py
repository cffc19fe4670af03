"""What refusals of scheduling call a zone: its city, never the name of a database."""

from collections.abc import Callable
from datetime import datetime
from inspect import getmembers, isclass, signature
from zoneinfo import available_timezones

import pytest

from indaba.contracts.refusal import Refusal
from indaba.scheduling.model import refusals
from indaba.scheduling.model.wall_time import city_in_words

AT = datetime(2026, 12, 11, 14, 30)
ZONES = ("Africa/Johannesburg", "America/New_York", "America/Argentina/Buenos_Aires")
WITH_ZONE = [
    kind
    for _, kind in getmembers(refusals, isclass)
    if issubclass(kind, Refusal) and "zone" in signature(kind).parameters
]


@pytest.mark.parametrize("kind", WITH_ZONE, ids=lambda kind: kind.__name__)
def test_a_refusal_names_a_zone_by_its_city(kind: Callable[..., Refusal]) -> None:
    for zone in ZONES:
        names = signature(kind).parameters
        facts = {name: {"zone": zone, "code": "M7K2"}.get(name, AT) for name in names}
        told = str(kind(**facts))
        assert zone not in told
        assert city_in_words(zone) in told


def test_no_city_is_written_with_a_stroke() -> None:
    assert WITH_ZONE
    assert not [zone for zone in available_timezones() if set("/_") & set(city_in_words(zone))]
