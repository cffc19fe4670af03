"""The library's tables, and how resources are stored in them."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSVECTOR

from indaba.contracts.figures import ReleasedTable
from indaba.contracts.ids import MemberId
from indaba.contracts.library import (
    Licence,
    Quoted,
    ResourceKind,
    ResourceStatus,
    StoredFile,
)
from indaba.contracts.openness import Openness
from indaba.library.model import Resource, words

ENGLISH: sa.ColumnElement[Any] = sa.literal_column("'english'::regconfig")
SIMPLE: sa.ColumnElement[Any] = sa.literal_column("'simple'::regconfig")

_meta = sa.MetaData()
_instant = sa.DateTime(timezone=True)

resources = sa.Table(
    "resources",
    _meta,
    *(sa.Column(name, sa.Uuid) for name in ("id", "community", "author")),
    *(sa.Column(name, sa.Text) for name in ("code", "status", "kind", "same_as")),
    sa.Column("version", sa.Integer),
    sa.Column("edition", sa.Integer),
    sa.Column("text", sa.Text),
    sa.Column("saved_at", _instant),
    *(sa.Column(name, sa.Text) for name in ("title", "why", "summary", "link", "document")),
    *(sa.Column(name, sa.Text) for name in ("language", "licence", "digest", "opened")),
    *(sa.Column(name, JSONB(none_as_null=True)) for name in ("file", "quote")),
    *(sa.Column(name, JSONB) for name in ("sectors", "skills", "related", "counts", "wrote")),
    sa.Column("words", ARRAY(sa.Text)),
    sa.Column("found_by", TSVECTOR),
)
uses = sa.Table(
    "uses",
    _meta,
    *(sa.Column(name, sa.Uuid) for name in ("resource", "member", "id")),
    *(sa.Column(name, sa.Text) for name in ("how", "note")),
    sa.Column("said_at", _instant),
)
unread_pages = sa.Table(
    "unread_pages",
    _meta,
    sa.Column("resource", sa.Uuid),
    sa.Column("due_at", _instant),
    sa.Column("tries", sa.Integer),
    sa.Column("correlation", sa.Uuid),
)

_DERIVED = {"digest", "words", "found_by"}
_OWN = [column.name for column in resources.columns if column.name not in _DERIVED]


def row_of(resource: Resource) -> dict[str, Any]:
    """A resource as a row, with its search index."""
    own = {name: getattr(resource, name) for name in _OWN}
    for name in ("file", "quote", "counts"):
        own[name] = own[name].model_dump(mode="json") if own[name] is not None else None
    for name in ("sectors", "skills", "related"):
        own[name] = list(own[name])
    own["wrote"] = {name: [str(m) for m in members] for name, members in resource.wrote.items()}
    weighted = _weighted(resource)
    found_by = [_vector(text, weight) for weight, text in weighted.items()]
    known = sorted({word for text in weighted.values() for word in text.split()})
    digest = resource.file.digest if resource.file else None
    return {**own, "digest": digest, "words": known, "found_by": joined(found_by)}


def resource_of(row: sa.RowMapping) -> Resource:
    """A row as a resource."""
    own = {name: row[name] for name in _OWN}
    own |= {name: tuple(row[name]) for name in ("sectors", "skills", "related")}
    own["kind"] = ResourceKind(row["kind"])
    own["status"] = ResourceStatus(row["status"])
    own["licence"] = Licence(row["licence"])
    own["opened"] = Openness(row["opened"])
    own["counts"] = ReleasedTable.model_validate(row["counts"])
    own["file"] = StoredFile.model_validate(row["file"]) if row["file"] else None
    own["quote"] = Quoted.model_validate(row["quote"]) if row["quote"] else None
    own["wrote"] = {
        name: tuple(MemberId(UUID(m)) for m in members) for name, members in row["wrote"].items()
    }
    return Resource(**own)


def _weighted(resource: Resource) -> dict[str, str]:
    """The words to search for, as one text for each weight."""
    listed = (*resource.sectors, *resource.skills, *resource.related)
    quoted = resource.quote.text if resource.quote else ""
    named = resource.file.name if resource.file else ""
    title = resource.title or ("" if resource.quote else resource.called)
    texts = {
        "A": title,
        "B": " ".join((resource.why, resource.summary, *listed)),
        "D": f"{resource.document} {resource.text or quoted} {named}",
    }
    return {weight: " ".join(words(text)) for weight, text in texts.items()}


def _vector(text: str, weight: str) -> sa.ColumnElement[Any]:
    both = joined([sa.func.to_tsvector(way, text) for way in (ENGLISH, SIMPLE)])
    return sa.func.setweight(both, sa.literal_column(f"'{weight}'::\"char\""))


def joined(vectors: list[Any]) -> sa.ColumnElement[Any]:
    """Search vectors joined into one."""
    whole: sa.ColumnElement[Any] = vectors[0]
    for vector in vectors[1:]:
        whole = whole.op("||")(vector)
    return whole
