"""Membership's composition root."""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from indaba.contracts import (
    consenting,
    erasure,
    group_sizes,
    linking,
    reaching,
    removal,
    safeguarding,
    spoken,
)
from indaba.contracts import membership as contracts
from indaba.contracts import publishing as publishing_contracts
from indaba.contracts.limits import FOUNDED, FOUNDED_A_DAY
from indaba.contracts.responsible import ResponsibleShown, ShowResponsible
from indaba.ledger import Ledger
from indaba.ledger.limits import Counter
from indaba.membership import reactions
from indaba.membership.handlers import (
    accounts,
    belonging,
    deciding,
    erasing,
    publishing,
    removing,
    rooms,
)
from indaba.membership.handlers import consenting as consent_handlers
from indaba.membership.handlers import group_sizes as size_handlers
from indaba.membership.handlers.reporting import Reporting
from indaba.membership.model.safeguarding import Safeguarding
from indaba.membership.model.strangers import Strangers
from indaba.membership.store import counting
from indaba.membership.timers import reports
from indaba.membership.timers.erasures_file import ErasuresFile
from indaba.membership.timers.links import link_over
from indaba.membership.workflows import consenting as consent_workflow
from indaba.membership.workflows import unlinking
from indaba.membership.workflows.group_sizes import BEGINS, begin_group_size
from indaba.membership.workflows.opening import ASK, ask_what_stays_open
from indaba.membership.workflows.release import begin_release
from indaba.membership.workflows.removing import DUE, ENDS, motion_due, suspension_ends
from indaba.membership.workflows.succession import ASKED, LOOK, give_up, look
from indaba.membership.workflows.telling import OVER
from indaba.process.named import Named
from indaba.process.passports import PassportOffice

MIGRATIONS = Path(__file__).parent / "migrations"


def wire(  # noqa: PLR0913 - one composition root calls this
    ledger: Ledger,
    office: PassportOffice,
    erased_by: tuple[str, ...],
    erasures_file: Path | None = None,
    reports_to: Safeguarding | None = None,
    strangers: Strangers | None = None,
    *,
    responsible: ResponsibleShown | None = None,
) -> None:
    """Connect requests and events with the functions that handle them.

    The list of the erased is also written to `erasures_file`, if given. Without `strangers`,
    anybody may set up communities. `responsible` says who is responsible for the data stored.
    """
    strangers = strangers or Strangers()
    for counter in counters(strangers.most):
        ledger.limit(counter)
    reports_to = reports_to or Safeguarding()
    if erasures_file is not None:
        ledger.background("erasures", ErasuresFile(ledger, erasures_file).run)
    ledger.on_new_release(begin_release)
    ledger.seal_keys(office.seal("replies"))
    _wire_joining(ledger, office, reports_to, strangers.set_up_by)
    ledger.answer(contracts.AssignRole, partial(removing.assign_role, office=office))
    ledger.answer(removal.ResumeRole, removing.resume_role)
    ledger.answer(contracts.DescribeMe, partial(belonging.describe_me, office=office))
    ledger.answer(contracts.FindAccounts, belonging.find_accounts)
    ledger.answer(reaching.ReachMembers, belonging.reach_members)
    ledger.answer(contracts.FindPlaces, belonging.find_places)
    _wire_data(ledger, responsible or ResponsibleShown())
    ledger.answer(contracts.EraseMe, partial(erasing.erase_me, expected=erased_by))
    ledger.answer(erasure.ShowErased, erasing.show_erased)
    ledger.answer(contracts.IssueSignIn, belonging.issue_sign_in)
    ledger.answer(contracts.ConsumeSignIn, partial(belonging.consume_sign_in, office=office))
    ledger.answer(linking.FindMembers, belonging.find_members)
    ledger.answer(linking.IssueRoomCode, rooms.issue_room_code)
    ledger.answer(linking.ShowZones, rooms.show_zones, writes=True)
    ledger.answer(linking.ShowRoomCode, partial(rooms.show_room_code, office=office))
    ledger.answer(linking.AddPlace, partial(rooms.add_place, office=office))
    ledger.answer(linking.RemovePlace, rooms.remove_place)
    _wire_accounts(ledger, office)
    _wire_facilitating(ledger, office)
    _wire_reports(ledger, Reporting(office, reports_to))
    for answered in spoken(erasure.ErasureAnswered):
        ledger.on(answered, reactions.count_erasure_answer)


def _wire_data(ledger: Ledger, responsible: ResponsibleShown) -> None:
    ledger.answer(ShowResponsible, partial(belonging.show_responsible, responsible=responsible))
    ledger.answer(contracts.ShowMyData, belonging.show_my_data)
    ledger.answer(consenting.ShowConsent, consent_handlers.show_consent)
    ledger.answer(consenting.AnswerConsent, consent_handlers.answer_consent)
    ledger.answer(consenting.AskConsent, consent_handlers.ask_consent)
    ledger.on_timer(consent_workflow.LOOK, consent_workflow.look_who_is_to_be_asked)
    ledger.on_timer(consent_workflow.SAY, consent_workflow.say_wording)
    ledger.keeps(*unlinking.DUTIES)


