"""Contracts about a meeting's record: notes, decisions, minutes, highlights.

Owned by scheduling. Only tagged lines are stored: nobody consented to a transcript (decision 0017).
"""

from enum import StrEnum
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from indaba.contracts.actions import ActionFacts
from indaba.contracts.figures import Exempt, Number
from indaba.contracts.ids import MeetingCode, MeetingId, MemberId
from indaba.contracts.limits import NOTES_A_DAY
from indaba.contracts.membership import Category
from indaba.contracts.openness import Openness
from indaba.contracts.scheduling import MeetingEvent, MeetingFacts
from indaba.contracts.standing import Standing
from indaba.contracts.wire import (
    KEPT_AS_A_FACT,
    Change,
    CommunityText,
    OneEach,
    Question,
    Reply,
    Request,
)

NoteText = Annotated[
    CommunityText, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)
]
Origin = Annotated[str, StringConstraints(max_length=64)]
"""A digest of where in chat something was written, with which edits and removals find it."""


class NoteKind(StrEnum):
    """What a tagged line is."""

    DECISION = "decision"
    ACTION = "action"
    INFO = "info"
    IDEA = "idea"
    HELP = "help"
    LINK = "link"


class Rule(StrEnum):
    """How a decision was reached."""

    CONSENSUS = "consensus"
    CONSENT = "consent"
    VOTE = "vote"
    LAZY = "lazy consensus"


class QuorumState(BaseModel):
    """The quorum at a moment: `present` of `needed`, and the categories that lacked members.

    `needed` is 0 if the community set none; the quorum is then always `met`.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    present: Annotated[int, Exempt.QUORUM]
    needed: Number = 0
    missing: Annotated[tuple[tuple[Category, int], ...], Exempt.QUORUM] = ()
    met: bool = True


class NoteFacts(BaseModel):
    """A line of a meeting's record. `number` counts from 1 as lines are written, never reused.

    `topic` is the topic it was written under, empty before the first. `corrected`: a facilitator
    changed it. `late`: it changed after the minutes were approved (an addendum).
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    meeting: MeetingId
    number: Number
    version: Number
    kind: NoteKind
    text: CommunityText
    author: MemberId
    topic: CommunityText = ""
    at: AwareDatetime
    rule: Rule | None = None
    quorum: QuorumState | None = None
    action: str = ""
    corrected: bool = False
    removed: bool = False
    late: bool = False


class NoteTaken(Reply):
    """The note as it is now, and the action it created, if it is one.

    `doubt` says in words why the action's due day was not understood.
    """

    meeting: MeetingFacts
    note: NoteFacts
    action: ActionFacts | None = None
    doubt: str = ""


class TakeNote(
    Request[NoteTaken],
    wire="scheduling.take-note.v1",
    asked_by=Standing.MEMBER,
    limits=(NOTES_A_DAY,),
):
    """Add a line to the record, or edit the one with the same `origin`.

    Empty code: the meeting that is on. An action's `owner` defaults to nobody; `due` is free text,
    read in the asker's zone. `author` is whose words they are, if somebody else recorded them.
    """

    code: MeetingCode | None = None
    kind: NoteKind
    text: NoteText
    origin: Origin = ""
    owner: MemberId | None = None
    due: str = Field(default="", max_length=80)
    rule: Rule | None = None
    author: MemberId | None = None


class ChangeNote(Change[NoteTaken], wire="scheduling.change-note.v1", asked_by=Standing.VISITOR):
    """Change a line's text, or remove the line if the text is empty (author, chair, facilitators).

    The line is given by `origin`, or by code and number. Refused if there is none. A face sets
    `gone` if the message itself was deleted by somebody allowed to do so: the line is then removed
    too.
    """

    code: MeetingCode | None = None
    number: int | None = Field(default=None, ge=1)
    origin: Origin = ""
    text: Annotated[CommunityText, StringConstraints(strip_whitespace=True, max_length=1000)] = ""
    gone: bool = False


class RestoreNote(Change[NoteTaken], wire="scheduling.restore-note.v1", asked_by=Standing.MEMBER):
    """Undo the removal of a line."""

    code: MeetingCode
    number: int = Field(ge=1)


class QuorumSet(Reply):
    """The community's rule: how many must be present, in all and of each category."""

    needed: Number
    required: Annotated[dict[Category, int], Exempt.NO_PEOPLE]


