"""What is said about resources: saving, finding, sharing, using. The library owns it."""

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
    CommunityText,
    CommunityTexts,
    Done,
    Event,
    Question,
    Reply,
    Request,
)

MOST_BYTES = 25 * 1024 * 1024
"""The largest file that is kept."""

LEFT_WHOLE = frozenset({"image/heif", "image/avif", "image/tiff"})
"""Kinds of pictures that may say where they were taken, and of which nobody here takes that out."""

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
    """What others may do with it. Never guessed: unknown unless somebody says."""

    CC0 = "CC0-1.0"
    BY = "CC-BY-4.0"
    BY_SA = "CC-BY-SA-4.0"
    BY_NC = "CC-BY-NC-4.0"
    BY_NC_SA = "CC-BY-NC-SA-4.0"
    BY_ND = "CC-BY-ND-4.0"
    BY_NC_ND = "CC-BY-NC-ND-4.0"
    LINK_ONLY = "link-only"


class ResourceStatus(StrEnum):
    """Where a resource is in its life. A withdrawn one is not found any more."""

    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class HowUsed(StrEnum):
    """What became of it in somebody's practice."""

    USED = "used"
    ADAPTED = "adapted"
    DID_NOT_WORK = "did-not-work"


class StoredFile(BaseModel):
    """A file in the file store. `media_type` is found by looking inside, not believed."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    author: MemberId | None = Field(default=None, description="Set by the library")
    digest: str = Field(pattern=r"^[0-9a-f]{64}$", description="SHA-256 of the bytes")
    size: Number = Field(ge=0, le=MOST_BYTES, description="Bytes")
    media_type: str = Field(max_length=120)
    name: Annotated[CommunityText, StringConstraints(max_length=200)] = Field(
        description="What the sender called it; safe to show, never a path"
    )


class Quoted(BaseModel):
    """A message that was saved. Its author need not be who saved it, and may withdraw it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    author: MemberId
    text: Annotated[CommunityText, StringConstraints(max_length=4000)]
    message: str = Field(max_length=255, description="The platform's own id of the message")
    said_at: AwareDatetime | None = None


class ResourceFacts(BaseModel):
    """A resource as its community's members may see it. `author` is who saved it.

    Exactly one of `link`, `file` and `quote` is what was saved; `link` is empty where another is.
    `language` is a BCP 47 tag, empty where unknown. `document` is the address of the thing itself,
    where the link only describes it. `related` are titles, in the source's order. `counts` is how
    many used it and said no word of their own about it. `published`: the world reads it.
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
        """The `fingerprint` of what the world reads, or would."""
        lists = (*self.sectors, "", *self.skills, "", *self.related)
        file = (self.file.name, self.file.digest) if self.file else ()
        return fingerprint(
            *(self.title, self.summary, self.link, self.document, self.kind, self.language),
            *(self.licence, *lists, *file),
        )


class ResourceShown(Reply):
    """A resource as it is now. `known`: it was in the library before it was saved again."""

    resource: ResourceFacts
    known: bool = False


class UseShown(BaseModel):
    """What a member said of using it, in their own words."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    author: MemberId
    how: HowUsed
    note: CommunityText
    said_at: AwareDatetime


class ResourceDetails(Reply):
    """A resource, and what was said of using it in own words, newest first, at most 20."""

    resource: ResourceFacts
    uses: Annotated[tuple[UseShown, ...], ForMembers] = ()


