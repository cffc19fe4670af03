"""Ends endless talk with a program that answers whatever we say."""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import TYPE_CHECKING

from indaba.process.world import World

if TYPE_CHECKING:
    from indaba.conversation.store import QueuedEvent

WITHIN = timedelta(hours=1)
MOST_TURNS = 150
MOST_TALKS = 2000


class Turn(Enum):
    """What to do with something said."""

    ANSWER = auto()
    HALT = auto()
    SILENCE = auto()


@dataclass(slots=True)
class _Talk:
    """What an account and we said in a room since we first answered, at `began`."""

    began: datetime
    answers: deque[datetime] = field(default_factory=deque)
    silent_until: datetime | None = None


class LoopGuard:
    """How often an account was answered in a room when it had spoken after an answer of ours.

    Whoever is answered so `most` times within an hour is told once, and not listened to for the
    hour that follows: a program has nothing left to answer then, and all is quiet. What was queued
    before our first answer is not counted, so that what waited for us is answered in full. Kept in
    memory only: a restart gives everybody a new hour.
    """

    def __init__(self, world: World, most: int = MOST_TURNS) -> None:
        self._world = world
        self._most = most
        self._talks: dict[tuple[str, str], _Talk] = {}

    def of(self, queued: "QueuedEvent") -> Turn:
        """Whether to answer, to say that it is enough, or to say nothing more."""
        talk = self._talks.get(_who(queued))
        if talk is None or queued.event.ephemeral:
            return Turn.ANSWER
        now = self._world.now()
        if talk.silent_until is not None and now < talk.silent_until:
            return Turn.SILENCE
        while talk.answers and now - talk.answers[0] > WITHIN:
            talk.answers.popleft()
        return Turn.HALT if len(talk.answers) >= self._most else Turn.ANSWER

    def answered(self, queued: "QueuedEvent") -> None:
        """We said something back. What only its asker sees starts nobody talking."""
        if queued.event.ephemeral:
            return
        now = self._world.now()
        talk = self._talks.get(_who(queued))
        if talk is None:
            self._forget_old()
            self._talks[_who(queued)] = _Talk(now)
        elif queued.heard_at > talk.began:
            talk.answers.append(now)

    def halted(self, queued: "QueuedEvent") -> None:
        """They were told that it is enough."""
        talk = self._talks[_who(queued)]
        talk.answers.clear()
        talk.silent_until = self._world.now() + WITHIN

    def _forget_old(self) -> None:
        """Forget talks that ended long ago, if there are many."""
        if len(self._talks) < MOST_TALKS:
            return
        since = self._world.now() - WITHIN
        self._talks = {who: talk for who, talk in self._talks.items() if _last(talk) > since}


def _last(talk: _Talk) -> datetime:
    return talk.silent_until or (talk.answers[-1] if talk.answers else talk.began)


def _who(queued: "QueuedEvent") -> tuple[str, str]:
    return queued.event.account, queued.event.room
