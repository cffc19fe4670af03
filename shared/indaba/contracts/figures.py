"""Which figures about people may leave a service, declared by each number's type (decision 0034).

Covered by the rule: every sum over confidential answers, and any breakdown by category,
organisation or place. These leave a service as a release or not at all. Exempt: what was done in
view of others or under one's own name.
"""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

FEWEST = 5
"""The fewest people a figure may stand for. A community may set more, never fewer."""

MOST_ASKED = 20
"""The most people that a community may require."""

Partition = Sequence[tuple[str, ...]]
"""Which answers are reported together: each answer is in exactly one part."""


class Exempt(StrEnum):
    """Why a number need not be released."""

    NO_PEOPLE = "counts no people"
    IN_VIEW = "acts done in view: answers on a card, check-ins, who belongs"
    OPEN_VOTE = "an open vote"
    QUORUM = "the quorum's count"
    REGISTER = "the register, for those who may read it"
    OWN = "about the asker alone"


class Released:
    """Marks values that have passed the rule. Only this module makes them."""


Number = Annotated[int, Exempt.NO_PEOPLE]
GroupSize = Annotated[int, Exempt.NO_PEOPLE, Field(ge=FEWEST, le=MOST_ASKED)]
"""How many people each figure of a community stands for, at least."""

InView = Annotated[int, Exempt.IN_VIEW]
OwnNumber = Annotated[int, Exempt.OWN]
PeopleReleased = Annotated[int, Field(ge=FEWEST), Released]
NamesReleased = Annotated[tuple[str, ...], Released]
"""Names of groups (places, categories, organisations) with enough people in each."""


class ReleasedPart(BaseModel):
    """How many people gave one of these answers."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    answers: tuple[str, ...] = Field(min_length=1)
    people: PeopleReleased


class ReleasedTable(BaseModel):
    """How many people gave which answers. Each person is in exactly one part; no part is left out.

    So nothing hidden can be worked out from the rest. Without parts, only the number of people who
    answered is released; without that number either, they were too few.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    people: PeopleReleased | None = None
    parts: tuple[ReleasedPart, ...] = ()

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        answers = [answer for part in self.parts for answer in part.answers]
        if len(answers) != len(set(answers)) or len(self.parts) == 1:
            raise ValueError("parts of a release are two or more, and none overlaps another")
        if self.parts and sum(part.people for part in self.parts) != self.people:
            raise ValueError("the parts of a release are the whole of it")
        return self


class ReleasedShare(BaseModel):
    """`counted` of `of` things, where enough people stand behind both sides; `people` in all."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    counted: Annotated[int, Field(ge=1), Released]
    of: Annotated[int, Field(ge=2), Released]
    people: PeopleReleased


NOTHING = ReleasedTable()
"""What is released for too few people."""


def enough(least: int) -> int:
    """How many people a figure must stand for if the community requires `least`."""
    return max(least, FEWEST)


def release(
    tally: Mapping[str, int], partitions: Iterable[Partition] = (), *, least: int = FEWEST
) -> ReleasedTable:
    """What may be released of how many people gave each answer. Each person counts once.

    Takes the first partition, finest first, with enough people in every part. A part without
    anybody counts as too small: if all gave the same answer, each person's answer is known.
    """
    people = sum(tally.values())
    if people < enough(least):
        return NOTHING
    for partition in partitions:
        numbers = [sum(tally.get(answer, 0) for answer in part) for part in partition]
        if len(numbers) > 1 and sum(numbers) == people and min(numbers) >= enough(least):
            parts = [
                ReleasedPart(answers=part, people=number)
                for part, number in zip(partition, numbers, strict=True)
            ]
            return ReleasedTable(people=people, parts=tuple(parts))
    return ReleasedTable(people=people)


def release_share(
    yes: Iterable[frozenset[object]], no: Iterable[frozenset[object]], *, least: int = FEWEST
) -> ReleasedShare | None:
    """For how many things something is true, given the people behind those where it is and is not.

    `None` unless enough people stand behind both sides.
    """
    counted, others = list(yes), list(no)
    for_it, against = frozenset[object]().union(*counted), frozenset[object]().union(*others)
    if min(len(for_it), len(against)) < enough(least):
        return None
    return ReleasedShare(
        counted=len(counted), of=len(counted) + len(others), people=len(for_it | against)
    )


def release_names(tally: Mapping[str, int], most: int, *, least: int = FEWEST) -> tuple[str, ...]:
    """The groups that have enough people in them, the largest first."""
    large = [name for name, people in tally.items() if people >= enough(least)]
    return tuple(sorted(large, key=lambda name: (-tally[name], name))[:most])


def people_between(before: Mapping[str, int], now: Mapping[str, int]) -> int:
    """A lower bound on how many people the difference between two tallies rests on."""
    moved = [now.get(each, 0) - before.get(each, 0) for each in {*before, *now}]
    return max(sum(n for n in moved if n > 0), -sum(n for n in moved if n < 0))
