"""A resource as a page shows it, in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode, urlsplit
from zoneinfo import ZoneInfo

from indaba.contracts.library import ResourceDetails, ResourceFacts, ResourceKind, UseShown
from indaba.conversation.cards.resources import HOW, LICENCES, title_of
from indaba.conversation.times import say_day
from indaba.conversation.wording import Wording, plain
from indaba.portal.model import Community

MEGABYTE, KILOBYTE = 1_000_000, 1000
_OUTSIDE = ("http://", "https://")


@dataclass(frozen=True, slots=True)
class Entry:
    """A resource in a list. `tag` is its language for `lang`; empty texts are not shown.

    `link` is an address that a browser may safely open, and `host` its site.
    """

    code: str
    title: str
    tag: str
    why: str
    kind: str
    link: str
    host: str


@dataclass(frozen=True, slots=True)
class File:
    """A saved file: its name and size, in words."""

    name: str
    size: str


@dataclass(frozen=True, slots=True)
class Use:
    """An account of using a resource, without a name."""

    how: str
    note: str
    day: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A resource in full. Empty texts are not shown; `related` pairs a title with its search."""

    entry: Entry
    facts: tuple[tuple[str, str], ...]
    document: str
    summary: tuple[str, ...]
    file: File | None
    quote: tuple[str, ...]
    quoted_on: str
    is_minutes: bool
    related: tuple[tuple[str, str], ...]
    used: str
    uses: tuple[Use, ...]


def entry(resource: ResourceFacts, wording: Wording) -> Entry:
    """A resource in brief."""
    link = outside(resource.link)
    return Entry(
        code=resource.code,
        title=title_of(resource, wording),
        tag=resource.language,
        why=plain(resource.why),
        kind=_kind(resource, wording),
        link=link,
        host=_host(link),
    )


def shown(details: ResourceDetails, community: Community, wording: Wording) -> Shown:
    """A resource with everything about it."""
    resource = details.resource
    said_at = resource.quote.said_at if resource.quote else None
    file = resource.file
    return Shown(
        entry=entry(resource, wording),
        facts=tuple(row for row in _rows(resource, community, wording) if row[1]),
        document=outside(resource.document),
        summary=paragraphs(resource.summary),
        file=File(plain(file.name), size_of(file.size, wording)) if file else None,
        quote=paragraphs(resource.quote.text if resource.quote else ""),
        quoted_on=_day(said_at, community, wording) if said_at else "",
        is_minutes=is_minutes(resource),
        related=tuple(_searches(resource.related)),
        used=_used(resource, wording),
        uses=tuple(_use(use, community, wording) for use in details.uses),
    )


def is_minutes(resource: ResourceFacts) -> bool:
    """Whether the quote is from a document about a meeting, not from a message."""
    return resource.quote is not None and resource.kind is ResourceKind.DOCUMENT


def outside(address: str) -> str:
    """The address if it is on the web; empty for anything that a browser might run."""
    seen = plain(address)
    return seen if seen.lower().startswith(_OUTSIDE) else ""


def paragraphs(text: str) -> tuple[str, ...]:
    """Untrusted text line by line, safe to show, without empty lines."""
    return tuple(line for line in map(plain, text.splitlines()) if line)


def size_of(size: int, wording: Wording) -> str:
    """A file's size in words."""
    if size >= MEGABYTE / 10:
        return wording.say("{size} MB", size=f"{size / MEGABYTE:.1f}")
    return wording.say("{size} kB", size=max(1, round(size / KILOBYTE)))


def _rows(
    resource: ResourceFacts, community: Community, wording: Wording
) -> Iterable[tuple[str, str]]:
    say = wording.say
    return (
        (say("Kind"), _kind(resource, wording)),
        (say("Code"), resource.code),
        (say("Sectors"), plain(", ".join(resource.sectors))),
        (say("Skills"), plain(", ".join(resource.skills))),
        (say("Language"), language_of(resource.language, wording)),
        (say("Licence"), say(LICENCES.get(resource.licence, resource.licence.value))),
        (say("Saved"), _day(resource.saved_at, community, wording)),
    )


def language_of(tag: str, wording: Wording) -> str:
    """The name of a language; the tag if it has no known name."""
    from babel import Locale, UnknownLocaleError

    if not tag:
        return ""
    try:
        name = Locale.parse(tag, sep="-").get_display_name(wording.locale)
    except (UnknownLocaleError, ValueError):
        name = None
    return name or plain(tag)


def _kind(resource: ResourceFacts, wording: Wording) -> str:
    return wording.say(resource.kind.value.replace("-", " "))


def _host(link: str) -> str:
    try:
        return (urlsplit(link).hostname or "").removeprefix("www.")
    except ValueError:
        return link


def _searches(titles: Iterable[str]) -> Iterable[tuple[str, str]]:
    for title in map(plain, titles):
        yield title, urlencode({"q": title})


def _used(resource: ResourceFacts, wording: Wording) -> str:
    people = resource.counts.people
    return wording.say("{n} members used it", n=people) if people else ""


def _use(use: UseShown, community: Community, wording: Wording) -> Use:
    how = wording.say(HOW[use.how])
    return Use(how=how, note=plain(use.note), day=_day(use.said_at, community, wording))


def _day(instant: datetime, community: Community, wording: Wording) -> str:
    return say_day(instant.astimezone(ZoneInfo(community.zone)).date(), wording.locale)
