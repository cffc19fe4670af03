"""The rule for small groups, and that every number that is told says whether it falls under it."""

import ast
from collections.abc import Iterator
from pathlib import Path
from types import GenericAlias
from typing import Annotated, Any, get_args, get_origin

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from indaba.contracts import spoken
from indaba.contracts.figures import (
    FEWEST,
    NOTHING,
    Exempt,
    Partition,
    Released,
    ReleasedTable,
    people_between,
    release,
    release_names,
    release_share,
)
from indaba.contracts.wire import Event, Reply, Request
from sources import nodes

ROOT = Path(__file__).parents[2]
STARS: tuple[Partition, ...] = (
    (("1",), ("2",), ("3",), ("4",), ("5",)),
    (("1", "2", "3"), ("4", "5")),
)


def numbers(table: ReleasedTable) -> list[int]:
    return [part.people for part in table.parts]


@pytest.mark.parametrize(
    ("said", "people", "parts"),
    [
        ((5, 5, 5, 5, 5), 25, [5, 5, 5, 5, 5]),
        ((4, 5, 5, 5, 5), 24, [14, 10]),
        ((0, 5, 5, 5, 5), 20, [10, 10]),  # a zero is too small as well
        ((1, 1, 3, 2, 3), 10, [5, 5]),
        ((1, 1, 2, 3, 3), 10, []),
        ((0, 0, 0, 0, 9), 9, []),  # what all said is what each said
        ((0, 0, 0, 0, 5), 5, []),
        ((1, 1, 1, 1, 0), None, []),
        ((0, 0, 0, 0, 0), None, []),
    ],
)
def test_a_release_has_five_in_every_part_or_is_coarser(
    said: tuple[int, ...], people: int | None, parts: list[int]
) -> None:
    table = release(dict(zip("12345", said, strict=True)), STARS)

    assert (table.people, numbers(table)) == (people, parts)


@given(st.lists(st.integers(0, 12), min_size=5, max_size=5), st.integers(0, 9))
def test_no_part_is_small_and_none_is_left_out(said: list[int], least: int) -> None:
    table = release(dict(zip("12345", said, strict=True)), STARS, least=least)

    assert all(number >= max(FEWEST, least) for number in numbers(table))
    assert sum(numbers(table)) in (0, sum(said))


def test_a_community_may_ask_for_more_people_and_never_for_fewer() -> None:
    assert release({"": 7}, least=8) == NOTHING
    assert release({"": 4}, least=1) == NOTHING


def test_an_answer_that_no_part_names_is_not_left_out() -> None:
    assert numbers(release({"yes": 9, "no": 9, "perhaps": 1}, [(("yes",), ("no",))])) == []


def test_a_cut_is_a_table_of_pairs_whose_margins_are_sums_of_its_parts() -> None:
    both = (("teacher yes",), ("teacher no",), ("parent yes",), ("parent no",))
    groups = (("teacher yes", "teacher no"), ("parent yes", "parent no"))
    tally = {"teacher yes": 9, "teacher no": 5, "parent yes": 6}

    assert numbers(release(tally | {"parent no": 5}, [both, groups])) == [9, 5, 6, 5]
    assert numbers(release(tally | {"parent no": 4}, [both, groups])) == [14, 10]


@pytest.mark.parametrize(
    ("people", "parts"),
    [(4, []), (9, [4, 5]), (12, [6, 5]), (6, [6]), (None, [5, 5])],
)
def test_what_breaks_the_rule_can_be_neither_made_nor_read(
    people: int | None, parts: list[int]
) -> None:
    told = [{"answers": [str(n)], "people": number} for n, number in enumerate(parts)]
    with pytest.raises(ValidationError):
        ReleasedTable.model_validate({"people": people, "parts": told})


def test_a_share_needs_five_people_on_each_side() -> None:
    people = [frozenset({n}) for n in range(10)]

    share = release_share(people[:5], people[5:])

    assert share is not None
    assert (share.counted, share.of, share.people) == (5, 10, 10)
    assert release_share(people[:4], people[4:]) is None
    assert release_share(people[:1] * 9, people[1:]) is None
    assert release_share(people, []) is None


def test_a_group_is_named_only_with_five_in_it() -> None:
    assert release_names({"b": 5, "a": 5, "c": 9, "d": 4}, 2) == ("c", "a")


@given(*[st.lists(st.integers(0, 5), min_size=3, max_size=3)] * 2)
def test_a_difference_is_never_said_to_rest_on_more_people_than_it_may(
    before: list[int], now: list[int]
) -> None:
    """Whoever comes, goes or changes their word moves at most one up and one down."""
    fewest = max(sum(max(0, b - a) for a, b in zip(*pair, strict=True)) for pair in
                 ((before, now), (now, before)))  # fmt: skip

    assert people_between(_tally(before), _tally(now)) == fewest


def _tally(numbers: list[int]) -> dict[str, int]:
    return dict(zip("abc", numbers, strict=True))


def _told() -> Iterator[type[BaseModel]]:
    """Every model that is, or is part of, a reply or an event."""
    replies = {request.reply() for request in spoken(Request)}
    waiting: list[type[BaseModel]] = [*spoken(Event), *replies]
    known: set[type[BaseModel]] = set()
    while waiting:
        model = waiting.pop()
        if model not in known:
            known.add(model)
            yield model
            for field in model.model_fields.values():
                waiting += [k for k in _kinds(field.annotation) if _is_model(k)]


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and not isinstance(kind, GenericAlias) and issubclass(
        kind, BaseModel
    )  # fmt: skip


