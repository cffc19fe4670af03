"""What people do in a simulated community, and who asks for them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from indaba.bus import Outcome, ReplyEnvelope
from indaba.contracts import membership as m
from indaba.contracts import scheduling as s
from indaba.contracts.passport import Passport
from indaba.contracts.wire import Envelope, Request
from simulation.world import MORNING, OFFICE, SimulatedWorld

ASK_AGAIN_SECONDS = 2.0
PATIENCE = timedelta(minutes=20)
ROOM = m.Place(platform=m.Platform.MATRIX, room="!room:example.org")
ZONE = "Africa/Johannesburg"
POISON = "Poison"
MEMBERS = ("thabo", "amahle", "sipho")
FRACTIONS = MORNING + timedelta(hours=26)
READING = MORNING + timedelta(hours=27)
DECIMALS = MORNING + timedelta(hours=30)

Told = dict[str, Any]
"""What the replies to earlier acts said, by the name of the act."""


@dataclass
class Asking:
    """One face's request under way, until it is told how it ended."""

    envelope: Envelope
    send_at: datetime
    told: ReplyEnvelope | None = None
    heard: list[ReplyEnvelope] = field(default_factory=list)

    def hear(self, reply: ReplyEnvelope) -> None:
        """The first word that is not "later" holds."""
        self.heard.append(reply)
        if self.told is None and reply.outcome is not Outcome.UNAVAILABLE:
            self.told = reply


@dataclass
class Act:
    """Something one person does once, when what it needs has been done."""

    name: str
    who: str
    request: Callable[[Told], Request[Any]]
    needs: tuple[str, ...] = ()
    ends: Outcome = Outcome.ANSWERED
    askings: list[Asking] = field(default_factory=list)

    @property
    def key(self) -> str:
        """Its idempotency key: the chat event it came from."""
        return f"$act-{self.name}"

    @property
    def told(self) -> ReplyEnvelope | None:
        """How it ended, once every face that asked was told."""
        replies = [asking.told for asking in self.askings]
        return replies[0] if replies and all(replies) else None

    def ask(self, world: SimulatedWorld, told: Told, faces: int) -> None:
        """Have it asked for, by so many faces under the same key."""
        request = self.request(told)
        for face in range(faces):
            envelope = Envelope.around(
                request,
                id=world.new_id(),
                occurred_at=world.now(),
                correlation=UUID(int=face + 1),
                passport=_passport(self.who, world, told),
                expires_at=world.now() + PATIENCE,
                idempotency_key=self.key,
                reply_to=f"{self.name}/{face}",
            )
            self.askings.append(Asking(envelope, world.now()))


@dataclass(frozen=True)
class Stage:
    """From a moment on these things are done, and the timers due by then fire."""

    begins: datetime
    acts: tuple[Act, ...] = ()


def _passport(who: str, world: SimulatedWorld, told: Told) -> str:
    issued = told.get(who)
    if issued is None:
        return ""
    held = Passport.model_validate(issued["passport"])
    return OFFICE.sign(held.model_copy(update={"expires_at": world.now() + PATIENCE}))


def _join(who: str) -> Act:
    request = m.JoinCommunity(
        place=ROOM,
        account=f"@{who}:example.org",
        adult=True,
        consent_version=m.CONSENT_VERSION,
    )
    return Act(who, "", lambda _: request, needs=("lindiwe",))


def _found() -> Act:
    request = m.FoundCommunity(
        name="Maths teachers",
        purpose="Share what works",
        language="English",
        zone=ZONE,
        place=ROOM,
        posts_in=ROOM,
        account="@lindiwe:example.org",
        has_power=True,
        adult=True,
        consent_version=m.CONSENT_VERSION,
    )
    return Act("lindiwe", "", lambda _: request)


def _describe(who: str, province: str) -> Act:
    request = m.DescribeMe(organisation=f"School of {who}", province=province)
    return Act(f"{who} tells", who, lambda _: request, needs=(who,))


def _wall(moment: datetime) -> datetime:
    return (moment + timedelta(hours=2)).replace(tzinfo=None)


def _call(title: str, starts: datetime, ends: Outcome = Outcome.ANSWERED) -> Act:
    request = s.ScheduleMeeting(title=title, starts=_wall(starts), zone=ZONE)
    return Act(title, "lindiwe", lambda _: request, needs=("lindiwe",), ends=ends)


def code_of(told: Told, title: str) -> str:
    """The code of the meeting with a title."""
    return str(told[title]["meeting"]["code"])


def _answer(who: str, title: str, answer: s.RsvpAnswer) -> Act:
    def request(told: Told) -> Request[Any]:
        return s.AnswerRsvp(code=code_of(told, title), answer=answer)

    return Act(f"{who} to {title}", who, request, needs=(who, title))


def _come(who: str, title: str) -> Act:
    return Act(f"{who} at {title}", who, lambda told: s.CheckIn(code=code_of(told, title)))


def _answers() -> Iterable[Act]:
    for who in MEMBERS:
        for title in ("Fractions", "Reading"):
            yield _answer(who, title, s.RsvpAnswer.YES)
    yield _answer("thabo", "Decimals", s.RsvpAnswer.MAYBE)


def _first_day() -> tuple[Act, ...]:
    """All that may happen in any order ends the same in any order."""
    return (
        _found(),
        *map(_join, MEMBERS),
        _describe("thabo", "Gauteng"),
        _describe("amahle", POISON),
        _call("Fractions", FRACTIONS),
        _call("Reading", READING),
        _call("Decimals", DECIMALS),
        _call(POISON, DECIMALS, ends=Outcome.FAULT),
        *_answers(),
        Act(
            "move",
            "lindiwe",
            lambda told: s.MoveMeeting(
                code=code_of(told, "Reading"),
                starts=_wall(READING + timedelta(minutes=90)),
                zone=ZONE,
            ),
            # Whoever answers before is told of it.
            needs=("Reading", *(f"{who} to Reading" for who in MEMBERS)),
        ),
        Act(
            "call off",
            "lindiwe",
            lambda told: s.CancelMeeting(code=code_of(told, "Decimals"), reason="Rain"),
            needs=("thabo to Decimals",),
        ),
        Act(
            "sipho leaves",
            "sipho",
            lambda _: m.LeaveCommunity(),
            needs=("sipho to Fractions", "sipho to Reading"),
        ),
    )


def term() -> tuple[Stage, ...]:
    """Two days of a community."""
    close = Act("close", "lindiwe", lambda told: s.CloseMeeting(code=code_of(told, "Fractions")))
    return (
        Stage(MORNING, _first_day()),
        Stage(FRACTIONS - timedelta(minutes=55)),
        Stage(
            FRACTIONS + timedelta(minutes=1),
            (_come("thabo", "Fractions"), _come("amahle", "Fractions")),
        ),
        Stage(FRACTIONS + timedelta(minutes=50), (close,)),
        Stage(READING + timedelta(minutes=35)),
        Stage(READING + timedelta(minutes=91), (_come("amahle", "Reading"),)),
        Stage(READING + timedelta(hours=6)),
    )
