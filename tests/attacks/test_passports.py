"""Passports that membership never signed, and envelopes that nobody should have sent."""

import base64
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from indaba.bus import Outcome
from indaba.contracts.membership import FindPlaces, LeaveCommunity
from indaba.contracts.passport import Role
from indaba.contracts.scheduling import ListMeetings
from indaba.process.passports import PassportOffice, new_keys
from workshop import OFFICE, PUBLIC_KEY, envelope, passport

pytestmark = pytest.mark.asyncio(loop_scope="module")

COMMUNITY, MEMBER = uuid4(), uuid4()


def _part(claims: Any) -> str:
    raw = claims if isinstance(claims, bytes) else json.dumps(claims).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _genuine() -> str:
    return OFFICE.sign(passport(COMMUNITY, MEMBER, Role.MEMBER))


def _with(**changed: Any) -> str:
    claims, _, signature = _genuine().partition(".")
    said = json.loads(base64.urlsafe_b64decode(claims + "=="))
    return f"{_part({**said, **changed})}.{signature}"


def _claims() -> str:
    return _genuine().partition(".")[0]


def _signed_by_others() -> str:
    return PassportOffice(new_keys()[0]).sign(passport(COMMUNITY, MEMBER, Role.MEMBER))


def _of_another() -> str:
    return f"{_claims()}.{OFFICE.sign(passport()).partition('.')[2]}"


def _run_out() -> str:
    return OFFICE.sign(passport(COMMUNITY, MEMBER, Role.MEMBER, minutes=-1))


FORGED: dict[str, Callable[[], str]] = {
    "another key": _signed_by_others,
    "expired": _run_out,
    "another role": lambda: _with(roles=["facilitator"]),
    "another community": lambda: _with(community=str(uuid4())),
    "another member": lambda: _with(member=str(uuid4())),
    "a longer life": lambda: _with(expires_at="2999-01-01T00:00:00Z"),
    "no signature": lambda: _claims() + ".",
    "no point": _claims,
    "an empty signature of noughts": lambda: f"{_claims()}.{_part(bytes(64))}",
    "a token of three parts": lambda: f"{_part({'alg': 'none'})}.{_genuine()}",
    "algorithm none": lambda: f"{_part({'alg': 'none'})}.{_claims()}.",
    "signed with the public key": lambda: f"{_claims()}.{_part(PUBLIC_KEY.encode()[:64])}",
    "the signature of another": _of_another,
    "halves changed over": lambda: ".".join(reversed(_genuine().split("."))),
    "endless": lambda: "a" * 100_000 + "." + "b" * 100_000,
    "no text": lambda: "\x00.\ud7ff",
    "points": lambda: "." * 1000,
    "deep": lambda: f"{_part(b'[' * 50_000)}.{_part(bytes(64))}",
    "null": lambda: "null",
}


async def test_a_passport_that_membership_never_signed_opens_nothing(lively: Any) -> None:
    asked = (("scheduling", ListMeetings()), ("membership", LeaveCommunity()))
    for how, forged in FORGED.items():
        for context, request in asked:
            reply = await lively.town.bus.ask(context, envelope(request, token=forged()))
            assert (how, reply.outcome) == (how, Outcome.REFUSED)
            assert (how, reply.body["code"]) == (how, "bad-passport")


async def test_a_genuine_passport_is_good_in_its_community_and_for_its_time_only(
    lively: Any,
) -> None:
    held, bus = lively.facilitator, lively.town.bus
    elsewhere = envelope(FindPlaces(), token=held.token, community=uuid4())
    assert (await bus.ask("membership", elsewhere)).body["code"] == "bad-passport"
    lively.town.clock.ahead += timedelta(hours=1)
    late = envelope(FindPlaces(), token=held.token, seconds=7200)
    assert (await bus.ask("membership", late)).body["code"] == "bad-passport"


POISON: dict[str, dict[bytes, bytes]] = {
    "no data": {b"x": b"y"},
    "nothing": {b"__data__": b""},
    "no text": {b"__data__": b"\xff\x00\xfe"},
    "another form": {b"__data__": b"\x89BIN\r\n\x1a\n\x00\x01\xff\xff\xff\xff\xff\xff\xff\xff"},
    "a list": {b"__data__": b"[]"},
    "no envelope": {b"__data__": b'{"data": "{}", "headers": {}}'},
    "deep": {b"__data__": b'{"a":' * 20_000},
    "numbers without end": {b"__data__": b'{"version": ' + b"9" * 100_000 + b"}"},
    "five megabytes": {b"__data__": b'{"data": "' + b"x" * 5_000_000 + b'"}'},
    "many fields": {f"f{n}".encode(): b"x" for n in range(2000)},
}


async def test_poison_on_the_bus_stops_no_service(lively: Any) -> None:
    client = lively.town.bus.client
    streams = [name async for name in client.scan_iter(_type="stream")]
    assert len(streams) >= 8
    for stream in streams:
        for fields in POISON.values():
            await client.xadd(stream, fields)
    held = await lively.town.passport("@lindiwe:example.org")
    found = await lively.town.ask(ListMeetings(), held)
    assert found.meetings == ()


async def test_replies_that_nobody_waits_for_stop_no_asker(lively: Any) -> None:
    client = lively.town.bus.client
    channels = await client.pubsub_channels("*")
    for channel in channels:
        for fields in POISON.values():
            await client.publish(channel, fields.get(b"__data__", b"x"))
    assert (await lively.town.ask(ListMeetings(), lively.facilitator)).meetings == ()
