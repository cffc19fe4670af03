"""Addresses of pages: which can be saved, and when two of them are the same."""

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlencode, urlsplit

from indaba.contracts.refusal import Refusal
from indaba.library.model.plain_text import one_line

PORTS = {"http": 80, "https": 443}
LONGEST_HOST = 253

_TRACKING = re.compile(
    r"utm_\w+|mc_(cid|eid)|_hs(enc|mi)|pk_\w+|mtm_\w+|(fb|g|gb|wb|ms|dc|tt|y|tw|li)cl[a-z]*id|"
    r"fbclid|igshid|igsh|oly_(anon|enc)_id|vero_id|wickedid|_ga|_gl|ref_src|mkt_tok|s_cid|yclid",
    re.IGNORECASE,
)
_SCHEME = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]*):(?!\d)")
_HOST = re.compile(r"^[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*$")
_UNSAFE = re.compile(r"[\x00-\x20\x7f-\xa0\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\\<>\"]")
_IN_PATH = "/-._~!$&'()*+,;=:@"
_VIDEO_HOSTS = ("youtube.com", "m.youtube.com", "music.youtube.com")
_VIDEO_NOISE = frozenset({"si", "feature", "t", "pp", "ab_channel"})


class BadAddress(Refusal):
    """An address that cannot be saved. `why` is one of a few words, for programs."""

    code = "bad-address"

    def __init__(self, why: str, words: str) -> None:
        super().__init__(f"{words} An address begins with https:// or http://", why=why)


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
    text = typed.strip().strip("<>")
    if _UNSAFE.search(text):
        raise BadAddress("letters", "This address holds spaces or letters that no address holds.")
    parts = _split(text)
    host, port = _host(parts), _port(parts)
    told = f"[{host}]" if ":" in host else host
    place = told if port is None else f"{told}:{port}"
    path = _tidy_path(parts.path)
    query = _without_tracking(parts.query)
    fragment = parts.fragment if parts.fragment.startswith(("/", "!")) else ""
    seen = SplitResult(parts.scheme, place, parts.path or "/", query, parts.fragment).geturl()
    return Web(seen=seen, same_as=_same_as(place, path, query, fragment), host=host, path=path)


def _split(text: str) -> SplitResult:
    scheme = _SCHEME.match(text)
    if scheme is None:
        text = f"https://{text}"
    elif scheme[1].lower() not in PORTS:
        raise BadAddress("scheme", f"I save pages of the web only, and {scheme[1]}: is none.")
    try:
        parts = urlsplit(text)
    except ValueError:
        raise _unreadable() from None
    return parts._replace(scheme=parts.scheme.lower())


def _host(parts: SplitResult) -> str:
    """The host in lower case, international names in their wire form. Raises `BadAddress`."""
    if "@" in parts.netloc:
        raise BadAddress("password", "This address holds a name or password; I do not keep those.")
    host = (parts.hostname or "").rstrip(".")
    if ":" in host:
        return _ipv6(host)
    if not host.isascii():
        import idna

        try:
            host = idna.encode(host, uts46=True).decode("ascii")
        except idna.IDNAError:
            raise _unreadable() from None
    if not _HOST.match(host) or len(host) > LONGEST_HOST or ("." not in host != "localhost"):
        raise _unreadable()
    return host


def _ipv6(host: str) -> str:
    from ipaddress import IPv6Address

    try:
        return IPv6Address(host).compressed
    except ValueError:
        raise _unreadable() from None


def _port(parts: SplitResult) -> int | None:
    """The port; `None` for the scheme's own. Raises `BadAddress`."""
    try:
        port = parts.port
    except ValueError:
        raise _unreadable() from None
    return None if port == PORTS[parts.scheme] else port


def _unreadable() -> BadAddress:
    return BadAddress("unreadable", "I cannot read this as the address of a page.")


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
