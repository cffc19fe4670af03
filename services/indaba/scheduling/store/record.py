"""Notes, minutes and highlights in the database."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from indaba.contracts.ids import CommunityId, MeetingId, MemberId
from indaba.contracts.record import NoteKind, QuorumState, Rule
from indaba.ledger import Work
from indaba.scheduling.model import Note
from indaba.scheduling.store.tables import documents as _documents
from indaba.scheduling.store.tables import notes as _notes

MINUTES, HIGHLIGHTS = "minutes", "highlights"


@dataclass(frozen=True, slots=True)
class Kept:
    """A document as kept. `version` is 0 until it is approved or shared.

    `edited` says that a facilitator wrote it, `changed` that lines changed since.
    """

    author: MemberId
    version: int = 0
    text: str = ""
    short: str = ""
    edited: bool = False
    changed: bool = False


class Records:
    """What is kept of meetings, within one transaction. The meeting's lock guards its record."""

    def __init__(self, work: Work) -> None:
        self._sql = work.connection

    async def of(self, meeting: MeetingId) -> list[Note]:
        """Every line of a meeting, removed ones too, in the order of writing."""
        return await self._read(_notes.c.meeting == meeting)

    async def written_at(self, community: CommunityId, origin: str) -> Note | None:
        """The line that came from a place in chat."""
        found = await self._read(_notes.c.community == community, _notes.c.origin == origin)
        return found[0] if found else None

    async def since(self, community: CommunityId, kind: NoteKind, moment: datetime) -> list[Note]:
        """Lines of a kind that stand, since a moment, in the order of writing."""
        return await self._read(
            _notes.c.community == community,
            _notes.c.kind == kind,
            _notes.c.at >= moment,
            ~_notes.c.removed,
        )

    async def keep(self, note: Note) -> None:
        """Keep a line."""
        row = _row(note)
        await self._sql.execute(
            insert(_notes)
            .values(row)
            .on_conflict_do_update(index_elements=["meeting", "number"], set_=row)
        )

    async def document(self, meeting: MeetingId, kind: str) -> Kept | None:
        """The minutes or highlights of a meeting, where somebody touched them."""
        query = sa.select(_documents).where(
            _documents.c.meeting == meeting, _documents.c.kind == kind
        )
        row = (await self._sql.execute(query)).mappings().first()
        return Kept(**{name: row[name] for name in _KEPT}) if row else None

    async def keep_document(self, meeting: MeetingId, kind: str, kept: Kept) -> None:
        """Keep minutes or highlights."""
        values = {name: getattr(kept, name) for name in _KEPT}
        row = insert(_documents).values(meeting=meeting, kind=kind, **values)
        await self._sql.execute(
            row.on_conflict_do_update(index_elements=["meeting", "kind"], set_=values)
        )

    async def changed(self, meeting: MeetingId) -> bool:
        """A line changed: whether there are approved minutes that it changes."""
        these = (_documents.c.meeting == meeting) & (_documents.c.kind == MINUTES)
        approved = these & (_documents.c.version > 0)
        marked = await self._sql.execute(_documents.update().where(approved).values(changed=True))
        return marked.rowcount > 0

    async def documents_with_words_of(self, member: MemberId) -> list[MeetingId]:
        """Meetings with a document that holds a line, or the words, of a member."""
        wrote = sa.select(_notes.c.meeting).where(_notes.c.author == member)
        named = sa.select(_documents.c.meeting).where(_documents.c.author == member)
        spoken = sa.select(_documents.c.meeting).where(_documents.c.meeting.in_(wrote))
        found = (await self._sql.execute(sa.union(named, spoken))).scalars()
        return [MeetingId(meeting) for meeting in found]

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
_KEPT = tuple(Kept.__dataclass_fields__)


def _row(note: Note) -> dict[str, Any]:
    row = {name: getattr(note, name) for name in _FIELDS}
    return {**row, "quorum": note.quorum.model_dump(mode="json") if note.quorum else None}


def _note(row: Any) -> Note:
    kept = {name: row[name] for name in _FIELDS}
    kept["kind"] = NoteKind(row["kind"])
    kept["rule"] = Rule(row["rule"]) if row["rule"] else None
    kept["quorum"] = QuorumState.model_validate(row["quorum"]) if row["quorum"] else None
    return Note(**kept)
