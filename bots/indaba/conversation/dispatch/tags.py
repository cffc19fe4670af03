"""Tagged lines: `#decision We meet on Thursdays`, or `^action`, as meetbots have it."""

import re
from typing import NamedTuple

from indaba.contracts.record import NoteKind

TOPIC = "topic"
TAGS: dict[str, NoteKind | str] = {
    "decision": NoteKind.DECISION,
    "decided": NoteKind.DECISION,
    "agreed": NoteKind.DECISION,
    "action": NoteKind.ACTION,
    "info": NoteKind.INFO,
    "idea": NoteKind.IDEA,
    "help": NoteKind.HELP,
    "halp": NoteKind.HELP,
    "link": NoteKind.LINK,
    TOPIC: TOPIC,
}
_TAG = re.compile(r"\s*[#^](?P<tag>[a-z]+)(?![\w-])[\s:,]*(?P<rest>.*)", re.IGNORECASE | re.DOTALL)


class Tag(NamedTuple):
    """What a line was tagged as, and the line without its tag."""

    kind: NoteKind | str
    text: str


def tag_in(text: str) -> Tag | None:
    """The tag that a line begins with, if it is one of ours."""
    match = _TAG.fullmatch(text)
    kind = TAGS.get(match["tag"].casefold()) if match else None
    return Tag(kind, match["rest"].strip()) if match and kind else None
