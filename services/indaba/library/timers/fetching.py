"""Reading a page of the web that anybody may have named: carefully, and not much of it.

Each host is looked up once per connection, every address it has must be public, and the connection
goes to the address that was checked. Redirects are followed by hand and checked alike.
"""

import asyncio
import socket
import ssl
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpcore

from indaba.library.model import BadAddress, web
from indaba.library.timers.page import Page, is_enough, read_page

AGENT = "Indaba/0.1 (+reads link titles)"
MOST_BYTES = 512 * 1024
MOST_REDIRECTS = 5
SECONDS = 10.0
REDIRECTS = frozenset({301, 302, 303, 307, 308})
PASSING = frozenset({408, 425, 429})
HTML = ("text/html", "application/xhtml+xml")
OK, BROKEN = 200, 500

Ip = IPv4Address | IPv6Address
LookUp = Callable[[str, int], Awaitable[Iterable[str]]]

_NAT64 = IPv6Network("64:ff9b::/96")
_NEVER = tuple(
    IPv6Network(block) for block in ("::/96", "64:ff9b:1::/48", "2001::/32", "fec0::/10")
)


class NotRead(Exception):  # noqa: N818 - a finding
    """A page was not read. `why` is a few words for logs; `again`: it may work later."""

    def __init__(self, why: str, *, again: bool = False) -> None:
        super().__init__(why)
        self.why = why
        self.again = again


def is_public(address: str) -> bool:
    """Whether anybody in the world reaches the same machine by an address, also by one inside."""
    try:
        ip = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    return all(_is_public(each) for each in (ip, *_inside(ip)))


def _is_public(ip: Ip) -> bool:
    if ip.is_multicast or ip.is_unspecified or ip.is_loopback or ip.is_link_local:
        return False
    if isinstance(ip, IPv6Address) and (ip.ipv4_mapped or ip in _NAT64):
        return True  # nothing but the address inside, which is looked at too
    if ip.is_reserved or ip.is_private or any(ip in block for block in _NEVER):
        return False
    return ip.is_global


def _inside(ip: Ip) -> list[Ip]:
    """The IPv4 addresses that an IPv6 address carries."""
    if isinstance(ip, IPv4Address):
        return []
    carried = [ip.ipv4_mapped, ip.sixtofour, *(ip.teredo or ())]
    if ip in _NAT64:
        carried.append(IPv4Address(int(ip) & 0xFFFFFFFF))
    return [each for each in carried if each is not None]


