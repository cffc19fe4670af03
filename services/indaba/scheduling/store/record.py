"""Notes, minutes and highlights in the database."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from indaba.contracts.ids import CommunityId, MeetingId, MemberId
from indaba.contracts.openness import Openness
from indaba.contracts.record import NoteKind, QuorumState, Rule
from indaba.ledger import Work
from indaba.ledger.merging import who_asks
from indaba.scheduling.model import Note
from indaba.scheduling.store.tables import documents as _documents
from indaba.scheduling.store.tables import notes as _notes

MINUTES, HIGHLIGHTS = "minutes", "highlights"


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """The minutes or highlights as stored. `version` is 0 until they are approved or shared.

    `edited` says that a facilitator wrote it, `changed` that lines changed since, and `opened` who
    reads the version that was shared.
    """

    author: MemberId
    version: int = 0
    text: str = ""
    short: str = ""
    edited: bool = False
    changed: bool = False
    opened: Openness = Openness.MEMBERS


class Records:
    """The records of meetings, within one transaction. The lock on a meeting guards its record."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._sql = work.connection

    async def of(self, meeting: MeetingId) -> list[Note]:
        """All lines of a meeting, removed ones too, in the order of writing."""
        return await self._read(_notes.c.meeting == meeting)

    async def written_at(self, community: CommunityId, origin: str) -> Note | None:
        """The line that came from a message in chat; `None` if there is none."""
        notes = await self._read(_notes.c.community == community, _notes.c.origin == origin)
        return notes[0] if notes else None

    async def since(self, community: CommunityId, kind: NoteKind, moment: datetime) -> list[Note]:
        """Lines of a kind written since a moment and not removed, in the order of writing."""
        return await self._read(
            _notes.c.community == community,
            _notes.c.kind == kind,
            _notes.c.at >= moment,
            ~_notes.c.removed,
        )

    async def keep(self, note: Note) -> None:
        """Store a new or changed line."""
        row = _row(note)
        new = insert(_notes).values({**row, "put_in_by": await who_asks(self._work)})
        same = ["meeting", "number"]
        await self._sql.execute(new.on_conflict_do_update(index_elements=same, set_=row))

    async def document(self, meeting: MeetingId, kind: str) -> StoredDocument | None:
        """The minutes or highlights of a meeting; `None` if nobody has touched them."""
        query = sa.select(_documents).where(
            _documents.c.meeting == meeting, _documents.c.kind == kind
        )
        row = (await self._sql.execute(query)).mappings().first()
        if row is None:
            return None
        values = {name: row[name] for name in _KEPT}
        return StoredDocument(**{**values, "opened": Openness(row["opened"])})

    async def keep_document(self, meeting: MeetingId, kind: str, document: StoredDocument) -> None:
        """Store minutes or highlights."""
        values = {name: getattr(document, name) for name in _KEPT}
        row = insert(_documents).values(meeting=meeting, kind=kind, **values)
        await self._sql.execute(
            row.on_conflict_do_update(index_elements=["meeting", "kind"], set_=values)
        )

    async def mark_changed(self, meeting: MeetingId) -> bool:
        """Note that a line changed; whether minutes that it changes were approved."""
        these = (_documents.c.meeting == meeting) & (_documents.c.kind == MINUTES)
        approved = these & (_documents.c.version > 0)
        marked = await self._sql.execute(_documents.update().where(approved).values(changed=True))
        return marked.rowcount > 0

    async def documents_with_words_of(self, member: MemberId) -> list[MeetingId]:
        """Meetings with a document that has a line or words of a member."""
        wrote = sa.select(_notes.c.meeting).where(_notes.c.author == member)
        named = sa.select(_documents.c.meeting).where(_documents.c.author == member)
        spoken = sa.select(_documents.c.meeting).where(_documents.c.meeting.in_(wrote))
        meetings = (await self._sql.execute(sa.union(named, spoken))).scalars()
        return [MeetingId(meeting) for meeting in meetings]

    async def documents_by(self, member: MemberId) -> set[MeetingId]:
        """Meetings whose highlights a member wrote."""
        query = sa.select(_documents.c.meeting).where(
            _documents.c.author == member, _documents.c.edited
        )
        return {MeetingId(meeting) for meeting in (await self._sql.execute(query)).scalars()}

    async def _read(self, *where: sa.ColumnElement[bool]) -> list[Note]:
        query = sa.select(_notes).where(*where).order_by(_notes.c.at, _notes.c.number)
        return [_note(row) for row in (await self._sql.execute(query)).mappings()]


_FIELDS = tuple(Note.__dataclass_fields__)
_KEPT = tuple(StoredDocument.__dataclass_fields__)


def _row(note: Note) -> dict[str, Any]:
    row = {name: getattr(note, name) for name in _FIELDS}
    return {**row, "quorum": note.quorum.model_dump(mode="json") if note.quorum else None}


def _note(row: Any) -> Note:
    fields = {name: row[name] for name in _FIELDS}
    fields["kind"] = NoteKind(row["kind"])
    fields["rule"] = Rule(row["rule"]) if row["rule"] else None
    fields["quorum"] = QuorumState.model_validate(row["quorum"]) if row["quorum"] else None
    return Note(**fields)
