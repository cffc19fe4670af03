"""Asking for more people behind each figure tells nothing: before it begins, after, or taken back.

Who raises the number between two looks, and lets it begin or takes it back, sees no more than who
never did.
"""

from itertools import pairwise

import pytest

from attacks.figures.attacker import Attacker, given_away
from attacks.figures.test_small_groups import FACILITATOR, Term
from indaba.contracts.digest import ShowFeedback
from indaba.contracts.figures import FEWEST
from indaba.contracts.group_sizes import (
    GroupSizeAsked,
    GroupSizeChanged,
    GroupSizeTakenBack,
    SetGroupSize,
    TakeBackGroupSize,
)
from indaba.ledger import Work, tables
from indaba.ledger.releases import know_group_size
from services.town import RELEASING, Town
from workshop import rows, until

pytestmark = pytest.mark.asyncio(loop_scope="module")
PEOPLE, RAISED, SIZE, OVER = 17, 7, 8, 12
LOOKS = (5, RAISED, RAISED + 1, OVER, 13, PEOPLE)
SIZES = "SELECT size, version, until FROM ledger.group_sizes ORDER BY size"


async def _raise(term: Term, size: int) -> None:
    held = await term.town.passport(FACILITATOR)
    await term.town.ask(SetGroupSize(size=size), held)


async def _take_back(term: Term) -> None:
    await term.town.ask(TakeBackGroupSize(), await term.town.passport(FACILITATOR))


async def _begun(town: Town, size: int) -> None:
    query = f"SELECT 1 FROM ledger.group_sizes WHERE size = {size} AND until IS NULL"

    async def so() -> bool:
        return all([await rows(town.ledgers[name], query) for name in RELEASING])

    await until(so)


async def _played(town: Town, way: str) -> Attacker:
    """What is seen of a term in which the number is raised after some have spoken.

    A week later it begins, unless it was taken back; feedback is open for another.
    """
    term = Term(town, PEOPLE)
    await term.begin()
    attacker = term.attacker()
    for n in range(PEOPLE + 1):
        if n == RAISED:
            await _raise(term, SIZE)
        if n == OVER and way == "taken back":
            await _take_back(term)
        if n == OVER:
            town.later(days=7, minutes=1)
        if n == OVER and way == "begins":
            await _begun(town, SIZE)
        if n in LOOKS:
            await attacker.look(n, *await term.passports())
        if n < PEOPLE:
            await term.confide(n)
    town.later(days=8)
    await attacker.look(PEOPLE, *await term.passports())
    return attacker


@pytest.mark.parametrize("way", ["begins", "taken back"])
async def test_who_raises_the_number_between_two_looks_solves_for_nobody(
    town: Town, way: str
) -> None:
    attacker = await _played(town, way)

    assert given_away(attacker.sums()) == {}
    for path, seen in attacker.released.items():
        acts = [0, *(after for after, _ in seen if after)]
        assert all(after - before >= FEWEST for before, after in pairwise(acts)), (path, seen)
        late = [after for after in acts if after >= OVER]
        fewest = SIZE if way == "begins" else FEWEST
        assert all(after - before >= fewest for before, after in pairwise(late)), (path, seen)


async def test_no_service_hears_of_a_number_that_only_waits(town: Town) -> None:
    """So nothing that is released can go by it."""
    for ledger in town.ledgers.values():
        assert {GroupSizeAsked.wire, GroupSizeTakenBack.wire}.isdisjoint(ledger.listens_to)


async def test_what_was_told_gives_a_service_built_anew_the_same_numbers(town: Town) -> None:
    term = Term(town, 10)
    await term.begin()
    await town.in_groups_of(SIZE)
    await _raise(term, 9)
    await _raise(term, 6)
    await _begun(town, 6)
    query = f"SELECT envelope->'body' FROM ledger.journal WHERE wire = '{GroupSizeChanged.wire}'"
    told = [GroupSizeChanged(**body) for (body,) in await rows(town.ledgers["membership"], query)]
    library = town.ledgers["library"]
    before = await rows(library, SIZES)
    assert [size for size, *_ in before] == [FEWEST, 6, SIZE]
    for events in (told, told[::-1]):
        async with library.database.begin() as sql:
            await sql.execute(tables.group_sizes.delete())
            work = Work(sql, library.world)
            for event in events:
                await know_group_size(event, work)
            await work.write_newest()
        assert await rows(library, SIZES) == before


@pytest.mark.parametrize(
    ("days", "needed"),
    [(6, FEWEST), (8, SIZE)],
    ids=["closes during the week", "closes after it"],
)
async def test_feedback_goes_by_the_number_as_it_closes_and_stands(
    town: Town, days: int, needed: int
) -> None:
    """Six said one thing and six the other: enough on each side for five, and not for eight."""
    term = Term(town, 12)
    await term.begin()
    for n in range(term.people):
        await term.confide(n)
    town.later(days=14 - days)
    await _raise(term, SIZE)
    if needed == SIZE:
        town.later(days=7, minutes=1)
        await _begun(town, SIZE)
    town.later(days=days % 7, minutes=1)
    for later in (0, 30):
        town.later(days=later)
        if later:
            await _begun(town, SIZE)
        held = await town.passport(FACILITATOR)
        figures = (await town.ask(ShowFeedback(code=term.meeting), held)).figures
        assert figures is not None
        sides = [part.people for part in figures.could_speak.parts]
        assert sides == ([6, 6] if needed == FEWEST else [])
        assert figures.could_speak.people == term.people
