import asyncio
from typing import Any
from uuid import uuid4

import pytest
from structlog.testing import capture_logs

from indaba.bus import Outcome
from indaba.bus.streams import requests_to
from indaba.contracts.membership import FindPlaces, LeaveCommunity, MemberLeft, Places
from indaba.contracts.passport import Role
from indaba.contracts.refusal import NoCommunity, NotAMember, Unavailable
from indaba.contracts.scheduling import ScheduleMeeting
from indaba.contracts.wire import Done
from indaba.ledger import Ledger, Work
from indaba.process import logs
from indaba.process.passports import PassportOffice, new_keys
from workshop import OFFICE, do, envelope, passport, rows, until


async def _counting(ledger: Ledger) -> Ledger:
    """Answers `LeaveCommunity` by counting it in the database, and tells of it."""
    await do(ledger, "CREATE TABLE effects (member uuid)")

    async def leave(_: LeaveCommunity, work: Work) -> Done:
        member = work.passport.a_member()
        statement = "INSERT INTO effects VALUES ('" + str(member) + "')"
        await work.connection.exec_driver_sql(statement)
        community = work.passport.in_community()
        work.emit(MemberLeft(aggregate=member, version=1, community=community, member=member))
        return Done()

    ledger.answer(LeaveCommunity, leave)
    await ledger.start()
    return ledger


async def _asker(open_ledger: Any) -> Ledger:
    face: Ledger = await open_ledger("face")
    face.bus.expect_replies()
    await face.start()
    return face


async def test_a_request_repeated_with_its_key_gets_its_stored_reply(open_ledger: Any) -> None:
    service = await _counting(await open_ledger("membership"))
    face = await _asker(open_ledger)
    held = passport(uuid4(), uuid4(), Role.MEMBER)

    replies = [
        await face.bus.ask("membership", envelope(LeaveCommunity(), held, key="$same"))
        for _ in range(3)
    ]

    assert [reply.outcome for reply in replies] == [Outcome.ANSWERED] * 3
    assert len(await rows(service, "SELECT * FROM effects")) == 1


async def test_the_same_request_twice_at_the_same_moment_is_done_once(open_ledger: Any) -> None:
    service = await _counting(await open_ledger("membership"))
    face = await _asker(open_ledger)
    held = passport(uuid4(), uuid4(), Role.MEMBER)

    asked = (envelope(LeaveCommunity(), held, key="$same") for _ in range(8))
    replies = await asyncio.gather(*(face.bus.ask("membership", e) for e in asked))

    assert {reply.outcome for reply in replies} == {Outcome.ANSWERED}
    assert len(await rows(service, "SELECT * FROM effects")) == 1


async def test_an_expired_request_is_dropped_and_said_so(open_ledger: Any) -> None:
    face = await _asker(open_ledger)
    late = envelope(LeaveCommunity(), passport(uuid4(), uuid4(), Role.MEMBER), seconds=0.3)
    reply = await face.bus.ask("membership", late)
    service = await _counting(await open_ledger("membership"))
    await asyncio.sleep(0.5)

    assert reply.outcome is Outcome.EXPIRED
    assert await rows(service, "SELECT * FROM effects") == []
    assert await face.bus.client.xlen("{membership}.requests") == 0


async def test_what_is_not_done_when_its_time_is_over_is_undone_and_said_so(
    open_ledger: Any,
) -> None:
    service: Ledger = await open_ledger("membership")
    await do(service, "CREATE TABLE effects (member uuid)")

    async def stand_still(_: LeaveCommunity, work: Work) -> Done:
        member = work.passport.a_member()
        await work.connection.exec_driver_sql(f"INSERT INTO effects VALUES ('{member}')")
        await asyncio.sleep(0.6)
        return Done()

    service.answer(LeaveCommunity, stand_still)
    await service.start()
    face = await _asker(open_ledger)
    held = passport(uuid4(), uuid4(), Role.MEMBER)
    late = await face.bus.ask("membership", envelope(LeaveCommunity(), held, seconds=0.3))
    in_time = await face.bus.ask("membership", envelope(LeaveCommunity(), held, seconds=5))
    assert (late.outcome, in_time.outcome) == (Outcome.EXPIRED, Outcome.ANSWERED)
    assert len(await rows(service, "SELECT * FROM effects")) == 1


