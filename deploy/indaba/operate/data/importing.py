"""`indaba import page`: a page of somebody's resource library becomes a resource of a community."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from indaba.contracts.library import ResourceKind, SaveResource
from indaba.contracts.link_secrets import request_without_secrets
from indaba.contracts.refusal import Refusal
from indaba.operate.client import ask_as
from indaba.operate.console import Console
from indaba.operate.installation import Installation

MOST_BYTES = 4 * 1024 * 1024
LONGEST_TITLE, LONGEST_SUMMARY, LONGEST_FACET, MOST_FACETS = 200, 2000, 60, 20

_FACT = re.compile(r"^[•*·-]?\s*(sectors?|skills?|documents?)\s*:\s*(.*)$", re.IGNORECASE)
_BULLET = re.compile(r"^[•*·-]\s*")
_BODY_ENDS = re.compile(
    r"^(share|prev.*previous.*|next.*next|related resources|follow us)$", re.IGNORECASE
)
_RELATED_ENDS = re.compile(r"^(follow us|contact|network|© .*)$", re.IGNORECASE)
_READ_MORE = re.compile(r"^read more\b", re.IGNORECASE)
_MARK = re.compile(r"^\[[A-Z /&-]{2,30}\]\s*")
_ADDRESS = re.compile(r"https?://\S+")
_SENTENCE_ENDS = re.compile(r"(?<=[.!?])[\"”’)]?\s+|\n")
_KINDS = (
    (r"guide|guidelines?|handbook|manual", ResourceKind.GUIDELINE),
    (r"toolkit|tool|workbook|checklist", ResourceKind.TOOL),
    (r"template|form", ResourceKind.TEMPLATE),
    (r"policy", ResourceKind.POLICY),
    (r"research|study|report", ResourceKind.RESEARCH),
    (r"presentation|slides", ResourceKind.PRESENTATION),
)


class PageNotRead(Refusal):
    """A file is not there, or is not a page that we can read."""

    code = "page-not-read"

    def __init__(self, file: Path, why: str) -> None:
        super().__init__(f"I cannot bring in {file}: {why}. Nothing was saved.", why=why)


class NoAddress(Refusal):
    """Neither the page nor the person says where it is on the web."""

    code = "no-address"

    def __init__(self, file: Path) -> None:
        super().__init__(
            f"{file} names no document on the web. Say where the page is: --link https://..."
        )


@dataclass(frozen=True, slots=True)
class PageRead:
    """What a page says. `related` are titles in the page's order."""

    title: str
    summary: str
    document: str = ""
    sectors: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    related: tuple[str, ...] = ()

    @property
    def kind(self) -> ResourceKind | None:
        """Guessed from the title; `None` if that says nothing."""
        title = self.title.casefold()
        for words, kind in _KINDS:
            if re.search(rf"\b({words})\b", title):
                return kind
        return None


async def bring_in(
    site: Installation, file: Path, community: str, account: str, link: str, saying: Console
) -> None:
    """Read the page, have the library save it, and say what was read and its code.

    Raises `PageNotRead`, `NoAddress`, `NotYourCommunity`, `NotRunning`, or what the library says.
    """
    page = read_page(file)
    if not (link or page.document):
        raise NoAddress(file)
    request = SaveResource(
        link=link or page.document,
        document=page.document if link else "",
        title=page.title,
        summary=page.summary,
        sectors=page.sectors,
        skills=page.skills,
        related=page.related,
        kind=page.kind,
    )
    request, names = request_without_secrets(request)
    _say(saying, page, request)
    if names:
        called = ", ".join(names)
        saying.fact("Left out of links", f"{len(names)} that may let others in: {called}")
    shown = await ask_as(site, request, community, account)
    there = "was there already" if shown.known else "is saved"
    saying.fact("Code", f"{shown.resource.code} ({there})")


def read_page(file: Path) -> PageRead:
    """Read a page saved as text. Raises `PageNotRead`."""
    try:
        if file.stat().st_size > MOST_BYTES:
            raise PageNotRead(file, "it is larger than any page")
        text = file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise PageNotRead(file, (error.strerror or "it cannot be read").lower()) from None
    except UnicodeDecodeError:
        raise PageNotRead(file, "it is not text in UTF-8") from None
    if not text.strip():
        raise PageNotRead(file, "it is empty")
    lines = [" ".join(line.split()) for line in text.splitlines()]
    page = read_lines(lines)
    if page is None:
        why = "it has no title with lines such as Sectors: or Documents: below it"
        raise PageNotRead(file, why)
    return page


