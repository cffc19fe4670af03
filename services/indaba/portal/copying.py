"""Copies events into the tables behind pages; the newest version of each row wins."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from indaba.contracts.ids import MeetingId, MemberId
from indaba.contracts.membership import CommunityFounded, Place
from indaba.contracts.publishing import AddressRenewed, PublicationChanged
from indaba.contracts.record import Document
from indaba.contracts.scheduling import MeetingFacts, RsvpAnswer
from indaba.contracts.series import SeriesFacts
from indaba.ledger import Work
from indaba.portal.model import Kind
from indaba.portal.tables import (
    addresses,
    answers,
    communities,
    documents,
    meetings,
    platforms,
    publications,
    row_of,
    series,
    series_row_of,
)


class CopyWriter:
    """Gathers rows, which are written together with those of other events."""

    def __init__(self, work: Work) -> None:
        self._keep = work.keep_newest

    def community(self, event: CommunityFounded) -> None:
        """A community as it was founded."""
        names = ("key", "name", "purpose", "language", "zone")
        row = {name: getattr(event, name) for name in names}
        self._keep(communities, {"id": event.aggregate}, event.version, **row)

    def address(self, event: AddressRenewed) -> None:
        """A community's new key."""
        self._keep(addresses, {"community": event.aggregate}, event.version, key=event.key)

    def publication(self, event: PublicationChanged) -> None:
        """What the world sees of a community."""
        row = dict(event.publication)
        self._keep(publications, {"community": event.aggregate}, event.version, **row)

    def platforms(self, community: UUID, places: Iterable[Place], version: int) -> None:
        """The platforms on which a community lives."""
        names = sorted({place.platform for place in places})
        self._keep(platforms, {"community": community}, version, platforms=names)

    def meeting(self, facts: MeetingFacts, told_at: datetime, *, by_organiser: bool) -> None:
        """A meeting. `told_at` counts as its last change if it comes from an organiser."""
        row, changed_at = row_of(facts), told_at if by_organiser else None
        key, version = {"id": row.pop("id")}, row.pop("version")
        self._keep(meetings, key, version, **row, told_at=told_at, changed_at=changed_at)

    def series(self, facts: SeriesFacts, told_at: datetime) -> None:
        """A series."""
        row = series_row_of(facts)
        key, version = {"id": row.pop("id")}, row.pop("version")
        self._keep(series, key, version, **row, told_at=told_at)

    def document(self, meeting: MeetingId, kind: Kind, text: Document, told_at: datetime) -> None:
        """Minutes or highlights."""
        key = {"meeting": meeting, "kind": kind}
        row = {name: getattr(text, name) for name in ("title", "text", "short", "opened")}
        self._keep(documents, key, text.version, **row, told_at=told_at)

    def answer(
        self,
        meeting: MeetingId,
        member: MemberId,
        answer: RsvpAnswer | None,
        version: int,
        told_at: datetime,
    ) -> None:
        """A member's answer, under the id they had then. Withdrawn ones are stored too, to win."""
        key = {"meeting": meeting, "member": member}
        self._keep(answers, key, version, answer=answer, told_at=told_at)
