import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from indaba.contracts.ids import MemberId
from indaba.contracts.membership import IssuePassport, MemberErased, Platform
from indaba.contracts.wire import Done, Envelope
from indaba.ledger import Ledger, Work
from indaba.operate.data.migrating import bring_up_to_date
from indaba.operate.installation import Installation
from indaba.operate.observe import dead_letters
from indaba.operate.observe.dead_letters import CannotReplay, NoSuchLetter
from indaba.operate.processes import PROCESSES
from indaba.process.world import RealWorld
from workshop import do, envelope, ledger_of, rows, until

WORLD = RealWorld()


class Clumsy:
    """A handler that fails until it is mended, and what it did."""

    def __init__(self) -> None:
        self.mended = False
        self.did: list[Any] = []

    async def __call__(self, what: Any, work: Work) -> None:
        if not self.mended:
            raise ZeroDivisionError
        self.did.append(what)

    async def answer(self, what: Any, work: Work) -> Done:
        await self(what, work)
        return Done()


@pytest.fixture
async def library(database: Any, bus_url: str) -> Any:
    """A library on real engines whose handlers fail, and its site."""
    url, clumsy = await database(), Clumsy()
    await bring_up_to_date({"library": url})
    ledger = ledger_of(
        "library", url, bus_url, migrations=PROCESSES["library"].migrations, world=WORLD
    )
    ledger.on(MemberErased, clumsy)
    ledger.on_timer("lend", clumsy)
    ledger.answer(IssuePassport, clumsy.answer)
    await ledger.start()
    yield ledger, clumsy, Installation({"library": url}, bus_url)
    await ledger.stop()


async def buried(ledger: Ledger, kind: str) -> str:
    async def there() -> bool:
        query = f"SELECT 1 FROM ledger.dead_letters WHERE kind = '{kind}'"
        return bool(await rows(ledger, query))

    await until(there, 20)
    return str((await rows(ledger, "SELECT id FROM ledger.dead_letters"))[0][0])


async def no_letters(ledger: Ledger) -> bool:
    return not await rows(ledger, "SELECT 1 FROM ledger.dead_letters")


def erased() -> Envelope:
    event = MemberErased(
        aggregate=WORLD.new_id(), version=1, erasure=WORLD.new_id(), member=MemberId(WORLD.new_id())
    )
    return Envelope.around(
        event, id=WORLD.new_id(), occurred_at=WORLD.now(), correlation=WORLD.new_id()
    )


async def test_an_event_put_back_is_done_once_and_its_letter_is_gone(library: Any) -> None:
    ledger, clumsy, site = library
    told = erased()
    await ledger.bus.tell("membership", [told])
    letter = await buried(ledger, "event")
    clumsy.mended = True
    await dead_letters.replay(site, letter[-6:], "")

    async def done() -> bool:
        return list(clumsy.did) == [MemberErased.model_validate(told.body)]

    await until(done)
    assert await no_letters(ledger)


async def test_a_timer_put_back_comes_at_once(library: Any) -> None:
    ledger, clumsy, site = library
    async with ledger.database.begin() as connection:
        await Work(connection, WORLD).set_timer(
            WORLD.now() - timedelta(hours=1), "lend", "book", {"files": 7}
        )
    for _ in range(5):
        await do(ledger, "UPDATE ledger.timers SET due_at = now() - interval '1 hour'")
        ledger._timers.wake.ring()
        await until(lambda: _moved_on(ledger))
    letter = await buried(ledger, "timer")
    clumsy.mended = True
    await dead_letters.replay(site, letter, "library")
    ledger._timers.wake.ring()

    async def done() -> bool:
        return list(clumsy.did) == [{"files": 7}]

    await until(done)
    assert await no_letters(ledger)


async def _moved_on(ledger: Ledger) -> bool:
    return not await rows(ledger, "SELECT 1 FROM ledger.timers WHERE due_at < now()")


async def test_a_timer_that_was_set_anew_is_left_alone(library: Any) -> None:
    ledger, _, site = library
    await do(
        ledger,
        "INSERT INTO ledger.dead_letters (id, kind, handler, reason, attempts, died_at, letter)"
        " VALUES (gen_random_uuid(), 'timer', 'lend', 'x', 5, now(), jsonb_build_object('key',"
        " 'lend/book', 'body', '{}'::jsonb, 'correlation', gen_random_uuid()))",
    )
    async with ledger.database.begin() as connection:
        later = WORLD.now() + timedelta(days=3)
        await Work(connection, WORLD).set_timer(later, "lend", "book", {"files": 8})
    with pytest.raises(CannotReplay, match="set anew"):
        await dead_letters.replay(site, await buried(ledger, "timer"), "")
    assert await rows(ledger, "SELECT body FROM ledger.timers") == [({"files": 8},)]
    assert not await no_letters(ledger)


async def test_a_request_is_not_done_behind_the_askers_back_and_shown_without_its_words(
    library: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    ledger, _, site = library
    asked = IssuePassport(platform=Platform.MATRIX, account="@thandi:home", room="!room")
    await ledger._requests.answer(envelope(asked, world=WORLD))
    letter = await buried(ledger, "request")
    with pytest.raises(CannotReplay, match="Ask them"):
        await dead_letters.replay(site, letter, "")
    capsys.readouterr()
    await dead_letters.show(site, letter, "", contents=False)
    shown = capsys.readouterr().out
    assert "thandi" not in shown
    assert json.loads(shown)["letter"]["body"]["account"] == "(hidden)"
    await dead_letters.show(site, letter, "", contents=True)
    whole = capsys.readouterr().out
    assert "!room" in whole
    assert "thandi" not in whole


async def test_the_list_names_kind_and_reason_but_no_contents(
    library: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    ledger, _, site = library
    await dead_letters.show_all(site)
    assert capsys.readouterr().out.strip() == "There are no dead letters."
    asked = IssuePassport(platform=Platform.MATRIX, account="@thandi:home", room="!room")
    await ledger._requests.answer(envelope(asked, world=WORLD))
    capsys.readouterr()
    await dead_letters.show_all(site)
    listed = capsys.readouterr().out
    assert "membership.issue-passport.v1" in listed
    assert "ZeroDivisionError" in listed
    assert "thandi" not in listed


async def test_a_letter_nobody_knows_is_refused(library: Any) -> None:
    with pytest.raises(NoSuchLetter):
        await dead_letters.replay(library[2], "ffffffff", "")


async def test_without_a_bus_nothing_is_changed(
    library: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dead_letters, "BUS_PATIENCE", 0.5)
    ledger, _, site = library
    await ledger.bus.tell("membership", [erased()])
    letter = await buried(ledger, "event")
    away = Installation(site.databases, f"unix://{tmp_path}/bus.sock")
    with pytest.raises(CannotReplay, match="nothing was changed"):
        await dead_letters.replay(away, letter, "")
    assert not await no_letters(ledger)
