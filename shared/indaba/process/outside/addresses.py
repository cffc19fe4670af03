"""Addresses on the web as people type them: which are read at all, and their parts made safe."""

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from indaba.contracts.refusal import Refusal

PORTS = {"http": 80, "https": 443}
LONGEST_HOST = 253

_SCHEME = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]*):(?!\d)")
_HOST = re.compile(r"^[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*$")
_UNSAFE = re.compile(r"[\x00-\x20\x7f-\xa0\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\\<>\"]")


class BadAddress(Refusal):
    """An address that is not read. `why` is one of a few words, for programs."""

    code = "bad-address"

    def __init__(self, why: str, words: str) -> None:
        super().__init__(f"{words} An address begins with https:// or http://", why=why)


@dataclass(frozen=True, slots=True)
class Address:
    """An address in parts. `host` is in lower case and wire form, `place` is it with its port.

    A `place` names no port that is the scheme's own; the path is never empty in `link`.
    """

    parts: SplitResult
    host: str
    place: str

    @property
    def link(self) -> str:
        """The address as it is asked for."""
        return self.parts._replace(netloc=self.place, path=self.parts.path or "/").geturl()


def address(typed: str) -> Address:
    """Read an address as it was typed. Raises `BadAddress`."""
    text = typed.strip().strip("<>")
    if _UNSAFE.search(text):
        raise BadAddress("letters", "This address holds spaces or letters that no address holds.")
    parts = _split(text)
    host, port = _host(parts), _port(parts)
    told = f"[{host}]" if ":" in host else host
    return Address(parts, host, told if port is None else f"{told}:{port}")


def _split(text: str) -> SplitResult:
    scheme = _SCHEME.match(text)
    if scheme is None:
        text = f"https://{text}"
    elif scheme[1].lower() not in PORTS:
        raise BadAddress("scheme", f"I read pages of the web only, and {scheme[1]}: is none.")
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