@pytest.mark.parametrize("trouble", ["wrong key", "expired", "other community", "garbled"])
async def test_a_passport_that_is_not_in_order_is_refused(open_ledger: Any, trouble: str) -> None:
    service = await _counting(await open_ledger("membership"))
    face = await _asker(open_ledger)
    home = uuid4()
    held = passport(home, uuid4(), Role.MEMBER, minutes=-1 if trouble == "expired" else 5)
    token = (
        PassportOffice(new_keys()[0]).sign(held) if trouble == "wrong key" else OFFICE.sign(held)
    )
    asked = envelope(
        LeaveCommunity(),
        token=token[:-9] if trouble == "garbled" else token,
        community=uuid4() if trouble == "other community" else home,
    )

    reply = await face.bus.ask("membership", asked)

    assert (reply.outcome, reply.body["code"]) == (Outcome.REFUSED, "bad-passport")
    assert await rows(service, "SELECT * FROM effects") == []


async def test_a_refusal_keeps_nothing_and_is_not_a_failure(open_ledger: Any) -> None:
    service = await _counting(await open_ledger("membership"))
    face = await _asker(open_ledger)

    reply = await face.bus.ask("membership", envelope(LeaveCommunity(), passport()))

    assert (reply.outcome, reply.body["code"]) == (Outcome.REFUSED, NoCommunity.code)
    assert await rows(service, "SELECT * FROM ledger.inbox") == []
    assert await rows(service, "SELECT * FROM ledger.dead_letters") == []


async def test_a_refusal_is_logged_with_the_ids_of_who_asked(open_ledger: Any) -> None:
    await _counting(await open_ledger("membership"))
    face, held = await _asker(open_ledger), passport(uuid4(), uuid4())

    logs.configure(json=True)
    with capture_logs() as told:
        await face.bus.ask("membership", envelope(LeaveCommunity(), held))

    [line] = [line for line in told if line["event"] == "request.answered"]
    assert (line["wire"], line["code"]) == (LeaveCommunity.wire, NotAMember.code)
    assert (line["member"], line["community"]) == (str(held.member), str(held.community))


async def test_a_fault_is_apologised_for_with_the_correlation_and_kept(open_ledger: Any) -> None:
    service: Ledger = await open_ledger("membership")

    async def stumble(_: LeaveCommunity, work: Work) -> Done:
        raise KeyError(work.passport.member)

    service.answer(LeaveCommunity, stumble)
    await service.start()
    face = await _asker(open_ledger)
    asked = envelope(LeaveCommunity(), passport(uuid4(), uuid4(), Role.MEMBER))

    reply = await face.bus.ask("membership", asked)

    assert (reply.outcome, reply.body) == (Outcome.FAULT, {"reference": str(asked.correlation)})
    [(reason, attempts, letter)] = await rows(
        service, "SELECT reason, attempts, letter FROM ledger.dead_letters"
    )
    assert reason.startswith("KeyError")
    assert attempts == 3
    assert "passport" not in letter


async def test_what_is_away_for_a_moment_is_asked_again(open_ledger: Any) -> None:
    service: Ledger = await open_ledger("membership")
    tries: list[int] = []

    async def shy(_: LeaveCommunity, work: Work) -> Done:
        tries.append(1)
        if len(tries) < 3:
            raise Unavailable("A little later, please.")
        return Done()

    service.answer(LeaveCommunity, shy)
    await service.start()
    face = await _asker(open_ledger)

    held = passport(uuid4(), uuid4(), Role.MEMBER)
    reply = await face.bus.ask("membership", envelope(LeaveCommunity(), held))

    assert reply.outcome is Outcome.ANSWERED
    assert await rows(service, "SELECT * FROM ledger.dead_letters") == []


