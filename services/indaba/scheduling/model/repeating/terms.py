"""School terms from a CSV file: all of it, or what is wrong with it row by row."""

import csv
import io
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from indaba.contracts.series import Term
from indaba.scheduling.model.repeating.avoiding import ANY_PROVINCE, STANDING

MOST_BYTES = 1_000_000
MOST_ROWS = 2_000
MOST_FAULTS = 50
LONGEST_FIELD = 120
COLUMNS = ("province", "year", "term", "first", "last", "status", "source")
_NEEDED = COLUMNS[:6]
_DAY_FORMS = ("%Y-%m-%d", "%Y/%m/%d", "%d/%m/%Y", "%d.%m.%Y", "%d %B %Y", "%d %b %Y")
_LONGEST_TERM = timedelta(days=200)
_YEARS = range(1990, 2101)
_MOST_TERMS = 6
_NO_TEXT = "That is not a CSV file with text in it."
_BROKEN = "That is not a CSV file: its quotation marks do not match, or a field goes on for ever."
_MARKS = {"\ufeff", "\u200b"}


@dataclass(frozen=True, slots=True)
class TermsRead:
    """The terms in the order of the file; empty if there are `faults`."""

    terms: tuple[Term, ...] = ()
    faults: tuple[str, ...] = ()


class _BadRow(Exception):  # noqa: N818 - an outcome of reading, caught below
    """The reason why a row cannot be read."""


def read_terms(data: bytes) -> TermsRead:
    """Read the columns province, year, term, first, last, status and source, in any order.

    The file is UTF-8 with or without a mark, UTF-16 with one, or Windows-1252, with commas,
    semicolons or tabs. Days are 2027-01-13, or day before month: 13/1/2027, 13 January 2027.
    Never raises.
    """
    if len(data) > MOST_BYTES:
        return TermsRead(faults=("The file is larger than 1 MB, which is more than terms need.",))
    text = text_of(data)
    if "\0" in text:
        return TermsRead(faults=(_NO_TEXT,))
    try:
        rows = _rows(text)
    except csv.Error:
        return TermsRead(faults=(_BROKEN,))
    if not rows:
        return TermsRead(faults=(_NO_TEXT,))
    if len(rows) > MOST_ROWS + 1:
        return TermsRead(faults=(f"The file has more than {MOST_ROWS} rows.",))
    return _read(rows)


def text_of(data: bytes) -> str:
    """The text of a file in any of these encodings. Data that is no text becomes wrong text."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _rows(text: str) -> list[tuple[int, list[str]]]:
    """The rows that are not blank, with their numbers in the file."""
    heading = text.lstrip().split("\n", maxsplit=1)[0]
    delimiter = max(",;\t", key=heading.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    return [
        (number, [_clean(field) for field in row])
        for number, row in enumerate(reader, start=1)
        if any(map(str.strip, row))
    ]


def _clean(field: str) -> str:
    letters = (c for c in field if c not in _MARKS and unicodedata.category(c) not in {"Cc", "Cf"})
    return " ".join("".join(" " if c.isspace() else c for c in letters).split())


def _read(rows: list[tuple[int, list[str]]]) -> TermsRead:
    number, names = rows[0]
    columns = {name.casefold(): place for place, name in enumerate(names)}
    missing = [name for name in _NEEDED if name not in columns]
    if missing:
        fault = (
            f"Row {number}: these columns are missing: {', '.join(missing)}. "
            f"The first row must name the columns: {', '.join(COLUMNS)}."
        )
        return TermsRead(faults=(fault,))
    terms, faults = _terms(rows[1:], columns)
    faults += _overlaps(terms)
    if not terms and not faults:
        faults.append("The file has no terms below its first row.")
    if faults:
        return TermsRead(faults=_shown(faults))
    return TermsRead(tuple(term for _, term in terms))


def _shown(faults: list[str]) -> tuple[str, ...]:
    more = len(faults) - MOST_FAULTS
    return (*faults[:MOST_FAULTS], *([f"And {more} more faults."] if more > 0 else []))


def _terms(
    rows: Iterable[tuple[int, list[str]]], columns: dict[str, int]
) -> tuple[list[tuple[int, Term]], list[str]]:
    terms, faults = [], []
    for number, row in rows:
        try:
            terms.append((number, _term(row, columns)))
        except _BadRow as why:
            faults.append(f"Row {number}: {why}")
    return terms, faults


def _term(row: list[str], columns: dict[str, int]) -> Term:
    cells = {name: row[place] for name, place in columns.items() if place < len(row)}
    short = [name for name in _NEEDED if not cells.get(name)]
    if short:
        raise _BadRow(f"nothing stands under {', '.join(short)}.")
    if any(len(value) > LONGEST_FIELD for value in cells.values()):
        raise _BadRow(f"a field is longer than {LONGEST_FIELD} letters.")
    if cells["province"].casefold() == ANY_PROVINCE:
        raise _BadRow(f'"{ANY_PROVINCE}" is not a province.')
    status = cells["status"].casefold()
    if status not in STANDING:
        raise _BadRow(f"the status must be one of: {', '.join(STANDING)}.")
    term = Term(
        province=cells["province"],
        year=_number(cells["year"], "year", _YEARS),
        number=_number(cells["term"].casefold().removeprefix("term"), "term", range(1, 7)),
        first=_day(cells["first"], "first"),
        last=_day(cells["last"], "last"),
        status=status,
        source=cells.get("source", ""),
    )
    _check_days(term)
    return term


def _check_days(term: Term) -> None:
    if term.last < term.first:
        raise _BadRow("the last day is before the first.")
    if term.last - term.first > _LONGEST_TERM:
        raise _BadRow(f"a term has {_LONGEST_TERM.days} days at most.")
    if term.first.year != term.year:
        raise _BadRow(f"the first day is in {term.first.year}, but the year is {term.year}.")


def _number(text: str, name: str, allowed: range) -> int:
    figures = text.strip()
    if figures.isascii() and figures.isdigit() and len(figures) < 5 and int(figures) in allowed:  # noqa: PLR2004
        return int(figures)
    raise _BadRow(f"the {name} must be a number from {allowed[0]} to {allowed[-1]}.")


def _day(text: str, name: str) -> date:
    for form in _DAY_FORMS:
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007 - a day, not a moment
        except ValueError:
            continue
    raise _BadRow(f"the {name} day must be a date such as 2027-01-13.")


def _overlaps(terms: list[tuple[int, Term]]) -> list[str]:
    """Faults for terms of one province and standing that overlap, or occur twice."""
    groups: dict[tuple[str, str], list[tuple[int, Term]]] = {}
    for number, term in terms:
        groups.setdefault((term.province.casefold(), term.status), []).append((number, term))
    return [fault for group in groups.values() for fault in _overlaps_in(group)]


def _overlaps_in(group: list[tuple[int, Term]]) -> list[str]:
    ordered = sorted(group, key=lambda row: (row[1].first, row[0]))
    faults = []
    for (earlier, one), (number, other) in pairwise(ordered):
        if other.first <= one.last:
            faults.append(f"Row {number}: its days overlap those in row {earlier}.")
        elif (other.year, other.number) <= (one.year, one.number):
            faults.append(
                f"Row {number}: term {other.number} of {other.year} begins after "
                f"term {one.number} of {one.year} in row {earlier}."
            )
    return faults
