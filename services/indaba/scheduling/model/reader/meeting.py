"""Understands a whole line that calls a meeting: its title, when it is, and how long it takes.

A reading is sure only if every word belongs to the title, which is in one place, or to one piece,
and no other way to cover the line is as good and means something else. A title may hold words of
time only where the line says the same kind of thing elsewhere, and not at the edge where it meets
the time: "Friday prayers thu 18:00" is sure, "Robotics thu fri 14:00" is asked back.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, time
from typing import NamedTuple
from zoneinfo import ZoneInfo

from indaba.contracts.times import Reading, WhenRead
from indaba.recurrence import BadRule
from indaba.scheduling.model.reader.asked import Asked, asked_at
from indaba.scheduling.model.reader.assembling import assembled
from indaba.scheduling.model.reader.chart import Chart
from indaba.scheduling.model.reader.covering import PIECES, Covering, Piece
from indaba.scheduling.model.reader.quoted import quotations
from indaba.scheduling.model.reader.series import (
    RepeatRead,
    RepeatReading,
    left_over,
    series_meant,
    where_of,
)
from indaba.scheduling.model.reader.single import judged, zones_of
from indaba.scheduling.model.reader.tokens import MOST_TOKENS, in_tokens
from indaba.scheduling.model.repeating.refusals import UnknownHolidays
from indaba.scheduling.model.spoken_day import NotRead
from indaba.scheduling.model.time_parts import HOW_TO_SAY, TimeParts
from indaba.scheduling.model.wall_time import wall

LONGEST_LINE = 600
MOST_READINGS = 6
AS_GOOD, EQUAL = 0.15, 0.05
"""Another way to cover the line counts if it costs at most so much more and is clear, or equal."""
NEARLY = 2.0
"""So much more may cost a way that is taken where the better ones mean nothing."""
SWALLOWED, UNTITLED = 2.5, 2.0
"""What it costs that a title takes words which may say when, or that there is none."""
MOST_MINUTES, LONGEST_TO_AN_END = 24 * 60, 12 * 60

_TRIMMED = " \t\n,.;:|-\u2013\u2014()@[]{}`*~"
_TRIED = 8
TITLE, NOBODY = "title", "nobody's"


class Owner(NamedTuple):
    """Words as typed, and what they were taken for."""

    words: str
    kind: str


@dataclass(frozen=True, slots=True)
class MeetingReading:
    """One way to understand a line: one time, or a series.

    `title` is empty where the line names none; `minutes` is `None` where no length is said.
    """

    title: str
    meant: Reading | RepeatReading
    minutes: int | None = None

    def meaning(self) -> object:
        """What two readings share that mean the same meeting, whatever it is called."""
        when = self.meant.repeats if isinstance(self.meant, RepeatReading) else self.meant.starts_at
        return when, self.minutes

    def begins(self) -> datetime:
        """When it, or its first date, starts: wall time."""
        if isinstance(self.meant, RepeatReading):
            return self.meant.repeats.first
        return self.meant.starts


@dataclass(frozen=True, slots=True)
class MeetingRead:
    """What a line means. `title` is the likeliest, also where nothing else was understood.

    `owners` say which words gave what in the first reading, in the line's order.
    """

    sure: bool
    readings: tuple[MeetingReading, ...] = ()
    doubt: str = ""
    title: str = ""
    owners: tuple[Owner, ...] = ()


def read_meeting(
    text: str, now: datetime, zone: str, locale: str, *, title: str = "", holidays: str = ""
) -> MeetingRead:
    """What the line means to somebody in `zone` at `now` (aware).

    With `title` the whole line says when; `holidays` as for `read_repeat`. Never raises because of
    the text; raises `UnknownZone`.
    """
    asked = asked_at(now, zone, locale, holidays=holidays)
    if len(text) > LONGEST_LINE:
        return MeetingRead(sure=False, doubt=f"That is too long for me to read. {HOW_TO_SAY}")
    if title:
        return _Line(text, asked, title).read()
    ways = [_Line(each.rest, asked, each.title).read() for each in quotations(text)]
    if not ways:
        return _Line(text, asked, "").read()
    return next((way for way in ways if way.sure), ways[0])


class _Line:
    """A line, of which the title may be known."""

    def __init__(self, text: str, asked: Asked, title: str) -> None:
        self.asked = asked
        self.title = title
        self.line = in_tokens(text)

    def read(self) -> MeetingRead:
        if len(self.line.tokens) > MOST_TOKENS:
            doubt = f"That is too long for me to read. {HOW_TO_SAY}"
            return MeetingRead(sure=False, doubt=doubt, title=self.title)
        self.chart = Chart(self.line, self.asked, repeats=True)
        ways = self.chart.coverings(titled=not self.title)
        ranked = sorted(((self._cost(way), way) for way in ways), key=lambda each: each[0])
        why = ""
        for at, (cost, way) in enumerate(ranked[:_TRIED]):
            if cost > ranked[0][0] + NEARLY:
                break
            try:
                read = self._one(way)
            except NotRead as no:
                why = why or str(no)
            except (BadRule, UnknownHolidays) as no:
                why = why or no.words
            else:
                others = [(more - cost, other) for more, other in ranked[at + 1 : at + _TRIED]]
                return self._with_others(read, way, others)
        best = ranked[0][1]
        title = self._titled(best)
        return MeetingRead(sure=False, doubt=why, title=title, owners=self._owners(best))

    def _cost(self, way: Covering) -> float:
        untitled = UNTITLED if not (way.stretches or self.title) else 0
        return way.cost + untitled + SWALLOWED * len(self._swallowed(way))

    def _with_others(
        self, first: MeetingRead, best: Covering, others: Sequence[tuple[float, Covering]]
    ) -> MeetingRead:
        """One answer from the ways that are as good: sure only if they mean the same.

        `others` are ways with what they cost more than the best.
        """
        readings = list(first.readings)
        titled = frozenset(best.pieces) - frozenset(self._before_title(best))
        for more, way in others:
            in_title = titled == frozenset(way.pieces) and len(titled) < len(best.pieces)
            if more > AS_GOOD and not in_title:
                continue
            with suppress(NotRead, BadRule, UnknownHolidays):
                other = self._one(way)
                if other.sure or in_title or more < EQUAL:
                    readings += [r for r in other.readings if not _known(r, readings)]
        if len(readings) == len(first.readings):
            return first
        doubt = first.doubt or "Which one do you mean?"
        return replace(first, sure=False, readings=tuple(readings[:MOST_READINGS]), doubt=doubt)

    def _one(self, way: Covering) -> MeetingRead:
        """What one covering means. Raises `NotRead`, `BadRule` or `UnknownHolidays`."""
        spoken = assembled(self.line, way, where_of(self.asked))
        title = self._titled(way)
        doubts = [*self._doubts(way), *spoken.unclear]
        read: RepeatRead | WhenRead
        if spoken.repeats:
            read = series_meant(spoken, self.asked, doubts)
        else:
            read = judged(spoken.time, self.asked, doubts)
        made = [MeetingReading(title, meant) for meant in read.readings]
        lasting = tuple(self._lasting(each, spoken.time) for each in made)
        return MeetingRead(read.sure, lasting, read.doubt, title, self._owners(way))

    def _titled(self, way: Covering) -> str:
        if self.title or not way.stretches:
            return self.title
        first, last = way.stretches[0]
        for place in range(first + 1, last):
            if any(edge.end == last for edge in self.chart.lattice.at("tail", place)):
                last = place
                break
        return " ".join(self.line.words(first, last).strip(_TRIMMED).split())

    def _owners(self, way: Covering) -> tuple[Owner, ...]:
        """Which words gave what, in the line's order."""
        owned = [
            (piece.first, Owner(self.line.words(piece.first, piece.last), piece.name))
            for piece in way.pieces
        ]
        for number, (first, last) in enumerate(way.stretches):
            kind = NOBODY if self.title or number else TITLE
            owned.append((first, Owner(self.line.words(first, last), kind)))
        in_order = tuple(owner for _, owner in sorted(owned))
        return (Owner(self.title, TITLE), *in_order) if self.title else in_order

    def _doubts(self, way: Covering) -> list[str]:
        doubts = self.chart.guessed(way)
        if self.title:
            return [*doubts, *left_over(self.chart.unknown(way))]
        doubts += self._turned_round(way)
        if len(way.stretches) > 1:
            rest = [t.text for a, b in way.stretches[1:] for t in self.line.tokens[a:b]]
            doubts += left_over(rest)
        for piece in (*self._before_title(way), *self._swallowed(way)):
            words = self.line.words(piece.first, piece.last)
            doubts.append(f'Is "{words}" part of the title, or does it say when?')
        return doubts[:2]

    def _turned_round(self, way: Covering) -> list[str]:
        """The question where the title ends in a word that turns round what follows, as "not"."""
        if not way.stretches:
            return []
        first, last = way.stretches[0]
        turning = self.chart.words.words("not")
        if last == len(self.line.tokens):
            return []
        edge = [token.text for token in self.line.tokens[max(first, last - 2) : last]]
        return left_over([word for word in edge if word in turning])

    def _before_title(self, way: Covering) -> list[Piece]:
        """Pieces that may be the title's first words: a length or a rhythm right before it."""
        if not way.stretches or self.title:
            return []
        first, last = way.stretches[0]
        if last >= len(self.line.tokens):
            return []
        roles = {"length", "often", "end"}
        return [p for p in way.pieces if p.last == first and PIECES[p.name].role in roles]

    def _swallowed(self, way: Covering) -> list[Piece]:
        """Pieces within the title that may say when: at its edge, or of a kind not said else."""
        if not way.stretches:
            return []
        first, last = way.stretches[0]
        roles = {PIECES[piece.name].role for piece in way.pieces}
        inside = [
            piece
            for place in range(first, last)
            for piece in self.chart.begun[place]
            if piece.last <= last and piece.is_telling
        ]
        before, after = first > 0 and bool(way.pieces), last < len(self.line.tokens)
        while last > first and self.line.tokens[last - 1].text in _TRIMMED:
            last -= 1
        while first < last and self.line.tokens[first].text in _TRIMMED:
            first += 1
        crossing = [
            piece
            for place in range(first, last)
            if self.chart.lattice.at("dayn", place)
            for piece in self.chart.begun[place]
            if piece.last > last and piece.is_telling
        ]
        longest = _longest([*inside, *crossing])
        if len(longest) > 1:
            return longest
        return [
            piece
            for piece in longest
            if (after and piece.last >= last)
            or (before and piece.first == first)
            or PIECES[piece.name].role not in roles
        ]

    def _begins_as_said(self, reading: MeetingReading, parts: TimeParts) -> time:
        """The time of day at which it begins, in the zone in which the line says it."""
        if not isinstance(reading.meant, Reading):
            return reading.begins().time()
        times = {moment for clock in parts.clocks for _, moment in clock.moments}
        zones = map(ZoneInfo, zones_of(parts, self.asked))
        there = (wall(reading.meant.starts_at, zone).time() for zone in zones)
        return next((at for at in there if at in times), reading.begins().time())

    def _lasting(self, reading: MeetingReading, parts: TimeParts) -> MeetingReading:
        """The reading with its length. Raises `NotRead` where two are said, or one too long."""
        lengths, at = set(parts.lasts), self._begins_as_said(reading, parts)
        for end in parts.ends:
            between = [_minutes_between(at, moment) for _, moment in end.moments]
            lengths.add(min(between))
        if len(lengths) > 1:
            raise NotRead("I found more than one length.")
        if not lengths:
            return reading
        minutes = lengths.pop()
        if parts.ends and minutes > LONGEST_TO_AN_END:
            raise NotRead("That would end before it begins, or last more than half a day.")
        if not 0 < minutes <= MOST_MINUTES:
            raise NotRead("A meeting lasts a day at most.")
        return replace(reading, minutes=minutes)


def _known(reading: MeetingReading, readings: Sequence[MeetingReading]) -> bool:
    return any(reading.meaning() == known.meaning() for known in readings)


def _minutes_between(start: time, end: time) -> int:
    minutes = (end.hour - start.hour) * 60 + end.minute - start.minute
    return minutes if minutes > 0 else minutes + MOST_MINUTES


def _longest(pieces: Sequence[Piece]) -> list[Piece]:
    """The pieces that lie within no other one, each place once."""
    outer: list[Piece] = []
    for piece in sorted(pieces, key=lambda each: each.first - each.last):
        if not any(k.first <= piece.first and piece.last <= k.last for k in outer):
            outer.append(piece)
    return outer


__all__ = ["MeetingRead", "MeetingReading", "read_meeting"]
