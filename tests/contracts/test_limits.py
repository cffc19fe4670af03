"""Every request that keeps something new has a limit, or a reason why it needs none."""

from itertools import product
from types import new_class
from typing import Any

import pytest

from cells import every
from indaba.contracts import limits, spoken
from indaba.contracts.limits import LIMITS, NEAR, NOTES_A_DAY, Limit, LimitReached, Whose
from indaba.contracts.refusal import HINT
from indaba.contracts.standing import Standing
from indaba.contracts.wire import (
    CallForHelp,
    Change,
    Done,
    OneEach,
    Question,
    Request,
    ShortLived,
)
from indaba.operate.processes import PROCESSES

COMMUNITYS = [limit for limit in LIMITS if limit.whose is Whose.COMMUNITY]


def _acts() -> list[type[Request[Any]]]:
    return [kind for kind in spoken(Request) if not issubclass(kind, Question)]


REASONS = (Change, OneEach, ShortLived, CallForHelp)
"""The bases that say why there is no limit."""


@every("kind", spoken(Request), ids=lambda kind: kind.wire)
def test_every_act_has_a_limit_or_says_by_its_base_why_not(kind: type[Request[Any]]) -> None:
    says_why = issubclass(kind, REASONS)
    assert bool(kind.unlimited) is says_why
    assert issubclass(kind, Question) or bool(kind.limits) is not says_why
    assert not (issubclass(kind, Question) and says_why)


BASES: list[Any] = [Request, Question, *REASONS]


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("limits", [(), (NOTES_A_DAY,)])
def test_an_act_without_a_limit_or_a_reason_is_no_class(base: Any, limits: tuple[Limit]) -> None:
    named = {"wire": "scheduling.made-up.v9", "asked_by": Standing.MEMBER, "limits": limits}

    def made() -> type[Request[Any]]:
        return new_class("MadeUp", (base[Done],), named)

    if base is Question or bool(limits) is (base is Request):
        kind = made()
        assert kind.limits == limits
        kind.wire = ""  # nobody else here shall hear of it
    else:
        with pytest.raises(TypeError, match="say what limits it"):
            made()


def test_every_limit_is_in_the_list_and_is_that_of_a_request() -> None:
    written = {each for each in vars(limits).values() if isinstance(each, Limit)}
    assert written == set(LIMITS)
    assert len({limit.name for limit in LIMITS}) == len(LIMITS)
    assert {limit for kind in spoken(Request) for limit in kind.limits} == set(LIMITS)


@every("kind", _acts(), ids=lambda kind: kind.wire)
def test_the_service_that_answers_has_the_setting(kind: type[Request[Any]]) -> None:
    fields = PROCESSES[kind.context()].settings.model_fields
    for limit in kind.limits:
        field = fields[f"most_{limit.name}"]
        assert field.default == limit.most
        assert limit.about in str(field.description)


@pytest.mark.parametrize("whose", Whose)
@pytest.mark.parametrize("share", ["", "You have used {used} of {most}."])
def test_what_is_a_communitys_is_shared_and_nothing_else(whose: Whose, share: str) -> None:
    def declared() -> Limit:
        return Limit("x", 10, whose, "what", "{used} of {most}", "Later.", share=share)

    if bool(share) is (whose is Whose.COMMUNITY):
        assert declared()
        return
    with pytest.raises(TypeError, match="share"):
        declared()


@every("limit, most", product(COMMUNITYS, (10, 15, 99, 2000)), ids=str)
def test_any_two_people_leave_something_to_everybody(limit: Limit, most: int) -> None:
    units = limit.units(most)
    one, chair = (limit.for_one(units, facilitates=which).allowed for which in (False, True))
    members, all_of_it = (limit.for_all(units, facilitates=f).allowed for f in (False, True))
    assert one < chair
    assert 2 * chair < members < all_of_it == units


@every("limit", COMMUNITYS, ids=lambda limit: limit.name)
def test_who_has_used_their_share_reads_so_and_what_is_left_for_whom(limit: Limit) -> None:
    units = limit.units(limit.most)
    own = limit.for_one(units, facilitates=False)
    said = LimitReached(own, own.allowed).words
    assert "your share" in said
    assert limit.amount(own.allowed) in said
    left = limit.for_all(units, facilitates=False)
    words = left.usage(left.allowed)
    assert words.startswith(limit.usage(left.allowed, units))
    assert f"The last {limit.amount(units - left.allowed)} are for facilitators." in words
    assert left.usage(left.allowed) != limit.for_all(units).usage(left.allowed)


@every("limit", LIMITS, ids=lambda limit: limit.name)
def test_what_is_said_of_a_limit_has_its_numbers_and_leads_on(limit: Limit) -> None:
    most = limit.units(limit.most)
    no = LimitReached(limit.for_all(most), most)
    assert no.words.startswith(limit.usage(most, most))
    assert str(limit.most) in no.words
    assert (HINT in no.words) == (no.hint is not None)
    assert "Whoever runs this Indaba can allow more." in no.words


@pytest.mark.parametrize("limit", LIMITS, ids=lambda limit: limit.name)
def test_a_limit_is_near_from_four_fifths_on(limit: Limit) -> None:
    most = limit.units(limit.most)
    from_here = -(-most * NEAR // 100)
    assert [limit.is_near(used, most) for used in (0, from_here - 1)] == [False, False]
    assert [limit.is_near(used, most) for used in (from_here, most)] == [True, True]
