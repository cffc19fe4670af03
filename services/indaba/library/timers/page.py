"""What a page says about itself: title, description, language."""

import codecs
import re
from contextlib import suppress
from dataclasses import dataclass
from html.parser import HTMLParser

from indaba.library.model import one_line, paragraphs

MOST_SUMMARY = 500
LONGEST_TAIL = 8192
"""The most characters after which something unclosed, such as a tag, is cut.

Closing it would take quadratic time.
"""

_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w.:-]{1,40})""", re.IGNORECASE)
_NAMED = re.compile(r"""charset\s*=\s*["']?([\w.:-]{1,40})""", re.IGNORECASE)
_LANGUAGE = re.compile(r"^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8}){0,3}$")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_KNOWN = re.compile(
    r"utf-?(8|16(-?[lb]e)?)|(us-)?ascii|(iso-?8859|latin|windows|cp|koi8|mac|big5|gb|euc|shift|sjis)"
    r"[-_a-z0-9]*",
    re.IGNORECASE,
)
_HEAD_IS_OVER = re.compile(rb"</head[\s>]|<body[\s>]", re.IGNORECASE)
_WHERE_CHARSET_IS = 4096


@dataclass(frozen=True, slots=True)
class Page:
    """What was read from a page. `title` is empty if the page has none."""

    title: str = ""
    summary: str = ""
    language: str = ""


def is_enough(beginning: bytes | bytearray) -> bool:
    """Whether everything that is wanted has been seen."""
    return _HEAD_IS_OVER.search(beginning) is not None


def read_page(beginning: bytes, content_type: str) -> Page:
    """Read the beginning of a page. Never fails: what cannot be read is empty."""
    head = _Head()
    over = _HEAD_IS_OVER.search(beginning)
    with suppress(AssertionError):  # html.parser's word for a declaration it cannot read
        head.feed(_text(beginning[: over.end()] if over else beginning, content_type))
        if len(head.rawdata) <= LONGEST_TAIL:
            head.close()
    title = one_line(head.title) or one_line(head.named.get("og:title", ""))
    about = head.named.get("description") or head.named.get("og:description") or ""
    language = head.language.strip().replace("_", "-")
    return Page(
        title=title,
        summary=paragraphs(about, MOST_SUMMARY),
        language=language if _LANGUAGE.match(language) else "",
    )


class _Head(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.language = ""
        self.named: dict[str, str] = {}
        self._titles: list[str] = []
        self._in_title = self._in_picture = False

    @property
    def title(self) -> str:
        """The page's first title. Later ones may be those of pictures."""
        return self._titles[0] if self._titles else ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "html":
            self.language = self.language or given.get("lang", "")
        elif tag == "meta":
            name = (given.get("name") or given.get("property") or "").lower()
            self.named.setdefault(name, given.get("content", ""))
        elif tag == "svg":
            self._in_picture = True
        elif tag == "title" and not self._in_picture:
            self._in_title = True
            self._titles.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag == "svg":
            self._in_picture = False
        elif tag == "title":
            self._in_title = False

    def handle_data(self, data: str) -> None:
        if self._in_title and len(self._titles) == 1:
            self._titles[0] += data


def _text(raw: bytes, content_type: str) -> str:
    return raw.decode(_charset(raw, content_type), "replace")


def _charset(raw: bytes, content_type: str) -> str:
    for mark, name in _MARKS:
        if raw.startswith(mark):
            return name
    named = _NAMED.search(content_type)
    declared = _CHARSET.search(raw[:_WHERE_CHARSET_IS])
    name = named[1] if named else declared[1].decode("ascii", "replace") if declared else "utf-8"
    try:
        return codecs.lookup(name).name if _KNOWN.fullmatch(name) else "utf-8"
    except LookupError:
        return "utf-8"