def _wire_joining(
    ledger: Ledger, office: PassportOffice, reports_to: Safeguarding, set_up_by: Named
) -> None:
    """Connect requests about passports, founding, joining, leaving and signing in."""
    passport = partial(
        belonging.issue_passport, office=office, reports_to=reports_to, set_up_by=set_up_by
    )
    ledger.answer(contracts.IssuePassport, passport)
    begin = partial(belonging.found_community, office=office, set_up_by=set_up_by)
    ledger.answer(contracts.FoundCommunity, begin)
    ledger.answer(contracts.JoinCommunity, partial(belonging.join_community, office=office))
    ledger.answer(contracts.LeaveCommunity, belonging.leave_community)


def counters(most: Mapping[str, int], _: Path | None = None) -> Sequence[Counter]:
    """How to count what has a limit. `most` is what operators allow."""
    by_account = (counting.founded, counting.most_founded, counting.founder)
    by_anybody = (counting.founded_today, counting.all_founded_today)
    return (
        Counter.of(FOUNDED, most, *by_account),
        Counter.of(FOUNDED_A_DAY, most, *by_anybody),
    )


def _wire_accounts(ledger: Ledger, office: PassportOffice) -> None:
    """Connect requests about linking and unlinking accounts."""
    ledger.answer(linking.IssueLinkCode, accounts.issue_link_code)
    ledger.answer(linking.LinkAccount, accounts.link_account)
    ledger.answer(linking.EndLinkCode, accounts.end_link_code)
    ledger.answer(linking.EndOverheard, accounts.end_overheard)
    ledger.answer(linking.ShowLinkCode, partial(accounts.show_link_code, office=office))
    ledger.answer(linking.ProposeLink, partial(accounts.propose_link, office=office))
    ledger.answer(linking.AnswerLink, partial(accounts.answer_link, office=office))
    ledger.answer(linking.ShowLinks, partial(accounts.show_links, office=office))
    ledger.answer(linking.UnlinkAccount, partial(accounts.unlink_account, office=office))
    ledger.answer(linking.TellLink, partial(accounts.tell_link, office=office))
    ledger.on_timer(OVER, link_over)


def _wire_facilitating(ledger: Ledger, office: PassportOffice) -> None:
    """Connect requests of facilitators."""
    _wire_publishing(ledger)
    _wire_group_sizes(ledger)
    _wire_cases(ledger, office)


def _wire_publishing(ledger: Ledger) -> None:
    """Connect requests about what a community publishes."""
    ledger.answer(publishing_contracts.ShowPublication, publishing.show_publication)
    ledger.answer(publishing_contracts.Publish, publishing.publish)
    ledger.answer(publishing_contracts.RenewAddress, publishing.renew_address)
    ledger.on_timer(ASK, ask_what_stays_open)


def _wire_group_sizes(ledger: Ledger) -> None:
    """Connect requests about how many people each figure stands for."""
    ledger.answer(group_sizes.ShowGroupSize, size_handlers.show_group_size)
    ledger.answer(group_sizes.SetGroupSize, size_handlers.set_group_size)
    ledger.answer(group_sizes.TakeBackGroupSize, size_handlers.take_back_group_size)
    ledger.on_timer(BEGINS, begin_group_size)


def _wire_cases(ledger: Ledger, office: PassportOffice) -> None:
    """Connect requests and timers about removing members, and about succession."""
    ledger.answer(removal.RemoveMember, partial(removing.remove_member, office=office))
    ledger.answer(removal.ReadmitMember, partial(removing.readmit_member, office=office))
    ledger.answer(removal.SuspendMember, partial(removing.suspend_member, office=office))
    ledger.answer(removal.SuspendAccount, partial(removing.suspend_account, office=office))
    ledger.answer(removal.AppealRemoval, removing.appeal_removal)
    ledger.answer(removal.NoteDeparture, partial(removing.note_departure, office=office))
    ledger.answer(removal.ListCases, deciding.list_cases)
    ledger.answer(removal.AnswerCase, partial(deciding.answer_case, office=office))
    ledger.answer(removal.ShowCase, deciding.show_case)
    ledger.answer(removal.StandIn, deciding.stand_in)
    ledger.answer(removal.NoteSign, deciding.note_sign)
    ledger.answer(removal.ShowHomes, rooms.show_homes)
    ledger.answer(removal.MovePlace, rooms.move_place)
    ledger.on_timer(DUE, partial(motion_due, office=office))
    ledger.on_timer(ENDS, suspension_ends)
    ledger.on_timer(LOOK, look)
    ledger.on_timer(ASKED, give_up)


def _wire_reports(ledger: Ledger, reporting: Reporting) -> None:
    """Connect requests about reports to the safeguarding leads."""
    ledger.answer(safeguarding.ShowReporting, reporting.show)
    ledger.answer(safeguarding.DraftReport, reporting.draft)
    ledger.answer(safeguarding.SendReport, reporting.send)
    ledger.answer(safeguarding.ListReports, reporting.list_all)
    ledger.answer(safeguarding.ReadReport, reporting.read)
    ledger.answer(safeguarding.CloseReport, reporting.close)
    ledger.answer(safeguarding.ShowLeads, reporting.show_leads)
    ledger.on_timer(reports.UNSENT, reports.forget_draft)
    ledger.on_timer(reports.DEALT_WITH, reports.forget_report)
    ledger.on_timer(reports.COUNTED, reports.forget_count)
