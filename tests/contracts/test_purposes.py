"""Each wording has a version, and whoever agreed to an older one is asked about what is new."""

import hashlib
from datetime import UTC, datetime, timedelta

import pytest

from indaba.contracts import spoken
from indaba.contracts.keeping import KEEPING
from indaba.contracts.membership import CONSENT_VERSION
from indaba.contracts.purposes import (
    ASKED_FOR,
    OPTIONAL,
    WORDED,
    WORDINGS,
    Consent,
    ConsentAnswer,
    Ground,
    Purpose,
)
from indaba.contracts.wire import Request

NOW = datetime(2027, 1, 1, tzinfo=UTC)
WORDS_OF = {
    (Purpose.ACCOUNTS, "2026-11"): "bd879e50c6ae",
    (Purpose.MEETINGS, "2026-11"): "b80e511d774d",
    (Purpose.RECORD, "2026-11-24"): "af63028cc6e5",
    (Purpose.LIBRARY, "2026-11"): "e74c5fc202be",
    (Purpose.PROFILE, "2026-11"): "4ac81b5737fc",
    (Purpose.FEEDBACK, "2026-11-24"): "b1bf8ba61a5b",
    (Purpose.STANDING_IN, "2026-11-30"): "97593f66aaa6",
    (Purpose.FACILITATING, "2026-11-30"): "c2235d41d531",
    (Purpose.REMOVALS, "2026-11-30"): "e34775583067",
    (Purpose.REPORTS, "2026-11-30"): "5842aff68463",
    (Purpose.PROOF, "2026-11"): "08ae6df35a9e",
}
"""A digest of the words of each purpose, by the version that said them first."""


def _digest(purpose: Purpose) -> str:
    worded = WORDED[purpose]
    return hashlib.sha256(f"{worded.ground}/{worded.words}".encode()).hexdigest()[:12]


def _agreed(wording: str) -> ConsentAnswer:
    return ConsentAnswer(wording, agreed=True, at=NOW)


@pytest.mark.parametrize("purpose", Purpose)
def test_words_that_change_get_a_new_version(purpose: Purpose) -> None:
    known = WORDS_OF.get((purpose, WORDED[purpose].since))

    assert known == _digest(purpose), (
        "a purpose has other words now: add a version to WORDINGS, name it as `since`, and "
        "write the new digest here; members are then asked again"
    )


def test_versions_are_in_order_and_the_newest_is_in_force() -> None:
    assert sorted(WORDINGS) == list(WORDINGS)
    assert WORDINGS[-1] == CONSENT_VERSION
    assert {worded.since for worded in WORDED.values()} <= set(WORDINGS)


def test_everything_kept_is_for_a_purpose_and_every_purpose_keeps_something() -> None:
    assert {row.purpose for row in KEEPING} == set(Purpose) == WORDED.keys()


@pytest.mark.parametrize("purpose", OPTIONAL)
def test_what_is_kept_by_consent_alone_is_asked_for_by_a_request_that_says_so(
    purpose: Purpose,
) -> None:
    assert any(request.consent is purpose for request in spoken(Request))


def test_no_request_needs_consent_where_nobody_can_refuse() -> None:
    assert {request.consent for request in spoken(Request)} - {None} == set(OPTIONAL)


@pytest.mark.parametrize("purpose", Purpose)
@pytest.mark.parametrize("wording", WORDINGS)
def test_a_wording_covers_what_it_said_and_not_what_came_after(
    wording: str, purpose: Purpose
) -> None:
    consent, said_it = Consent([_agreed(wording)]), wording >= WORDED[purpose].since

    assert (purpose in consent.news()) is not said_it
    if purpose in OPTIONAL:
        assert (purpose in consent.withheld) is not said_it
        assert (purpose in consent.unanswered(NOW)) is not said_it


def test_whoever_agrees_today_has_no_news() -> None:
    consent = Consent([_agreed(CONSENT_VERSION)])

    assert (consent.news(), consent.unanswered(NOW), consent.withheld) == ((), (), frozenset())


@pytest.mark.parametrize("purpose", OPTIONAL)
def test_the_last_word_counts(purpose: Purpose) -> None:
    later = NOW + timedelta(minutes=1)
    no = ConsentAnswer(CONSENT_VERSION, agreed=False, at=later, purpose=purpose)
    joined_again = ConsentAnswer(CONSENT_VERSION, agreed=True, at=later + timedelta(minutes=1))

    assert Consent([_agreed(CONSENT_VERSION), no]).withheld == {purpose}
    assert Consent([_agreed(CONSENT_VERSION), no, joined_again]).withheld == set()


def test_silence_is_no_consent_and_is_asked_once() -> None:
    asked = Consent([_agreed(WORDINGS[0])], asked=[(CONSENT_VERSION, NOW)])
    open_still = asked.unanswered(NOW + ASKED_FOR - timedelta(seconds=1))

    assert asked.news() == ()
    assert open_still
    assert asked.withheld == set(open_still)
    assert asked.unanswered(NOW + ASKED_FOR) == ()
    assert asked.withheld == set(open_still)


def test_what_was_asked_under_an_older_wording_is_not_asked_again() -> None:
    consent = Consent([_agreed(WORDINGS[0])], asked=[(WORDINGS[-2], NOW)])

    assert {WORDED[purpose].since for purpose in consent.news()} <= {CONSENT_VERSION}


def test_nobody_can_refuse_what_protects_others_and_nothing_else_is_asked() -> None:
    assert {WORDED[p].ground for p in set(Purpose) - set(OPTIONAL)} == {
        Ground.MEMBERSHIP,
        Ground.OTHERS,
    }
