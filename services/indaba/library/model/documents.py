"""Minutes and highlights of meetings as resources: one for each meeting, in the newest version."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid5

from indaba.contracts.ids import MeetingId, MemberId, ResourceId
from indaba.contracts.library import Quoted, ResourceKind, ResourceStatus
from indaba.contracts.openness import Openness
from indaba.contracts.record import Document
from indaba.library.model.plain_text import one_line, paragraphs
from indaba.library.model.resource import Resource

LONGEST_QUOTE = 4000
_FAMILY = UUID("5a1f6f0e-6a0b-4d0c-9f53-1f0c1f6d2b7e")
_HEADING = "# "


def document_id(meeting: MeetingId, kind: ResourceKind) -> ResourceId:
    """An id derived from meeting and kind, so that it is always the same."""
    return ResourceId(uuid5(_FAMILY, f"{kind.value}:{meeting}"))


def document_name(meeting: MeetingId, kind: ResourceKind) -> str:
    """The `same_as` of a document."""
    return f"{kind.value}:{meeting}"


def document_facts(
    document: Document, meeting: MeetingId, kind: ResourceKind, author: MemberId
) -> Mapping[str, Any]:
    """The fields of a resource for a version of a document.

    The text of highlights is a summary, which may be published. Minutes are for members only, so
    their text is a quote, as that of a message is.
    """
    text = words_of(document.text)
    private = kind is not ResourceKind.HIGHLIGHTS
    quote = Quoted(
        author=author,
        text=paragraphs(text, LONGEST_QUOTE),
        message=document_name(meeting, kind),
    )
    title = one_line(document.title)
    return {
        "author": author,
        "title": f"Minutes: {title}" if private and title else title,
        "summary": "" if private else paragraphs(text),
        "quote": quote if private else None,
        "text": text,
        "edition": document.version,
        "opened": Openness.MEMBERS if private else document.opened,
        "status": ResourceStatus.PUBLISHED if text else ResourceStatus.WITHDRAWN,
    }


def words_of(text: str) -> str:
    """A document's text without its title and heading marks."""
    lines = (line.strip() for line in text.splitlines())
    body = (line.removeprefix("## ") for line in lines if not line.startswith(_HEADING))
    return paragraphs("\n".join(body), len(text) + 1)


def next_edition(before: Resource, facts: Mapping[str, Any]) -> Resource:
    """The resource with a newer version of its document. Unchanged if the version is older."""
    if facts["edition"] <= before.edition:
        return before
    return replace(before, **facts, version=before.version + 1)
