"""The wire: streams, groups and letters to askers as values in memory; and the real bus on it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

from indaba.bus import Bus, ReplyEnvelope
from indaba.bus.entries import Entry
from indaba.bus.reader import Reader
from indaba.bus.streams import EPOCH, events_of
from indaba.contracts.wire import Envelope
from indaba.process.world import World
from simulation.steps import Torn, on_stage, step

TAKE_OVER_SECONDS = 3.0


@dataclass
class Held:
    """An entry in somebody's hand: who had it, and since when."""

    consumer: str
    since: datetime


@dataclass
class Group:
    """What a group has yet to read, and what it read and did not acknowledge."""

    new: list[bytes] = field(default_factory=list)
    pending: dict[bytes, Held] = field(default_factory=dict)


class Wire:
    """What a Valkey holds."""

    def __init__(self) -> None:
        self.streams: dict[str, dict[bytes, str]] = {}
        self.groups: dict[tuple[str, str], Group] = {}
        self.letters: list[tuple[str, str]] = []
        self.epoch: str | None = None
        self._count = 0

    def add(self, stream: str, envelope: str) -> bytes:
        """Put an entry at a stream's end."""
        self._count += 1
        entry = f"{self._count}-0".encode()
        self.streams.setdefault(stream, {})[entry] = envelope
        for (of, _), group in self.groups.items():
            if of == stream:
                group.new.append(entry)
        return entry

    def group(self, stream: str, name: str) -> None:
        """Make a group at a stream's beginning, if there is none."""
        entries = self.streams.setdefault(stream, {})
        self.groups.setdefault((stream, name), Group(new=list(entries)))

    def open(self, stream: str, entry: bytes) -> Entry:
        """An entry as a reader gets it; one that was deleted meanwhile has no envelope."""
        data = self.streams.get(stream, {}).get(entry)
        return Entry(entry, Envelope.model_validate_json(data) if data else None)

    def settle(self, stream: str, group: str, entries: Sequence[bytes], *, delete: bool) -> None:
        """Acknowledge, and delete where that is the reader's way."""
        found = self.groups.get((stream, group))
        for entry in entries:
            if found is not None:
                found.pending.pop(entry, None)
            if delete:
                self.streams.get(stream, {}).pop(entry, None)

    def forget_all(self) -> None:
        """Be a bus that came back without its data."""
        self.streams.clear()
        self.groups.clear()
        self.epoch = None


class PlayedValkey:
    """The few commands of a Valkey that the real bus and its readers send here."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    async def set(self, key: str, value: str, *, nx: bool) -> None:
        assert (key, nx) == (EPOCH, True)
        await step("look at the epoch")
        if self._wire.epoch is None:
            self._wire.epoch = value

    async def get(self, key: str) -> str:
        assert key == EPOCH
        return self._wire.epoch or ""

    async def xgroup_create(self, stream: str, group: str, **_: object) -> None:
        self._wire.group(stream, group)

    def pipeline(self, **_: object) -> "_Settling":
        return _Settling(self._wire)


class _Settling:
    """A pipeline of acknowledging and deleting."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._stream = self._group = ""
        self._entries: tuple[bytes, ...] = ()
        self._delete = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        return

    def xack(self, stream: str, group: str, *entries: bytes) -> None:
        self._stream, self._group, self._entries = stream, group, entries

    def xdel(self, *_: object) -> None:
        self._delete = True

    async def execute(self) -> None:
        await step("acknowledge")
        self._wire.settle(self._stream, self._group, self._entries, delete=self._delete)


class SimulatedBus(Bus):
    """The real bus, whose broker and Valkey are the wire. Nothing reads by itself."""

    def __init__(self, wire: Wire, process: str, world: World, replica: str) -> None:
        super().__init__("redis://played", process, world, replica=replica)
        self.wire = wire
        self.client = PlayedValkey(wire)

    @property
    def readers(self) -> Sequence[Reader]:
        """Who reads here."""
        return self._readers

    async def look(self) -> None:
        """Look once whether the bus still has its data, as is done twice a second."""
        await self._look_at_epoch()

    def expect_replies(self) -> None:
        """Askers are played apart from the processes."""

    async def tell(self, context: str, envelopes: Sequence[Envelope]) -> None:
        told = [envelope.model_dump_json() for envelope in envelopes]
        try:
            await step("publish")
        except Torn:
            for one in told[: len(told) // 2 + 1]:
                self.wire.add(events_of(context), one)
            raise
        for one in told:
            self.wire.add(events_of(context), one)

    async def room_for_events(self, context: str) -> bool:
        return True

    async def forget(self, context: str) -> None:
        """Nothing is trimmed: what is on the wire stays until it is lost."""

    async def _send_reply(self, request: Envelope, reply: ReplyEnvelope) -> None:
        await step("reply")
        if request.reply_to:
            self.wire.letters.append((request.reply_to, reply.model_dump_json()))


def current() -> Any:
    """The process that runs now, for bugs that are planted from outside."""
    activity = on_stage()
    return activity.owner if activity else None
