"""One run: a seed, a number of replicas, a weather; from the first act to the last silence."""

from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import Any

from redis.exceptions import RedisError

from indaba.bus import Outcome, ReplyEnvelope
from indaba.bus.reader import Reader
from indaba.bus.streams import requests_to
from indaba.ledger.timers import LOOK_SECONDS
from simulation.acts import ASK_AGAIN_SECONDS, Act, Asking, Told, term
from simulation.acts import Stage as TimeOfDay
from simulation.stage import Stage
from simulation.steps import Activity, Conductor, Torn
from simulation.town import SERVICES, Replica
from simulation.weather import Weather
from simulation.wire import TAKE_OVER_SECONDS, Held, Wire
from simulation.world import SimulatedWorld

MOST_STEPS = 15_000
STORM_STEPS = 120
"""How long it goes on once all acts of a stage are done."""

MOST_STORM = 900
"""How long faults go on at most in one stage."""

BATCH = 100
LINES = {
    "publish": "line broken",
    "reply": "line broken",
    "look at the epoch": "line broken",
    "acknowledge": "acknowledgement lost",
}
"""Steps over the wire, and what is said where one fails. All others are the database's."""

NOT_ALONE = ("ROLLBACK", "begin", "waited")
"""Steps at which no line can break by itself."""

AtRest = Callable[[Stage], Awaitable[list[str]]]
"""What is wrong whenever all is at rest."""

Choice = tuple[float, Callable[[], Awaitable[None]]]


class Restless(Exception):  # noqa: N818 - a finding
    """It never comes to an end."""


class Unexpected(Exception):  # noqa: N818 - a finding
    """An act ended otherwise than it does without faults, or all is at rest and a copy is old."""


