"""Who may take whose role or membership, and when a motion is decided. No clock, no I/O."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from indaba.contracts.ids import CommunityId, MemberId
from indaba.contracts.membership import Way
from indaba.contracts.passport import Role
from indaba.contracts.refusal import Refusal, hint
from indaba.contracts.removal import TAKEN_BACK_WITHIN, CaseAnswer, CaseKind, Departure

MOTION_LASTS = timedelta(days=3)
SUSPENSION_LASTS = timedelta(hours=72)
ASKED_FOR = timedelta(days=3)
"""How long one member is asked to take over before the next is asked."""

SECONDS_AFTER = timedelta(days=7)
"""Facilitators of less than this, before a motion, cannot second it.

Otherwise a sole facilitator could promote an account of their own and second with it.
"""

SUSPENDED_AGAIN_AFTER = timedelta(days=365)
LEAST_VOTES = 3
VOTES_OF_TEN = 10

MOTIONS = frozenset({CaseKind.REMOVE, CaseKind.DEMOTE})
VOTES = frozenset({CaseAnswer.FOR, CaseAnswer.AGAINST})


class NotYourself(Refusal):
    """Members cannot remove or suspend themselves."""

    code = "not-yourself"

    def __init__(self) -> None:
        super().__init__("That is you. To leave the community type: {hint}", hint=hint("cop leave"))


class MotionOpen(Refusal):
    """The same is being decided already."""

    code = "motion-open"

    def __init__(self) -> None:
        super().__init__(
            "That is being decided already. To see how it stands type: {hint}",
            hint=hint("member matters"),
        )


class SuspendedBefore(Refusal):
    """The member was already suspended within the last year."""

    code = "suspended-before"

    def __init__(self) -> None:
        super().__init__(
            "They were suspended once within a year, and that can be done only once. "
            "You can move that they be removed: {hint}",
            hint=hint("member remove", account="@somebody", reason="why"),
        )


class OneAtATime(Refusal):
    """Another member suspended by this facilitator is still suspended."""

    code = "one-suspension-at-a-time"

    def __init__(self) -> None:
        super().__init__(
            "You have suspended somebody already, and one facilitator can do that to one person "
            "at a time. Another facilitator can do it, or whoever runs this Indaba."
        )


class NowhereThere(Refusal):
    """An operator names somebody who is not a member where they were looked for."""

    code = "nowhere-there"

    def __init__(self, named: str, known: Iterable[str]) -> None:
        listed = ", ".join(known)
        theirs = f"They are in: {listed}." if listed else "They are in no community."
        where = f"in a community called {named!r}" if named else "in any community"
        super().__init__(f"That account is not {where}. {theirs} Nothing was changed.")


class WhichOfThese(Refusal):
    """Several of a member's communities have the given name."""

    code = "which-of-these"

    def __init__(self, named: str, keys: Iterable[str]) -> None:
        listed = ", ".join(keys)
        super().__init__(
            f"They are in several communities called {named!r}. Give the key of one instead of "
            f"the name: {listed}. Nothing was changed."
        )


class BeingDecided(Refusal):
    """Somebody whose role is being decided cannot choose who decides it."""

    code = "being-decided"

    def __init__(self) -> None:
        super().__init__(
            "While others decide whether you stay a facilitator you cannot remove or suspend "
            "members, nor make somebody a facilitator. See how it stands: {hint}",
            hint=hint("member matters"),
        )


class JustMadeOne(Refusal):
    """A facilitator whose role can still be taken back cannot act against earlier ones."""

    code = "just-made-one"

    def __init__(self) -> None:
        super().__init__(
            "You were made a facilitator less than ten minutes ago, and for that long it can be "
            "taken back. Until then you cannot suspend, remove or demote somebody who facilitated "
            "before you. Try again in ten minutes, or tell another facilitator. "
            "What waits for you: {hint}",
            hint=hint("member matters"),
        )


class NothingGivenUp(Refusal):
    """The role was not given up a moment ago, or others decide about whoever wants it back."""

    code = "nothing-given-up"

    def __init__(self) -> None:
        super().__init__(
            "That cannot be undone any more: it goes for ten minutes, and not while others decide "
            "about you. Another facilitator can make you one again."
        )


class NotRemoved(Refusal):
    """Nobody was removed who could come back or appeal."""

    code = "not-removed"

    def __init__(self) -> None:
        super().__init__("There is no removal here that could be lifted or appealed.")


class WhichRemoval(Refusal):
    """Somebody was removed from several communities and does not say of which they speak."""

    code = "which-removal"

    def __init__(self, known: Iterable[str]) -> None:
        listed = ", ".join(known)
        super().__init__(
            f"You were removed from several communities: {listed}. "
            "Your words go to the facilitators of one of them alone.",
            listed=listed,
        )


class AppealedBefore(Refusal):
    """A removal can be appealed once."""

    code = "appealed-before"

    def __init__(self) -> None:
        super().__init__("You have asked once already, and one appeal is all there is.")


class Blocked(Refusal):
    """Somebody who was removed cannot join again."""

    code = "blocked"

    def __init__(self, name: str) -> None:
        super().__init__(
            f"You were removed from “{name}” and cannot join again. If you think that was wrong, "
            "type: {hint}",
            hint=hint("cop appeal"),
            name=name,
        )


class CaseClosed(Refusal):
    """The case is decided, or was never theirs to answer."""

    code = "case-closed"

    def __init__(self) -> None:
        super().__init__(
            "That is decided already, or it is not yours to decide. What waits for you: {hint}",
            hint=hint("member matters"),
        )


