"""What facilitators are told or asked unbidden comes at an hour that suits them."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from indaba.contracts.digest import NewsDue, PublicationAsked
from indaba.contracts.ids import CommunityId, MemberId
from indaba.contracts.membership import Platform, ReleaseInstalled
from indaba.contracts.publishing import Publication, PublicationUndecided
from indaba.ledger import Work
from indaba.scheduling.model import Quiet, undisturbed
from indaba.scheduling.store import ChoicesMade

NEWS = "news"
UNDECIDED = "publication-undecided"
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
    """Tell all of them in one moment."""
    if await _not_yet(NEWS, body, work):
        return
    work.emit(
        NewsDue(
            aggregate=work.world.new_id(),
            version=1,
            community=CommunityId(UUID(body["community"])),
            release=body["release"],
            members=_members(body),
            platform=Platform(body["platform"]),
            until=work.now + LASTS,
        )
    )


async def plan_question(event: PublicationUndecided, work: Work) -> None:
    """Set when a community's facilitators are asked; asked again, the newer question counts."""
    names = {"community", "publication", "members", "platform", "zone"}
    body = event.model_dump(mode="json", include=names)
    await ask_undecided(body | {"latest": (work.now + LONGEST_WAIT).isoformat()}, work)


async def ask_undecided(body: dict[str, Any], work: Work) -> None:
    """Ask all of them in one moment, unless what it is about closes before."""
    if await _not_yet(UNDECIDED, body, work):
        return
    publication = Publication.model_validate(body["publication"])
    until = min(work.now + LASTS, publication.until or work.now)
    if until <= work.now:
        return
    work.emit(
        PublicationAsked(
            aggregate=work.world.new_id(),
            version=1,
            community=CommunityId(UUID(body["community"])),
            publication=publication,
            members=_members(body),
            platform=Platform(body["platform"]),
            until=until,
        )
    )


async def _not_yet(kind: str, body: dict[str, Any], work: Work) -> bool:
    """Whether it waits for the morning or for somebody's quiet hours, a day at the longest."""
    community = CommunityId(UUID(body["community"]))
    night = Quiet(NIGHT_BEGINS, NIGHT_ENDS, body["zone"])
    chosen = await ChoicesMade(work).quiet_hours(_members(body))
    due = undisturbed([night, *chosen.values()], work.now, datetime.fromisoformat(body["latest"]))
    if due > work.now:
        await work.set_timer(due, kind, str(community), body, community)
        return True
    await work.cancel_timer(kind, str(community))
    return False


def _members(body: dict[str, Any]) -> tuple[MemberId, ...]:
    return tuple(MemberId(UUID(member)) for member in body["members"])
