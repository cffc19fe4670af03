"""Addresses of pages: which can be saved, and when two of them are the same."""

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlencode

from indaba.library.model.plain_text import one_line
from indaba.process.outside.addresses import BadAddress, address

__all__ = ["BadAddress", "Web", "web"]

_TRACKING = re.compile(
    r"utm_\w+|mc_(cid|eid)|_hs(enc|mi)|pk_\w+|mtm_\w+|(fb|g|gb|wb|ms|dc|tt|y|tw|li)cl[a-z]*id|"
    r"fbclid|igshid|igsh|oly_(anon|enc)_id|vero_id|wickedid|_ga|_gl|ref_src|mkt_tok|s_cid|yclid",
    re.IGNORECASE,
)
_IN_PATH = "/-._~!$&'()*+,;=:@"
_VIDEO_HOSTS = ("youtube.com", "m.youtube.com", "music.youtube.com")
_VIDEO_NOISE = frozenset({"si", "feature", "t", "pp", "ab_channel"})


@dataclass(frozen=True, slots=True)
class Web:
    """An address on the web. `seen` is what people are shown, `same_as` what makes two equal."""

    seen: str
    same_as: str
    host: str
    path: str

    @property
    def short(self) -> str:
        """Host and path, for a page whose title nobody knows yet."""
        path = unquote(self.path).rstrip("/")
        return one_line(self.host.removeprefix("www.") + path)


def web(typed: str) -> Web:
    """Read an address as it was typed. Raises `BadAddress`."""
    there = address(typed)
    parts, place = there.parts, there.place
    path = _tidy_path(parts.path)
    query = _without_tracking(parts.query)
    fragment = parts.fragment if parts.fragment.startswith(("/", "!")) else ""
    seen = SplitResult(parts.scheme, place, parts.path or "/", query, parts.fragment).geturl()
    same_as = _same_as(place, path, query, fragment)
    return Web(seen=seen, same_as=same_as, host=there.host, path=path)


def _tidy_path(path: str) -> str:
    """One way of writing what a path may be written as in several."""
    kept: list[str] = []
    for part in path.split("/"):
        if part == "..":
            kept[1:] = kept[1:-1]
        elif part != ".":
            kept.append(part)
    pieces = re.split(r"(%2[Ff])", "/".join(kept))  # an escaped slash is no slash
    pieces[::2] = [_requoted(piece) for piece in pieces[::2]]
    return "".join(pieces).replace("%2f", "%2F").rstrip("/")


def _requoted(piece: str) -> str:
    bare = unquote(piece, errors="surrogateescape")
    return quote(bare, _IN_PATH, errors="surrogateescape")


def _without_tracking(query: str) -> str:
    kept = [part for part in query.split("&") if part and not _is_tracking(part)]
    return "&".join(kept)


def _is_tracking(part: str) -> bool:
    return bool(_TRACKING.fullmatch(part.partition("=")[0]))


def _same_as(place: str, path: str, query: str, fragment: str) -> str:
    """Without scheme: a page is the same over http and https. Parameters in one order."""
    place = place.removeprefix("www.")
    pairs = parse_qsl(query, keep_blank_values=True, errors="surrogateescape")
    if place == "youtu.be" and path.count("/") == 1:
        place, pairs, path = "youtube.com", [("v", path[1:]), *pairs], "/watch"
    if place in _VIDEO_HOSTS:
        place = "youtube.com"
        pairs = [(name, value) for name, value in pairs if name not in _VIDEO_NOISE]
    asked = urlencode(sorted(pairs), errors="surrogateescape")
    return (
        f"//{place}{path}" + (f"?{asked}" if asked else "") + (f"#{fragment}" if fragment else "")
    )
