"""What must be so when everything has come to rest, and what a run amounts to without its ids."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from indaba.bus import Outcome
from indaba.contracts.membership import MemberDescribed
from indaba.contracts.scheduling import ScheduleMeeting
from simulation.play import Play
from simulation.stage import Stage
from simulation.town import SERVICES

Rows = list[tuple[Any, ...]]

ROWS = {
    "journal": "SELECT id::text, wire, envelope->'body'->>'aggregate' FROM ledger.journal",
    "inbox": "SELECT key, reply FROM ledger.inbox",
    "effects": "SELECT kind, key FROM effects",
    "outbox": "SELECT id::text FROM ledger.outbox",
    "dead": "SELECT kind, handler FROM ledger.dead_letters",
    "attempts": "SELECT key FROM ledger.attempts",
    "timers": "SELECT kind, key FROM ledger.timers",
}
STATE = {
    "membership": (
        "SELECT account, version, profile::text FROM accounts JOIN members ON id = member",
        "SELECT member::text, role FROM memberships",
        "SELECT name, version FROM communities",
    ),
    "scheduling": (
        "SELECT title, starts, status, sequence, version, reason, moved_from FROM meetings",
        "SELECT meeting::text, member::text, answer, guests FROM rsvps",
        "SELECT meeting::text, member::text, how FROM check_ins",
    ),
    "outcomes": (
        "SELECT member::text, belongs, version FROM memberships",
        "SELECT id::text, organisation, version FROM members",
        "SELECT title, starts_at, status, version FROM meetings",
        "SELECT meeting::text, member::text, present FROM check_ins",
    ),
    "portal": (
        "SELECT title, starts, status, sequence, version, yes, maybe, no, checked_in FROM meetings",
        "SELECT meeting::text, member::text, answer FROM answers",
        "SELECT name, version FROM communities",
    ),
}
OVER = "CASE WHEN status IN ('closed', 'cancelled') THEN status END"
"""Outcomes does not hear of answers, nor that a meeting is on."""

COPIES = (
    (
        "meetings of the portal",
        ("scheduling", "SELECT id, code, title, starts, status, sequence, version FROM meetings"),
        ("portal", "SELECT id, code, title, starts, status, sequence, version FROM meetings"),
    ),
    (
        "meetings of outcomes",
        ("scheduling", f"SELECT id, code, title, starts_at, {OVER} FROM meetings"),
        ("outcomes", f"SELECT id, code, title, starts_at, {OVER} FROM meetings"),
    ),
    (
        "answers of the portal",
        ("scheduling", "SELECT meeting, member, answer FROM rsvps"),
        ("portal", "SELECT meeting, member, answer FROM answers WHERE answer IS NOT NULL"),
    ),
    (
        "members of outcomes",
        ("membership", "SELECT community, member FROM memberships"),
        ("outcomes", "SELECT community, member FROM memberships WHERE belongs"),
    ),
    (
        "communities of the portal",
        ("membership", "SELECT id, key, name, version FROM communities"),
        ("portal", "SELECT id, key, name, version FROM communities"),
    ),
)
POISONED_EVENT = ("event", MemberDescribed.wire)
POISONED_REQUEST = ("request", ScheduleMeeting.wire)


@dataclass
class Evidence:
    """What the ledgers of all services hold."""

    of: dict[str, dict[str, Rows]]

    @classmethod
    async def gathered(cls, stage: Stage) -> "Evidence":
        """Read it all."""
        return cls(
            {
                name: {what: await stage.rows(name, query) for what, query in ROWS.items()}
                for name in SERVICES
            }
        )


async def faults_of(play: Play, stage: Stage) -> list[str]:
    """Every promise that was not kept, in words."""
    evidence = await Evidence.gathered(stage)
    return [*_requests(play, evidence), *_events(play, evidence), *_left(evidence)]


async def stale_copies(stage: Stage) -> list[str]:
    """Read copies that are not as their owners' newest state."""
    found = []
    for name, (owner, theirs), (reader, copy) in COPIES:
        newest = Counter(await stage.rows(owner, theirs))
        kept = Counter(await stage.rows(reader, copy))
        if newest != kept:
            found.append(f"{name}: {[*(newest - kept)]} is {[*(kept - newest)]}")
    return found


