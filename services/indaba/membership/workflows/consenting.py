"""Asking members about a new wording, and deleting what they withdraw consent for."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from indaba.contracts.consenting import ConsentChanged, ConsentDue
from indaba.contracts.ids import CommunityId, MemberId
from indaba.contracts.membership import CONSENT_VERSION, MemberDescribed, Profile
from indaba.contracts.purposes import Consent, Purpose
from indaba.ledger import Work
from indaba.membership.model.consenting import BATCH, LONGEST_PAUSE, by_day, pause_between
from indaba.membership.store import Consents, Engaged, Store

LOOK, SAY = "membership.look-who-is-to-be-asked", "membership.say-wording"
WORTH_ASKING_FOR = timedelta(hours=20)
"""Shorter than the day for which a face's claim to ask is stored."""


async def begin_asking(work: Work) -> None:
    """Check all members, from tomorrow on, for those not told of the wording in force."""
    body = {"wording": CONSENT_VERSION, "after": str(UUID(int=0))}
    await work.set_timer(work.now + LONGEST_PAUSE, LOOK, str(work.world.new_id()), body)


async def look_who_is_to_be_asked(body: dict[str, Any], work: Work) -> None:
    """Check the next batch of members, and plan to tell those with news during the day.

    Stops if a newer wording is in force, which has a run of its own.
    """
    if body["wording"] != CONSENT_VERSION:
        return
    consents = Consents(work)
    page = await consents.page(MemberId(UUID(body["after"])), BATCH)
    consent_of = await consents.of_all(page)
    wanted: dict[CommunityId, list[MemberId]] = {}
    for member, community in (await consents.homes_of(page)).items():
        if consent_of.get(member, Consent()).news():
            wanted.setdefault(community, []).append(member)
    for community, members in wanted.items():
        await _plan(community, members, work)
    if len(page) == BATCH:
        following = body | {"after": str(page[-1])}
        pause = pause_between(await consents.about_how_many())
        await work.set_timer(work.now + pause, LOOK, following["after"], following)


async def _plan(community: CommunityId, members: list[MemberId], work: Work) -> None:
    card = await Store(work).card_of(community)
    if card is None:
        return
    body = {"community": str(community), "members": [str(member) for member in members]}
    key = f"{community}/{members[0]}"
    await work.set_timer(by_day(work.now, card.zone), SAY, key, body, community)


async def say_wording(body: dict[str, Any], work: Work) -> None:
    """Let faces ask these members, each in private."""
    work.emit(
        ConsentDue(
            aggregate=work.world.new_id(),
            version=1,
            community=CommunityId(UUID(body["community"])),
            members=tuple(MemberId(UUID(member)) for member in body["members"]),
            until=work.now + WORTH_ASKING_FOR,
        )
    )


async def tell_consent(member: MemberId, consent: Consent, work: Work) -> None:
    """Emit for which purposes nothing may be stored about a member from now on."""
    work.emit(
        ConsentChanged(
            aggregate=member,
            version=await Store(work).next_version(member),
            member=member,
            withheld=tuple(sorted(consent.withheld)),
        )
    )


async def drop(member: MemberId, purposes: Iterable[Purpose], work: Work) -> None:
    """Delete what is stored here for these purposes. Other services do so at the event."""
    for purpose in purposes:
        if purpose in _DROPPED:
            await _DROPPED[purpose](member, work)


async def _drop_profile(member: MemberId, work: Work) -> None:
    """Delete the profile except the zone, in which times are read."""
    store = Store(work)
    profile = await store.profile(member)
    bare = Profile(zone=profile.zone)
    if profile == bare:
        return
    await store.keep_profile(member, bare)
    version = await store.next_version(member)
    nothing: dict[str, Any] = {"category": None, "organisation": "", "province": ""}
    work.emit(MemberDescribed(aggregate=member, version=version, member=member, **nothing))


async def _drop_standing_in(member: MemberId, work: Work) -> None:
    await Engaged(work).stands_in_nowhere(member)


_DROPPED: Mapping[Purpose, Callable[[MemberId, Work], Awaitable[None]]] = {
    Purpose.PROFILE: _drop_profile,
    Purpose.STANDING_IN: _drop_standing_in,
}
