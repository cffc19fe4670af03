"""Fetching untrusted addresses from the web: carefully, and not much of each.

Each host is looked up once per connection, every address it has must be public, and the connection
goes to the address that was checked. Redirects are followed one by one and checked in the same way.
"""

import asyncio
import socket
import ssl
import zlib
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urljoin, urlsplit

import httpcore

from indaba.process.outside.addresses import PORTS, BadAddress, address
from indaba.process.outside.special_addresses import is_public

MOST_REDIRECTS = 5
SECONDS = 10.0
REDIRECTS = frozenset({301, 302, 303, 307, 308})
PASSING = frozenset({408, 425, 429})
BROKEN = 500

LookUp = Callable[[str, int], Awaitable[Iterable[str]]]
T = TypeVar("T")


class NotRead(Exception):  # noqa: N818 - a finding
    """It could not be read. `why` is a few words; `again`: it may work later."""

    def __init__(self, why: str, *, again: bool = False) -> None:
        super().__init__(why)
        self.why = why
        self.again = again


async def look_up(host: str, port: int) -> Iterable[str]:
    """All addresses of a host. Raises `OSError`."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return dict.fromkeys(str(each[4][0]) for each in found)


@dataclass(frozen=True, slots=True)
class Rules:
    """Which addresses, and for how long. Only tests use other rules."""

    look_up: LookUp = look_up
    is_allowed: Callable[[str], bool] = is_public
    ports: frozenset[int] | None = frozenset({80, 443})
    seconds: float = SECONDS
    trusted: ssl.SSLContext | None = None


class Answer:
    """What a site answers: status, headers by name in lower case, and a body not yet read."""

    def __init__(self, response: httpcore.Response) -> None:
        self.status = response.status
        self.headers = {
            name.decode("latin-1").lower(): value.decode("latin-1")
            for name, value in response.headers
        }
        self._chunks = response.aiter_stream

    @property
    def kind(self) -> str:
        """The content type without its parameters, in lower case."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    def check_status(self, *good: int) -> None:
        """Raises `NotRead` for any other status."""
        if self.status not in good:
            again = self.status >= BROKEN or self.status in PASSING
            raise NotRead(f"status {self.status}", again=again)

    async def beginning(
        self, most: int, enough: Callable[[bytearray], bool] = lambda _: False
    ) -> bytes:
        """The body unpacked, as far as it is `enough` and never more than `most` bytes.

        What comes packed is cut off after `most` packed bytes, too. Raises `NotRead`.
        """
        encoding = self.headers.get("content-encoding", "").strip().lower()
        if encoding not in ("", "identity", "gzip", "x-gzip", "deflate"):
            raise NotRead("packed in an unknown way")
        packed = encoding not in ("", "identity")
        unpacking = zlib.decompressobj(zlib.MAX_WBITS | 32) if packed else None
        whole, came = bytearray(), 0
        async for chunk in self._chunks():
            came += len(chunk)
            room = most - len(whole)
            whole += (unpacking.decompress(chunk, room) if unpacking else chunk)[:room]
            if len(whole) >= most or came >= most or enough(whole):
                break
        return bytes(whole)


Take = Callable[[Answer], Awaitable[T]]


async def fetch(link: str, rules: Rules, take: Take[T], headers: Mapping[str, str]) -> T:
    """Ask for a link, follow where it leads, and `take` the answer. Raises `NotRead`."""
    try:
        async with asyncio.timeout(rules.seconds):
            return await _follow(link, rules, take, headers)
    except TimeoutError:
        raise NotRead("too slow", again=True) from None
    except (OSError, httpcore.NetworkError, httpcore.TimeoutException) as error:
        raise NotRead(_why_not_reached(error), again=True) from None
    except (httpcore.ProtocolError, httpcore.UnsupportedProtocol, ValueError):
        raise NotRead("speaks no HTTP") from None
    except zlib.error:
        raise NotRead("damaged") from None


def _why_not_reached(error: Exception) -> str:
    untrusted = any(isinstance(one, ssl.SSLCertVerificationError) for one in error.args)
    return "bad certificate" if untrusted else "unreachable"


async def _follow(link: str, rules: Rules, take: Take[T], headers: Mapping[str, str]) -> T:
    for _ in range(MOST_REDIRECTS + 1):
        here = _checked(link, rules)
        async with _pool(rules) as pool, _asked(pool, here, headers) as response:
            answer = Answer(response)
            if answer.status not in REDIRECTS:
                return await take(answer)
            to = answer.headers.get("location", "")
        if not to:
            raise NotRead("redirect to nowhere")
        link = urljoin(here, to)
    raise NotRead("too many redirects")


def _checked(link: str, rules: Rules) -> str:
    """The address as it is asked for. Raises `NotRead`."""
    try:
        there = address(link).link
    except BadAddress as bad:
        raise NotRead(f"bad address: {bad.facts['why']}") from None
    parts = urlsplit(there)
    port = parts.port or PORTS[parts.scheme]
    if rules.ports is not None and port not in rules.ports:
        raise NotRead("unusual port")
    return there


def _pool(rules: Rules) -> httpcore.AsyncConnectionPool:
    """Connections for one answer, by no proxy, each to an address that was checked."""
    trusted = rules.trusted or ssl.create_default_context()
    return httpcore.AsyncConnectionPool(
        ssl_context=trusted, network_backend=_Pinned(rules), max_connections=1, http2=False
    )


def _asked(pool: httpcore.AsyncConnectionPool, link: str, headers: Mapping[str, str]) -> Any:
    """The request under way."""
    parts = urlsplit(link)
    told = {"Host": parts.netloc, "Accept-Encoding": "gzip, deflate", **headers}
    target = parts._replace(fragment="").geturl()
    return pool.stream("GET", _on_the_wire(target), headers=list(told.items()))


def _on_the_wire(link: str) -> bytes:
    from urllib.parse import quote

    return quote(link, safe="%/:=&?~#+!$,;'@()*[]").encode("ascii")


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
        """Raises `NotRead` if one of the host's addresses is not public."""
        found = list(await self._rules.look_up(host.strip("[]"), port))
        if not found:
            raise NotRead("unknown host", again=True)
        if not all(self._rules.is_allowed(each) for each in found):
            raise NotRead("not public")
        return await self._connected(found, port, timeout, local_address, socket_options)

    async def _connected(
        self, found: list[str], port: int, *how: Any
    ) -> httpcore.AsyncNetworkStream:
        for each in found[:-1]:
            try:
                return await self._net.connect_tcp(each, port, *how)
            except httpcore.ConnectError:
                continue
        return await self._net.connect_tcp(found[-1], port, *how)

    async def sleep(self, seconds: float) -> None:
        """Passed on as well."""
        await self._net.sleep(seconds)
