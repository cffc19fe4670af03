"""What suites of the foundation build with: ledgers on real engines, passports, requests."""

import asyncio
import os
import socket
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from clock import TestWorld, present
from indaba.bus import Bus
from indaba.contracts.ids import CommunityId, MemberId
from indaba.contracts.passport import Passport, Role
from indaba.contracts.wire import Envelope, Request
from indaba.ledger import Ledger
from indaba.process.passports import PassportControl, PassportOffice, new_keys
from indaba.process.world import RealWorld

_given = os.environ.get("PASSPORT_KEYS")
PRIVATE_KEY, PUBLIC_KEY = _given.split("|") if _given else new_keys()
OFFICE = PassportOffice(PRIVATE_KEY)


def emptied(bus_url: str) -> str:
    """A Valkey with nothing left in it; only while nobody uses it."""
    with socket.socket(socket.AF_UNIX) as line:
        line.connect(bus_url.removeprefix("unix://"))
        line.sendall(b"FLUSHALL\r\n")
        assert line.recv(16).startswith(b"+OK")
    return bus_url


def ledger_of(
    process: str,
    database_url: str,
    bus_url: str,
    *,
    migrations: Path,
    replica: str = "1",
    world: RealWorld | None = None,
    public_key: str = PUBLIC_KEY,
) -> Ledger:
    """A ledger with short pauses, so that what is tried again comes soon."""
    world = world or TestWorld()
    bus = Bus(bus_url, process, world, replica=replica, take_over_ms=300, ask_again=0.5)
    return Ledger(
        process,
        database_url,
        migrations,
        bus,
        world,
        PassportControl(public_key),
        retry_pause=timedelta(milliseconds=50),
    )


def widened(ledger: Ledger) -> None:
    """Make limits wide: tests do in an hour what people do in a year. Limits have their own."""
    counters = ledger._requests.limits.counters
    counters.update({name: replace(each, most=10_000) for name, each in counters.items()})


def passport(
    community: UUID | None = None, member: UUID | None = None, *roles: Role, minutes: int = 5
) -> Passport:
    return Passport(
        expires_at=present() + timedelta(minutes=minutes),
        community=CommunityId(community) if community else None,
        member=MemberId(member) if member else None,
        roles=frozenset(roles),
    )


def envelope(
    request: Request[Any],
    held: Passport | None = None,
    *,
    key: str = "",
    seconds: float = 10,
    token: str | None = None,
    community: UUID | None = None,
    world: RealWorld | None = None,
) -> Envelope:
    world = world or TestWorld()
    return Envelope.around(
        request,
        id=world.new_id(),
        occurred_at=world.now(),
        correlation=world.new_id(),
        passport=token if token is not None else (OFFICE.sign(held) if held else ""),
        community=community,
        expires_at=world.now() + timedelta(seconds=seconds),
        idempotency_key=key,
    )


async def until(true: Callable[[], Awaitable[bool]], seconds: float = 10) -> None:
    """Wait until something is true; fails loudly when it never is."""
    pause = 0.05
    async with asyncio.timeout(seconds):
        while not await true():
            await asyncio.sleep(pause)
            # Looking costs what is looked at time, too.
            pause = min(pause * 1.5, 0.2)


async def rows(ledger: Ledger, query: str) -> list[tuple[Any, ...]]:
    async with ledger.database.connect() as connection:
        return [tuple(row) for row in await connection.execute(sa.text(query))]


async def do(ledger: Ledger, statement: str) -> None:
    async with ledger.database.begin() as connection:
        await connection.execute(sa.text(statement))
