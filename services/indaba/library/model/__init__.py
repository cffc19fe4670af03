"""The rules for resources. No clock, no input or output, no events."""

from indaba.library.model.addresses import BadAddress, Web, web
from indaba.library.model.documents import (
    document_facts,
    document_id,
    document_name,
    next_edition,
)
from indaba.library.model.kinds import (
    UnknownLanguage,
    kind_of_file,
    kind_of_page,
    language_tag,
)
from indaba.library.model.plain_text import names, one_line, paragraphs
from indaba.library.model.refusals import (
    FileGone,
    FileNotThere,
    NoSuchResource,
    NothingSaid,
    NotYours,
    OneThing,
    SecretInLink,
)
from indaba.library.model.resource import Resource, code_from
from indaba.library.model.words import nearest, words

__all__ = [
    "BadAddress",
    "FileGone",
    "FileNotThere",
    "NoSuchResource",
    "NotYours",
    "NothingSaid",
    "OneThing",
    "Resource",
    "SecretInLink",
    "UnknownLanguage",
    "Web",
    "code_from",
    "document_facts",
    "document_id",
    "document_name",
    "kind_of_file",
    "kind_of_page",
    "language_tag",
    "names",
    "nearest",
    "next_edition",
    "one_line",
    "paragraphs",
    "web",
    "words",
]