def _requests(play: Play, evidence: Evidence) -> Iterable[str]:
    effects: Counter[str] = Counter()
    sealed = {replica.service: replica.ledger._requests.sealed for replica in play.replicas}
    for of in evidence.of.values():
        effects += Counter(key for kind, key in of["effects"] if kind == "request")
    for act in play.acts:
        wire = act.askings[0].envelope.wire
        service, key = wire.split(".")[0], f"{wire}/{act.key}"
        rows: dict[str, str | None] = dict(evidence.of[service]["inbox"])
        kept = rows.get(key)
        stored = sealed[service].opened(key, json.loads(kept)) if kept else None
        done = sum(effects.pop(str(asking.envelope.id), 0) for asking in act.askings)
        if done != (act.ends is Outcome.ANSWERED):
            yield f"{act.name}: {done} effects"
        if (stored is None) is (act.ends is Outcome.ANSWERED):
            yield f"{act.name}: stored {stored}"
        for reply in (reply for asking in act.askings for reply in asking.heard):
            if (
                reply.outcome is Outcome.ANSWERED
                and reply.model_dump(mode="json")["body"] != stored
            ):
                yield f"{act.name}: told something else than what is stored"
    yield from (f"request from nowhere: {key}" for key in effects)


def _events(play: Play, evidence: Evidence) -> Iterable[str]:
    told = {row[0]: row for of in evidence.of.values() for row in of["journal"]}
    for replica in play.replicas:
        if replica.number != 1:
            continue
        effects = evidence.of[replica.service]["effects"]
        done = Counter(key for kind, key in effects if kind == "event")
        heard = set(replica.ledger.listens_to)
        for event, (_, wire, _) in told.items():
            if wire not in heard:
                continue
            times = done.pop(event, 0)
            poisoned = replica.service == "outcomes" and wire == MemberDescribed.wire
            if times > 1 or (times == 0 and not poisoned):
                yield f"{replica.service}: {wire} had {times} effects"
        yield from (f"{replica.service}: an event from nowhere" for _ in done)


def _left(evidence: Evidence) -> Iterable[str]:
    for name, of in evidence.of.items():
        for what in ("outbox", "attempts"):
            if of[what]:
                yield f"{name}: {len(of[what])} left in {what}"
        dead = Counter(of["dead"])
        planted = {POISONED_REQUEST: name == "scheduling", POISONED_EVENT: name == "outcomes"}
        for letter, expected in planted.items():
            times = dead.pop(letter, 0)
            if bool(times) is not expected:
                yield f"{name}: {times} dead letters of {letter[1]}"
        yield from (f"{name}: a dead letter of {handler}" for _, handler in dead)


async def summary_of(play: Play, stage: Stage) -> Counter[str]:
    """The state with names for ids and without moments: the same however it came about."""
    names = _names(play)
    evidence = await Evidence.gathered(stage)
    found: Counter[str] = Counter()
    for service, queries in STATE.items():
        for number, query in enumerate(queries):
            rows = await stage.rows(service, query)
            found += Counter(f"{service} {number} {_named(row, names)}" for row in rows)
        of = evidence.of[service]
        found += Counter(f"{service} told {_named(row[1:], names)}" for row in of["journal"])
        fired = (key for kind, key in of["effects"] if kind == "timer")
        found += Counter(f"{service} fired {_named((key,), names)}" for key in fired)
        found += Counter(f"{service} will {_named(row, names)}" for row in of["timers"])
    return found


def _names(play: Play) -> dict[str, str]:
    """What the ids of a run stand for."""
    names: dict[str, str] = {}
    for act in play.acts:
        body: Mapping[str, Any] = act.told.body if act.told else {}
        if "passport" in body:
            names[body["passport"]["member"]] = act.name
            names[body["passport"]["community"]] = "community"
        if "meeting" in body:
            names[body["meeting"]["id"]] = body["meeting"]["title"]
    return names


def _named(row: tuple[Any, ...], names: Mapping[str, str]) -> str:
    text = " ".join(map(str, row))
    for name, stands_for in names.items():
        text = text.replace(name, stands_for)
    return text


async def state_of(stage: Stage) -> str:
    """A digest of every row of every table."""
    digest = blake2b(digest_size=16)
    for service in SERVICES:
        for row in await stage.rows(service, stage.all_rows[service]):
            digest.update(repr(row).encode())
    return digest.hexdigest()
