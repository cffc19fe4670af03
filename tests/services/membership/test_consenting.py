"""Members are asked about a new wording once; what they do not agree to is not kept."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from indaba.contracts.consenting import (
    AnswerConsent,
    AskConsent,
    ConsentDue,
    ConsentShown,
    ShowConsent,
)
from indaba.contracts.digest import GiveFeedback
from indaba.contracts.keeping import KEEPING
from indaba.contracts.linking import AnswerLink, IssueLinkCode, ProposeLink
from indaba.contracts.membership import (
    CONSENT_VERSION,
    Category,
    DescribeMe,
    PassportIssued,
    Platform,
    ShowMyData,
)
from indaba.contracts.purposes import ASKED_FOR, OPTIONAL, WORDED, WORDINGS, Purpose
from indaba.contracts.refusal import Refused
from indaba.contracts.removal import StandIn
from indaba.contracts.scheduling import CheckIn, CloseMeeting
from indaba.contracts.wire import Request
from indaba.ledger import Work
from indaba.membership.model.consenting import (
    BATCH,
    DAY_BEGINS,
    DAY_ENDS,
    EVERYBODY_WITHIN,
    by_day,
    pause_between,
)
from indaba.membership.workflows import consenting as workflow
from services.scheduling.whole_meetings import begun
from services.standing import _all_done
from services.town import Town
from workshop import do, rows, until

pytestmark = pytest.mark.asyncio(loop_scope="module")
THANDI = "@thandi:example.org"
OLD = "2026-11-24"
"""A wording that did not say yet that members may be asked to facilitate."""

ROWS_STAY = ("members", "categories")
"""Tables whose rows are emptied and stay; elsewhere a row alone says something."""

NEW = tuple(p for p in OPTIONAL if WORDED[p].since > OLD)


async def _agreed_long_ago(town: Town, account: str = THANDI, wording: str = OLD) -> PassportIssued:
    """Somebody who agreed to an earlier wording."""
    member = (await town.joined(account)).passport.member
    aged = f"UPDATE receipts SET wording = '{wording}' WHERE member = '{member}'"
    await do(town.ledgers["membership"], aged)
    return await town.passport(account)


async def _answer(
    town: Town, agreed: bool, *purposes: Purpose, account: str = THANDI
) -> ConsentShown:
    asked = AnswerConsent(purposes=purposes, agreed=agreed, wording=CONSENT_VERSION)
    return await town.ask(asked, await town.passport(account))


async def _claimed(town: Town, held: PassportIssued, key: str = "") -> Sequence[Purpose]:
    assert held.passport.member is not None
    face = await town.passport("", community=held.passport.community)
    return (await town.ask(AskConsent(member=held.passport.member), face, key)).news


async def _code(town: Town, request: Request[Any], account: str = THANDI) -> str:
    """Why it is refused; empty if it is done."""
    try:
        await town.ask(request, await town.passport(account))
    except Refused as refused:
        return refused.told
    return ""


async def _met(town: Town) -> str:
    """A meeting that Thandi came to and that is over."""
    lindiwe = await town.passport("@lindiwe:example.org")
    meeting, _ = await begun(town, lindiwe), await town.ask(CheckIn(), await town.passport(THANDI))
    await town.ask(CloseMeeting(), lindiwe)
    return meeting.code


async def _acts(town: Town) -> dict[Purpose, Request[Any]]:
    """For each purpose that rests on consent, what would keep something for it."""
    return {
        Purpose.PROFILE: DescribeMe(category=Category.UNION, organisation="A school"),
        Purpose.FEEDBACK: GiveFeedback(code=await _met(town), useful=4),
        Purpose.STANDING_IN: StandIn(on=True),
    }


async def kept_of(town: Town, purpose: Purpose, member: object) -> set[str]:
    """The columns in which something is kept of somebody for a purpose, in the services here."""
    for ledger in town.ledgers.values():
        await until(_all_done(ledger))
    found = set()
    for row in KEEPING:
        if row.purpose is not purpose or row.process not in town.ledgers:
            continue
        for table, column in (each.split(".") for each in row.columns):
            whose = "id" if table == "members" else "member"
            query = f"SELECT {column} FROM {table} WHERE {whose} = '{member}'"
            for (value,) in await rows(town.ledgers[row.process], query):
                bare = (
                    {k: v for k, v in value.items() if k != "zone"} if column == "profile" else {}
                )
                empty = not any(bare.values()) if column == "profile" else not value
                names_only = column == whose and table in ROWS_STAY
                if not empty and not names_only:
                    found.add(f"{table}.{column}")
    return found


async def test_every_purpose_that_rests_on_consent_is_tried_here(town: Town) -> None:
    await town.founded()
    await town.joined(THANDI)

    acts = await _acts(town)

    assert acts.keys() == set(OPTIONAL)
    assert all(act.keeps_for() is purpose for purpose, act in acts.items())


@pytest.mark.parametrize("purpose", OPTIONAL)
async def test_without_consent_nothing_is_kept_and_all_else_goes_on(
    town: Town, purpose: Purpose
) -> None:
    await town.founded()
    member = (await town.joined(THANDI)).passport.member
    await _answer(town, False, purpose)

    refused = {each: await _code(town, act) for each, act in (await _acts(town)).items()}

    assert refused == {each: "not-agreed" if each is purpose else "" for each in OPTIONAL}
    assert await kept_of(town, purpose, member) == set()


@pytest.mark.parametrize("purpose", OPTIONAL)
async def test_what_is_taken_back_goes_and_can_be_given_again(town: Town, purpose: Purpose) -> None:
    await town.founded()
    member = (await town.joined(THANDI)).passport.member
    act = (await _acts(town))[purpose]
    assert await _code(town, act) == ""
    assert await kept_of(town, purpose, member)

    await _answer(town, False, purpose)

    assert await kept_of(town, purpose, member) == set()
    await _answer(town, True, purpose)
    assert await _code(town, act) == ""


async def test_a_time_zone_is_kept_without_a_profile(town: Town) -> None:
    await town.founded()
    await town.joined(THANDI)
    await town.ask(DescribeMe(zone="Europe/Paris", province="X"), await town.passport(THANDI))
    await _answer(town, False, Purpose.PROFILE)

    held = await town.passport(THANDI)

    assert held.passport.zone == "Europe/Paris"
    assert await _code(town, DescribeMe(zone="Africa/Maputo")) == ""
    assert await _code(town, DescribeMe(province="")) == ""


async def test_whoever_agreed_long_ago_is_asked_what_is_new_and_loses_nothing(town: Town) -> None:
    await town.founded()
    held = await _agreed_long_ago(town)

    assert held.unasked
    assert held.unanswered == NEW
    assert held.passport.withheld == set(NEW)
    refused = {each: await _code(town, act) for each, act in (await _acts(town)).items()}
    assert refused == {each: "not-agreed" if each in NEW else "" for each in OPTIONAL}


async def test_whoever_agreed_to_the_wording_in_force_is_not_asked(town: Town) -> None:
    await town.founded()
    held = await town.joined(THANDI)

    assert (held.unasked, held.unanswered, held.passport.withheld) == (False, (), frozenset())
    assert await _claimed(town, held) == ()


async def test_of_several_faces_one_asks_and_asking_again_with_its_key_is_the_same(
    town: Town,
) -> None:
    await town.founded()
    held = await _agreed_long_ago(town)

    first = await _claimed(town, held, "one")

    assert set(NEW) < set(first)
    assert await _claimed(town, held, "one") == first
    assert await _claimed(town, held, "two") == ()
    assert not (await town.passport(THANDI)).unasked


async def test_silence_is_no_consent_and_can_still_be_broken_later(town: Town) -> None:
    await town.founded()
    held = await _agreed_long_ago(town)
    await _claimed(town, held)
    town.later(days=ASKED_FOR.days + 1)

    silent = await town.passport(THANDI)

    assert (silent.unasked, silent.unanswered) == (False, ())
    assert silent.passport.withheld == set(NEW)
    shown = await town.ask(ShowConsent(), silent)
    assert {each.purpose for each in shown.purposes if each.agreed is None} == set(NEW)
    await _answer(town, True, *NEW)
    assert (await town.passport(THANDI)).passport.withheld == frozenset()


async def test_what_goes_with_membership_cannot_be_answered_alone(town: Town) -> None:
    await town.founded()
    await town.joined(THANDI)
    always = AnswerConsent(purposes=(Purpose.MEETINGS,), agreed=False, wording=CONSENT_VERSION)
    outdated = AnswerConsent(purposes=OPTIONAL, agreed=True, wording=WORDINGS[0])

    assert await _code(town, always) == "goes-with-membership"
    assert await _code(town, outdated) == "wording-outdated"


async def test_members_see_what_they_said_under_which_wording(town: Town) -> None:
    await town.founded()
    await _agreed_long_ago(town)
    await _answer(town, True, *NEW)
    await _answer(town, False, Purpose.FEEDBACK)

    held = await town.passport(THANDI)
    shown = {each.purpose: each for each in (await town.ask(ShowConsent(), held)).purposes}

    assert shown[Purpose.PROFILE].wording == OLD
    assert shown[Purpose.FEEDBACK].agreed is False
    assert {shown[each].wording for each in NEW} == {CONSENT_VERSION}
    told = (await town.ask(ShowMyData(), held)).data["purposes"]
    assert {(each["purpose"], each["agreed"]) for each in told} == {
        *((each.value, True) for each in NEW),
        ("feedback", False),
    }


async def test_what_two_accounts_said_is_one_persons_and_the_last_word_counts(town: Town) -> None:
    await town.founded()
    await town.joined(THANDI)
    await _answer(town, False, Purpose.FEEDBACK)
    other = await town.joined("@thandi-at-home:example.org")

    code = (await town.ask(IssueLinkCode(), other)).code
    asked = ProposeLink(platform=Platform.MATRIX, account=THANDI, code=code)
    link = (await town.ask(asked)).link.link
    assert link is not None
    await town.ask(AnswerLink(link=link, agreed=True), other)

    held = await town.passport(THANDI)
    assert held.passport.member == other.passport.member
    assert len((await town.ask(ShowMyData(), held)).data["purposes"]) == 1


async def _begin(town: Town) -> None:
    ledger = town.ledgers["membership"]
    async with ledger.database.begin() as connection:
        work = Work(connection, ledger.world)
        await workflow.begin_asking(work)
        await work.keep()


async def _due(town: Town) -> list[str]:
    """Members whom faces were to ask, in the order of the events."""
    query = (
        "SELECT envelope->'body'->'members' FROM ledger.journal"
        f" WHERE wire = '{ConsentDue.wire}' ORDER BY id"
    )
    return [m for (found,) in await rows(town.ledgers["membership"], query) for m in found]


async def test_everybody_with_news_is_asked_within_thirty_days_each_once(town: Town) -> None:
    await town.founded()
    held = await _agreed_long_ago(town)
    await _agreed_long_ago(town, "@sipho:example.org")
    await town.joined("@nomsa:example.org")
    strangers = (
        "INSERT INTO members (id, version, profile)"
        f" SELECT gen_random_uuid(), 0, '{{}}' FROM generate_series(1, {2 * BATCH})"
    )
    await do(town.ledgers["membership"], strangers)
    await _begin(town)

    for _ in range(30):
        town.later(days=1)
        await until(_all_done(town.ledgers["membership"]))
        for kind in (workflow.LOOK, workflow.SAY):
            await town.ledgers["membership"].do_due(kind)

    asked = await _due(town)
    assert str(held.passport.member) in asked
    assert len(asked) == len(set(asked)) == 2


async def test_killed_amid_a_batch_it_is_done_again_whole(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    await town.founded()
    await _agreed_long_ago(town)
    ledger = town.ledgers["membership"]

    async def killed(*_: object) -> None:
        raise ConnectionError

    async def look() -> None:
        async with ledger.database.begin() as connection:
            work = Work(connection, ledger.world)
            body = {"wording": CONSENT_VERSION, "after": "00000000-0000-0000-0000-000000000000"}
            await workflow.look_who_is_to_be_asked(body, work)
            await work.keep()

    planned = f"SELECT 1 FROM ledger.timers WHERE kind = '{workflow.SAY}'"
    with monkeypatch.context() as patched:
        patched.setattr(Work, "keep", killed)
        with pytest.raises(ConnectionError):
            await look()
    assert await rows(ledger, planned) == []
    await look()
    assert len(await rows(ledger, planned)) + len(await _due(town)) == 1


async def test_an_older_wordings_round_ends_when_a_newer_is_in_force(town: Town) -> None:
    await town.founded()
    await _agreed_long_ago(town)
    ledger = town.ledgers["membership"]
    async with ledger.database.begin() as connection:
        work = Work(connection, ledger.world)
        body = {"wording": OLD, "after": "00000000-0000-0000-0000-000000000000"}
        await workflow.look_who_is_to_be_asked(body, work)
        await work.keep()

    query = f"SELECT 1 FROM ledger.timers WHERE kind = '{workflow.SAY}'"
    assert await rows(ledger, query) == []


@pytest.mark.parametrize("people", [0, 1, BATCH, 1000, 100_000, 1_000_000])
async def test_a_round_ends_in_time_however_many_there_are(people: int) -> None:
    batches = people // BATCH + 1

    assert pause_between(people) * batches <= EVERYBODY_WITHIN + timedelta(seconds=1)


@pytest.mark.parametrize("hour", range(24))
async def test_nobody_is_woken_by_a_question(hour: int) -> None:
    now = datetime(2027, 3, 1, hour, 30, tzinfo=UTC)

    due = by_day(now, "Africa/Johannesburg")

    assert now <= due < now + timedelta(days=1)
    assert DAY_BEGINS <= due.astimezone(ZoneInfo("Africa/Johannesburg")).hour < DAY_ENDS
