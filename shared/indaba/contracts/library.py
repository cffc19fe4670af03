"""Contracts about resources: saving, finding, sharing, using. Owned by the library."""

from enum import StrEnum
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from indaba.contracts.figures import NOTHING, Number, ReleasedTable
from indaba.contracts.ids import CommunityId, MemberId, ResourceCode, ResourceId
from indaba.contracts.limits import (
    COMMUNITYS_FILES,
    DISK,
    MEMBERS_FILES,
    SAVED_A_DAY,
    Limit,
)
from indaba.contracts.membership import ShowMyDataHere
from indaba.contracts.openness import fingerprint
from indaba.contracts.standing import ForMembers, Standing, UntilPublished
from indaba.contracts.wire import (
    KEPT_AS_A_FACT,
    Change,
    CommunityText,
    CommunityTexts,
    Done,
    Event,
    OneEach,
    Question,
    Reply,
    Request,
)

MOST_BYTES = 25 * 1024 * 1024
"""The largest file that is stored."""

LEFT_WHOLE = frozenset({"image/heif", "image/avif", "image/tiff"})
"""Kinds of pictures that may contain a location which is not removed here."""

ResourceTitle = Annotated[CommunityText, StringConstraints(strip_whitespace=True, max_length=200)]
Why = Annotated[CommunityText, StringConstraints(strip_whitespace=True, max_length=500)]
Summary = Annotated[CommunityText, StringConstraints(strip_whitespace=True, max_length=2000)]
Note = Annotated[CommunityText, StringConstraints(strip_whitespace=True, max_length=500)]
Address = Annotated[CommunityText, StringConstraints(strip_whitespace=True, max_length=2000)]
Facet = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]


class ResourceKind(StrEnum):
    """What a resource is, in the manner of Dublin Core types."""

    HIGHLIGHTS = "meeting-highlights"
    PRESENTATION = "presentation"
    TOOL = "tool"
    TEMPLATE = "template"
    GUIDELINE = "guideline"
    POLICY = "policy"
    RESEARCH = "research"
    PRACTICE = "practice-profile"
    STORY = "story"
    DATASET = "dataset"
    VIDEO = "video"
    AUDIO = "audio"
    WEBSITE = "website"
    DOCUMENT = "document"
    MESSAGE = "message"
    OTHER = "other"


class Licence(StrEnum):
    """What others may do with a resource. Never guessed: unknown unless somebody says."""

    CC0 = "CC0-1.0"
    BY = "CC-BY-4.0"
    BY_SA = "CC-BY-SA-4.0"
    BY_NC = "CC-BY-NC-4.0"
    BY_NC_SA = "CC-BY-NC-SA-4.0"
    BY_ND = "CC-BY-ND-4.0"
    BY_NC_ND = "CC-BY-NC-ND-4.0"
    LINK_ONLY = "link-only"


class ResourceStatus(StrEnum):
    """Where a resource is in its life. A withdrawn one can no longer be found."""

    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class HowUsed(StrEnum):
    """What came of using a resource."""

    USED = "used"
    ADAPTED = "adapted"
    DID_NOT_WORK = "did-not-work"


class StoredFile(BaseModel):
    """A file in the file store. `media_type` is detected from the content, not taken on trust."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    author: MemberId | None = Field(default=None, description="Set by the library")
    digest: str = Field(pattern=r"^[0-9a-f]{64}$", description="SHA-256 of the bytes")
    size: Number = Field(ge=0, le=MOST_BYTES, description="Bytes")
    media_type: str = Field(max_length=120)
    name: Annotated[CommunityText, StringConstraints(max_length=200)] = Field(
        description="The sender's name for it; safe to show, never a path"
    )


class Quoted(BaseModel):
    """A saved message. Its author may withdraw it, even if somebody else saved it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    author: MemberId
    text: Annotated[CommunityText, StringConstraints(max_length=4000)]
    message: str = Field(max_length=255, description="The platform's own id of the message")
    said_at: AwareDatetime | None = None


