"""One function per request that outcomes answers."""

from dataclasses import replace
from datetime import datetime, time
from zoneinfo import ZoneInfo

from indaba.contracts.figures import ReleasedShare
from indaba.contracts.membership import MemberData
from indaba.contracts.outcomes import Report, ShowMyOutcomesData, ShowReport, Term
from indaba.contracts.passport import Role
from indaba.ledger import Work
from indaba.ledger.listing import of_the_ledger
from indaba.ledger.releases import Releases
from indaba.outcomes.model import Facts, cross_use, is_running, report, resources_of, term_named
from indaba.outcomes.store import Store


async def show_report(request: ShowReport, work: Work) -> Report:
    """Show the figures of a term. What can be known from registers only is for facilitators."""
    facts = await Store(work).facts(work.passport.in_community())
    today = work.now.astimezone(ZoneInfo(facts.zone)).date()
    term = term_named(request.term, today)
    begins = datetime.combine(term.first, time(), ZoneInfo(facts.zone))
    releases = await Releases.of(work, facts.community, since=begins)
    crossed = None if is_running(term, today) else await _crossed(facts, term, releases)
    facilitates = Role.FACILITATOR in work.passport.roles
    facts = replace(facts, group_size=releases.least)
    return report(facts, term, today, crossed, reads_register=facilitates)


async def _crossed(facts: Facts, term: Term, releases: Releases) -> ReleasedShare | None:
    """Use across organisations in a term that is over, as it was released the first time."""
    yes, no = cross_use(resources_of(facts, term), facts.organisation)
    name = f"cross-use/{facts.community}/{term.name}"
    return await releases.share_once(name, yes, no)


async def show_my_data(request: ShowMyOutcomesData, work: Work) -> MemberData:  # noqa: ARG001 - says all
    """Show everything that outcomes stores about the asker."""
    member = work.passport.known()
    kept = {"kept by every process": await of_the_ledger(member, work)}
    data = await Store(work).history(member) | kept
    return MemberData(service="outcomes", data=data)
