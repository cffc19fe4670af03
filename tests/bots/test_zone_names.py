"""Time zones by what people call them: taken where a name means one, else offered."""

import pytest
from babel import Locale
from babel.core import get_global

from indaba.conversation.answer import Ask
from indaba.conversation.commands.fields import suggest_zones
from indaba.conversation.commands.intent import resolve
from indaba.conversation.commands.topics.membership import MyTimeZone
from indaba.conversation.commands.zone_names import one_of_each_clock, zones_meant
from indaba.conversation.wording import Wording

ENGLISH = Locale("en")
ALIASES = get_global("zone_aliases")


def offered(typed: str) -> tuple[str, str]:
    """The zone that is taken, or else what the question says."""
    step = resolve(MyTimeZone, {"zone": typed}, Wording())
    return ("", step.why) if isinstance(step, Ask) else (step.zone, "")  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("typed", "zone"),
    [
        ("Pretoria", "Africa/Johannesburg"),
        ("durban", "Africa/Johannesburg"),
        ("Suid-Afrika", "Africa/Johannesburg"),
        ("South Africa time", "Africa/Johannesburg"),
        ("SAST", "Africa/Johannesburg"),
        ("Mumbai", "Asia/Kolkata"),
        ("Bengaluru", "Asia/Kolkata"),
        ("Eswatini", "Africa/Mbabane"),
        ("Côte d’Ivoire", "Africa/Abidjan"),
        ("cote d'ivoire", "Africa/Abidjan"),
        ("Germany", "Europe/Berlin"),
        ("W. Europe Standard Time", "Europe/Berlin"),
        ("UK", "Europe/London"),
        ("GMT", "Etc/UTC"),
    ],
)
def test_a_name_that_means_one_zone_is_taken(typed: str, zone: str) -> None:
    assert offered(typed) == (zone, "")


@pytest.mark.parametrize(
    ("typed", "among"),
    [
        ("Eastern time", "America/New_York"),
        ("German time", "Europe/Berlin"),
        ("Kenyan time", "Africa/Nairobi"),
        ("Zulu time", "Etc/UTC"),
        ("IST", "Asia/Kolkata"),
        ("IST", "Europe/Dublin"),
        ("Australia", "Australia/Sydney"),
        ("United States", "America/Phoenix"),
        ("Central Africa Time", "Africa/Harare"),
        ("Georgia", "America/New_York"),
    ],
)
def test_a_name_that_may_mean_several_is_asked_about(typed: str, among: str) -> None:
    taken, why = offered(typed)
    assert not taken
    assert among in why


@pytest.mark.parametrize(
    "typed", ["Pretroia", "Mumbia", "Germny", "Johanesberg", "Lodnon", "Kenia."]
)
def test_a_near_miss_by_spelling_is_never_taken(typed: str) -> None:
    taken, why = offered(typed)
    assert (not taken and bool(why)) or taken in zones_meant(typed)


@pytest.mark.parametrize("code", sorted(get_global("territory_zones").keys() - {"001"}))
def test_every_country_is_offered_its_own_zones(code: str) -> None:
    name = str(ENGLISH.territories[code])
    zones = [ALIASES.get(zone, zone) for zone in get_global("territory_zones")[code]]
    taken, why = offered(name)
    if len(one_of_each_clock(zones)) > 1:
        assert taken in zones or any(zone in why for zone in zones)
    else:
        clocks = one_of_each_clock([taken, *zones]) if taken else ()
        assert len(clocks) == 1 or any(zone in why for zone in zones)


@pytest.mark.parametrize("metazone", sorted(set(get_global("meta_zones").values())))
def test_every_name_of_a_metazone_means_a_zone_of_it(metazone: str) -> None:
    own = {zone for zone, each in get_global("meta_zones").items() if each == metazone}
    own |= {ALIASES.get(zone, zone) for zone in own}
    for width in ENGLISH.meta_zones.get(metazone, {}).values():
        # GMT by its letters stands for UTC, as everywhere here.
        for name in {*width.values()} - {None, "GMT"}:
            assert own & set(zones_meant(str(name))), name


def test_what_is_typed_so_far_suggests_by_meaning_first() -> None:
    assert suggest_zones("Mumb")[0] == "Asia/Kolkata"
    assert suggest_zones("pretor")[0] == "Africa/Johannesburg"