class SetQuorum(OneEach[QuorumSet], wire="scheduling.set-quorum.v1", asked_by=Standing.FACILITATOR):
    """Set the quorum for decisions (facilitators). 0 and no category: no quorum."""

    needed: int = Field(ge=0, le=10_000)
    required: dict[Category, int] = Field(default_factory=dict)


class MinutesStatus(StrEnum):
    """How far the minutes are. They are open during the meeting."""

    OPEN = "open"
    DRAFT = "draft"
    APPROVED = "approved"


class TopicMinutes(BaseModel):
    """The notes taken under one topic, in the order of writing. The first may have no title."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    title: CommunityText
    notes: tuple[NoteFacts, ...]


class MinutesShown(Reply):
    """A meeting's minutes. `version` counts approvals, 0 before the first.

    `changed`: lines changed since the last approval. `actions` are those the meeting created.
    """

    meeting: MeetingFacts
    status: MinutesStatus
    version: Number
    topics: tuple[TopicMinutes, ...]
    actions: tuple[ActionFacts, ...]
    quorum: QuorumState
    changed: bool = False


class ShowMinutes(
    Question[MinutesShown], wire="scheduling.show-minutes.v1", asked_by=Standing.MEMBER
):
    """Show minutes (members). Empty code: the meeting that is on, else the last one."""

    code: MeetingCode | None = None


class ApproveMinutes(
    Change[MinutesShown], wire="scheduling.approve-minutes.v1", asked_by=Standing.FACILITATOR
):
    """Approve the minutes as they are (facilitators). Approved again, they get the next version."""

    code: MeetingCode | None = None


class HighlightsShown(Reply):
    """A meeting's highlights: no names, at most 600 words; `short` has at most 300 characters.

    `shared` is the version in the library, 0 for a draft; `opened` says who can read that version.
    `changed`: the text differs from that version.
    """

    meeting: MeetingFacts
    text: CommunityText
    short: CommunityText
    shared: Number
    opened: Openness = Openness.MEMBERS
    changed: bool = False


class ShowHighlights(
    Question[HighlightsShown], wire="scheduling.show-highlights.v1", asked_by=Standing.MEMBER
):
    """Show the highlights as edited, or drafted from decisions, information, ideas and links."""

    code: MeetingCode | None = None


class EditHighlights(
    Change[HighlightsShown], wire="scheduling.edit-highlights.v1", asked_by=Standing.FACILITATOR
):
    """Write the highlights (facilitators). An empty text goes back to the draft."""

    code: MeetingCode | None = None
    text: Annotated[CommunityText, StringConstraints(strip_whitespace=True, max_length=6000)] = ""


class ShareHighlights(
    Change[HighlightsShown], wire="scheduling.share-highlights.v1", asked_by=Standing.FACILITATOR
):
    """Share the highlights with the members, through the library (facilitators).

    A published version stays published. A new version is for members until it is published too.
    """

    code: MeetingCode | None = None


class PublishHighlights(
    Change[HighlightsShown], wire="scheduling.publish-highlights.v1", asked_by=Standing.FACILITATOR
):
    """Publish the highlights, which also shares them, or end their publication (facilitators).

    `seen` is the `fingerprint` of the text and its short version that were previewed.
    """

    code: MeetingCode | None = None
    open: bool = True
    seen: str = Field(default="", max_length=64)


class NoteEvent(MeetingEvent):
    """Base of the note events: `note` is a line of the meeting's record as it is now."""

    note: NoteFacts


class NoteKept(NoteEvent, wire="scheduling.note-kept.v1"):
    """A line was written, changed, removed or restored."""


class DecisionMade(NoteEvent, wire="scheduling.decision-made.v1"):
    """A community made a decision."""


class Document(BaseModel):
    """A document about a meeting, as lines of plain text with `# `, `## ` and `- ` marks.

    `author` is the facilitator who approved or shared it. `title` names the meeting and its day.
    `opened` says who can read highlights; events from before the field were open. Minutes are never
    open.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    author: MemberId
    version: Number
    title: CommunityText
    text: CommunityText
    short: CommunityText = ""
    opened: Openness = Openness.EARLIER


class DocumentEvent(MeetingEvent):
    """Base of the document events: `document` as it is now. Newer versions replace older ones."""

    document: Document


class MinutesApproved(DocumentEvent, wire="scheduling.minutes-approved.v1", kept=KEPT_AS_A_FACT):
    """Minutes were approved. They are for members and stored in the library."""


class HighlightsShared(DocumentEvent, wire="scheduling.highlights-shared.v1", kept=KEPT_AS_A_FACT):
    """Highlights were shared, published, or are no longer published. They are in the library."""
