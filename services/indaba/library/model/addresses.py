"""Addresses of pages: which can be saved, and when two are the same."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlencode, urlsplit

from indaba.library.model.plain_text import one_line
from indaba.process.outside.addresses import BadAddress, address

__all__ = ["BadAddress", "Web", "web"]

_IN_PATH = "/-._~!$&'()*+,;=:@"


@dataclass(frozen=True, slots=True)
class Web:
    """An address on the web. People are shown `seen`; equal addresses have the same `same_as`."""

    seen: str
    same_as: str
    host: str
    path: str

    @property
    def short(self) -> str:
        """Host and path, for a page whose title is not known yet."""
        path = unquote(self.path).rstrip("/")
        return one_line(self.host.removeprefix("www.") + path)


def web(typed: str) -> Web:
    """Read an address as typed. Raises `BadAddress`."""
    parsed = address(typed)
    parts, place = parsed.parts, parsed.place
    path = _tidy_path(parts.path)
    query = _without_tracking(parts.query)
    fragment = parts.fragment if parts.fragment.startswith(("/", "!")) else ""
    seen = SplitResult(parts.scheme, place, parts.path or "/", query, parts.fragment).geturl()
    same_as = _same_as(place, path, query, fragment)
    return Web(seen=seen, same_as=same_as, host=parsed.host, path=path)


def _tidy_path(path: str) -> str:
    """The normal form of a path that can be written in several ways."""
    parts: list[str] = []
    for part in path.split("/"):
        if part == "..":
            parts[1:] = parts[1:-1]
        elif part != ".":
            parts.append(part)
    pieces = re.split(r"(%2[Ff])", "/".join(parts))  # an escaped slash is no slash
    pieces[::2] = [_requoted(piece) for piece in pieces[::2]]
    return "".join(pieces).replace("%2f", "%2F").rstrip("/")


def _requoted(piece: str) -> str:
    bare = unquote(piece, errors="surrogateescape")
    return quote(bare, _IN_PATH, errors="surrogateescape")


def _without_tracking(query: str) -> str:
    wanted = [part for part in query.split("&") if part and not _is_tracking(part)]
    return "&".join(wanted)


def _is_tracking(part: str) -> bool:
    return bool(_known().tracking.fullmatch(part.partition("=")[0].casefold()))


def _same_as(place: str, path: str, query: str, fragment: str) -> str:
    """The normal form: parameters sorted, no scheme, as http and https give the same page."""
    known = _known()
    place = known.host(place.removeprefix("www."))
    pairs = parse_qsl(query, keep_blank_values=True, errors="surrogateescape")
    if place == "drive.google.com" and path == "/open":
        ids = [value for name, value in pairs if name == "id"]
        path, pairs = (f"/file/d/{ids[0]}", []) if ids else (path, pairs)
    place, path, more = known.page(place, path)
    noise = known.noise.get(place, frozenset())
    pairs = [(name, value) for name, value in (*more, *pairs) if name not in noise]
    asked = urlencode(sorted(pairs), errors="surrogateescape")
    return (
        f"//{place}{path}" + (f"?{asked}" if asked else "") + (f"#{fragment}" if fragment else "")
    )


@dataclass(frozen=True, slots=True)
class _Known:
    """Facts about sites, from `same_page.toml`."""

    tracking: re.Pattern[str]
    hosts: tuple[tuple[re.Pattern[str], str], ...]
    noise: Mapping[str, frozenset[str]]
    paths: tuple[tuple[str, re.Pattern[str], str], ...]

    def host(self, place: str) -> str:
        """The usual host of a site."""
        for pattern, usual in self.hosts:
            if match := pattern.fullmatch(place):
                return usual.replace("*", match[1]) if match.groups() else usual
        return place

    def page(self, place: str, path: str) -> tuple[str, str, list[tuple[str, str]]]:
        """The host, path and parameters of the page that a path leads to."""
        for host, pattern, becomes in self.paths:
            match = pattern.fullmatch(path) if host == place else None
            if match:
                parts = urlsplit(match.expand(becomes))
                return parts.netloc, parts.path, parse_qsl(parts.query)
        return place, path, []


@cache
def _known() -> _Known:
    text = (files(__package__) / "same_page.toml").read_text(encoding="utf-8")
    sites = tomllib.loads(text)
    names = "|".join(re.escape(name).replace(r"\*", r"\w+") for name in sites["tracking"])
    return _Known(
        tracking=re.compile(names),
        hosts=tuple((_host_pattern(host), usual) for host, usual in sites["hosts"].items()),
        noise={host: frozenset(each) for host, each in sites["parameters"].items()},
        paths=tuple((p["host"], re.compile(p["pattern"]), p["becomes"]) for p in sites["paths"]),
    )


def _host_pattern(host: str) -> re.Pattern[str]:
    return re.compile(re.escape(host).replace(r"\*", r"([\w-]+)"))
