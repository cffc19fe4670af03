"""The record of a meeting: tagged lines, and whether there was a quorum."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

from indaba.contracts.ids import CommunityId, MeetingId, MemberId
from indaba.contracts.membership import Category
from indaba.contracts.record import NoteFacts, NoteKind, QuorumState, Rule
from indaba.contracts.refusal import Refusal, hint
from indaba.scheduling.model.plain_text import one_line

LONGEST_NOTE = 1000


class NoteEmpty(Refusal):
    """The line has no visible characters."""

    code = "note-empty"

    def __init__(self) -> None:
        super().__init__("There is nothing to keep in that line. Write a few words after the tag.")


class NoSuchNote(Refusal):
    """The minutes have no such line."""

    code = "no-such-note"

    def __init__(self) -> None:
        super().__init__(
            "The minutes have no such line. To see them with their numbers type: {hint}",
            hint=hint("minutes show"),
        )


class NotYourNote(Refusal):
    """Somebody else wrote the line."""

    code = "not-your-note"

    def __init__(self) -> None:
        super().__init__(
            "Only who wrote a line, the chair, or a facilitator can change it in the minutes."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """One line: the fields of `NoteFacts`. `origin` is the message in chat it came from."""

    meeting: MeetingId
    community: CommunityId
    number: int
    kind: NoteKind
    text: str
    author: MemberId
    at: datetime
    version: int = 1
    topic: str = ""
    rule: Rule | None = None
    quorum: QuorumState | None = None
    action: str = ""
    origin: str = ""
    corrected: bool = False
    removed: bool = False
    late: bool = False

    def written(self, text: str, member: MemberId, *, late: bool) -> Self:
        """The line with another text. Raises `NoteEmpty`. Unchanged if the text is the same."""
        words = clean_note(text)
        if words == self.text and not self.removed:
            return self
        corrected = self.corrected or member != self.author
        return replace(
            self,
            text=words,
            removed=False,
            corrected=corrected,
            late=self.late or late,
            version=self.version + 1,
        )

    def taken_out(self, *, late: bool, out: bool = True) -> Self:
        """The line as removed, or put back. It keeps its number."""
        if self.removed is out:
            return self
        return replace(self, removed=out, late=self.late or late, version=self.version + 1)

    def facts(self) -> NoteFacts:
        """What the community may see. The text of a removed line is empty."""
        same = {name: getattr(self, name) for name in _TOLD}
        return NoteFacts(**same, text="" if self.removed else self.text)


_TOLD = tuple(set(NoteFacts.model_fields) - {"text"})


def clean_note(text: str) -> str:
    """The line as it is stored. Raises `NoteEmpty`."""
    words = one_line(text)[:LONGEST_NOTE]
    if not words:
        raise NoteEmpty
    return words


def quorum_of(
    present: Sequence[MemberId],
    categories: Mapping[MemberId, Category],
    needed: int,
    required: Mapping[Category, int],
) -> QuorumState:
    """Whether enough members are present, overall and of each required category."""
    there = Counter(categories[m] for m in present if m in categories)
    missing = tuple(
        (category, number - there[category])
        for category, number in sorted(required.items())
        if there[category] < number
    )
    met = len(present) >= needed and not missing
    return QuorumState(present=len(present), needed=needed, missing=missing, met=met)


def standing(notes: Iterable[Note]) -> list[Note]:
    """The lines that were not removed, in the order of writing."""
    return [note for note in notes if not note.removed and note.text]
