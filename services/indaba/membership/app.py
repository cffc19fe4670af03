"""Membership's composition root."""

from functools import partial
from pathlib import Path

from indaba.contracts import erasure
from indaba.contracts import membership as said
from indaba.ledger import Ledger
from indaba.membership import handlers, reactions
from indaba.process.passports import PassportOffice

MIGRATIONS = Path(__file__).parent / "migrations"


def wire(ledger: Ledger, office: PassportOffice, erased_by: tuple[str, ...]) -> None:
    """Connect what membership answers and listens to with how."""
    ledger.answer(said.IssuePassport, partial(handlers.issue_passport, office=office))
    ledger.answer(said.FoundCommunity, partial(handlers.found_community, office=office))
    ledger.answer(said.JoinCommunity, partial(handlers.join_community, office=office))
    ledger.answer(said.LeaveCommunity, handlers.leave_community)
    ledger.answer(said.AssignRole, handlers.assign_role)
    ledger.answer(said.DescribeMe, partial(handlers.describe_me, office=office))
    ledger.answer(said.FindAccounts, handlers.find_accounts)
    ledger.answer(said.FindPlaces, handlers.find_places)
    ledger.answer(said.ShowMyData, handlers.show_my_data)
    ledger.answer(said.EraseMe, partial(handlers.erase_me, expected=erased_by))
    ledger.answer(said.IssueSignIn, handlers.issue_sign_in)
    ledger.answer(said.ConsumeSignIn, partial(handlers.consume_sign_in, office=office))
    for answered in (
        erasure.SchedulingErased,
        erasure.LibraryErased,
        erasure.OutcomesErased,
        erasure.PortalErased,
        erasure.MatrixBotErased,
    ):
        ledger.on(answered, reactions.count_erasure_answer)
