"""A resource and its rules. A change gives a new resource; what changed nothing gives itself."""

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
"""What members write about a resource, and each when nobody wrote it."""

FOR_MEMBERS = frozenset({"why"})
"""What of it is for members, published or not."""

MESSAGE = "Message"
_TOLD = ResourceFacts.model_fields.keys() - {"title", "file", "published"}
_FIGURES = "23456789"
R = TypeVar("R", bound="Resource")


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """A resource as the library knows it; fields as in `ResourceFacts`.

    `title` is what somebody wrote, or the page's own; empty, the resource is called by what it is.
    `wrote` names for each written field all who wrote it, the present writer last.
    `same_as` is what makes two resources of a community the same. Of a document about a meeting
    `edition` is its version, 0 for all else, and `text` all its words, by which it is found.
    `opened` says who reads it.
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
        """Its title; without one, what it is called by: host and path, file name, first words."""
        if self.title:
            return self.title
        if self.link:
            return web(self.link).short
        if self.file is not None:
            return self.file.name
        return first_words(self.quote.text if self.quote else "") or MESSAGE

    def written_by(self, member: MemberId) -> Self:
        """As first described: all that is written is the member's."""
        wrote = {name: (member,) for name, none in WRITTEN.items() if getattr(self, name) != none}
        return replace(self, wrote=wrote)

    def describe(self, member: MemberId, *, facilitates: bool, said: Mapping[str, Any]) -> Self:
        """With what is said of it. Raises `NotYours`.

        Published is what a facilitator saw: what a member changes is for members again.
        """
        if not facilitates and member != self.author:
            raise NotYours(self.code, "Only they can correct what is said of it.")
        new = {name: value for name, value in said.items() if getattr(self, name) != value}
        if not new:
            return self
        wrote = dict(self.wrote)
        for name in new.keys() & WRITTEN.keys():
            wrote[name] = (*(m for m in wrote.get(name, ()) if m != member), member)
        if not facilitates and new.keys() - FOR_MEMBERS:
            new = {**new, "opened": Openness.MEMBERS}
        return replace(self, **new, wrote=wrote, version=self.version + 1)

    def publish(self, *, open_: bool) -> Self:
        """For the world to read, or no more. Raises `StaysWithMembers` or `HighlightsOfAMeeting`.

        What is so already stays itself.
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
        """With what its page says about itself, if nobody else said anything."""
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
        """Not to be found any more; of a message, its words go too. Again changes nothing.

        Raises `NotYours`.
        """
        quoted = self.quote.author if self.quote else None
        if not facilitates and member not in (self.author, quoted):
            raise NotYours(self.code, "Only they can withdraw it.")
        return _withdrawn(self) if self.status is ResourceStatus.PUBLISHED else self

    def forget(self, member: MemberId, fresh: MemberId) -> tuple[Self, tuple[str, ...]]:
        """Without what a member wrote and who they are, and the names of the fields they wrote.

        What they said or sent is withdrawn; the link they saved stays, for it is not theirs.
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
            return _published_by_nobody_known(new, member, fresh), theirs
        if self.quote and self.quote.author == member:
            gone = self.quote.model_copy(update={"author": fresh, "text": "", "message": ""})
            new = replace(_withdrawn(new), quote=gone, same_as="")
            theirs = (*theirs, "quote.message", *(() if self.title else ("title",)))
        if self.author == member:
            new = _saver_gone(new, fresh)
        return replace(new, version=self.version + 1), theirs

    def merge(self, gone: MemberId, member: MemberId) -> Self:
        """With one member in the place of the other, in all but its version."""
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
        """With other counts of its use, as the next version."""
        return replace(self, counts=counts, version=self.version + 1)

    def facts(self) -> ResourceFacts:
        """What anybody of the community may see."""
        file = self.file.model_copy(update={"author": self.author}) if self.file else None
        told = {name: getattr(self, name) for name in _TOLD}
        published = self.opened is Openness.WORLD
        return ResourceFacts(**told, title=self.called, file=file, published=published)


def _withdrawn(resource: R) -> R:
    quote = resource.quote and resource.quote.model_copy(update={"text": ""})
    version = resource.version + 1
    text = "" if quote else resource.text
    return replace(
        resource, status=ResourceStatus.WITHDRAWN, quote=quote, text=text, version=version
    )


def _published_by_nobody_known(resource: R, member: MemberId, fresh: MemberId) -> R:
    """A document is its community's, so it stays."""
    return replace(resource.merge(member, fresh), wrote=resource.wrote)


def _saver_gone(resource: R, fresh: MemberId) -> R:
    if resource.file is None:
        return replace(resource, author=fresh)
    nameless = resource.file.model_copy(update={"name": ""})
    return replace(_withdrawn(resource), author=fresh, file=nameless)


def code_from(random_number: int, length: int = 4) -> str:
    """A resource code of 4 to 8 letters: R, a figure, then letters drawn from the number."""
    random_number, figure = divmod(random_number, len(_FIGURES))
    letters = ["R", _FIGURES[figure]]
    for _ in range(length - 2):
        random_number, letter = divmod(random_number, len(CODE_LETTERS))
        letters.append(CODE_LETTERS[letter])
    return "".join(letters)
