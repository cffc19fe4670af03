"""School terms from a file: as spreadsheets save it, and what is said about a bad one."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indaba.scheduling.model.repeating import TermsRead, read_terms
from selection import examples

HEADING = "province,year,term,first,last,status,source\n"
ROW = "Gauteng,2027,1,2027-01-13,2027-03-19,gazetted,Gazette 1\n"
SECOND = "Gauteng,2027,2,2027-04-06,2027-06-25,gazetted,Gazette 1\n"


def faults(text: str) -> tuple[str, ...]:
    read = read_terms(text.encode())
    assert read.terms == ()
    return read.faults


@pytest.mark.parametrize(
    "data",
    [
        (HEADING + ROW + SECOND).encode(),
        (HEADING + ROW + SECOND).encode("utf-8-sig"),
        (HEADING + ROW + SECOND).encode("utf-16"),
        (HEADING + ROW + SECOND).replace(",", ";").replace("\n", "\r\n").encode(),
        (HEADING + ROW + SECOND).replace(",", "\t").encode(),
        (HEADING.upper() + "\n" + ROW + "\n,,,,,,\n" + SECOND).encode(),
        (HEADING + SECOND + ROW).encode(),
        (HEADING + ROW + SECOND).replace("2027-01-13", "13/01/2027").encode(),
        (HEADING + ROW + SECOND).replace("2027-01-13", "13 January 2027").encode(),
        (HEADING + ROW + SECOND).replace("gazetted", " Gazetted ").encode(),
        (HEADING + ROW + SECOND).replace(",1,", ",Term 1,").encode(),
    ],
)
def test_a_file_is_read_as_spreadsheets_save_it(data: bytes) -> None:
    read = read_terms(data)
    assert read.faults == ()
    told = sorted((t.province, t.year, t.number, str(t.first), str(t.last)) for t in read.terms)
    assert told == [
        ("Gauteng", 2027, 1, "2027-01-13", "2027-03-19"),
        ("Gauteng", 2027, 2, "2027-04-06", "2027-06-25"),
    ]
    assert {term.status for term in read.terms} == {"gazetted"}


def test_a_file_of_an_older_spreadsheet_keeps_its_accents() -> None:
    data = (HEADING + ROW).replace("Gauteng", "Kééz").encode("cp1252")
    assert [term.province for term in read_terms(data).terms] == ["Kééz"]


def test_the_column_of_the_source_may_be_missing() -> None:
    text = "year;province;term;last;first;status\n2027;Gauteng;1;2027-03-19;2027-01-13;proposed\n"
    (term,) = read_terms(text.encode()).terms
    assert (term.source, term.status, term.number) == ("", "proposed", 1)


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (ROW.replace("2027-01-13", "2027-02-30"), "Row 2: the first day must be a date"),
        (ROW.replace("2027-03-19", "soon"), "Row 2: the last day must be a date"),
        (ROW.replace("2027-03-19", "2027-01-01"), "Row 2: the last day is before the first."),
        (ROW.replace("2027-03-19", "2027-12-19"), "Row 2: a term has 200 days at most."),
        (ROW.replace(",2027,", ",2026,"), "Row 2: the first day is in 2027"),
        (ROW.replace(",2027,", ",two,"), "Row 2: the year must be a number"),
        (ROW.replace(",1,", ",9,"), "Row 2: the term must be a number from 1 to 6."),
        (ROW.replace(",1,", ",-1,"), "Row 2: the term must be a number"),
        (ROW.replace("gazetted", "rumoured"), "Row 2: the status must be one of"),
        (ROW.replace("Gauteng", ""), "Row 2: nothing stands under province."),
        (ROW.replace("Gauteng", "x" * 121), "Row 2: a field is longer"),
        (ROW.replace("Gauteng", "any"), 'Row 2: "any" is not a province.'),
        ("Gauteng\n", "Row 2: nothing stands under year, term, first, last, status."),
        (ROW + ROW, "Row 3: its days overlap those in row 2."),
        (ROW + SECOND.replace("04-06", "03-19"), "Row 3: its days overlap those in row 2."),
        (ROW + SECOND.replace(",2,", ",1,"), "Row 3: term 1 of 2027 begins after term 1"),
    ],
)
def test_what_is_wrong_is_told_by_row_and_nothing_is_kept(row: str, fault: str) -> None:
    (told,) = faults(HEADING + row)
    assert told.startswith(fault)


def test_each_bad_row_is_told_and_good_ones_are_not_kept() -> None:
    told = faults(HEADING + ROW + ROW.replace("gazetted", "x") + SECOND.replace(",2,", ",0,"))
    assert [fault[:6] for fault in told] == ["Row 3:", "Row 4:"]


def test_a_file_full_of_faults_is_told_in_part() -> None:
    told = faults(HEADING + ROW.replace("gazetted", "x") * 1000)
    assert len(told) == 51
    assert told[-1] == "And 950 more faults."


def test_terms_of_another_standing_may_cover_the_same_days() -> None:
    data = HEADING + ROW + ROW.replace("gazetted", "amended").replace("03-19", "03-26")
    assert len(read_terms(data.encode()).terms) == 2


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"", "not a CSV file"),
        (b"\x00\x01\x02", "not a CSV file"),
        (b"PK\x03\x04\x00\x00rest of a spreadsheet", "not a CSV file"),
        (b"\xff\xfe\x00", "these columns are missing"),
        (b"\xef\xbb\xbf\n\n ", "not a CSV file"),
        (b",,,\n,,,\n", "not a CSV file"),
        (b'province,"year\nx', "quotation marks"),
        (b"hello", "these columns are missing: province, year, term, first, last, status"),
        (b"province;year;term;first;last\n", "these columns are missing: status"),
        (HEADING.encode(), "no terms"),
        ((HEADING + ROW * 2001).encode(), "more than 2000 rows"),
        (b"x" * 1_000_001, "larger than 1 MB"),
        (HEADING.encode() + b"x" * 900_000, "quotation marks|field"),
    ],
)
def test_what_is_no_file_of_terms_is_refused_in_words(data: bytes, fault: str) -> None:
    read = read_terms(data)
    assert read.terms == ()
    assert any(part in " ".join(read.faults) for part in fault.split("|"))


@settings(max_examples=examples(300), deadline=None)
@given(
    st.binary(max_size=300)
    | st.text(max_size=200).map(lambda text: (HEADING + text).encode(errors="replace"))
    | st.lists(st.sampled_from([HEADING, ROW, SECOND, '"', ";", "\n", ",", "\x00", "é"])).map(
        lambda parts: "".join(parts).encode("cp1252")
    )
)
def test_any_file_is_answered_with_terms_or_with_faults(data: bytes) -> None:
    read = read_terms(data)
    assert isinstance(read, TermsRead)
    assert bool(read.terms) != bool(read.faults)
