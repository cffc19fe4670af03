"""Reports to the safeguarding leads. They are stored sealed and opened for nobody else."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

from indaba.contracts.keeping import REPORTS
from indaba.contracts.membership import Platform
from indaba.contracts.safeguarding import (
    CloseReport,
    DraftReport,
    LeadsShown,
    ListReports,
    ReadReport,
    ReportCame,
    ReportClosed,
    ReportDrafted,
    ReportFacts,
    ReportingShown,
    ReportShown,
    ReportsShown,
    SendReport,
    ShowLeads,
    ShowReporting,
)
from indaba.contracts.wire import Done
from indaba.ledger import Work
from indaba.membership.model.safeguarding import (
    CODES,
    DRAFT_LASTS,
    MOST_A_DAY,
    MOST_LISTED,
    WORTH_TELLING_FOR,
    DraftGone,
    NobodyNamed,
    NoSuchReport,
    Safeguarding,
    TooManyReports,
    code_from,
)
from indaba.membership.store import Report, Reports
from indaba.membership.timers.reports import COUNTED, DEALT_WITH, UNSENT
from indaba.membership.workflows.codes import digest
from indaba.process.passports import PassportOffice

PURPOSE = "reports"


class Reporting:
    """Handlers of requests about reports."""

    def __init__(self, office: PassportOffice, safeguarding: Safeguarding) -> None:
        self._office = office
        self._seal = office.seal(PURPOSE)
        self._to = safeguarding

    async def show(self, request: ShowReporting, work: Work) -> ReportingShown:  # noqa: ARG002
        """Whom to call in danger. Raises `NobodyNamed`."""
        self._somebody()
        return ReportingShown(helplines=self._to.helplines)

    async def draft(self, request: DraftReport, work: Work) -> ReportDrafted:
        """Store a report's text, sealed, until it is sent.

        Raises `NobodyNamed` or `TooManyReports`.
        """
        self._somebody()
        sender = self._digest(request.platform, request.account)
        reports, draft = Reports(work), work.world.new_id()
        if await reports.sent(sender, work.now.date()) >= MOST_A_DAY:
            raise TooManyReports(self._to.helplines)
        await reports.draft(sender, draft, self._seal.close(request.words, draft))
        work.cut_ties()
        await work.set_timer(work.now + DRAFT_LASTS, UNSENT, str(draft), {"draft": str(draft)})
        return ReportDrafted(draft=draft)

    async def send(self, request: SendReport, work: Work) -> Done:
        """Turn a draft into a report that does not say who wrote it, and tell the leads.

        Raises `DraftGone`, `NobodyNamed` or `TooManyReports`.
        """
        self._somebody()
        reports, today = Reports(work), work.now.date()
        if await reports.get(request.draft) is not None:
            return Done()
        sender = self._digest(request.platform, request.account)
        sealed = await reports.take_draft(sender, request.draft)
        if sealed is None:
            raise DraftGone
        if await reports.count(sender, today) > MOST_A_DAY:
            raise TooManyReports(self._to.helplines)
        await work.cancel_timer(UNSENT, str(request.draft))
        await self._forget_tomorrow(sender, work)
        report = Report(request.draft, self._code(work), sealed, today, None)
        while not await reports.keep(report):
            report = replace(report, code=self._code(work))
        work.cut_ties()
        until = work.now + WORTH_TELLING_FOR
        work.emit(ReportCame(aggregate=request.draft, version=1, until=until))
        return Done()

    async def list_all(self, request: ListReports, work: Work) -> ReportsShown:  # noqa: ARG002
        """List the reports stored."""
        reports = await Reports(work).all(MOST_LISTED)
        return ReportsShown(reports=tuple(map(_facts, reports)))

    async def read(self, request: ReadReport, work: Work) -> ReportShown:
        """Read a report. Raises `NoSuchReport`."""
        report = await Reports(work).called(request.code)
        if report is None:
            raise NoSuchReport
        words = self._seal.open(report.sealed, report.id)
        return ReportShown(words=words, facts=_facts(report))

    async def close(self, request: CloseReport, work: Work) -> ReportClosed:
        """Close a report, to be deleted in thirty days. Raises `NoSuchReport`."""
        report = await Reports(work).called(request.code)
        if report is None:
            raise NoSuchReport
        if report.deleted_on is not None:
            return ReportClosed(deleted_on=report.deleted_on)
        goes = work.now + REPORTS.long
        await Reports(work).close(report.id, goes.date())
        await work.set_timer(goes, DEALT_WITH, str(report.id), {"report": str(report.id)})
        return ReportClosed(deleted_on=goes.date())

    async def show_leads(self, request: ShowLeads, work: Work) -> LeadsShown:
        """Whom to tell about a report that is open."""
        report = await Reports(work).get(request.report)
        if report is None or report.deleted_on is not None:
            return LeadsShown()
        return LeadsShown(code=report.code, accounts=self._to.on(request.platform))

    async def _forget_tomorrow(self, sender: str, work: Work) -> None:
        """Plan to forget tomorrow that this account sent a report today."""
        today = work.now.date()
        midnight = datetime.combine(today + timedelta(days=1), time(), UTC)
        counted = {"digest": sender, "day": str(today)}
        work.cut_ties()
        await work.set_timer(midnight, COUNTED, f"{today}/{sender}", counted)

    def _somebody(self) -> None:
        if not self._to.leads:
            raise NobodyNamed(self._to.helplines)

    def _digest(self, platform: Platform, account: str) -> str:
        return digest(self._office.pseudonym(f"{PURPOSE}/{platform}/{account}"))

    def _code(self, work: Work) -> str:
        return code_from(work.world.below(CODES))


def _facts(report: Report) -> ReportFacts:
    return ReportFacts(code=report.code, came_on=report.came_on, deleted_on=report.deleted_on)
