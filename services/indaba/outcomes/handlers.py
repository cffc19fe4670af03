"""One function per request that outcomes answers."""

from zoneinfo import ZoneInfo

from indaba.contracts.membership import MemberData
from indaba.contracts.outcomes import Report, ShowMyOutcomesData, ShowReport
from indaba.contracts.passport import Role
from indaba.contracts.refusal import NotAMember
from indaba.ledger import Work
from indaba.outcomes.model import report, term_named
from indaba.outcomes.store import Store


async def show_report(request: ShowReport, work: Work) -> Report:
    """Show the figures of a term. Only facilitators see the meetings and resources behind them."""
    facts = await Store(work).facts(work.passport.in_community())
    today = work.now.astimezone(ZoneInfo(facts.zone)).date()
    term = term_named(request.term, today)
    facilitates = Role.FACILITATOR in work.passport.roles
    return report(facts, term, today, with_evidence=facilitates)


async def show_my_data(request: ShowMyOutcomesData, work: Work) -> MemberData:  # noqa: ARG001 - says all
    """Show everything that outcomes stores about the asker."""
    if work.passport.member is None:
        raise NotAMember
    data = await Store(work).history(work.passport.member)
    return MemberData(service="outcomes", data=data)