class ResourceFacts(BaseModel):
    """A resource as its community's members may see it. `author` is who saved it.

    Exactly one of `link`, `file` and `quote` is what was saved; `link` is empty if it is another.
    `language` is a BCP 47 tag, empty if unknown. `document` is the address of the document itself,
    if the link only describes it. `related` are titles, in the source's order. `counts` is how many
    members used it without adding a note. `published`: the world can read it.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: ResourceId
    community: CommunityId
    code: ResourceCode
    version: Number
    author: MemberId
    status: ResourceStatus
    kind: ResourceKind
    title: CommunityText
    why: Annotated[CommunityText, ForMembers] = ""
    summary: CommunityText = ""
    link: CommunityText = ""
    document: CommunityText = ""
    file: Annotated[StoredFile | None, UntilPublished] = None
    quote: Annotated[Quoted | None, ForMembers] = None
    sectors: CommunityTexts = ()
    skills: CommunityTexts = ()
    related: CommunityTexts = ()
    language: str = ""
    licence: Licence = Licence.LINK_ONLY
    saved_at: AwareDatetime
    counts: ReleasedTable = NOTHING
    published: bool = False

    def seen_as(self) -> str:
        """The `fingerprint` of what the world reads, or would read."""
        lists = (*self.sectors, "", *self.skills, "", *self.related)
        file = (self.file.name, self.file.digest) if self.file else ()
        return fingerprint(
            *(self.title, self.summary, self.link, self.document, self.kind, self.language),
            *(self.licence, *lists, *file),
        )


class ResourceShown(Reply):
    """A resource as it is now. `known`: it was in the library before this save."""

    resource: ResourceFacts
    known: bool = False


class UseShown(BaseModel):
    """A member's account of using a resource, in their own words."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    author: MemberId
    how: HowUsed
    note: CommunityText
    said_at: AwareDatetime


class ResourceDetails(Reply):
    """A resource, and what members wrote about using it, newest first; twenty at most."""

    resource: ResourceFacts
    uses: Annotated[tuple[UseShown, ...], ForMembers] = ()


class ResourcesFound(Reply):
    """Resources, best match first; without search words, newest first.

    `total` counts all matches. `read_as` pairs each word that nothing in this library contains with
    the known word it was taken for; empty if there was none.
    """

    resources: tuple[ResourceFacts, ...]
    total: Number
    read_as: tuple[tuple[str, str], ...] = ()


class SaveResource(
    Request[ResourceShown],
    wire="library.save-resource.v1",
    asked_by=Standing.MEMBER,
    limits=(SAVED_A_DAY, MEMBERS_FILES, COMMUNITYS_FILES),
):
    """Save a link, a file or a message (members). Saving the same again returns the existing one.

    Give exactly one of `link`, `file` and `quote`. Without a title, that of a link's page is read a
    little later; a file is called by its name, a message by its first words. A quoted author must
    be a member of the community. A file must be in the file store already. A key or password in a
    link is refused unless whoever saves it was asked and confirmed it with `as_it_is`.
    """

    link: Address = ""
    file: StoredFile | None = None
    quote: Quoted | None = None
    title: ResourceTitle = ""
    why: Why = ""
    summary: Summary = ""
    document: Address = ""
    kind: ResourceKind | None = Field(default=None, description="Guessed if not given")
    sectors: tuple[Facet, ...] = Field(default=(), max_length=20)
    skills: tuple[Facet, ...] = Field(default=(), max_length=20)
    related: tuple[ResourceTitle, ...] = Field(default=(), max_length=20)
    language: str = Field(default="", max_length=35)
    licence: Licence = Licence.LINK_ONLY
    as_it_is: bool = False

    def within(self) -> tuple[Limit, ...]:
        """Only a file uses storage."""
        return self.limits if self.file is not None else (SAVED_A_DAY,)


class AskForRoom(
    Question[Done],
    wire="library.ask-for-room.v1",
    asked_by=Standing.MEMBER,
    limits=(MEMBERS_FILES, COMMUNITYS_FILES, DISK),
):
    """Ask whether a file may be stored, before it is copied (members). Refused if it may not."""

    size: Number = Field(ge=0, le=MOST_BYTES, description="Bytes, as stated by the sender")

    def adds(self, limit: Limit) -> int:
        """The size of the file. On a full disk, anything is too much."""
        return self.size if limit.size else 1


