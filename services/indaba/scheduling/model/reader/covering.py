"""Chooses how a line is covered: every token belongs to one piece, to the title, or to nobody.

Each way to cover a line has a cost. A piece that was found costs a little, more where its words are
often something else; a word that no piece takes costs more; a second stretch of such words costs
much, since a title is in one place. The cheapest ways are found from left to right, and of ways
that differ in nothing that matters further on only the cheapest are followed.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from heapq import nsmallest
from typing import Any, NamedTuple

from indaba.scheduling.model.reader.lattice import Edge, Lattice
from indaba.scheduling.model.reader.lexicon import Doubt
from indaba.scheduling.model.reader.pieces import Length, SaidClock, SomeWeekdays
from indaba.scheduling.model.reader.tokens import Line, Token

_FOLLOWED = 2
_MOST_WAYS, _FEWER_WAYS, _USUAL_TOKENS = 24, 4, 40
_BESIDE_WORDS = 2.5
_FREE, _FILLER, _MARK = 1.0, 0.35, 0.1
_UNKNOWN, _SECOND_STRETCH, _AFTER_FILLER, _WEAK, _RARE = 3.0, 6.0, 2.0, 0.8, 1.1
_TWICE, _TWO_DAYS, _GUESSED, _LIKE_A_YEAR = 3.0, 2.5, 0.9, 1.2
_YEARS = range(19, 22)
_MARKS = frozenset(",.;:|()!?-/@[]{}`*~")
_WITHIN_WORDS = frozenset("-'")
_TIMES = frozenset({"weekday", "month", "day", "am", "pm"})
_AFTER_FIGURES = frozenset({"t", "z"})
_WITHIN_FIGURES = frozenset(":./;-")


class _Kind(NamedTuple):
    role: str
    cost: float


PIECES: dict[str, _Kind] = {
    "clock": _Kind("clock", 0.2),
    "at_clock": _Kind("clock", 0.2),
    "half_clock": _Kind("clock", 0.4),
    "range": _Kind("clock", 0.2),
    "zoned": _Kind("clock", 0.2),
    "zone": _Kind("zone", 0.2),
    "instant": _Kind("clock", 0.0),
    "arriving": _Kind("clock", 0.25),
    "timed_part": _Kind("clock", 0.9),
    "bare_range": _Kind("clock", 1.8),
    "bare_clock": _Kind("clock", 1.0),
    "spaced_clock": _Kind("clock", 1.0),
    "end_clock": _Kind("end_clock", 0.4),
    "length": _Kind("length", 0.3),
    "for_some": _Kind("length", 0.9),
    "soon": _Kind("day", 0.2),
    "date": _Kind("day", 0.2),
    "date_with_dots": _Kind("day", 0.5),
    "nth_day": _Kind("day", 0.3),
    "bare_day": _Kind("day", 1.3),
    "relative": _Kind("day", 0.2),
    "later_weekday": _Kind("weekday", 0.2),
    "one_weekday": _Kind("weekday", 0.2),
    "weekday_in_part": _Kind("weekday", 0.2),
    "part_said": _Kind("part", 0.2),
    "bare_part": _Kind("part", 0.2),
    "bare_nth_day": _Kind("day", 0.3),
    "nth_of_year": _Kind("day", 0.15),
    "some_dates": _Kind("day", 0.25),
    "label": _Kind("", 0.2),
    "day_to_day": _Kind("beginning", 0.2),
    "endless": _Kind("end", 0.2),
    "weekdays_said": _Kind("weekday", 0.25),
    "often": _Kind("often", 0.2),
    "nth": _Kind("", 0.2),
    "month_days": _Kind("", 0.2),
    "yearly": _Kind("", 0.15),
    "bound": _Kind("", 0.2),
    "avoid": _Kind("", 0.2),
    "end": _Kind("end", 0.2),
    "beginning": _Kind("beginning", 0.2),
    "rule": _Kind("often", 0.0),
}
"""The results of the grammar that are pieces of a line, what each is there for, and its cost."""

_ROLES = {role: 1 << n for n, role in enumerate(sorted({k.role for k in PIECES.values()} - {""}))}
_ROLE_COST = {"day": _TWO_DAYS, "weekday": _TWO_DAYS}


class Piece(NamedTuple):
    """A piece in its place: tokens `first` to before `last`."""

    first: int
    last: int
    name: str
    value: Any
    cost: float

    @property
    def is_telling(self) -> bool:
        """Whether its words can hardly be anything else."""
        return not self.name.startswith("bare_") and self.cost < _WEAK


class _Last(IntEnum):
    """What stands before a place."""

    START = 0
    PIECE = 1
    FILLER = 2
    MARK = 3
    FREE = 4
    BARE = 5


class _State(NamedTuple):
    last: _Last
    stretches: int
    roles: int


class _Here(NamedTuple):
    """A place, what begins there, and whether its token is a word that says nothing or a mark."""

    place: int
    begun: Sequence[Piece]
    filler: bool
    mark: bool
    glued: bool


class _Way(NamedTuple):
    cost: float
    state: _State
    before: "_Way | None"
    piece: Piece | None
    at: int


@dataclass(frozen=True, slots=True)
class Covering:
    """One way to cover a line. `stretches` are tokens that no piece took, by first and last."""

    cost: float
    pieces: tuple[Piece, ...]
    stretches: tuple[tuple[int, int], ...]


def pieces_of(line: Line, lattice: Lattice) -> list[list[Piece]]:
    """The pieces that begin at each token, without those that would cut a figure in two."""
    cuts = [
        _may_cut(line.tokens, place) or _joins_times(lattice, place)
        for place in range(len(line.tokens) + 1)
    ]
    return [
        list(_pieces_at(lattice, place, cuts)) if cuts[place] else []
        for place in range(len(line.tokens))
    ]


def coverings(
    line: Line, begun: Sequence[Sequence[Piece]], fillers: Sequence[bool], *, titled: bool
) -> list[Covering]:
    """The cheapest ways to cover the line, the cheapest first.

    `titled` says that words which no piece takes may be its title; else they are unknown.
    """
    count = len(line.tokens)
    most = _MOST_WAYS if count <= _USUAL_TOKENS else _FEWER_WAYS
    ways: list[dict[_State, list[_Way]]] = [{} for _ in range(count + 1)]
    ways[0][_State(_Last.START, 0, 0)] = [_Way(0, _State(_Last.START, 0, 0), None, None, 0)]
    for place, token in enumerate(line.tokens):
        within = token.glued and place > 0 and line.tokens[place - 1].text in _WITHIN_WORDS
        here = _Here(place, begun[place], fillers[place], token.text in _MARKS, within)
        for way in _best(ways[place], most):
            for after in _steps(way, here, titled=titled):
                _follow(ways[after.at], after)
    return [_covering(way, count) for way in _best(ways[count], most)]


def _best(by_state: dict[_State, list[_Way]], most: int) -> list[_Way]:
    every = (way for ways in by_state.values() for way in ways)
    return nsmallest(most, every, key=lambda way: way.cost)


def _follow(by_state: dict[_State, list[_Way]], way: _Way) -> None:
    """Keep a way, if it is among the cheapest in its state."""
    there = by_state.setdefault(way.state, [])
    if len(there) < _FOLLOWED:
        there.append(way)
    else:
        dearest = max(range(_FOLLOWED), key=lambda n: there[n].cost)
        if way.cost < there[dearest].cost:
            there[dearest] = way


def _steps(way: _Way, here: _Here, *, titled: bool) -> Iterator[_Way]:
    """The ways that go on from one, by a piece, by a word that says nothing, or by a free word."""
    last, stretches, roles = way.state
    for piece in here.begun:
        cost, now = _cost_of(piece, roles)
        bare = piece.name.startswith("bare_")
        cost += _BESIDE_WORDS if bare and last == _Last.FREE and titled else 0
        state = _State(_Last.BARE if bare else _Last.PIECE, stretches, now)
        yield _Way(way.cost + cost, state, way, piece, piece.last)
    if here.mark:
        state = _State(_Last.MARK if last != _Last.FREE else last, stretches, roles)
        cost = _MARK + (_AFTER_FILLER if last == _Last.FILLER and titled else 0)
        yield _Way(way.cost + cost, state, way, None, here.place + 1)
    elif here.filler and not here.glued:
        state = _State(_Last.FILLER, stretches, roles)
        yield _Way(way.cost + _FILLER, state, way, None, here.place + 1)
    yield _free(way, here.place, titled=titled)


def _free(way: _Way, place: int, *, titled: bool) -> _Way:
    last, stretches, roles = way.state
    cost = _FREE if titled else _UNKNOWN
    if last != _Last.FREE and titled:
        cost += _AFTER_FILLER if last == _Last.FILLER else 0
        cost += _BESIDE_WORDS if last == _Last.BARE else 0
        cost += _SECOND_STRETCH if stretches else 0
        stretches += 1
    piece = Piece(place, place + 1, "free", None, cost)
    return _Way(way.cost + cost, _State(_Last.FREE, stretches, roles), way, piece, place + 1)


def _cost_of(piece: Piece, roles: int) -> tuple[float, int]:
    role = PIECES[piece.name].role
    if not role:
        return piece.cost, roles
    bit = _ROLES[role]
    if not roles & bit:
        return piece.cost, roles | bit
    again = isinstance(piece.value, SomeWeekdays) and piece.value.repeats
    return piece.cost + (0.5 if again else _ROLE_COST.get(role, _TWICE)), roles


def _covering(way: _Way, count: int) -> Covering:
    steps: list[Piece] = []
    at: _Way | None = way
    while at is not None:
        if at.piece is not None:
            steps.append(at.piece)
        at = at.before
    steps.reverse()
    pieces = tuple(piece for piece in steps if piece.name != "free")
    return Covering(way.cost, pieces, tuple(_stretches(steps, count)))


def _stretches(steps: Iterable[Piece], count: int) -> Iterator[tuple[int, int]]:
    """The stretches of free tokens; what stands between two of them belongs to them."""
    begun, ended = count, 0
    for piece in steps:
        if piece.name == "free":
            begun, ended = min(begun, piece.first), piece.last
        elif ended:
            yield begun, ended
            begun, ended = count, 0
    if ended:
        yield begun, ended


def _pieces_at(lattice: Lattice, place: int, cuts: Sequence[bool]) -> Iterator[Piece]:
    there: dict[tuple[int, str, Any], Piece] = {}
    for name, kind in PIECES.items():
        for edge in lattice.at(name, place):
            if not cuts[edge.end]:
                continue
            cost = kind.cost + _extra(name, edge.value) + _doubted(edge, lattice.tokens)
            piece = Piece(place, edge.end, name, edge.value, cost)
            key = (edge.end, kind.role or name, edge.value)
            if key not in there or there[key].cost > cost:
                there[key] = piece
    yield from there.values()


def _doubted(edge: Edge, tokens: Sequence[Token]) -> float:
    """A word that is often something else is believed before a figure, a rare one half."""
    before_figure = edge.end < len(tokens) and tokens[edge.end].is_figures
    if edge.doubt is Doubt.WEAK:
        return 0 if before_figure else _WEAK
    if edge.doubt is Doubt.RARE:
        return _WEAK if before_figure else _RARE
    return 0


def _extra(name: str, value: Any) -> float:
    if name == "length" and isinstance(value, Length):
        return _GUESSED if value.guessed else 0
    if name == "clock" and isinstance(value, SaidClock) and value.bare:
        return _GUESSED + (_LIKE_A_YEAR if value.hour in _YEARS else 0)
    return 0


def _may_cut(tokens: Sequence[Token], place: int) -> bool:
    """Whether one piece may end and another begin there: not within 14:30, 5a or well-known."""
    if not 0 < place < len(tokens) or not tokens[place].glued:
        return True
    left, right = tokens[place - 1], tokens[place]
    if _is_letters(left) and _is_letters(right):
        return left.is_figures and right.text in _AFTER_FIGURES
    if left.text in _WITHIN_FIGURES and left.glued and place > 1:
        return not _are_alike(tokens[place - 2], right, left)
    if right.text in _WITHIN_FIGURES and place + 1 < len(tokens) and tokens[place + 1].glued:
        return not _are_alike(left, tokens[place + 1], right)
    return True


def _joins_times(lattice: Lattice, place: int) -> bool:
    """Whether a figure and a word that is hardly anything but time meet there: thu15, 00Thu."""
    if not 0 < place < len(lattice.tokens):
        return False
    left, right = lattice.tokens[place - 1], lattice.tokens[place]
    if left.is_figures == right.is_figures or not (left.is_word or right.is_word):
        return False
    word = place if right.is_word else place - 1
    return bool(_TIMES & lattice.edges[word].keys())


def _is_letters(token: Token) -> bool:
    return token.is_figures or token.is_word


def _are_alike(left: Token, right: Token, mark: Token) -> bool:
    """Whether a mark joins two figures, or as a hyphen two words."""
    if left.is_figures and right.is_figures:
        return True
    return mark.text == "-" and left.is_word and right.is_word
