"""Membership's composition root."""

from functools import partial
from pathlib import Path

from indaba.contracts import erasure, spoken
from indaba.contracts import linking as also
from indaba.contracts import membership as said
from indaba.ledger import Ledger
from indaba.membership import reactions
from indaba.membership.handlers import belonging, erasing, linking
from indaba.membership.timers import ErasuresFile
from indaba.membership.workflows import begin_release
from indaba.process.passports import PassportOffice

MIGRATIONS = Path(__file__).parent / "migrations"


def wire(
    ledger: Ledger,
    office: PassportOffice,
    erased_by: tuple[str, ...],
    erasures_file: Path | None = None,
) -> None:
    """Connect requests and events with their handlers and reactions.

    The list of the erased is also written to `erasures_file`, if there is one.
    """
    if erasures_file is not None:
        ledger.background("erasures", ErasuresFile(ledger, erasures_file).run)
    ledger.on_new_release(begin_release)
    ledger.answer(said.IssuePassport, partial(belonging.issue_passport, office=office))
    ledger.answer(said.FoundCommunity, partial(belonging.found_community, office=office))
    ledger.answer(said.JoinCommunity, partial(belonging.join_community, office=office))
    ledger.answer(said.LeaveCommunity, belonging.leave_community)
    ledger.answer(said.AssignRole, belonging.assign_role)
    ledger.answer(said.DescribeMe, partial(belonging.describe_me, office=office))
    ledger.answer(said.FindAccounts, belonging.find_accounts)
    ledger.answer(said.FindPlaces, belonging.find_places)
    ledger.answer(said.ShowMyData, belonging.show_my_data)
    ledger.answer(said.EraseMe, partial(erasing.erase_me, expected=erased_by))
    ledger.answer(erasure.ShowErased, erasing.show_erased)
    ledger.answer(said.IssueSignIn, belonging.issue_sign_in)
    ledger.answer(said.ConsumeSignIn, partial(belonging.consume_sign_in, office=office))
    ledger.answer(also.FindMembers, belonging.find_members)
    ledger.answer(also.IssueLinkCode, linking.issue_link_code)
    ledger.answer(also.LinkAccount, partial(linking.link_account, office=office))
    ledger.answer(also.IssueRoomCode, linking.issue_room_code)
    ledger.answer(also.ShowZones, linking.show_zones)
    ledger.answer(also.ShowRoomCode, linking.show_room_code)
    ledger.answer(also.AddPlace, linking.add_place)
    ledger.answer(also.RemovePlace, linking.remove_place)
    for answered in spoken(erasure.ErasureAnswered):
        ledger.on(answered, reactions.count_erasure_answer)
