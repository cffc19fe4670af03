"""Defines the figures and computes them. No clock, no input or output.

Formulas: decision 0014. Every figure shows how many people it is based on. Below five there is
none, because it would say more about single people than about a community (decision 0034).
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from indaba.contracts.figures import FEWEST, ReleasedShare
from indaba.contracts.ids import CommunityId, MeetingId, MemberId, ResourceId
from indaba.contracts.outcomes import (
    Attendance,
    Evidence,
    Figure,
    FromRegister,
    Indicator,
    Report,
    Term,
)
from indaba.contracts.refusal import Refusal

QUARTERS = 4
MONTHS = 3
NEXT_TWO = 2
FIRST_YEAR, LAST_YEAR = 2000, 2999


class UnknownTerm(Refusal):
    """There is no such term."""

    code = "unknown-term"

    def __init__(self, given: str) -> None:
        super().__init__(
            f"I do not know the term '{given}'. Say this, last, or a year and quarter: 2026-4",
            given=given,
        )


@dataclass(frozen=True, slots=True)
class HeldMeeting:
    """A meeting that began and was not cancelled. Those present are given by numbers."""

    id: MeetingId
    code: str
    title: str
    starts_at: datetime
    present: frozenset[int]


@dataclass(frozen=True, slots=True)
class PublishedResource:
    """A published resource: who saved it, and who used it."""

    id: ResourceId
    code: str
    author: MemberId
    saved_at: datetime
    used_by: frozenset[MemberId]


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything known about a community. Meetings are in order of time.

    `group_size` is how many people each figure stands for, at least.
    """

    community: CommunityId
    zone: str
    meetings: Sequence[HeldMeeting]
    resources: Sequence[PublishedResource]
    organisation: Mapping[MemberId, str]
    members: int = 0
    group_size: int = FEWEST


def term_named(name: str, today: date) -> Term:
    """The term with a name: `this`, `last`, or one such as `2026-4`. Raises `UnknownTerm`."""
    word = name.strip().casefold() or "this"
    quarter = (today.month - 1) // MONTHS
    if word in ("this", "now", "current"):
        return _term(today.year, quarter)
    if word in ("last", "previous"):
        return _term(today.year - (quarter == 0), (quarter - 1) % QUARTERS)
    match = re.fullmatch(r"(\d{4})[-/ ]?(?:q|t|term )?([1-4])", word)
    if not match or not FIRST_YEAR <= int(match[1]) <= LAST_YEAR:
        raise UnknownTerm(name[:20])
    return _term(int(match[1]), int(match[2]) - 1)


def _term(year: int, quarter: int) -> Term:
    first = date(year, quarter * MONTHS + 1, 1)
    following = date(year + (quarter == QUARTERS - 1), (quarter + 1) % QUARTERS * MONTHS + 1, 1)
    return Term(name=f"{year}-{quarter + 1}", first=first, last=following - timedelta(days=1))


def report(
    facts: Facts, term: Term, today: date, crossed: ReleasedShare | None, *, reads_register: bool
) -> Report:
    """The figures of a term. Days are those of the community's own zone.

    `crossed` is what was released of use across organisations.
    """
    inside = [m for m in facts.meetings if _is_in(m.starts_at, term, facts.zone)]
    figures = (
        attendance_retention(inside, facts.group_size),
        newcomer_return(facts.meetings, inside, facts.group_size),
        Figure(indicator=Indicator.CROSS_USE, needed=facts.group_size, released=crossed),
    )
    attendances = tuple(_attendances(facts, inside))
    return Report(
        community=facts.community,
        term=term,
        so_far=is_running(term, today),
        figures=tuple(map(_without_evidence, figures)),
        meetings=tuple(_for_members(held, facts.group_size) for held in attendances),
        members=facts.members,
        resources=len(resources_of(facts, term)),
        whole=FromRegister(figures=figures, meetings=attendances) if reads_register else None,
    )


def is_running(term: Term, today: date) -> bool:
    """Whether more may still happen in a term."""
    return today <= term.last


def resources_of(facts: Facts, term: Term) -> list[PublishedResource]:
    """What was saved in a term and not withdrawn since."""
    return [r for r in facts.resources if _is_in(r.saved_at, term, facts.zone)]


def _without_evidence(figure: Figure) -> Figure:
    return figure.model_copy(update={"evidence": ()})


