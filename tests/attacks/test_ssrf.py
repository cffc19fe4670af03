"""Addresses that would make Indaba ask its own machine or its neighbours for something."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterable
from typing import Any

import pytest

from indaba.contracts.calendars import FollowCalendar
from indaba.contracts.library import SaveResource
from indaba.contracts.refusal import Refused
from indaba.library.timers.fetching import fetch as read_page_at
from indaba.process.outside.fetching import Answer, NotRead, Rules, fetch
from indaba.scheduling.workflows.calendars.worker import answer as read_calendar_at

NOW = "2026-11-23T10:00:00+00:00"


class Trap:
    """Something of ours that listens on this machine; it must never be asked anything."""

    def __init__(self) -> None:
        self.came = 0
        self.port = 0

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.came += 1
        writer.close()


@pytest.fixture(name="trap")
async def _trap() -> AsyncIterator[Trap]:
    trap = Trap()
    server = await asyncio.start_server(trap.take, ("127.0.0.1", "::1"), 0, family=socket.AF_UNSPEC)
    trap.port = server.sockets[0].getsockname()[1]
    yield trap
    server.close()


async def near(host: str, port: int) -> Iterable[str]:
    """The machine's own resolver for numbers and localhost; every name is this machine."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError:
        return ["127.0.0.1"]
    return [str(each[4][0]) for each in found]


OWN = {
    "decimal": "2130706433",
    "octal": "0177.0.0.1",
    "hexadecimal": "0x7f.0.0.1",
    "hexadecimal in one": "0x7f000001",
    "short": "127.1",
    "nothing": "0",
    "all noughts": "0.0.0.0",
    "another of the loop": "127.9.9.9",
    "localhost": "localhost",
    "localhost with a dot": "localhost.",
    "localhost in capitals": "LOCALHOST",
    "below localhost": "x.localhost",
    "mapped": "[::ffff:127.0.0.1]",
    "mapped in hexadecimal": "[::ffff:7f00:1]",
    "compatible": "[::127.0.0.1]",
    "loop of version 6": "[::1]",
    "any of version 6": "[::]",
    "with a zone": "[::1%25lo]",
    "translated": "[64:ff9b::7f00:1]",
    "six to four": "[2002:7f00:1::]",
    "full-width": "\uff11\uff12\uff17.0.0.1",
    "circled": "\u2460\u2461\u2466.0.0.1",
    "ideographic stops": "127\u30020\u30020\u30021",
    "a name that is this machine": "intranet.example.org",
    "a name with the address in it": "127.0.0.1.nip.example",
    "metadata": "169.254.169.254",
    "metadata in decimal": "2852039166",
    "metadata mapped": "[::ffff:169.254.169.254]",
    "metadata of version 6": "[fd00:ec2::254]",
    "private": "10.0.0.1",
    "carriers": "100.64.0.1",
    "broadcast": "255.255.255.255",
    "a user before it": "example.org@127.0.0.1",
    "a user and password": "example.org:80@127.0.0.1",
    "a hash before it": "example.org#@127.0.0.1",
    "a backslash": "example.org\\@127.0.0.1",
    "an escaped at": "example.org%40127.0.0.1",
    "a tab": "127.0.0.1\t.example.org",
    "a line": "127.0.0.1\r\nHost:example.org",
    "no host": "",
}


async def _never(answer: Answer) -> bytes:
    return await answer.beginning(100)


@pytest.mark.parametrize("form", OWN)
async def test_no_form_of_our_own_address_is_asked(trap: Trap, form: str) -> None:
    rules = Rules(look_up=near, ports=None, seconds=3)
    for link in (f"http://{OWN[form]}:{trap.port}/", f"https://{OWN[form]}:{trap.port}/x"):
        with pytest.raises(NotRead):
            await fetch(link, rules, _never, {})
    assert trap.came == 0


