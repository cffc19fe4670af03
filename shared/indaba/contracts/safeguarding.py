"""Contracts about reports to safeguarding leads, who are outside all communities.

Owned by membership, which stores the text of reports sealed. Events carry only a report's id, and
nothing says who wrote it.
"""

from datetime import date, timedelta
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from indaba.contracts.confidential import Confidential
from indaba.contracts.ids import ReportCode
from indaba.contracts.membership import Platform
from indaba.contracts.standing import Standing
from indaba.contracts.wire import (
    CallForHelp,
    Change,
    Done,
    Event,
    PersonalText,
    Question,
    Reply,
)

LONGEST_REPORT = 4000
Words = Annotated[
    PersonalText,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_REPORT),
]


class ReportingShown(Reply):
    """Whom to call in danger. A report is not the way to get help at once."""

    helplines: str


class ShowReporting(
    Question[ReportingShown], wire="membership.show-reporting.v1", asked_by=Standing.ANYBODY
):
    """Ask before writing a report. Refused if nobody is named who receives reports."""


class ReportDrafted(Reply):
    """A draft report, stored sealed for half an hour. Nobody gets it unless it is sent."""

    draft: UUID


class DraftReport(
    CallForHelp[ReportDrafted], wire="membership.draft-report.v1", asked_by=Standing.ANYBODY
):
    """Store the text of a report, sealed. An earlier draft of the same account is deleted."""

    forgotten_soon = True

    platform: Platform
    account: PersonalText
    words: Words


class SendReport(CallForHelp[Done], wire="membership.send-report.v1", asked_by=Standing.ANYBODY):
    """Send a draft of the same account to the safeguarding leads."""

    forgotten_soon = True

    platform: Platform
    account: PersonalText
    draft: UUID


class ReportFacts(BaseModel):
    """A report without its text. `deleted_on` is set once it is closed."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    code: str
    came_on: date
    deleted_on: date | None = None


class ReportsShown(Reply):
    """The reports still stored: open ones first, oldest first; fifty at most."""

    reports: Annotated[tuple[ReportFacts, ...], Confidential]


class ListReports(
    Question[ReportsShown], wire="membership.list-reports.v1", asked_by=Standing.LEAD
):
    """List the reports."""


class ReportShown(Reply):
    """One report as it was written."""

    words: Annotated[PersonalText, Confidential]
    facts: Annotated[ReportFacts, Confidential]


class ReadReport(Question[ReportShown], wire="membership.read-report.v1", asked_by=Standing.LEAD):
    """Read a report."""

    code: ReportCode


class ReportClosed(Reply):
    """When a closed report is deleted."""

    deleted_on: date


class CloseReport(Change[ReportClosed], wire="membership.close-report.v1", asked_by=Standing.LEAD):
    """Close a report that has been dealt with. It is deleted thirty days later."""

    code: ReportCode


class LeadsShown(Reply):
    """Whom to tell about a report on one platform, and its code. Nobody once it is closed."""

    code: str = ""
    accounts: tuple[PersonalText, ...] = Field(default=())


class ShowLeads(Question[LeadsShown], wire="membership.show-leads.v1", asked_by=Standing.FACE):
    """A face asks whom to tell that a report has come."""

    report: UUID
    platform: Platform


class ReportCame(Event, wire="membership.report-came.v1", kept=timedelta(days=30)):
    """The safeguarding leads are to be told about a report. `aggregate` is the report.

    It belongs to no community and has no causation id. Not worth sending after `until`.
    """

    until: AwareDatetime
