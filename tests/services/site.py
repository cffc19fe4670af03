"""A real site on this machine, for services that read from the web."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager

from indaba.process.outside.fetching import Rules
from indaba.process.outside.special_addresses import is_public

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
NOT_FOUND = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
UNCHANGED = b"HTTP/1.1 304 Not Modified\r\nContent-Length: 0\r\n\r\n"


class Site:
    """What it answers may be changed at any time. An answer with an ETag is not sent again to who
    knows it.

    All names lead here; `addresses` are what they are found at, each time the next. `seconds` is
    how long a reader waits.
    """

    def __init__(self, scheme: str = "http") -> None:
        self.scheme = scheme
        self.port = 0
        self.answers: dict[str, bytes | Serve] = {}
        self.asked: list[str] = []
        self.addresses: list[list[str]] = []
        self.looked_up: list[str] = []
        self.seconds = 0.0
        self.forget()

    def forget(self) -> None:
        """Be a new site at the same port."""
        self.answers.clear()
        self.asked.clear()
        self.looked_up.clear()
        self.addresses = [["127.0.0.1"]]
        self.seconds = 5.0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            asked = (await reader.readuntil(b"\r\n\r\n")).decode()
            self.asked.append(asked)
            answer = self.answers.get(asked.split()[1], NOT_FOUND)
            if isinstance(answer, bytes):
                writer.write(UNCHANGED if _is_known(answer, asked) else answer)
                await writer.drain()
            else:
                await answer(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def look_up(self, host: str, port: int) -> Iterable[str]:
        """An address is itself."""
        if ":" in host or host[0].isdigit():
            return [host]
        self.looked_up.append(host)
        return self.addresses[min(len(self.looked_up), len(self.addresses)) - 1]

    @property
    def rules(self) -> Rules:
        """Only this machine's 127.0.0.1 counts as public."""
        return Rules(
            look_up=self.look_up,
            is_allowed=lambda address: address == "127.0.0.1" or is_public(address),
            ports=frozenset({self.port, 80, 443}),
            seconds=self.seconds,
        )

    def link(self, path: str, host: str = "district.example.org") -> str:
        return f"{self.scheme}://{host}:{self.port}{path}"


@asynccontextmanager
async def served(tls: ssl.SSLContext | None = None) -> AsyncIterator[Site]:
    """A site at a free port, whose links begin with `https` where it speaks TLS."""
    site = Site("https" if tls else "http")
    server = await asyncio.start_server(site.serve, "127.0.0.1", 0, ssl=tls)
    site.port = server.sockets[0].getsockname()[1]
    yield site
    server.close()


def _is_known(answer: bytes, asked: str) -> bool:
    tag = next((ln for ln in asked.splitlines() if ln.startswith("If-None-Match: ")), "")
    known = tag.removeprefix("If-None-Match: ")
    return bool(known) and f"ETag: {known}\r\n".encode() in answer
