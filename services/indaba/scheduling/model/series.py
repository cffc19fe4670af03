"""A series of meetings as it is stored: its pattern, and what its dates have in common."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Self

from indaba.contracts.ids import CommunityId, MemberId, SeriesId
from indaba.contracts.refusal import Refusal
from indaba.contracts.scheduling import MeetingDetails
from indaba.contracts.series import Avoided, Pattern, SeriesFacts
from indaba.recurrence import Rule, explicit
from indaba.scheduling.model.plain_text import clean_title, one_line
from indaba.scheduling.model.refusals import check_length
from indaba.scheduling.model.repeating import Avoid, Calendar, Repeats, in_words
from indaba.scheduling.model.roles import wanted

MADE_AHEAD = 3
"""How many dates to come exist as meetings. Others are made when their turn comes."""

KNOWN_AHEAD = timedelta(days=731)
KNOWN_BEHIND = timedelta(days=366)


class NotASeries(Refusal):
    """The meeting does not repeat."""

    code = "not-a-series"

    def __init__(self, code: str) -> None:
        super().__init__(f"{code} is a single meeting; it does not repeat.", code=code)


class NoDatesLeft(Refusal):
    """The pattern has no date to come."""

    code = "no-dates-left"

    def __init__(self) -> None:
        super().__init__("That pattern has no date to come. Please choose a later end, or none.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """A series: the fields of `SeriesFacts`, and what its dates begin with."""

    id: SeriesId
    community: CommunityId
    author: MemberId
    title: str
    minutes: int
    repeats: Repeats
    where: str = ""
    capacity: int = 0
    answers_close: int | None = None
    roles: tuple[str, ...] = ()
    version: int = 1
    sequence: int = 0
    ended: bool = False
    not_held: tuple[datetime, ...] = ()

    @classmethod
    def called(
        cls, *, title: str, minutes: int, repeats: Repeats, where: str, **facts: Any
    ) -> Self:
        """A new series. Raises what is wrong with its title, length or pattern."""
        check_length(minutes)
        checked = repeats.checked().from_its_first()
        return cls(
            title=clean_title(title),
            minutes=minutes,
            repeats=checked,
            where=one_line(where),
            **facts,
        )

    @property
    def words(self) -> str:
        """The pattern in English."""
        return in_words(self.repeats)

    def with_repeats(self, repeats: Repeats) -> Self:
        """The series with another pattern; unchanged if it is the same."""
        if repeats == self.repeats:
            return self
        return self._changed(repeats=repeats, sequence=self.sequence + 1)

    def change(self, **facts: Any) -> Self:
        """The series with another title, minutes, where, capacity, answers_close or roles.

        What is not given stays; unchanged if nothing differs.
        Raises `BadLength`, `TitleEmpty`, `TitleTooLong`.
        """
        check_length(facts.get("minutes", self.minutes))
        if "title" in facts:
            facts["title"] = clean_title(facts["title"])
        if "where" in facts:
            facts["where"] = one_line(facts["where"])
        if "roles" in facts:
            facts["roles"] = tuple(wanted({}, facts["roles"]))
        if all(getattr(self, name) == value for name, value in facts.items()):
            return self
        return self._changed(**facts, sequence=self.sequence + 1)

    def end(self) -> Self:
        """The series as ended."""
        return self._changed(ended=True, sequence=self.sequence + 1)

    def seen(self, today: datetime, calendar: Calendar) -> Self:
        """The series with the dates it leaves out, as known now; `today` is wall time."""
        since = max(self.repeats.first, today - KNOWN_BEHIND)
        look = self.repeats.coming(since, today + KNOWN_AHEAD, 1000, calendar)
        skipped = (at for at in self.repeats.skipped if at >= since)
        not_held = tuple(sorted({*skipped, *(left.original for left in look.left_out)}))
        return self if not_held == self.not_held else self._changed(not_held=not_held)

    def facts(self) -> SeriesFacts:
        """What anybody in the community may see."""
        same = {name: getattr(self, name) for name in _TOLD}
        return SeriesFacts(**same, pattern=pattern_of(self.repeats))

    def details(self) -> dict[str, Any]:
        """What its dates begin with, by the names of `MeetingDetails`."""
        return {name: getattr(self, name) for name in MeetingDetails.model_fields}

    def _changed(self, **facts: Any) -> Self:
        return replace(self, version=self.version + 1, **facts)


_TOLD = tuple(set(SeriesFacts.model_fields) - {"pattern"})


def pattern_of(repeats: Repeats) -> Pattern:
    """The dates of a series in the form in which they are sent."""
    return Pattern(
        first=repeats.first,
        zone=repeats.zone,
        rule=str(explicit(repeats.rule, repeats.first)),
        avoided=Avoided(
            public_holidays=repeats.avoiding.public_holidays, province=repeats.avoiding.province
        ),
        skipped=tuple(sorted(repeats.skipped)),
        added=tuple(sorted(repeats.added)),
    )


def repeats_of(pattern: Pattern) -> Repeats:
    """The dates of a series from the form in which they are sent. Raises `BadRule`."""
    return Repeats(
        first=pattern.first.replace(second=0, microsecond=0),
        zone=pattern.zone,
        rule=Rule.parse(pattern.rule),
        skipped=frozenset(pattern.skipped),
        added=frozenset(pattern.added),
        avoiding=Avoid(pattern.avoided.public_holidays, pattern.avoided.province),
    )