def read_lines(lines: Sequence[str]) -> PageRead | None:
    """What is between the menus and the footers; `None` where that is not to be found."""
    at = next((n for n, line in enumerate(lines) if _FACT.match(line)), None)
    if at is None:
        return None
    title, facts = _title(lines[:at]), _facts(lines[at:])
    body = list(_until(_BODY_ENDS, lines[at + facts.lines :]))
    if not title or not any(body):
        return None
    return PageRead(
        title=_shortened(title, LONGEST_TITLE),
        summary=_whole_sentences(_paragraphs(body), LONGEST_SUMMARY),
        document=facts.document,
        sectors=facts.sectors,
        skills=facts.skills,
        related=_related(lines[at + facts.lines :]),
    )


@dataclass(frozen=True, slots=True)
class _Facts:
    sectors: tuple[str, ...]
    skills: tuple[str, ...]
    document: str
    lines: int


def _title(above: Sequence[str]) -> str:
    """The block above the teaser, or the only one: menus are lists, a title stands alone."""
    blocks = [block for block in _blocks(above) if not any(_BULLET.match(line) for line in block)]
    found = blocks[-2:]
    return found[0][-1] if found else ""


def _facts(lines: Sequence[str]) -> _Facts:
    said: dict[str, str] = {}
    ends = next((n for n, line in enumerate(lines) if line and not _FACT.match(line)), len(lines))
    for line in lines[:ends]:
        if match := _FACT.match(line):
            said[match[1].lower().rstrip("s")] = match[2]
    address = _ADDRESS.search(said.get("document", ""))
    return _Facts(
        _listed(said.get("sector", "")),
        _listed(said.get("skill", "")),
        address[0].rstrip(".,;)") if address else "",
        ends,
    )


def _listed(text: str) -> tuple[str, ...]:
    parts = (part.strip() for part in re.split(r"[,;|]", text))
    return tuple(_shortened(part, LONGEST_FACET) for part in parts if part)[:MOST_FACETS]


def _related(lines: Sequence[str]) -> tuple[str, ...]:
    """The first line of each entry; entries end with "Read more"."""
    start = next((n for n, line in enumerate(lines) if line.lower() == "related resources"), None)
    if start is None:
        return ()
    titles: list[str] = []
    first = ""
    for line in _until(_RELATED_ENDS, lines[start + 1 :]):
        if _READ_MORE.match(line):
            titles.append(first)
            first = ""
        elif line and not first:
            first = _shortened(_MARK.sub("", line), LONGEST_TITLE)
    return tuple(title for title in titles if title)[:MOST_FACETS]


def _paragraphs(lines: Iterable[str]) -> str:
    """Lines that were broken within a sentence are one paragraph again."""
    told: list[str] = []
    for line in filter(None, lines):
        goes_on = told and not re.search(r"[.:;!?…][\"”’)]?(\s+and)?$", told[-1])
        if goes_on and not _BULLET.match(line):
            told[-1] += f" {line}"
        else:
            told.append(line)
    return "\n".join(told)


def _whole_sentences(text: str, most: int) -> str:
    if len(text) <= most:
        return text
    ends = [found.start() for found in _SENTENCE_ENDS.finditer(text) if found.start() <= most]
    return text[: ends[-1]].rstrip() if ends else _shortened(text, most)


def _shortened(text: str, most: int) -> str:
    if len(text) <= most:
        return text
    return f"{text[: most - 1].rpartition(' ')[0] or text[: most - 1]}…"


def _until(end: re.Pattern[str], lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        if end.match(line):
            return
        yield line


def _blocks(lines: Iterable[str]) -> list[list[str]]:
    """Lines that stand together."""
    blocks: list[list[str]] = [[]]
    for line in lines:
        if line:
            blocks[-1].append(line)
        elif blocks[-1]:
            blocks.append([])
    return [block for block in blocks if block]


def _say(saying: Console, page: PageRead, request: SaveResource) -> None:
    facts = {
        "Title": page.title,
        "Kind": page.kind or "to be guessed",
        "Link": request.link,
        "Document": request.document,
        "Sectors": ", ".join(page.sectors),
        "Skills": ", ".join(page.skills),
        "Related": "; ".join(page.related),
        "Summary": page.summary,
    }
    for label, value in facts.items():
        if value:
            saying.fact(label, value)
