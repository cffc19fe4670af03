"""Links by which Google and Outlook share a calendar, turned into the address of its file.

People copy what the share page shows. The file stands elsewhere, and the link says where: by the
calendar's name (Google's `cid` and `src`), by another ending (Outlook's published pages), or as an
address of its own ("add from the web"). A link that names several calendars stays as it is.
"""

import re
from base64 import urlsafe_b64decode
from binascii import Error
from urllib.parse import parse_qs, quote, unquote, urlsplit

_GOOGLE = re.compile(r"calendar\.google\.com|(www\.)?google\.com")
_OUTLOOK = re.compile(r"outlook\.(office|office365|live)\.com|calendar\.live\.com")
_NAME = re.compile(r"[^\s/@]+@[^\s/@]+\.[^\s/@]+")
_LEGACY_FEED = re.compile(r"/calendar/feeds/([^/]+)/(public|private-[^/]+)/")
_PUBLISHED = re.compile(r"(/owa/calendar/.+/)(index|calendar|reachcalendar)\.html")
_SCHEMES = {"http": "http", "https": "https", "webcal": "https", "webcals": "https"}


def file_address(link: str) -> str:
    """The address of the calendar's file; the link itself if it is of no form known here."""
    try:
        parts = urlsplit(link)
        host = (parts.hostname or "").lower()
    except ValueError:
        return link
    asked = {name: each for name, each in parse_qs(parts.query).items() if len(each) == 1}
    if _GOOGLE.fullmatch(host) and parts.path.startswith("/calendar"):
        return _of_google(parts.path, asked) or link
    if _OUTLOOK.fullmatch(host):
        return _of_outlook(host, parts.path, asked) or link
    return link


def web_address(text: str) -> str:
    """An address with the scheme by which it is fetched: calendar apps have some of their own."""
    scheme, separator, rest = text.partition("://")
    known = _SCHEMES.get(scheme.lower()) if separator else None
    return f"{known}://{rest}" if known else text


def _of_google(path: str, asked: dict[str, list[str]]) -> str:
    if legacy := _LEGACY_FEED.match(path):
        return _google_file(unquote(legacy[1]), legacy[2])
    for name in ("cid", "src"):
        if name in asked:
            [value] = asked[name]
            return _address(value) or _google_file(_calendar(value))
    return ""


def _google_file(calendar: str, seen: str = "public") -> str:
    if not calendar:
        return ""
    return f"https://calendar.google.com/calendar/ical/{quote(calendar, safe='')}/{seen}/basic.ics"


def _calendar(value: str) -> str:
    """A calendar's name, as it is or in Base64; empty if it is neither."""
    if _NAME.fullmatch(value):
        return value
    try:
        name = urlsafe_b64decode(value + "=" * (-len(value) % 4)).decode("ascii")
    except (Error, ValueError):
        return ""
    return name if _NAME.fullmatch(name) else ""


def _of_outlook(host: str, path: str, asked: dict[str, list[str]]) -> str:
    if published := _PUBLISHED.fullmatch(path):
        page = "reachcalendar" if published[2] == "reachcalendar" else "calendar"
        return f"https://{host}{published[1]}{page}.ics"
    return _address(asked["url"][0]) if "url" in asked else ""


def _address(value: str) -> str:
    """An address that a link has within it; empty if it is none."""
    return web_address(value) if value.partition("://")[0].lower() in _SCHEMES else ""
