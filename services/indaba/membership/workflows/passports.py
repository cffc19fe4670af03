"""Passports: who somebody is in a community, signed by membership."""

from dataclasses import dataclass
from datetime import timedelta

from indaba.contracts.ids import CommunityId, MemberId
from indaba.contracts.membership import PassportIssued
from indaba.contracts.passport import Passport
from indaba.contracts.purposes import Consent
from indaba.ledger import Work
from indaba.membership.model import locale_of
from indaba.membership.store import STRANGER, Consents, Publications, Store
from indaba.membership.workflows.footing import footing_of
from indaba.process.passports import PassportOffice

PASSPORT_LASTS = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Asking:
    """What is known about an asker besides their id; `account` is the digest of their account."""

    account: str = ""
    face: bool = False
    lead: bool = False


UNKNOWN = Asking()


async def passport_for(
    work: Work,
    office: PassportOffice,
    community: CommunityId | None,
    member: MemberId | None,
    asking: Asking = UNKNOWN,
) -> PassportIssued:
    """A signed passport for a member, a guest or a face, in a community or none."""
    stored = await Publications(work).with_card(community) if community else None
    known = stored[0].id if stored else None
    acting = await Store(work).acting(known, member) if known and member else STRANGER
    footing = await footing_of(work, known, member, acting, asking.account)
    consent = await Consents(work).of(member) if member else Consent()
    passport = Passport(
        expires_at=work.now + PASSPORT_LASTS,
        member=member if acting.belongs or stored is None else None,
        roles=frozenset({acting.role} if acting.role is not None else ()),
        face=asking.face,
        lead=asking.lead,
        withheld=consent.withheld if member else frozenset(),
        belonging=footing.belonging,
        rests_until=acting.rests_until,
    )
    if stored is not None:
        card, publication = stored
        where = {
            "community": card.id,
            "zone": acting.zone or card.zone,
            "locale": locale_of(card.language, card.zone),
            "opened": publication.open_at(work.now),
        }
        passport = passport.model_copy(update=where)
    return PassportIssued(
        token=office.sign(passport),
        passport=passport,
        community=stored[0].card() if stored else None,
        counted=acting.counted,
        unasked=acting.belongs and bool(consent.news()),
        unanswered=consent.unanswered(work.now) if acting.belongs else (),
        because=footing.because,
    )