class Play:
    """Plays the term once."""

    def __init__(
        self, stage: Stage, seed: int, replicas: int, weather: Weather, at_rest: AtRest
    ) -> None:
        self.world = SimulatedWorld(seed)
        self.wire = Wire()
        self.conductor = Conductor(stage.monitor)
        self.faults: Counter[str] = Counter()
        self.acts: list[Act] = []
        self.messages = 0
        self._told: Told = {}
        self._random = Random(seed + 1)
        self._weather = weather
        self._stormy = False
        self._losses = weather.losses
        self._stalled: dict[Activity, int] = {}
        self._asked: set[str] = set()
        self._stage = stage
        self._at_rest = at_rest
        self.replicas = [
            Replica(name, number, self.world, self.wire)
            for name in SERVICES
            for number in range(1, replicas + 1)
        ]
        self._of = {name: [r for r in self.replicas if r.service == name] for name in SERVICES}

    async def run(self) -> None:
        """Play all stages. Raises `Unexpected` or `Restless`."""
        for database in self._stage.databases.values():
            self.conductor.watch(database)
        try:
            for replica in self.replicas:
                replica.be_born()
            for time_of_day in term():
                await self._live_through(time_of_day)
                if wrong := await self._at_rest(self._stage):
                    raise Unexpected(*wrong)
        finally:
            await self._end()

    async def _end(self) -> None:
        for activity in self.conductor.active:
            activity.doomed = True
        while self.conductor.active:
            able = [a for a in self.conductor.active if not a.waits]
            if not able:
                raise Restless
            await self.conductor.kill(able[0])
        for database in self._stage.databases.values():
            self.conductor.unwatch(database)

    async def _live_through(self, time_of_day: TimeOfDay) -> None:
        self.world.at_least(time_of_day.begins)
        self.acts += time_of_day.acts
        for replica in self.replicas:
            replica.polls.add("timers")
        storm_ends = self.conductor.steps + MOST_STORM
        while True:
            unfinished = any(act.told is None for act in self.acts)
            if not unfinished:
                storm_ends = min(storm_ends, self.conductor.steps + STORM_STEPS)
            self._stormy = self.conductor.steps < storm_ends
            if self._stormy:
                await self._blow()
            choices = self._choices()
            if choices:
                await self._choose(choices)
            elif not await self._wait():
                return
            if self.conductor.steps > MOST_STEPS:
                raise Restless

    async def _choose(self, choices: list[Choice]) -> None:
        self.world.later(self._random.randrange(8) / 1000)
        weights = [weight for weight, _ in choices]
        [(_, chosen)] = self._random.choices(choices, weights)
        await chosen()

    def _choices(self) -> list[Choice]:
        """What may happen next."""
        found: list[Choice] = []
        active, steps = self.conductor.active, self.conductor.steps
        able = self.conductor.able()
        moving = [a for a in able if self._stalled.get(a, 0) <= steps] if self._stormy else able
        found += [(5, partial(self._go_on, activity)) for activity in moving]
        if len(active) < (self._weather.at_once if self._stormy else 4):
            found += self._deliveries()
            found += self._rounds()
        found += self._askers()
        if self._stormy and self._weather.deaths:
            found += [(0.3, partial(self._be_born, r)) for r in self.replicas if not r.alive]
        else:
            for replica in self.replicas:
                if not replica.alive:
                    replica.be_born()
        return found

    async def _be_born(self, replica: Replica) -> None:
        self.conductor.note("born", replica.name)
        replica.be_born()

    def _deliveries(self) -> list[Choice]:
        found: list[Choice] = []
        now = self.world.now()
        for (stream, group), state in self.wire.groups.items():
            if not state.new and not state.pending:
                continue
            able = [r for r in self._of[group] if r.alive]
            if not able:
                continue
            if state.new:
                found.append((2, partial(self._deliver, stream, group, able)))
            before = now - timedelta(seconds=TAKE_OVER_SECONDS)
            idle = [entry for entry, held in state.pending.items() if held.since <= before]
            if idle:
                found.append((1, partial(self._claim, stream, group, able, idle)))
        return found

    async def _deliver(self, stream: str, group: str, able: list[Replica]) -> None:
        new = self.wire.groups[stream, group].new
        if self._random.random() < self._weather.mixed:
            self._random.shuffle(new)
        most = 1 if stream.endswith(".requests") else BATCH
        taken = [new.pop(0) for _ in range(self._random.randint(1, min(most, len(new))))]
        self._hand(stream, group, self._random.choice(able), taken)

    async def _claim(self, stream: str, group: str, able: list[Replica], idle: list[bytes]) -> None:
        taken = [self._random.choice(idle)] if stream.endswith(".requests") else idle[:BATCH]
        self._hand(stream, group, self._random.choice(able), taken)

    def _hand(self, stream: str, group: str, replica: Replica, taken: list[bytes]) -> None:
        held = Held(replica.bus.consumer, self.world.now())
        pending = self.wire.groups[stream, group].pending
        pending.update(dict.fromkeys(taken, held))
        self.messages += len(taken)
        replica.take(_reader(replica, stream), taken, self.conductor)

    def _rounds(self) -> list[Choice]:
        weights = {"epoch": 0.5, "relay": 1.5, "timers": 0.4}
        return [
            (weight, partial(self._begin, replica, what))
            for replica in self.replicas
            if replica.alive
            for what, weight in weights.items()
            if replica.wants(what)
        ]

    async def _begin(self, replica: Replica, what: str) -> None:
        replica.begin(what, self.conductor)

    def _askers(self) -> list[Choice]:
        found: list[Choice] = []
        now = self.world.now()
        for act in self.acts:
            if act.name not in self._asked:
                if all(self._is_done(need) for need in act.needs):
                    found.append((2, partial(self._ask, act)))
                continue
            due = [a for a in act.askings if a.told is None and a.send_at <= now]
            found += [(2, partial(self._send, asking)) for asking in due]
        if self.wire.letters:
            found.append((2, self._post))
        return found

    def _is_done(self, name: str) -> bool:
        return name in self._told

    async def _ask(self, act: Act) -> None:
        self._asked.add(act.name)
        twice = self._random.random() < self._weather.asked_twice
        act.ask(self.world, self._told, 2 if twice else 1)

    async def _send(self, asking: Asking) -> None:
        asking.send_at = self.world.now() + timedelta(seconds=ASK_AGAIN_SECONDS)
        expires = asking.envelope.expires_at
        if expires is not None and expires <= self.world.now():
            asking.hear(ReplyEnvelope(to=asking.envelope.id, outcome=Outcome.EXPIRED))
        elif self._happens("request lost", self._weather.lost):
            return
        else:
            stream = requests_to(asking.envelope.wire.split(".", 1)[0])
            self.wire.add(stream, asking.envelope.model_dump_json())

    async def _post(self) -> None:
        place = self._random.randrange(len(self.wire.letters))
        to, letter = self.wire.letters.pop(place)
        if self._happens("reply lost", self._weather.lost):
            return
        name, face = to.split("/")
        [act] = [a for a in self.acts if a.name == name]
        act.askings[int(face)].hear(ReplyEnvelope.model_validate_json(letter))
        if act.told is None:
            return
        if act.told.outcome is not act.ends:
            raise Unexpected(f"{act.name}: {act.told.outcome} {act.told.body}")
        self._told[act.name] = act.told.body

    async def _go_on(self, activity: Activity) -> None:
        trouble = self._trouble(activity.at) if self._stormy else None
        owner: Any = activity.owner
        if trouble is not None:
            owner.polls |= {"relay", "timers", "epoch"}
        await self.conductor.go_on(activity, trouble)

    def _trouble(self, at: str) -> Exception | None:
        """What goes wrong at a step, if anything does."""
        if at.startswith(NOT_ALONE):
            return None
        what = LINES.get(at, "stumble")
        weather = self._weather
        if not self._happens(what, weather.lines_broken if at in LINES else weather.stumbles):
            return None
        if at == "acknowledge":
            lost: Exception = RedisError()
            return lost
        torn = at == "publish" and self._random.random() < 0.5  # part of it arrived
        return Torn() if torn else ConnectionError()

    async def _die(self, replica: Replica | None) -> None:
        if replica is None:
            return
        self.conductor.note("dead", replica.name)
        replica.alive = False
        for activity in [a for a in self.conductor.active if a.owner is replica]:
            await self.conductor.kill(activity)

    async def _blow(self) -> None:
        """What may go wrong whatever is done next."""
        if self._happens("death", self._weather.deaths):
            await self._die(self._random.choice([r for r in self.replicas if r.alive] or [None]))
        if self._happens("leap", self._weather.leaps):
            self.world.later(self._random.randrange(1, 5000) / 1000)
        if self.conductor.active and self._happens("stall", self._weather.stalls):
            stalled = self._random.choice(self.conductor.active)
            self._stalled[stalled] = self.conductor.steps + self._random.randrange(300)
        if self._happens("entry doubled", self._weather.doubled / 30):
            self._double()
        if self._losses and self._happens("bus lost its data", 0.004):
            self._losses -= 1
            self.wire.forget_all()
            for replica in self.replicas:
                replica.polls.add("epoch")

    def _double(self) -> None:
        streams = [s for s, entries in self.wire.streams.items() if entries]
        if streams:
            stream = self._random.choice(streams)
            self.wire.add(stream, self._random.choice(list(self.wire.streams[stream].values())))

    def _happens(self, what: str, chance: float) -> bool:
        if not self._stormy or not chance or self._random.random() >= chance:
            return False
        self.faults[what] += 1
        self.conductor.note(what)
        return True

    async def _wait(self) -> bool:
        """Nothing can go on now: let time pass, or look once more. Whether there is more to do."""
        if self.conductor.active:  # stalled, or each held up by one who is
            self._stalled.clear()
            return True
        moments: list[datetime] = [
            asking.send_at for act in self.acts for asking in act.askings if asking.told is None
        ]
        for state in self.wire.groups.values():
            since = [held.since for held in state.pending.values()]
            moments += [moment + timedelta(seconds=TAKE_OVER_SECONDS) for moment in since]
        if moments:
            self.world.at_least(min(moments))
            return True
        return await self._look_again()

    async def _look_again(self) -> bool:
        """What every process does by itself after a while. Whether it found anything to do."""
        self._stormy = False
        self.world.later(LOOK_SECONDS + 1)
        for of_one in self._of.values():
            for what in ("epoch", "relay", "timers"):
                activity = self._random.choice(of_one).begin(what, self.conductor)
                while not activity.over:
                    await self.conductor.go_on(activity)
        return bool(self._choices())


def _reader(replica: Replica, stream: str) -> Reader:
    [reader] = [r for r in replica.bus.readers if r.stream == stream]
    return reader