def _kinds(annotation: Any) -> list[Any]:
    parts = get_args(annotation)
    if get_origin(annotation) is Annotated:
        parts = parts[:1]
    return [annotation, *(kind for part in parts for kind in _kinds(part))]


def _undeclared(annotation: Any, marks: list[Any]) -> bool:
    """Whether there is a number in a type of which nobody says whom it counts."""
    if get_origin(annotation) is Annotated:
        inner, *more = get_args(annotation)
        return _undeclared(inner, [*marks, *more])
    if any(mark is Released or isinstance(mark, Exempt) for mark in marks):
        return False
    if annotation in (int, float, complex) or getattr(annotation, "__name__", "") == "Decimal":
        return True
    return any(_undeclared(part, []) for part in get_args(annotation))


def undeclared() -> set[str]:
    return {
        f"{model.__name__}.{name}"
        for model in _told()
        for name, field in model.model_fields.items()
        if _undeclared(field.annotation, field.metadata)
    }


def test_every_number_that_is_told_says_whether_it_is_released_or_why_it_need_not_be() -> None:
    assert not undeclared()


def test_a_number_that_nobody_declared_is_noticed() -> None:
    class Pulse(Reply):
        glad: dict[str, tuple[int, ...]]
        sad: float | None = None
        fine: Annotated[int, Exempt.OWN] | None = None

    class ShowPulse(Request[Pulse]):
        """Not spoken."""

    found = {n for n, f in Pulse.model_fields.items() if _undeclared(f.annotation, f.metadata)}
    assert found == {"glad", "sad"}


EXEMPT = {
    "Attendance.came_again": Exempt.REGISTER,
    "Attendance.newcomers": Exempt.REGISTER,
    "Attendance.present": Exempt.IN_VIEW,
    "Counts.checked_in": Exempt.IN_VIEW,
    "Counts.guests": Exempt.IN_VIEW,
    "Counts.maybe": Exempt.IN_VIEW,
    "Counts.no": Exempt.IN_VIEW,
    "Counts.waiting": Exempt.IN_VIEW,
    "Counts.walk_ins": Exempt.IN_VIEW,
    "Counts.yes": Exempt.IN_VIEW,
    "Evidence.counted": Exempt.REGISTER,
    "Evidence.of": Exempt.REGISTER,
    "Figure.counted": Exempt.IN_VIEW,
    "Figure.n": Exempt.IN_VIEW,
    "Figure.of": Exempt.IN_VIEW,
    "GroupSizeShown.members": Exempt.IN_VIEW,
    "MeetingShown.my_guests": Exempt.OWN,
    "MeetingShown.waiting": Exempt.OWN,
    "QuorumState.missing": Exempt.QUORUM,
    "QuorumState.present": Exempt.QUORUM,
    "Report.members": Exempt.IN_VIEW,
    "VoteFacts.tally": Exempt.OPEN_VOTE,
    "VoteFacts.voters": Exempt.OPEN_VOTE,
    "VoteShown.mine": Exempt.OWN,
}
"""What counts people and is told without being released. One more here is a decision."""


def test_what_counts_people_and_is_exempt_is_listed() -> None:
    marked = {
        f"{model.__name__}.{name}": mark
        for model in _told()
        for name, field in model.model_fields.items()
        for mark in _marks(field.annotation, field.metadata)
        if isinstance(mark, Exempt) and mark is not Exempt.NO_PEOPLE
    }
    assert marked == EXEMPT


def _marks(annotation: Any, marks: list[Any]) -> list[Any]:
    inner = get_args(annotation)[1:] if get_origin(annotation) is Annotated else ()
    within = [m for part in get_args(annotation) for m in _marks(part, [])]
    return [*marks, *inner, *within]


MADE = {"ReleasedPart", "ReleasedTable", "ReleasedShare"}
SOURCES = ("shared", "services", "bots")
READ = "model_validate"
"""A release that was stored may be read, since reading looks at the rule again."""


def test_releases_are_made_in_one_place() -> None:
    made = {
        path
        for path, node in nodes(*SOURCES, having="Released")
        if isinstance(node, ast.Call) and _made(node.func) in MADE
    }
    assert made == {"shared/indaba/contracts/figures.py"}


def _made(called: ast.expr) -> str:
    """The class that is called to make one, by itself or by a method of its own."""
    if isinstance(called, ast.Attribute) and called.attr != READ:
        called = called.value
    return called.id if isinstance(called, ast.Name) else ""


def test_only_the_ledger_releases_for_services() -> None:
    """A service that called the rule itself could release twice what differs by one person."""
    own = {"release", "release_names", "release_share"}
    callers = {
        path
        for path, node in nodes(*SOURCES, having=r"contracts\.figures")
        if isinstance(node, ast.ImportFrom)
        and node.module == "indaba.contracts.figures"
        and own & {alias.name for alias in node.names}
    }
    assert callers == {"shared/indaba/ledger/releases.py"}


def test_every_service_releases_by_the_number_that_the_community_asks_for() -> None:
    """Releases are those of a community; none is made with a number of the service's own."""
    made = {
        path: ast.unparse(node.func)
        for path, node in nodes(*SOURCES, having=r"\bReleases\b")
        if isinstance(node, ast.Call) and "Releases" in ast.unparse(node.func).split(".")
    }
    assert set(made.values()) == {"Releases.of"}
    assert {path.split("/")[2] for path in made} == {
        "library",
        "membership",
        "outcomes",
        "scheduling",
    }
    for service in ("library", "outcomes", "scheduling"):
        wired = (ROOT / f"services/indaba/{service}/app.py").read_text()
        assert "GroupSizeChanged, know_group_size" in wired
