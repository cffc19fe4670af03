"""Tells facilitators what a release brings, at an hour that suits them."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from indaba.contracts.digest import NewsDue
from indaba.contracts.ids import CommunityId, MemberId
from indaba.contracts.membership import Platform, ReleaseInstalled
from indaba.ledger import Work
from indaba.scheduling.model import Quiet, undisturbed
from indaba.scheduling.store import ChoicesMade

NEWS = "news"
LONGEST_WAIT = timedelta(days=1)
LASTS = timedelta(days=7)
NIGHT_BEGINS, NIGHT_ENDS = "20:00", "07:00"
"""Upgrades are often done at night, when nobody's phone should ring."""


async def plan_news(event: ReleaseInstalled, work: Work) -> None:
    """Plan when a community's facilitators are told. A newer release replaces an older one."""
    body = event.model_dump(mode="json", include={"community", "release", "members", "platform"})
    body |= {"zone": event.zone, "latest": (work.now + LONGEST_WAIT).isoformat()}
    await tell_news(body, work)


async def tell_news(body: dict[str, Any], work: Work) -> None:
    """Tell all facilitators at once, when none has quiet hours, or after a day in any case."""
    community, members = CommunityId(UUID(body["community"])), _members(body)
    night = Quiet(NIGHT_BEGINS, NIGHT_ENDS, body["zone"])
    chosen = await ChoicesMade(work).quiet_hours(members)
    latest = datetime.fromisoformat(body["latest"])
    due = undisturbed([night, *chosen.values()], work.now, latest)
    if due > work.now:
        await work.set_timer(due, NEWS, str(community), body, community)
        return
    await work.cancel_timer(NEWS, str(community))
    work.emit(
        NewsDue(
            aggregate=work.world.new_id(),
            version=1,
            community=community,
            release=body["release"],
            members=members,
            platform=Platform(body["platform"]),
            until=work.now + LASTS,
        )
    )


def _members(body: dict[str, Any]) -> tuple[MemberId, ...]:
    return tuple(MemberId(UUID(member)) for member in body["members"])
