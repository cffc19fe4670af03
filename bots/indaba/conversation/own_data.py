"""What a face keeps of somebody, in words and as data: the same for bots and the portal."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from indaba.conversation.times import say_for
from indaba.conversation.wording import Wording, plain
from indaba.ledger.listing import Entries, Entry

OWN_DATA_PAGE = "/privacy/mine"
"""Where the portal shows somebody what it keeps of them."""


@dataclass(frozen=True, slots=True)
class KindTold:
    """One kind of what is kept, how long, and its entries, a line each."""

    what: str
    period: str
    lines: tuple[str, ...]


def told_by_kind(
    kept_here: Sequence[Entries], most: int, wording: Wording, zone: str
) -> tuple[KindTold, ...]:
    """What is kept, by kind; at most so many lines of each, and how many more there are."""
    by_row = groupby(kept_here, key=lambda each: each.row)
    return tuple(
        KindTold(
            row.what,
            row.period,
            tuple(line for each in group for line in _lines(each, most, wording, zone)),
        )
        for row, group in by_row
    )


def as_data(kept_here: Sequence[Entries], wording: Wording) -> list[dict[str, Any]]:
    """What is kept as JSON-ready facts, with moments in UTC."""
    return [
        {
            "what": each.row.what,
            "how long": each.row.period,
            "entries": [
                {"about": _about(each, entry, wording), "since": _iso(entry.begun)}
                | {"until": _iso(entry.ends)}
                for entry in each.listed
            ],
            "more": each.more,
        }
        for each in kept_here
    ]


def _lines(each: Entries, most: int, wording: Wording, zone: str) -> list[str]:
    lines = [_line(each, entry, wording, zone) for entry in each.listed[:most]]
    left = each.more + len(each.listed) - len(lines)
    if left:
        lines.append(wording.count(left, "and {n} more", "and {n} more"))
    return lines


def _line(each: Entries, entry: Entry, wording: Wording, zone: str) -> str:
    moments = {"begun": entry.begun, "ends": entry.ends}
    facts = {n: say_for(at, zone, wording.locale) for n, at in moments.items() if at}
    words = {
        (True, True): "{about}: since {begun}, until {ends}",
        (True, False): "{about}: since {begun}",
        (False, True): "{about}: until {ends}",
        (False, False): "{about}",
    }[bool(entry.begun), bool(entry.ends)]
    return wording.say(words, about=_about(each, entry, wording), **facts)


def _about(each: Entries, entry: Entry, wording: Wording) -> str:
    return wording.say(each.words, **{name: plain(text) for name, text in entry.facts.items()})


def _iso(moment: Any) -> str | None:
    return moment.isoformat() if moment else None
