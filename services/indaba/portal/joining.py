"""The link by which people join a meeting from afar, found in where it takes place."""

import re
from urllib.parse import urlsplit

_LINK = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)
_CLOSES = {")": "(", "]": "[", "}": "{"}
_AFTER = ".,;:!?'*_"
_MAPS = re.compile(
    r"(^|\.)(maps\..+|maps|openstreetmap\.org|osm\.org|what3words\.com|w3w\.co|waze\.com"
    r"|bing\.com|here\.com)$"
)
"""Hosts whose links show a place on a map."""


def join_link(where: str) -> str:
    """The first link that is none to a map; empty if there is none."""
    for text in _LINK.findall(where):
        link = _without_what_follows(text)
        if _leads_to_a_call(link):
            return link
    return ""


def _without_what_follows(link: str) -> str:
    """The link without a full stop, or a bracket that began before it."""
    while link and (link[-1] in _AFTER or _closes_more(link)):
        link = link[:-1]
    return link


def _closes_more(link: str) -> bool:
    begins = _CLOSES.get(link[-1])
    return begins is not None and link.count(begins) < link.count(link[-1])


def _leads_to_a_call(link: str) -> bool:
    try:
        parts = urlsplit(link)
        host = parts.hostname or ""
    except ValueError:
        return False
    return bool(host) and not _MAPS.search(host) and not parts.path.startswith("/maps")
