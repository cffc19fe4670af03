"""A report reaches a safeguarding lead outside the community, sealed."""

import asyncio
import logging
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

import pytest

from dumps import Dump, dumped, where
from indaba.contracts.keeping import REPORTS
from indaba.contracts.membership import EraseMe, PassportIssued, Platform
from indaba.contracts.refusal import Fault, Refused
from indaba.contracts.responsible import ResponsibleShown, ShowResponsible
from indaba.contracts.safeguarding import (
    LONGEST_REPORT,
    CloseReport,
    DraftReport,
    ListReports,
    ReadReport,
    ReportCame,
    SendReport,
    ShowLeads,
    ShowReporting,
)
from indaba.contracts.wire import Reply, Request
from indaba.conversation.delivery.service_client import ask
from indaba.membership.handlers.belonging import show_responsible
from indaba.membership.model.safeguarding import DRAFT_LASTS, MOST_A_DAY, Safeguarding
from indaba.operate.installation import Installation
from indaba.operate.observe.doctor import reports_findings, responsible_findings
from indaba.process import logs
from services.town import LEAD, Town
from workshop import do, rows, until

pytestmark = pytest.mark.asyncio(loop_scope="module")

R = TypeVar("R", bound=Reply)
WORDS = "Sesame happened\nafter the meeting"
ZINHLE = "@zinhle:example.org"
SOON = timedelta(minutes=1)


async def _draft(town: Town, words: str = WORDS, account: str = ZINHLE) -> UUID:
    asked = DraftReport(platform=Platform.MATRIX, account=account, words=words)
    return (await town.ask(asked)).draft


async def _send(town: Town, draft: UUID, account: str = ZINHLE) -> None:
    await town.ask(SendReport(platform=Platform.MATRIX, account=account, draft=draft))


async def _lead(town: Town) -> PassportIssued:
    return await town.passport(LEAD, "!chat:example.org", direct=True)


async def _codes(town: Town) -> list[str]:
    return [r.code for r in (await town.ask(ListReports(), await _lead(town))).reports]


async def _refused(asking: Any) -> str:
    with pytest.raises(Refused) as no:
        await asking
    return no.value.told


async def _dump(town: Town) -> Dump:
    return await dumped(town.ledgers.values())