async def look_up(host: str, port: int) -> Iterable[str]:
    """All addresses of a host. Raises `OSError`."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return dict.fromkeys(str(each[4][0]) for each in found)


@dataclass(frozen=True, slots=True)
class Rules:
    """Where to and how long; only tests have others than these."""

    look_up: LookUp = look_up
    is_allowed: Callable[[str], bool] = is_public
    ports: frozenset[int] | None = frozenset({80, 443})
    seconds: float = SECONDS
    trusted: ssl.SSLContext | None = None


async def fetch(link: str, rules: Rules) -> Page:
    """What a page says of itself. Raises `NotRead`."""
    try:
        async with asyncio.timeout(rules.seconds):
            return await _follow(link, rules)
    except TimeoutError:
        raise NotRead("too slow", again=True) from None
    except (OSError, httpcore.NetworkError, httpcore.TimeoutException):
        raise NotRead("unreachable", again=True) from None
    except (httpcore.ProtocolError, httpcore.UnsupportedProtocol, ValueError):
        raise NotRead("speaks no HTTP") from None
    except zlib.error:
        raise NotRead("damaged") from None


async def _follow(link: str, rules: Rules) -> Page:
    for _ in range(MOST_REDIRECTS + 1):
        here = _checked(link, rules)
        async with _pool(rules) as pool:
            found = await _once(pool, here)
        if isinstance(found, Page):
            return found
        link = urljoin(here, found)
    raise NotRead("too many redirects")


def _checked(link: str, rules: Rules) -> str:
    """The address as it is asked for. Raises `NotRead`."""
    try:
        there = web(link).seen
    except BadAddress as bad:
        raise NotRead(f"bad address: {bad.facts['why']}") from None
    parts = urlsplit(there)
    port = parts.port or {"http": 80, "https": 443}[parts.scheme]
    if rules.ports is not None and port not in rules.ports:
        raise NotRead("unusual port")
    return there


def _pool(rules: Rules) -> httpcore.AsyncConnectionPool:
    """Connections for one page, by no proxy, each to an address that was checked."""
    trusted = rules.trusted or ssl.create_default_context()
    return httpcore.AsyncConnectionPool(
        ssl_context=trusted, network_backend=_Pinned(rules), max_connections=1, http2=False
    )


async def _once(pool: httpcore.AsyncConnectionPool, link: str) -> Page | str:
    """The page, or where it has gone."""
    parts = urlsplit(link)
    headers = {
        "Host": parts.netloc,
        "User-Agent": AGENT,
        "Accept": "text/html,application/xhtml+xml;q=0.9",
        "Accept-Encoding": "gzip, deflate",
    }
    target = parts._replace(fragment="").geturl()
    async with pool.stream("GET", _on_the_wire(target), headers=list(headers.items())) as response:
        told = {name.lower(): value.decode("latin-1") for name, value in response.headers}
        if response.status in REDIRECTS:
            return told.get(b"location", "") or _gone("redirect to nowhere")
        if response.status != OK:
            again = response.status >= BROKEN or response.status in PASSING
            raise NotRead(f"status {response.status}", again=again)
        kind = told.get(b"content-type", "")
        if kind.partition(";")[0].strip().lower() not in HTML:
            raise NotRead("not a page")
        encoding = told.get(b"content-encoding", "").strip().lower()
        return read_page(await _beginning(response.aiter_stream(), encoding), kind)


def _gone(why: str) -> str:
    raise NotRead(why)


def _on_the_wire(link: str) -> bytes:
    from urllib.parse import quote

    return quote(link, safe="%/:=&?~#+!$,;'@()*[]").encode("ascii")


async def _beginning(chunks: AsyncIterator[bytes], encoding: str) -> bytes:
    """The page as far as its head goes, at most half a megabyte, packed or not."""
    if encoding not in ("", "identity", "gzip", "x-gzip", "deflate"):
        raise NotRead("packed in an unknown way")
    unpacking = None if encoding in ("", "identity") else zlib.decompressobj(zlib.MAX_WBITS | 32)
    whole, came = bytearray(), 0
    async for chunk in chunks:
        came += len(chunk)
        room = MOST_BYTES - len(whole)
        whole += (unpacking.decompress(chunk, room) if unpacking else chunk)[:room]
        if len(whole) >= MOST_BYTES or came >= MOST_BYTES or is_enough(whole):
            break
    return bytes(whole)


class _Pinned(httpcore.AsyncNetworkBackend):
    """Connects to the address it has checked; the name is only for Host, SNI and certificate."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._net = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's own signature
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Raises `NotRead` where one of the host's addresses is not public."""
        found = list(await self._rules.look_up(host.strip("[]"), port))
        if not found:
            raise NotRead("unknown host", again=True)
        if not all(self._rules.is_allowed(address) for address in found):
            raise NotRead("not public")
        return await self._connected(found, port, timeout, local_address, socket_options)

    async def _connected(
        self, found: list[str], port: int, *how: Any
    ) -> httpcore.AsyncNetworkStream:
        for address in found[:-1]:
            try:
                return await self._net.connect_tcp(address, port, *how)
            except httpcore.ConnectError:
                continue
        return await self._net.connect_tcp(found[-1], port, *how)

    async def sleep(self, seconds: float) -> None:
        """Likewise handed on."""
        await self._net.sleep(seconds)


def told(page: Page | NotRead) -> Mapping[str, Any]:
    """A finding as JSON carries it."""
    if isinstance(page, NotRead):
        return {"why": page.why, "again": page.again}
    return {"title": page.title, "summary": page.summary, "language": page.language}
