"""What is said about what is kept of a meeting: notes, decisions, minutes, highlights.

Scheduling owns it. Only tagged lines are kept: nobody consented to a transcript (decision 0017).
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
from indaba.contracts.wire import KEPT_AS_A_FACT, CommunityText, Question, Reply, Request

NoteText = Annotated[
    CommunityText, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)
]
Origin = Annotated[str, StringConstraints(max_length=64)]
"""A digest of where in chat something was written, so that edits and removals find it."""


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
    """The quorum at a moment: `present` of `needed`, and categories that lacked members.

    `needed` is 0 where the community set none; then it is always `met`.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    present: Annotated[int, Exempt.QUORUM]
    needed: Number = 0
    missing: Annotated[tuple[tuple[Category, int], ...], Exempt.QUORUM] = ()
    met: bool = True


class NoteFacts(BaseModel):
    """One line of a meeting's record, `number` from 1 in the order of writing, never reused.

    `topic` is the topic it was written under, empty before the first. `corrected` says that a
    facilitator changed it; `late` that it changed after the minutes were approved (an addendum).
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
    """The note as it stands, and the action that it made, if it is one.

    `doubt` says in words why the action's day was not understood.
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
    """Keep a line. Empty code: the meeting that is on. The same `origin` again changes the text.

    An action's `owner` defaults to nobody; `due` is free text, read in the asker's zone. `author`
    is whose words they are, if somebody else put them in.
    """

    code: MeetingCode | None = None
    kind: NoteKind
    text: NoteText
    origin: Origin = ""
    owner: MemberId | None = None
    due: str = Field(default="", max_length=80)
    rule: Rule = Rule.CONSENSUS
    author: MemberId | None = None


class ChangeNote(Request[NoteTaken], wire="scheduling.change-note.v1", asked_by=Standing.VISITOR):
    """Change a line's text, or remove it with none: its author, the chair, or a facilitator.

    Named by `origin`, or by code and number. Refused if there is none such. A face says `gone`
    where the message itself was taken back, by whoever may: then its line goes too.
    """

    code: MeetingCode | None = None
    number: int | None = Field(default=None, ge=1)
    origin: Origin = ""
    text: Annotated[CommunityText, StringConstraints(strip_whitespace=True, max_length=1000)] = ""
    gone: bool = False


class RestoreNote(Request[NoteTaken], wire="scheduling.restore-note.v1", asked_by=Standing.MEMBER):
    """Undo the removal of a line."""

    code: MeetingCode
    number: int = Field(ge=1)


class QuorumSet(Reply):
    """The community's rule: how many must be there, and how many of a category."""

    needed: Number
    required: Annotated[dict[Category, int], Exempt.NO_PEOPLE]


class SetQuorum(Request[QuorumSet], wire="scheduling.set-quorum.v1", asked_by=Standing.FACILITATOR):
    """Choose the quorum for decisions (facilitators); 0 and none: no quorum."""

    needed: int = Field(ge=0, le=10_000)
    required: dict[Category, int] = Field(default_factory=dict)


class MinutesStatus(StrEnum):
    """How far the minutes are: open during the meeting."""

    OPEN = "open"
    DRAFT = "draft"
    APPROVED = "approved"


class TopicMinutes(BaseModel):
    """What was noted under one topic, in the order of writing; the first may have no title."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    title: CommunityText
    notes: tuple[NoteFacts, ...]


class MinutesShown(Reply):
    """A meeting's minutes. `version` counts approvals, 0 before the first.

    `changed` says that lines changed since the last approval. `actions` are those it made.
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
    """Show minutes. Empty code: the meeting that is on, else the last one (members)."""

    code: MeetingCode | None = None


class ApproveMinutes(
    Request[MinutesShown], wire="scheduling.approve-minutes.v1", asked_by=Standing.FACILITATOR
):
    """Approve the minutes as they stand (facilitators); again: the next version."""

    code: MeetingCode | None = None


class HighlightsShown(Reply):
    """A meeting's highlights: no names, at most 600 words; `short` 300 characters.

    `shared` is the version in the library, 0 if it is a draft still; `opened` says who reads that
    version. `changed` says that the text is other than that version.
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
    """Show the highlights: as edited, else drafted from decisions, information, ideas and links."""

    code: MeetingCode | None = None


class EditHighlights(
    Request[HighlightsShown], wire="scheduling.edit-highlights.v1", asked_by=Standing.FACILITATOR
):
    """Write the highlights oneself (facilitators); empty text: as drafted again."""

    code: MeetingCode | None = None
    text: Annotated[CommunityText, StringConstraints(strip_whitespace=True, max_length=6000)] = ""


class ShareHighlights(
    Request[HighlightsShown], wire="scheduling.share-highlights.v1", asked_by=Standing.FACILITATOR
):
    """Share the highlights with the members: they go to the library (facilitators).

    A version that was published stays so; another one is for members until it is published too.
    """

    code: MeetingCode | None = None


class PublishHighlights(
    Request[HighlightsShown], wire="scheduling.publish-highlights.v1", asked_by=Standing.FACILITATOR
):
    """Let the world read the highlights, which shares them too, or no more (facilitators).

    `seen` is the `fingerprint` of the text and its short version that were previewed.
    """

    code: MeetingCode | None = None
    open: bool = True
    seen: str = Field(default="", max_length=64)


class NoteEvent(MeetingEvent):
    """`note` is a line of the meeting's record as it stands."""

    note: NoteFacts


class NoteKept(NoteEvent, wire="scheduling.note-kept.v1"):
    """A line was written, changed, removed or restored."""


class DecisionMade(NoteEvent, wire="scheduling.decision-made.v1"):
    """A community decided something."""


class Document(BaseModel):
    """A document about a meeting, as lines of plain text with `# `, `## ` and `- ` marks.

    `author` is the facilitator who approved or shared it. `title` names the meeting and its day.
    `opened` says who reads highlights; those told without it were open. Minutes never are.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    author: MemberId
    version: Number
    title: CommunityText
    text: CommunityText
    short: CommunityText = ""
    opened: Openness = Openness.EARLIER


class DocumentEvent(MeetingEvent):
    """`document` as it stands now; a newer version replaces an older one."""

    document: Document


class MinutesApproved(DocumentEvent, wire="scheduling.minutes-approved.v1", kept=KEPT_AS_A_FACT):
    """Minutes were approved: for members, kept in the library."""


class HighlightsShared(DocumentEvent, wire="scheduling.highlights-shared.v1", kept=KEPT_AS_A_FACT):
    """Highlights were shared or published, or are published no more; kept in the library."""