async def test_a_report_is_sealed_and_read_by_the_lead_alone(
    town: Town, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.configure(json=True, level=logging.DEBUG)
    await town.founded(ZINHLE)
    draft = await _draft(town)
    first = await _dump(town)
    await _send(town, draft)
    [code] = await _codes(town)
    shown = await town.ask(ReadReport(code=code), await _lead(town))
    assert (shown.words, shown.facts.code) == (WORDS, code)

    await asyncio.sleep(0.1)
    said = capsys.readouterr().out
    assert "membership.send-report.v1" in said
    for dump in (first, await _dump(town)):
        assert where(dump, "Sesame") == set()
    assert "Sesame" not in said
    assert ZINHLE not in said


async def test_nothing_that_is_kept_leads_from_a_report_to_whoever_wrote_it(town: Town) -> None:
    held = await town.founded(ZINHLE)
    who, act = str(held.passport.member), town.clock.new_id()
    account: dict[str, Any] = {"platform": Platform.MATRIX, "account": ZINHLE}

    async def say(request: Request[R]) -> R:
        said = await ask(town.bus, town.clock, request, act, passport=held, key="the message's id")
        assert where(await _dump(town), str(act)) == set()
        return said

    draft = (await say(DraftReport(words=WORDS, **account))).draft
    await say(SendReport(draft=draft, **account))
    membership = town.ledgers["membership"]
    [(told,)] = await rows(
        membership, f"SELECT envelope FROM ledger.journal WHERE wire = '{ReportCame.wire}'"
    )
    assert told["causation"] is None
    assert told["community"] is None
    assert set(told["body"]) == {"aggregate", "version", "until"}
    assert where(await _dump(town), told["correlation"]) <= {
        "membership ledger.journal",
        "membership ledger.outbox",
    }
    about = {"public.reports", "public.report_drafts", "public.report_counts"}
    named = {f"membership {table}" for table in about}
    assert where(await _dump(town), who).isdisjoint(named)
    assert where(await _dump(town), ZINHLE).isdisjoint(named)

    key = "SELECT 1 FROM ledger.inbox WHERE key LIKE '%-report.v1/%'"
    assert await rows(membership, key)
    town.later(minutes=11)
    await membership.tidy()
    assert not await rows(membership, key)
    town.later(days=1)

    async def forgotten() -> bool:
        timers = "SELECT 1 FROM ledger.timers WHERE kind LIKE 'membership.report%'"
        counts = await rows(membership, "SELECT 1 FROM report_counts")
        return not counts and not await rows(membership, timers)

    await until(forgotten)


async def test_a_draft_goes_to_nobody_and_is_gone_in_half_an_hour(town: Town) -> None:
    draft = await _draft(town)
    assert await _codes(town) == []
    assert await _refused(_send(town, draft, "@other:example.org")) == "draft-gone"
    town.later(seconds=(DRAFT_LASTS + SOON).total_seconds())
    membership = town.ledgers["membership"]

    async def gone() -> bool:
        return not await rows(membership, "SELECT 1 FROM report_drafts")

    await until(gone)
    assert await _refused(_send(town, draft)) == "draft-gone"


async def test_a_second_draft_replaces_the_first_and_sending_twice_is_once(town: Town) -> None:
    first, second = await _draft(town, "First"), await _draft(town, "Second")
    assert await _refused(_send(town, first)) == "draft-gone"
    await _send(town, second)
    await _send(town, second)
    [code] = await _codes(town)
    assert (await town.ask(ReadReport(code=code), await _lead(town))).words == "Second"


async def test_five_a_day_and_no_more(town: Town) -> None:
    town.later(seconds=_until_midnight(town) + 60)
    for _ in range(MOST_A_DAY - 1):
        await _send(town, await _draft(town))
    late = await _draft(town)
    await _send(town, late)
    assert len(await _codes(town)) == MOST_A_DAY
    assert await _refused(_draft(town)) == "too-many-reports"
    await _draft(town, account="@other:example.org")
    town.later(days=1)
    await _draft(town)


async def test_what_was_drafted_before_the_limit_is_not_sent_after_it(town: Town) -> None:
    town.later(seconds=_until_midnight(town) + 60)
    draft = await _draft(town)
    today = town.clock.now().date()
    counted = f"SELECT digest, '{today}', {MOST_A_DAY} FROM report_drafts"
    await do(town.ledgers["membership"], f"INSERT INTO report_counts (digest, day, sent) {counted}")
    assert await _refused(_send(town, draft)) == "too-many-reports"
    assert await _codes(town) == []


async def test_four_thousand_letters_fit_and_no_more(town: Town) -> None:
    await _send(town, await _draft(town, "ö" * LONGEST_REPORT))
    [code] = await _codes(town)
    read = await town.ask(ReadReport(code=code), await _lead(town))
    assert read.words == "ö" * LONGEST_REPORT
    longer = DraftReport.model_construct(
        platform=Platform.MATRIX, account=ZINHLE, words="ö" * (LONGEST_REPORT + 1)
    )
    assert await _refused(town.ask(longer)) == "malformed-request"


async def test_a_closed_report_is_read_for_thirty_days_and_then_gone(town: Town) -> None:
    await _send(town, await _draft(town))
    [code] = await _codes(town)
    town.later(seconds=_until_midnight(town) + 60)
    lead = await _lead(town)
    goes = (await town.ask(CloseReport(code=code), lead)).deleted_on
    assert goes == (town.clock.now() + REPORTS.long).date()
    await _send(town, await _draft(town, "Another"))
    assert (await _codes(town))[1] == code
    town.later(seconds=(REPORTS.long - SOON).total_seconds())
    lead = await _lead(town)
    assert (await town.ask(CloseReport(code=code), lead)).deleted_on == goes
    assert (await town.ask(ReadReport(code=code), lead)).words == WORDS
    town.later(minutes=2)

    async def gone() -> bool:
        return code not in await _codes(town)

    await until(gone)
    assert await _refused(town.ask(ReadReport(code=code), await _lead(town))) == "no-such-report"
    assert len(await _codes(town)) == 1


async def test_a_face_is_told_whom_to_tell_while_a_report_is_open(town: Town) -> None:
    draft = await _draft(town)
    await _send(town, draft)
    face = await town.passport("")
    shown = await town.ask(ShowLeads(report=draft, platform=Platform.MATRIX), face)
    assert ([shown.code], shown.accounts) == (await _codes(town), (LEAD,))
    assert not (await town.ask(ShowLeads(report=draft, platform=Platform.DISCORD), face)).accounts
    await town.ask(CloseReport(code=shown.code), await _lead(town))
    assert not (await town.ask(ShowLeads(report=draft, platform=Platform.MATRIX), face)).accounts


async def test_an_erasure_leaves_reports_as_nothing_in_them_says_whose_they_are(
    town: Town,
) -> None:
    await town.founded(ZINHLE)
    await _send(town, await _draft(town))
    held = await town.passport(ZINHLE, "!chat:example.org", direct=True)
    await town.ask(EraseMe(), held)
    [code] = await _codes(town)
    assert (await town.ask(ReadReport(code=code), await _lead(town))).words == WORDS


async def test_a_fault_keeps_no_words(town: Town) -> None:
    membership = town.ledgers["membership"]
    await do(membership, "ALTER TABLE report_drafts RENAME TO lost")
    with pytest.raises(Fault):
        await _draft(town)
    assert await rows(membership, "SELECT 1 FROM ledger.dead_letters")
    assert where(await _dump(town), "Sesame") == set()
    assert where(await _dump(town), ZINHLE) == set()


async def test_where_nobody_is_named_nothing_is_kept_and_that_is_said(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    membership = town.ledgers["membership"]
    reporting: Any = membership._requests.handlers[DraftReport.wire]
    monkeypatch.setattr(reporting.__self__, "_to", Safeguarding())
    for asking in (town.ask(ShowReporting()), _draft(town)):
        with pytest.raises(Refused) as no:
            await asking
        assert no.value.told == "nobody-named"
        assert "Childline 116, police 10111" in no.value.words
    assert not await rows(membership, "SELECT 1 FROM report_drafts")


async def test_the_doctor_says_whether_anybody_receives_reports(
    town: Town, bus_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    town.clock.follow_the_machine()
    site = Installation(databases={}, bus_url=bus_url)
    [finding] = await reports_findings(site)
    assert (finding.ok, "somebody is named" in finding.what) == (True, True)
    reporting: Any = town.ledgers["membership"]._requests.handlers[DraftReport.wire]
    monkeypatch.setattr(reporting.__self__, "_to", Safeguarding())
    [finding] = await reports_findings(site)
    assert finding.what.endswith("INDABA_MEMBERSHIP_SAFEGUARDING_LEADS")


async def test_the_doctor_is_troubled_where_others_use_it_and_nobody_answers_for_it(
    town: Town, bus_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    town.clock.follow_the_machine()
    here = Installation(databases={}, bus_url=bus_url)
    for_others = replace(here, portal="https://cop.example.org")
    [trouble] = await responsible_findings(for_others)
    assert not trouble.ok
    assert "INDABA_MEMBERSHIP_RESPONSIBLE_PARTY" in trouble.next
    [trying_out] = await responsible_findings(here)
    assert trying_out.ok
    handlers: Any = town.ledgers["membership"]._requests.handlers
    named = ResponsibleShown(party="The Network", contact="privacy@x.org", place="Cape Town")
    told = partial(show_responsible, responsible=named)
    monkeypatch.setitem(handlers, ShowResponsible.wire, told)
    [finding] = await responsible_findings(for_others)
    assert finding.ok


def _until_midnight(town: Town) -> float:
    """Seconds: what is counted by the day begins with one."""
    now = town.clock.now()
    return 86400 - (now.hour * 3600 + now.minute * 60 + now.second)