class ResourcesFound(Reply):
    """Resources, best first; without words the newest first.

    `total` counts all that fit. `read_as` pairs each word that nobody here ever used with the known
    word it was taken for; empty if none was.
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
    """Save a link, a file or a message (members). The same one again gives the one that is there.

    Exactly one of `link`, `file` and `quote`. Without a title a link's page is asked for its own,
    a little later; a file is called by its name, a message by its first words. A quoted author must
    be a member of the community. A file must be in the file store already. A key or a password in a
    link is refused, unless whoever saves it was asked and wants it `as_it_is`.
    """

    link: Address = ""
    file: StoredFile | None = None
    quote: Quoted | None = None
    title: ResourceTitle = ""
    why: Why = ""
    summary: Summary = ""
    document: Address = ""
    kind: ResourceKind | None = Field(default=None, description="Guessed where not given")
    sectors: tuple[Facet, ...] = Field(default=(), max_length=20)
    skills: tuple[Facet, ...] = Field(default=(), max_length=20)
    related: tuple[ResourceTitle, ...] = Field(default=(), max_length=20)
    language: str = Field(default="", max_length=35)
    licence: Licence = Licence.LINK_ONLY
    as_it_is: bool = False

    def within(self) -> tuple[Limit, ...]:
        """Only a file takes room."""
        return self.limits if self.file is not None else (SAVED_A_DAY,)


class AskForRoom(
    Question[Done],
    wire="library.ask-for-room.v1",
    asked_by=Standing.MEMBER,
    limits=(MEMBERS_FILES, COMMUNITYS_FILES, DISK),
):
    """Ask whether a file may be kept, before it is copied (members). Refused where it may not."""

    size: Number = Field(ge=0, le=MOST_BYTES, description="Bytes, as the sender says")

    def adds(self, limit: Limit) -> int:
        """The file; of a full disk, anything is too much."""
        return self.size if limit.size else 1


class DescribeResource(
    Request[ResourceShown], wire="library.describe-resource.v1", asked_by=Standing.MEMBER
):
    """Correct what is said of a resource (who saved it, and facilitators). Left out: unchanged.

    A key or a password in a link is refused, unless it is wanted `as_it_is`.
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
    Request[ResourceShown], wire="library.withdraw-resource.v1", asked_by=Standing.MEMBER
):
    """Take a resource out (who saved it, whose message it is, and facilitators)."""

    code: ResourceCode


class FindResources(
    Question[ResourcesFound], wire="library.find-resources.v1", asked_by=Standing.VISITOR
):
    """Find by words: any of them, title above the rest. No words: the newest."""

    words: str = Field(default="", max_length=200)
    kind: ResourceKind | None = None
    limit: int = Field(default=3, ge=1, le=50)
    offset: int = Field(default=0, ge=0, le=10_000)


class ShowResource(
    Question[ResourceDetails], wire="library.show-resource.v1", asked_by=Standing.VISITOR
):
    """Show one resource with what was said of using it."""

    code: ResourceCode


class UseResource(Request[ResourceShown], wire="library.use-resource.v1", asked_by=Standing.MEMBER):
    """Say that I used it and how it went (members); said again, the last word counts."""

    code: ResourceCode
    how: HowUsed = HowUsed.USED
    note: Note = ""


class ShareResource(
    Request[ResourceShown], wire="library.share-resource.v1", asked_by=Standing.MEMBER
):
    """Note that a resource is shown to a room (members)."""

    code: ResourceCode


class PublishResource(
    Request[ResourceShown], wire="library.publish-resource.v1", asked_by=Standing.FACILITATOR
):
    """Let the world read a resource, or no more (facilitators). What was said in a room never is.

    `seen` is the fingerprint of what was previewed (`ResourceFacts.seen_as`).
    """

    code: ResourceCode
    open: bool = True
    seen: str = Field(default="", max_length=64)


class ShowMyLibraryData(ShowMyDataHere, wire="library.show-my-data.v1", asked_by=Standing.KNOWN):
    """Show all that the library keeps about the asker."""


class ResourceEvent(Event):
    """`aggregate` is the resource, `version` its version, `resource` its state after it."""

    resource: ResourceFacts

    @classmethod
    def of(cls, resource: ResourceFacts, **facts: Any) -> Self:
        """The event about a resource as it is after it."""
        return cls(aggregate=resource.id, version=resource.version, resource=resource, **facts)


class ResourceSaved(ResourceEvent, wire="library.resource-saved.v1", kept=KEPT_AS_A_FACT):
    """A resource came into the library."""


class ResourceDescribed(ResourceEvent, wire="library.resource-described.v1", kept=KEPT_AS_A_FACT):
    """What is said of a resource changed: corrected, or its page's title was read."""


class ResourceWithdrawn(ResourceEvent, wire="library.resource-withdrawn.v1", kept=KEPT_AS_A_FACT):
    """A resource is not to be found any more."""


class ResourceBlanked(ResourceEvent, wire="library.resource-blanked.v1", kept=KEPT_AS_A_FACT):
    """A resource's words are gone because their author was erased."""


class ResourceUsed(ResourceEvent, wire="library.resource-used.v1", kept=KEPT_AS_A_FACT):
    """A member said what became of it. The note stays in the library."""

    member: MemberId
    how: HowUsed
    use: UUID = Field(description="The same when the member says it anew of the same resource")


class ResourceShared(ResourceEvent, wire="library.resource-shared.v1"):
    """A member showed it to a room."""

    member: MemberId