SCHEMES = (
    "file:///etc/passwd", "ftp://example.org/", "gopher://127.0.0.1:6379/_FLUSHALL", "dict://a.org/",
    "ldap://a.org/", "data:text/html,hi", "javascript:alert(1)", "unix:///run/valkey.sock",
    "jar:http://a.org!/", "view-source:http://a.org", "http+unix://%2frun%2fx/", "//", "http:", "https:///x",
    "redis://a.org", "ws://a.org",
)  # fmt: skip


@pytest.mark.parametrize("link", SCHEMES)
async def test_only_the_web_is_asked(link: str) -> None:
    asked = {"link": link, "zone": "UTC", "now": NOW, "known": [], "etag": "", "modified": ""}
    with pytest.raises(NotRead):
        await read_page_at(link, Rules(seconds=2))
    with pytest.raises(NotRead):
        await read_calendar_at(asked, Rules(seconds=2))


@pytest.mark.parametrize("port", [22, 25, 5432, 6379, 8008, 8080, 65535])
async def test_only_the_ports_of_the_web_are_asked(port: int) -> None:
    with pytest.raises(NotRead) as no:
        await fetch(f"http://93.184.216.34:{port}/", Rules(seconds=2), _never, {})
    assert no.value.why == "unusual port"


async def test_what_changes_between_checking_and_asking_is_asked_at_what_was_checked(
    trap: Trap,
) -> None:
    """DNS that tells a public address first and a private one a moment later."""
    told = iter([["93.184.216.34"], ["127.0.0.1"], ["127.0.0.1"]])
    looked: list[list[str]] = []

    async def turning(host: str, port: int) -> Iterable[str]:
        looked.append(next(told))
        return looked[-1]

    with pytest.raises(NotRead):
        await fetch(
            f"http://a.example.org:{trap.port}/", Rules(turning, ports=None, seconds=1), _never, {}
        )
    assert (len(looked), trap.came) == (1, 0)
    with pytest.raises(NotRead) as no:
        await fetch(
            f"http://a.example.org:{trap.port}/", Rules(turning, ports=None, seconds=1), _never, {}
        )
    assert (no.value.why, trap.came) == ("not public", 0)


LEADING = {
    "to this machine": "http://127.0.0.1:{port}/",
    "to it in decimal": "http://2130706433:{port}/",
    "to metadata": "http://169.254.169.254/latest/",
    "to a file": "file:///etc/passwd",
    "without a scheme": "//127.0.0.1:{port}/",
    "with a user": "http://example.org@127.0.0.1:{port}/",
    "to another port": "http://93.184.216.34:6379/",
    "by two headers": "http://93.184.216.34/\r\nLocation: http://127.0.0.1:{port}/",
}


@pytest.mark.parametrize("how", LEADING)
async def test_no_public_site_leads_us_inside(trap: Trap, how: str) -> None:
    to = LEADING[how].format(port=trap.port)

    async def lead(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(f"HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n".encode())
        writer.close()

    async def first_only(host: str, port: int) -> Iterable[str]:
        return ["127.0.0.77"] if host == "public.example.org" else await near(host, port)

    async with await asyncio.start_server(lead, "127.0.0.77", 0) as server:
        port = server.sockets[0].getsockname()[1]
        from indaba.process.outside.special_addresses import is_public

        rules = Rules(
            first_only,
            lambda told: told == "127.0.0.77" or is_public(told),
            frozenset({port, trap.port, 80, 443}),
            seconds=1,
        )
        with pytest.raises(NotRead):
            await fetch(f"http://public.example.org:{port}/", rules, _never, {})
    assert trap.came == 0


@pytest.mark.asyncio(loop_scope="module")
async def test_what_no_page_can_be_is_refused_when_it_is_typed(lively: Any) -> None:
    held = lively.facilitator
    for link in ("file:///etc/passwd", "javascript:alert(1)", "http://a:b@example.org/", "http://"):
        for request in (SaveResource(link=link), FollowCalendar(link=link)):
            with pytest.raises(Refused):
                await lively.town.ask(request, held)