def _for_members(held: Attendance, least: int) -> Attendance:
    """Without what could only be known from the register of a small meeting."""
    new, again = held.newcomers or 0, held.came_again or 0
    late = held.present - new - again
    hidden: dict[str, None] = {}
    if min(new, held.present - new) < least:
        hidden = {"newcomers": None, "came_again": None}
    elif min(again, late) < least:
        hidden = {"came_again": None}
    return held.model_copy(update=hidden)


def attendance_retention(meetings: Sequence[HeldMeeting], least: int = FEWEST) -> Figure:
    """How many of those at a meeting came to the next one, summed over all pairs in the term.

    It is a sum and not a mean of shares, so that a meeting of three does not weigh as much as one
    of thirty. It is based on the people at all meetings but the last.
    """
    pairs = list(pairwise(meetings))
    evidence = tuple(
        Evidence(
            code=after.code,
            happened_at=after.starts_at,
            counted=len(before.present & after.present),
            of=len(before.present),
        )
        for before, after in pairs
    )
    people = frozenset[int]().union(*(before.present for before, _ in pairs))
    return _figure(Indicator.ATTENDANCE_RETENTION, evidence, len(people), least)


def newcomer_return(
    every: Sequence[HeldMeeting], inside: Sequence[HeldMeeting], least: int = FEWEST
) -> Figure:
    """How many of those who came for the first time came again to one of the next two meetings.

    Only newcomers who have had two meetings to return to are counted. Those meetings may lie
    outside the term.
    """
    evidence: list[Evidence] = []
    known: set[int] = set()
    wanted = {m.id for m in inside}
    for place, meeting in enumerate(every):
        new = meeting.present - known
        known |= meeting.present
        following = every[place + 1 : place + 1 + NEXT_TWO]
        if meeting.id not in wanted or not new or len(following) < NEXT_TWO:
            continue
        back = new & frozenset().union(*(m.present for m in following))
        evidence.append(_evidence(meeting.code, meeting.starts_at, len(back), len(new)))
    people = sum(e.of for e in evidence)
    return _figure(Indicator.NEWCOMER_RETURN, tuple(evidence), people, least)


def cross_use(
    resources: Iterable[PublishedResource], organisation: Mapping[MemberId, str]
) -> tuple[list[frozenset[object]], list[frozenset[object]]]:
    """Resources used by somebody of another organisation, and others: the people behind each.

    People who gave no organisation count neither for the same one nor for another.
    """
    yes: list[frozenset[object]] = []
    no: list[frozenset[object]] = []
    for resource in resources:
        side = yes if _crossed(resource, organisation) else no
        side.append(frozenset({resource.author, *resource.used_by}))
    return yes, no


def _crossed(resource: PublishedResource, organisation: Mapping[MemberId, str]) -> bool:
    home = organisation.get(resource.author, "")
    theirs = {organisation.get(member, "") for member in resource.used_by} - {""}
    return bool(home and theirs - {home})


def _evidence(code: str, at: datetime, counted: int, of: int) -> Evidence:
    return Evidence(code=code, happened_at=at, counted=counted, of=of)


def _figure(indicator: Indicator, evidence: tuple[Evidence, ...], n: int, least: int) -> Figure:
    """With its numbers if it rests on enough people."""
    if n < least:
        return Figure(indicator=indicator, needed=least, evidence=evidence)
    return Figure(
        indicator=indicator,
        counted=sum(e.counted for e in evidence),
        of=sum(e.of for e in evidence),
        n=n,
        needed=least,
        evidence=evidence,
    )


def _attendances(facts: Facts, inside: Iterable[HeldMeeting]) -> Iterable[Attendance]:
    wanted = {m.id for m in inside}
    known: set[int] = set()
    before: frozenset[int] = frozenset()
    for meeting in facts.meetings:
        if meeting.id in wanted:
            yield Attendance(
                meeting=meeting.id,
                code=meeting.code,
                title=meeting.title,
                starts_at=meeting.starts_at,
                day=_day(meeting.starts_at, facts.zone),
                present=len(meeting.present),
                newcomers=len(meeting.present - known),
                came_again=len(meeting.present & before),
            )
        known |= meeting.present
        before = meeting.present


def _is_in(at: datetime, term: Term, zone: str) -> bool:
    return term.first <= _day(at, zone) <= term.last


def _day(at: datetime, zone: str) -> date:
    return at.astimezone(ZoneInfo(zone)).date()
