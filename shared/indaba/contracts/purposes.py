"""What people agree to, as data: what is stored about them, for which purposes, in which wording.

A wording has a version. `since` of a purpose is the version that first worded it as it is now.
Whoever agreed to that version or a later one has agreed to the purpose. Decision:
docs/decisions/0038-asked-again-when-the-wording-changes.md.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from indaba.contracts.refusal import Refusal, hint

WORDINGS = ("2026-11", "2026-11-24", "2026-11-30", "2026-12-01")
"""Versions of the wording, oldest first. Receipts name them, so none is ever removed."""

ASKED_FOR = timedelta(days=30)
"""How long a question about a new wording can be answered. Silence is no consent."""


class Ground(StrEnum):
    """On what ground data is processed for a purpose (POPIA, section 11).

    `CONSENT`: only once somebody has agreed, and until they withdraw. `MEMBERSHIP`: nobody can be a
    member without it; leaving ends it. `OTHERS`: it protects other people, so nobody can refuse it;
    people are told of it.
    """

    CONSENT = "consent"
    MEMBERSHIP = "membership"
    OTHERS = "protection of others"


class Purpose(StrEnum):
    """What data about people is stored for. Receipts name purposes, so names never change."""

    ACCOUNTS = "accounts"
    MEETINGS = "meetings"
    RECORD = "record"
    LIBRARY = "library"
    PROFILE = "profile"
    FEEDBACK = "feedback"
    STANDING_IN = "stand-in"
    FACILITATING = "facilitating"
    REMOVALS = "removals"
    REPORTS = "reports"
    PROOF = "proof"


@dataclass(frozen=True, slots=True)
class Worded:
    """How a purpose is worded: what is stored, and what for."""

    words: str
    ground: Ground
    since: str

    def covered_by(self, wordings: Iterable[str]) -> bool:
        """Whether any of these wordings includes it."""
        first = WORDINGS.index(self.since)
        return any(wording in WORDINGS[first:] for wording in wordings)


WORDED: Mapping[Purpose, Worded] = {
    Purpose.ACCOUNTS: Worded(
        "Your chat account here, to know you and to mention you.", Ground.MEMBERSHIP, "2026-11"
    ),
    Purpose.MEETINGS: Worded(
        "Your answers and check-ins, to plan meetings and to count who came.",
        Ground.MEMBERSHIP,
        "2026-11",
    ),
    Purpose.RECORD: Worded(
        "Lines tagged for the minutes, votes and promises; that you wrote or spoke at a meeting, "
        "not what.",
        Ground.MEMBERSHIP,
        "2026-11-24",
    ),
    Purpose.LIBRARY: Worded(
        "What you save to the library and say about using it, for the others to find.",
        Ground.MEMBERSHIP,
        "2026-11",
    ),
    Purpose.PROFILE: Worded(
        "Your profile, only as far as you fill it in, to show who the community reaches.",
        Ground.CONSENT,
        "2026-11",
    ),
    Purpose.FEEDBACK: Worded(
        "What you answer in confidence about a meeting, to tell how it was without names.",
        Ground.CONSENT,
        "2026-11-24",
    ),
    Purpose.STANDING_IN: Worded(
        "That you may be asked to facilitate if you agree to it, and then on how many days you "
        "took part.",
        Ground.CONSENT,
        "2026-11-30",
    ),
    Purpose.FACILITATING: Worded(
        "On how many days you took part, if you facilitate.", Ground.MEMBERSHIP, "2026-11-30"
    ),
    Purpose.REMOVALS: Worded(
        "If somebody is removed or suspended: about whom, by whom and why.",
        Ground.OTHERS,
        "2026-11-30",
    ),
    Purpose.REPORTS: Worded(
        "If you report harm: your words, sealed, and not that they are yours.",
        Ground.OTHERS,
        "2026-11-30",
    ),
    Purpose.PROOF: Worded(
        "Proof of this consent, for as long as it holds and three years after.",
        Ground.MEMBERSHIP,
        "2026-11",
    ),
}
"""Everything people agree to, in the order in which it is presented."""

OPTIONAL = tuple(p for p, worded in WORDED.items() if worded.ground is Ground.CONSENT)
"""Purposes that rest on consent alone. Each is agreed to and withdrawn separately."""


class NotAgreed(Refusal):
    """Something was to be stored for a purpose that the asker has not agreed to."""

    code = "not-agreed"

    def __init__(self, purpose: Purpose) -> None:
        super().__init__(
            "I keep this only if you agree to it, and you have not, so nothing was kept. "
            "To see what it is and agree: {hint}",
            hint=hint("me consent"),
            purpose=purpose.value,
        )


@dataclass(frozen=True, slots=True)
class ConsentAnswer:
    """A yes or no to a purpose under a wording; without a purpose, to the whole wording."""

    wording: str
    agreed: bool
    at: datetime
    purpose: Purpose | None = None


@dataclass(frozen=True, slots=True)
class Consent:
    """All answers of one member, and about which wordings they were asked, and when."""

    answers: Sequence[ConsentAnswer] = ()
    asked: Sequence[tuple[str, datetime]] = ()

    def on(self, purpose: Purpose) -> ConsentAnswer | None:
        """Their latest answer to a purpose as it is worded now; `None` without one."""
        worded = WORDED[purpose]
        about = (
            one
            for one in self.answers
            if one.purpose in (None, purpose) and worded.covered_by((one.wording,))
        )
        return max(about, key=lambda one: one.at, default=None)

    @property
    def withheld(self) -> frozenset[Purpose]:
        """The purposes for which nothing may be stored: refused, or not answered."""
        last = {purpose: self.on(purpose) for purpose in OPTIONAL}
        return frozenset(p for p, answer in last.items() if answer is None or not answer.agreed)

    def unanswered(self, now: datetime) -> tuple[Purpose, ...]:
        """The purposes without an answer that can still be given, for thirty days after asking."""
        return tuple(
            purpose
            for purpose in OPTIONAL
            if self.on(purpose) is None
            and all(now < at + ASKED_FOR for at in self._asked_about(purpose))
        )

    def news(self) -> tuple[Purpose, ...]:
        """What they were never told, whether or not they can refuse it. It is told once."""
        return tuple(p for p in WORDED if self.on(p) is None and not self._asked_about(p))

    def _asked_about(self, purpose: Purpose) -> list[datetime]:
        return [at for wording, at in self.asked if WORDED[purpose].covered_by((wording,))]