@dataclass(frozen=True, slots=True)
class Case:
    """A matter about one member's role or membership in a community.

    `by` is empty if a platform or an operator acted; `how` is what a platform did, `banned_in` the
    server or room of a ban. `blocks`: the person removed cannot join again. The case is open until
    `closed_at`; `carried` is its result.
    """

    id: UUID
    community: CommunityId
    kind: CaseKind
    about: MemberId | None
    opened_at: datetime
    by: MemberId | None = None
    way: Way = Way.DONE
    reason: str = ""
    appeal: str = ""
    blocks: bool = False
    how: Departure | None = None
    banned_in: str = ""
    until: datetime | None = None
    closed_at: datetime | None = None
    carried: bool = False
    version: int = 0


@dataclass(frozen=True, slots=True)
class Bench:
    """A community's members with their roles, since when, and who is suspended."""

    roles: Mapping[MemberId, Role]
    since: Mapping[MemberId, datetime]
    joined: Mapping[MemberId, datetime]
    suspended: frozenset[MemberId] = frozenset()

    @property
    def facilitators(self) -> frozenset[MemberId]:
        """The facilitators, suspended or not."""
        return frozenset(m for m, role in self.roles.items() if role is Role.FACILITATOR)

    def is_new_to(self, elder: MemberId, member: MemberId, now: datetime) -> bool:
        """Whether the member's role can still be taken back, and the elder facilitated before.

        Otherwise somebody promoted by mistake could keep the role by suspending who gave it.
        """
        if not {elder, member} <= self.facilitators:
            return False
        since = self.since[member]
        return self.since[elder] < since and now - since < TAKEN_BACK_WITHIN

    def others(self, case: Case) -> frozenset[MemberId]:
        """Facilitators who neither opened the case nor are its subject. Any of them can object.

        Only those who were facilitators when it opened: nobody can be promoted to object.
        """
        earlier = (m for m in self.facilitators if self.since[m] <= case.opened_at)
        return frozenset(earlier) - {case.about, case.by}

    def seconds(self, case: Case) -> frozenset[MemberId]:
        """Those of the `others` who can second it."""
        long_enough = case.opened_at - SECONDS_AFTER
        earlier = (m for m in self.others(case) if self.since[m] <= long_enough)
        return frozenset(earlier) - self.suspended

    def voters(self, case: Case) -> frozenset[MemberId]:
        """Members who can vote: members since before it opened, except the two sides."""
        earlier = (m for m, at in self.joined.items() if at <= case.opened_at)
        return frozenset(earlier) - {case.about, case.by}

    def may(self, member: MemberId, case: Case) -> frozenset[CaseAnswer]:
        """What a member can answer to an open case."""
        answers: set[CaseAnswer] = set()
        if case.kind in MOTIONS and case.way is Way.MEMBERS:
            answers |= VOTES if member in self.voters(case) else set()
        elif case.kind in MOTIONS:
            answers |= {CaseAnswer.SECOND} if member in self.seconds(case) else set()
            answers |= {CaseAnswer.OBJECT} if member in self.others(case) else set()
        elif case.kind is CaseKind.REMOVAL and case.appeal and member in self.judges(case):
            answers |= {CaseAnswer.READMIT, CaseAnswer.UPHOLD}
        elif case.kind is CaseKind.TAKE_OVER and member == case.about:
            answers |= {CaseAnswer.ACCEPT, CaseAnswer.DECLINE}
        return frozenset(answers)

    def judges(self, case: Case) -> frozenset[MemberId]:
        """Who decides an appeal: facilitators other than the one who removed, if any."""
        able = self.facilitators - self.suspended
        return able - {case.by} or able


def way_to(bench: Bench, case: Case) -> Way:
    """How a removal or demotion of a member comes about.

    Facilitators decide if one of them could second it. A new facilitator could not: otherwise the
    mover could promote somebody whose silence agrees, and so bypass the members' vote.
    """
    about = case.about
    if about is None or about == case.by or bench.roles.get(about) is not Role.FACILITATOR:
        return Way.DONE
    return Way.SECOND if bench.seconds(case) else Way.MEMBERS


def takes_back(bench: Bench, case: Case, given: Case | None, now: datetime) -> bool:
    """Whether somebody takes back a role that they themselves gave a moment ago.

    False if anything since then gave the role again, or if nobody gave it.
    """
    return (
        given is not None
        and case.by is not None
        and case.about is not None
        and (given.by, given.about) == (case.by, case.about)
        and now - given.opened_at < TAKEN_BACK_WITHIN
        and bench.since.get(case.about) == given.opened_at
    )


def resumes(bench: Bench, theirs: Sequence[Case], member: MemberId, now: datetime) -> bool:
    """Whether a member takes back that they gave up their role a moment ago, of their own accord.

    `theirs` are the cases about them there. False if others had moved or decided anything about
    them by then or since, or if they left meanwhile: a role is no way out of either.
    """
    given_up = [c for c in theirs if c.kind is CaseKind.DEMOTE and c.by == c.about and c.carried]
    newest = max(given_up, key=lambda case: case.opened_at, default=None)
    if newest is None or now - newest.opened_at >= TAKEN_BACK_WITHIN:
        return False
    joined = bench.joined.get(member)
    if joined is None or joined > newest.opened_at:
        return False
    kinds = (*MOTIONS, CaseKind.SUSPENSION)
    against = [c for c in theirs if c.kind in kinds and c not in given_up]
    return all(c.closed_at is not None and c.closed_at < newest.opened_at for c in against)


def is_carried(votes_for: int, votes_against: int, voters: int) -> bool:
    """Whether voting members take the role away: more for than against, with enough votes.

    Enough is a tenth of those who could vote, at least three, or all of them if they are fewer.
    """
    enough = min(voters, max(LEAST_VOTES, math.ceil(voters / VOTES_OF_TEN)))
    return votes_for > votes_against and votes_for + votes_against >= enough
