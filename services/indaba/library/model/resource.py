"""A resource and its rules. Changes return a new resource, or the same if nothing changed."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any, Self, TypeVar

from indaba.contracts.figures import NOTHING, ReleasedTable
from indaba.contracts.ids import CODE_LETTERS, CommunityId, MemberId, ResourceId
from indaba.contracts.library import (
    Licence,
    Quoted,
    ResourceFacts,
    ResourceKind,
    ResourceStatus,
    StoredFile,
)
from indaba.contracts.openness import Openness
from indaba.library.model.addresses import web
from indaba.library.model.plain_text import first_words
from indaba.library.model.refusals import HighlightsOfAMeeting, NotYours, StaysWithMembers

WRITTEN: Mapping[str, Any] = MappingProxyType(
    {
        "title": "",
        "why": "",
        "summary": "",
        "document": "",
        "sectors": (),
        "skills": (),
        "related": (),
    }
)
"""Fields that members write, with the value of each if nobody wrote it."""

FOR_MEMBERS = frozenset({"why"})
"""Fields that are for members, even if the resource is published."""

MESSAGE = "Message"
_SAME = ResourceFacts.model_fields.keys() - {"title", "file", "published"}
_DIGITS = "23456789"
R = TypeVar("R", bound="Resource")


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """A resource as stored. Fields as in `ResourceFacts`.

    `title` is what somebody wrote, or the page's own; it may be empty. `wrote` has, for each
    written field, everybody who wrote it, the latest last. `same_as` is equal for equal resources
    of a community. For a document about a meeting, `edition` is its version (0 for all else), and
    `text` its full text for searching. `opened` says who can read it.
    """

    id: ResourceId
    community: CommunityId
    code: str
    author: MemberId
    kind: ResourceKind
    same_as: str
    saved_at: datetime
    title: str = ""
    why: str = ""
    summary: str = ""
    link: str = ""
    document: str = ""
    file: StoredFile | None = None
    quote: Quoted | None = None
    sectors: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    language: str = ""
    licence: Licence = Licence.LINK_ONLY
    status: ResourceStatus = ResourceStatus.PUBLISHED
    version: int = 1
    counts: ReleasedTable = NOTHING
    edition: int = 0
    text: str = ""
    opened: Openness = Openness.MEMBERS
    wrote: Mapping[str, tuple[MemberId, ...]] = field(default_factory=dict)

    @property
    def called(self) -> str:
        """Its title or, without one, its host and path, file name or first words."""
        if self.title:
            return self.title
        if self.link:
            return web(self.link).short
        if self.file is not None:
            return self.file.name
        return first_words(self.quote.text if self.quote else "") or MESSAGE

    def written_by(self, member: MemberId) -> Self:
        """The resource with all written fields attributed to the member."""
        wrote = {name: (member,) for name, none in WRITTEN.items() if getattr(self, name) != none}
        return replace(self, wrote=wrote)

    def describe(self, member: MemberId, *, facilitates: bool, details: Mapping[str, Any]) -> Self:
        """The resource with other details. Raises `NotYours`.

        A facilitator published what they saw, so a member's change ends its publication.
        """
        if not facilitates and member != self.author:
            raise NotYours(self.code, "Only they can correct what is said of it.")
        new = {name: value for name, value in details.items() if getattr(self, name) != value}
        if not new:
            return self
        wrote = dict(self.wrote)
        for name in new.keys() & WRITTEN.keys():
            wrote[name] = (*(m for m in wrote.get(name, ()) if m != member), member)
        if not facilitates and new.keys() - FOR_MEMBERS:
            new = {**new, "opened": Openness.MEMBERS}
        return replace(self, **new, wrote=wrote, version=self.version + 1)

    def publish(self, *, open_: bool) -> Self:
        """The resource, published or not. Raises `StaysWithMembers` or `HighlightsOfAMeeting`.

        Unchanged if it is so already.
        """
        if open_ and self.quote is not None:
            raise StaysWithMembers(self.code)
        if self.edition:
            raise HighlightsOfAMeeting(self.code)
        wanted = Openness.WORLD if open_ else Openness.MEMBERS
        if self.opened is wanted:
            return self
        return replace(self, opened=wanted, version=self.version + 1)

    def read_page(self, title: str, summary: str, language: str) -> Self:
        """The resource with its page's title and description, unless members have set a title."""
        if self.status is ResourceStatus.WITHDRAWN or self.title or not title:
            return self
        return replace(
            self,
            title=title,
            summary=self.summary or summary,
            language=self.language or language,
            version=self.version + 1,
        )

    def withdraw(self, member: MemberId, *, facilitates: bool) -> Self:
        """The resource withdrawn; a message's text is deleted too. Idempotent.

        Raises `NotYours`.
        """
        quoted = self.quote.author if self.quote else None
        if not facilitates and member not in (self.author, quoted):
            raise NotYours(self.code, "Only they can withdraw it.")
        return _withdrawn(self) if self.status is ResourceStatus.PUBLISHED else self

    def forget(self, member: MemberId, fresh: MemberId) -> tuple[Self, tuple[str, ...]]:
        """The resource without a member's texts and id, and the names of fields they wrote.

        A message by them or a file they saved is withdrawn. A link they saved stays, as it is not
        their text.
        """
        theirs = tuple(name for name, writers in self.wrote.items() if member in writers)
        blank = {name: WRITTEN[name] for name in theirs if self.wrote[name][-1] == member}
        wrote = {
            name: left
            for name, writers in self.wrote.items()
            if name not in blank and (left := tuple(m for m in writers if m != member))
        }
        new = replace(self, **blank, wrote=wrote, version=self.version + 1)
        if self.edition:
            return _without_author(new, member, fresh), theirs
        if self.quote and self.quote.author == member:
            gone = self.quote.model_copy(update={"author": fresh, "text": "", "message": ""})
            new = replace(_withdrawn(new), quote=gone, same_as="")
            theirs = (*theirs, "quote.message", *(() if self.title else ("title",)))
        if self.author == member:
            new = _without_saver(new, fresh)
        return replace(new, version=self.version + 1), theirs

    def merge(self, gone: MemberId, member: MemberId) -> Self:
        """The resource with one member in place of the other, in the same version."""
        quote = self.quote
        if quote and quote.author == gone:
            quote = quote.model_copy(update={"author": member})
        wrote = {
            name: tuple(dict.fromkeys(member if w == gone else w for w in reversed(writers)))[::-1]
            for name, writers in self.wrote.items()
        }
        author = member if self.author == gone else self.author
        return replace(self, author=author, quote=quote, wrote=wrote)

    def counted(self, counts: ReleasedTable) -> Self:
        """The resource with new counts of its use, as the next version."""
        return replace(self, counts=counts, version=self.version + 1)

    def facts(self) -> ResourceFacts:
        """What anybody in the community may see."""
        file = self.file.model_copy(update={"author": self.author}) if self.file else None
        same = {name: getattr(self, name) for name in _SAME}
        published = self.opened is Openness.WORLD
        return ResourceFacts(**same, title=self.called, file=file, published=published)


def _withdrawn(resource: R) -> R:
    quote = resource.quote and resource.quote.model_copy(update={"text": ""})
    version = resource.version + 1
    text = "" if quote else resource.text
    return replace(
        resource, status=ResourceStatus.WITHDRAWN, quote=quote, text=text, version=version
    )


def _without_author(resource: R, member: MemberId, fresh: MemberId) -> R:
    """A document stays when its author is erased, as it belongs to the community."""
    return replace(resource.merge(member, fresh), wrote=resource.wrote)


def _without_saver(resource: R, fresh: MemberId) -> R:
    if resource.file is None:
        return replace(resource, author=fresh)
    nameless = resource.file.model_copy(update={"name": ""})
    return replace(_withdrawn(resource), author=fresh, file=nameless)


def code_from(random_number: int, length: int = 4) -> str:
    """A resource code of 4 to 8 characters: R, a digit, then characters derived from the number."""
    random_number, figure = divmod(random_number, len(_DIGITS))
    letters = ["R", _DIGITS[figure]]
    for _ in range(length - 2):
        random_number, letter = divmod(random_number, len(CODE_LETTERS))
        letters.append(CODE_LETTERS[letter])
    return "".join(letters)