async def test_a_request_is_answered_by_a_service_that_starts_later(open_ledger: Any) -> None:
    face = await _asker(open_ledger)
    held = passport(uuid4(), uuid4(), Role.MEMBER)
    asking = asyncio.create_task(face.bus.ask("membership", envelope(LeaveCommunity(), held)))
    await asyncio.sleep(0.3)
    await _counting(await open_ledger("membership"))

    assert (await asking).outcome is Outcome.ANSWERED


async def test_a_question_leaves_no_trace(open_ledger: Any) -> None:
    service: Ledger = await open_ledger("membership")

    async def nowhere(_: FindPlaces, work: Work) -> Places:
        work.passport.in_community()
        raise AssertionError

    service.answer(FindPlaces, nowhere)
    await service.start()
    face = await _asker(open_ledger)

    reply = await face.bus.ask("membership", envelope(FindPlaces(), passport()))

    assert reply.outcome is Outcome.REFUSED
    assert await rows(service, "SELECT * FROM ledger.inbox") == []


async def test_a_body_that_does_not_fit_its_contract_is_refused_in_words(open_ledger: Any) -> None:
    service: Ledger = await open_ledger("scheduling")

    async def never(_: ScheduleMeeting, work: Work) -> Done:
        raise AssertionError(work)

    service.answer(ScheduleMeeting, never)
    await service.start()
    face = await _asker(open_ledger)
    held = passport(uuid4(), uuid4(), Role.FACILITATOR)
    asked = envelope(LeaveCommunity(), held).model_copy(
        update={"wire": ScheduleMeeting.wire, "body": {"title": "x" * 200}}
    )

    reply = await face.bus.ask("scheduling", asked)

    assert reply.outcome is Outcome.REFUSED
    assert "title" in reply.body["words"]


async def test_a_hundred_requests_at_once_are_all_answered(open_ledger: Any) -> None:
    service = await _counting(await open_ledger("membership"))
    face = await _asker(open_ledger)
    home = uuid4()
    asked = [envelope(LeaveCommunity(), passport(home, uuid4(), Role.MEMBER)) for _ in range(100)]

    replies = await asyncio.gather(*(face.bus.ask("membership", e) for e in asked))

    assert [r.to for r in replies] == [e.id for e in asked]

    async def all_counted() -> bool:
        return len(await rows(service, "SELECT DISTINCT member FROM effects")) == 100

    await until(all_counted)


async def test_who_asks_with_next_to_no_time_left_is_told_so(open_ledger: Any) -> None:
    """Also when the time runs out amid the sending, where redis-py may swallow that it did."""
    face = await _asker(open_ledger)
    held = passport(uuid4(), uuid4(), Role.MEMBER)

    async def outcome(seconds: float) -> str:
        asked = envelope(LeaveCommunity(), held, seconds=seconds)
        try:
            return str((await face.bus.ask("nobody", asked)).outcome)
        except Unavailable:
            return "unavailable"

    async with asyncio.timeout(30):
        outcomes = await asyncio.gather(*(outcome(0.0001 * number) for number in range(400)))
    assert set(outcomes) <= {str(Outcome.EXPIRED), "unavailable"}


async def test_who_is_slow_to_answer_is_asked_less_and_less_often(open_ledger: Any) -> None:
    """At 0, 0.1, 0.3 and 0.7 s: asked at one pace, a service that is behind never catches up."""
    face = await _asker(open_ledger)
    face.bus._ask_again = 0.1
    slow = f"slow{uuid4().hex[:8]}"
    asked = envelope(LeaveCommunity(), passport(uuid4(), uuid4(), Role.MEMBER), seconds=0.9)
    reply = await face.bus.ask(slow, asked)
    assert reply.outcome is Outcome.EXPIRED
    assert 2 <= await face.bus.client.xlen(requests_to(slow)) <= 4