class DescribeResource(
    Change[ResourceShown], wire="library.describe-resource.v1", asked_by=Standing.MEMBER
):
    """Correct a resource's details (who saved it, and facilitators). Fields left out do not change.

    A key or password in a link is refused unless it was confirmed with `as_it_is`.
    """

    code: ResourceCode
    title: ResourceTitle | None = None
    why: Why | None = None
    summary: Summary | None = None
    kind: ResourceKind | None = None
    sectors: tuple[Facet, ...] | None = Field(default=None, max_length=20)
    skills: tuple[Facet, ...] | None = Field(default=None, max_length=20)
    language: str | None = Field(default=None, max_length=35)
    licence: Licence | None = None
    as_it_is: bool = False


class WithdrawResource(
    Change[ResourceShown], wire="library.withdraw-resource.v1", asked_by=Standing.MEMBER
):
    """Withdraw a resource (who saved it, whose message it is, and facilitators)."""

    code: ResourceCode


class FindResources(
    Question[ResourcesFound], wire="library.find-resources.v1", asked_by=Standing.VISITOR
):
    """Find resources with any of these words, titles ranked first. No words: the newest."""

    words: str = Field(default="", max_length=200)
    kind: ResourceKind | None = None
    limit: int = Field(default=3, ge=1, le=50)
    offset: int = Field(default=0, ge=0, le=10_000)


class ShowResource(
    Question[ResourceDetails], wire="library.show-resource.v1", asked_by=Standing.VISITOR
):
    """Show one resource with what members wrote about using it."""

    code: ResourceCode


class UseResource(OneEach[ResourceShown], wire="library.use-resource.v1", asked_by=Standing.MEMBER):
    """Report that the asker used a resource, and how it went (members). The last report counts."""

    code: ResourceCode
    how: HowUsed = HowUsed.USED
    note: Note = ""


class ShareResource(
    Change[ResourceShown], wire="library.share-resource.v1", asked_by=Standing.MEMBER
):
    """Note that a resource was shown in a room (members)."""

    code: ResourceCode


class PublishResource(
    Change[ResourceShown], wire="library.publish-resource.v1", asked_by=Standing.FACILITATOR
):
    """Publish a resource, or end that (facilitators). Messages from a room are never published.

    `seen` is the fingerprint of what was previewed (`ResourceFacts.seen_as`).
    """

    code: ResourceCode
    open: bool = True
    seen: str = Field(default="", max_length=64)


class ShowMyLibraryData(ShowMyDataHere, wire="library.show-my-data.v1", asked_by=Standing.KNOWN):
    """Show everything that the library stores about the asker."""


class ResourceEvent(Event):
    """Base of the resource events: `aggregate` is the resource, `resource` its state afterwards."""

    resource: ResourceFacts

    @classmethod
    def of(cls, resource: ResourceFacts, **facts: Any) -> Self:
        """The event that carries a resource's state after the change."""
        return cls(aggregate=resource.id, version=resource.version, resource=resource, **facts)


class ResourceSaved(ResourceEvent, wire="library.resource-saved.v1", kept=KEPT_AS_A_FACT):
    """A resource was saved."""


class ResourceDescribed(ResourceEvent, wire="library.resource-described.v1", kept=KEPT_AS_A_FACT):
    """A resource's details were corrected, or its page's title was read."""


class ResourceWithdrawn(ResourceEvent, wire="library.resource-withdrawn.v1", kept=KEPT_AS_A_FACT):
    """A resource was withdrawn and can no longer be found."""


class ResourceBlanked(ResourceEvent, wire="library.resource-blanked.v1", kept=KEPT_AS_A_FACT):
    """A resource's texts were blanked because their author was erased."""


class ResourceUsed(ResourceEvent, wire="library.resource-used.v1", kept=KEPT_AS_A_FACT):
    """A member reported using a resource. Their note stays in the library."""

    member: MemberId
    how: HowUsed
    use: UUID = Field(description="Stays the same if the member reports again about this resource")


class ResourceShared(ResourceEvent, wire="library.resource-shared.v1"):
    """A member showed a resource in a room."""

    member: MemberId
