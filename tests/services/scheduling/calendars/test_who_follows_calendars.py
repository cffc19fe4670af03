import pytest

from indaba.contracts.calendars import FollowCalendar, ListCalendars, UnfollowCalendar
from indaba.contracts.membership import AssignRole, EraseMe, Platform
from indaba.contracts.passport import Role
from indaba.contracts.refusal import Refused
from indaba.contracts.scheduling import ShowMeeting
from indaba.scheduling.workflows.calendars.applying import NOT_FOLLOWED
from services.scheduling.calendars.following import (
    LINDIWE,
    READ,
    THANDI,
    follow,
    meetings_ahead,
    told_times,
    wall_time,
)
from services.scheduling.calendars.outside_calendar import calendar, event, http
from services.site import Site
from services.town import Town
from workshop import until

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_who_stops_following_has_its_meetings_called_off_or_kept(
    town: Town, site: Site
) -> None:
    held = await town.founded()
    site.answers["/a"] = http(calendar(event("a", wall_time(town, days=3), "Off")))
    site.answers["/b"] = http(calendar(event("a", wall_time(town, days=4), "Kept")))
    first, second = await follow(town, held, site), await follow(town, held, site, "/b")
    await told_times(town, READ, 2)

    with pytest.raises(Refused) as which:
        await town.ask(UnfollowCalendar(), held)
    off, _ = await meetings_ahead(town, held)
    gone = await town.ask(UnfollowCalendar(number=first.number), held)
    kept = await town.ask(UnfollowCalendar(calendar=second.id, keep_meetings=True), held)

    assert which.value.told == "no-such-calendar"
    assert (gone.cancelled, kept.cancelled) == (1, 0)
    assert [m.title for m in await meetings_ahead(town, held)] == ["Kept"]
    called_off = (await town.ask(ShowMeeting(code=off.code), held)).meeting
    assert called_off.reason == NOT_FOLLOWED
    assert (await town.ask(ListCalendars(), held)).calendars == ()


async def test_ten_calendars_at_most_and_each_once_for_facilitators_only(
    town: Town, site: Site
) -> None:
    held, member = await town.founded(), await town.joined(THANDI)
    site.answers |= {f"/{n}": http(calendar()) for n in range(11)}
    numbers = [(await follow(town, held, site, f"/{n}")).number for n in range(10)]
    again = await follow(town, held, site, "/3")

    with pytest.raises(Refused) as full:
        await follow(town, held, site, "/10")
    refused = []
    for request in (FollowCalendar(link=site.link("/a")), UnfollowCalendar(), ListCalendars()):
        with pytest.raises(Refused) as no:
            await town.ask(request, member)
        refused.append(no.value.told)

    assert (numbers, again.number) == (list(range(1, 11)), 4)
    assert full.value.told == "too-many-calendars"
    assert refused == ["not-allowed"] * 3


@pytest.mark.thorough(keep=1)
@pytest.mark.parametrize(
    ("path", "personal"), [("/a", False), ("/2040/a", False), ("/thandi%40example.org/a", True)]
)
async def test_whoever_is_erased_leaves_no_name_and_the_titles_come_back(
    town: Town, site: Site, path: str, personal: bool
) -> None:
    held, _ = await town.founded(), await town.joined(THANDI)
    promote = AssignRole(platform=Platform.MATRIX, account=THANDI, role=Role.FACILITATOR)
    await town.ask(promote, held)
    thandi = await town.passport(THANDI)
    site.answers[path] = http(calendar(event("a", wall_time(town, days=3), "Fractions")))
    followed = await follow(town, thandi, site, path)
    await told_times(town, READ, 1)

    await town.ask(EraseMe(), thandi)
    await told_times(town, "scheduling.erasure-answered.v1", 1)
    if not personal:
        await told_times(town, READ, 2)
    listed = (await town.ask(ListCalendars(), held)).calendars
    titles = [m.title for m in await meetings_ahead(town, held)]

    assert titles == ([""] if personal else ["Fractions"])
    assert [c.id for c in listed] == ([] if personal else [followed.id])
    assert followed.author not in [c.author for c in listed]


async def test_what_one_follows_the_other_account_does(town: Town, site: Site) -> None:
    held, thandi = await town.founded(), await town.joined(THANDI)
    site.answers["/a"] = http(calendar(event("a", wall_time(town, days=3))))
    await follow(town, held, site)
    await told_times(town, READ, 1)

    with pytest.raises(Refused) as no:
        await town.linked(thandi, LINDIWE)
    assert no.value.told == "link-leaves-nobody"
    raised = AssignRole(platform=Platform.MATRIX, account=THANDI, role=Role.FACILITATOR)
    await town.ask(raised, held)
    await town.linked(thandi, LINDIWE)

    async def is_thandis() -> bool:
        found = (await town.ask(ListCalendars(), await town.passport(THANDI))).calendars
        return [c.author for c in found] == [thandi.passport.member]

    await until(is_thandis)
