"""What figures about people may leave a service, and who says so of each (decision 0034).

Covered is every sum over what was said in confidence, and any cut by category, organisation or
place. It leaves as a release or not at all. Exempt is what was done in view or under one's own
name. Every number in a reply or an event declares by its type which of the two it is.
"""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

FEWEST = 5
"""As few people as a figure may stand for. A community may ask for more, never for fewer."""

MOST_ASKED = 20
"""As many as a community may ask for."""

Partition = Sequence[tuple[str, ...]]
"""Which answers are told together: each answer in exactly one part."""


class Exempt(StrEnum):
    """Why a number need not be released."""

    NO_PEOPLE = "counts no people"
    IN_VIEW = "acts done in view: answers on a card, check-ins, who belongs"
    OPEN_VOTE = "an open vote"
    QUORUM = "the quorum's count"
    REGISTER = "the register, for those who may read it"
    OWN = "about the asker alone"


class Released:
    """Marks what has passed the rule. Only this module makes such values."""


Number = Annotated[int, Exempt.NO_PEOPLE]
GroupSize = Annotated[int, Exempt.NO_PEOPLE, Field(ge=FEWEST, le=MOST_ASKED)]
"""How many people each figure of a community stands for, at least."""

InView = Annotated[int, Exempt.IN_VIEW]
OwnNumber = Annotated[int, Exempt.OWN]
PeopleReleased = Annotated[int, Field(ge=FEWEST), Released]
NamesReleased = Annotated[tuple[str, ...], Released]
"""Names of groups with enough people in each: of places, categories, organisations."""


class ReleasedPart(BaseModel):
    """How many people gave one of these answers."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    answers: tuple[str, ...] = Field(min_length=1)
    people: PeopleReleased


class ReleasedTable(BaseModel):
    """How many people answered what. Each is in exactly one part, and no part is left out.

    So there is nothing hidden that could be worked out from the rest. Without parts, nothing is
    told but how many answered; without that either, they were too few.
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
    """`counted` of `of` things, where each side of it rests on enough people; `people` in all."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    counted: Annotated[int, Field(ge=1), Released]
    of: Annotated[int, Field(ge=2), Released]
    people: PeopleReleased


NOTHING = ReleasedTable()
"""What is released of fewer people than enough."""


def enough(least: int) -> int:
    """How many people a figure must stand for where a community asks for `least`."""
    return max(least, FEWEST)


def release(
    tally: Mapping[str, int], partitions: Iterable[Partition] = (), *, least: int = FEWEST
) -> ReleasedTable:
    """What may be told of how many people gave each answer, each person once.

    The first of the partitions, finest first, that has enough people in every part. A part without
    anybody counts as too small: what all gave is what each of them gave.
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
    """How many things were so, given the people behind each that was and each that was not.

    `None` unless enough people stand behind the ones and behind the others.
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
    """How many people at least the difference between two tallies rests on."""
    moved = [now.get(each, 0) - before.get(each, 0) for each in {*before, *now}]
    return max(sum(n for n in moved if n > 0), -sum(n for n in moved if n < 0))
