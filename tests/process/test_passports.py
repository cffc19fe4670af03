from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indaba.contracts.ids import CommunityId, MemberId
from indaba.contracts.passport import Passport, Role
from indaba.contracts.refusal import BadPassport, NoCommunity, NotAllowed, NotAMember
from indaba.process.passports import PassportControl, PassportOffice, new_keys

PRIVATE, PUBLIC = new_keys()
OFFICE, CONTROL = PassportOffice(PRIVATE), PassportControl(PUBLIC)
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
PASSPORT = Passport(
    expires_at=NOW + timedelta(minutes=10),
    community=CommunityId(uuid4()),
    member=MemberId(uuid4()),
    roles=frozenset({Role.FACILITATOR}),
    zone="Europe/London",
)


def test_a_genuine_passport_says_what_was_signed() -> None:
    assert CONTROL.verify(OFFICE.sign(PASSPORT), NOW) == PASSPORT


def test_a_passport_runs_out() -> None:
    with pytest.raises(BadPassport):
        CONTROL.verify(OFFICE.sign(PASSPORT), NOW + timedelta(minutes=10))


@given(st.data())
def test_a_passport_changed_in_one_letter_is_refused(data: st.DataObject) -> None:
    token = OFFICE.sign(PASSPORT)
    place = data.draw(st.integers(0, len(token) - 3))
    letter = data.draw(st.sampled_from("ABCabc019-_.!").filter(lambda c: c != token[place]))

    with pytest.raises(BadPassport):
        CONTROL.verify(token[:place] + letter + token[place + 1 :], NOW)


@given(st.text(min_size=1))
def test_any_text_is_refused_and_nothing_breaks(text: str) -> None:
    with pytest.raises(BadPassport):
        CONTROL.verify(text, NOW)


def test_another_key_signs_for_nobody() -> None:
    with pytest.raises(BadPassport):
        CONTROL.verify(PassportOffice(new_keys()[0]).sign(PASSPORT), NOW)


def test_without_a_passport_one_is_a_guest() -> None:
    guest = CONTROL.verify("", NOW)

    with pytest.raises(NoCommunity):
        guest.a_member()


def test_roles_are_what_the_passport_says() -> None:
    visitor = PASSPORT.model_copy(update={"member": None, "roles": frozenset()})
    member = PASSPORT.model_copy(update={"roles": frozenset({Role.MEMBER})})

    assert PASSPORT.a_facilitator() == PASSPORT.member
    with pytest.raises(NotAMember):
        visitor.a_member()
    with pytest.raises(NotAllowed):
        member.a_facilitator()
