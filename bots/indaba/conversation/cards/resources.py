"""How a resource is shown: in one line, and in full."""

from __future__ import annotations

from indaba.contracts.library import HowUsed, Licence, ResourceFacts, ResourceStatus
from indaba.conversation.answer import Block, Facts, Text
from indaba.conversation.wording import Wording, plain

MEGABYTE, KILOBYTE = 1_000_000, 1000
LICENCES = {Licence.LINK_ONLY: "link only, rights unknown"}


def title_of(resource: ResourceFacts, wording: Wording) -> str:
    """What a resource is called, or that it has no words any more."""
    return plain(resource.title) or wording.say("(no title)")


def line_of(resource: ResourceFacts, wording: Wording) -> str:
    """A resource in one line: code, title, why, where."""
    say = wording.say
    words = "{code} {title}"
    if resource.why:
        words += " - {why}"
    if resource.link:
        words += " {link}"
    return say(
        words,
        code=resource.code,
        title=title_of(resource, wording),
        why=plain(resource.why),
        link=plain(resource.link),
    )


def is_there(resource: ResourceFacts) -> bool:
    """Whether it can be found and used."""
    return resource.status is ResourceStatus.PUBLISHED


HOW = {
    HowUsed.USED: "used",
    HowUsed.ADAPTED: "changed to fit",
    HowUsed.DID_NOT_WORK: "did not work",
}


def card(resource: ResourceFacts, wording: Wording) -> tuple[Block, ...]:
    """A resource in full: title first, then what is known; rows without a value are left out."""
    say = wording.say
    people = resource.counts.people
    used = say("{n} members", n=people) if people else ""
    file = resource.file
    quote = resource.quote
    rows = (
        (say("Why"), plain(resource.why)),
        (say("Link"), plain(resource.link)),
        (say("Document"), plain(resource.document)),
        (say("File"), f"{plain(file.name)} ({_size(file.size)})" if file else ""),
        (say("Message"), plain(quote.text) if quote else ""),
        (say("About"), plain(resource.summary)),
        (say("Kind"), say(resource.kind.value)),
        (say("Sectors"), plain(", ".join(resource.sectors))),
        (say("Skills"), plain(", ".join(resource.skills))),
        (say("Language"), plain(resource.language)),
        (say("Licence"), say(LICENCES.get(resource.licence, resource.licence.value))),
        (say("Related"), plain("; ".join(resource.related))),
        (say("Who reads it"), say("everybody") if resource.published else say("members")),
        (say("Used"), used),
    )
    gone = () if is_there(resource) else (Text(say("This was taken out of the library.")),)
    lead = say("{title} ({code})", title=title_of(resource, wording), code=resource.code)
    return (Text(lead), *gone, Facts(tuple(row for row in rows if row[1])))


def _size(size: int) -> str:
    if size >= MEGABYTE / 10:
        return f"{size / MEGABYTE:.1f} MB"
    return f"{size / KILOBYTE:.0f} kB"
