"""Outcomes' composition root."""

from pathlib import Path

from indaba.contracts import (
    group_sizes,
    holding,
    library,
    linking,
    membership,
    retention,
    scheduling,
)
from indaba.contracts import outcomes as contracts
from indaba.ledger import Ledger
from indaba.ledger.releases import know_group_size
from indaba.outcomes import handlers, reactions

MIGRATIONS = Path(__file__).parent / "migrations"


def wire(ledger: Ledger) -> None:
    """Connect requests and events with the functions that handle them."""
    ledger.answer(contracts.ShowReport, handlers.show_report, writes=True)
    ledger.answer(contracts.ShowMyOutcomesData, handlers.show_my_data)
    ledger.on(membership.CommunityFounded, reactions.know_community, gathers=True)
    ledger.on(group_sizes.GroupSizeChanged, know_group_size, gathers=True)
    ledger.on(membership.MemberJoined, reactions.welcome, gathers=True)
    ledger.on(membership.MemberLeft, reactions.count_no_longer, gathers=True)
    ledger.on(membership.MemberDescribed, reactions.describe, gathers=True)
    ledger.on(linking.MembersMerged, reactions.merge_members)
    ledger.on(linking.MembersParted, reactions.part_members)
    ledger.on(membership.MemberErased, reactions.erase_member)
    ledger.on(retention.SchedulingUnlinked, reactions.unlink_presence)
    ledger.on(retention.LibraryUnlinked, reactions.unlink_uses)
    ledger.on(retention.MembershipUnlinked, reactions.unlink_member)
    for changed in (
        scheduling.MeetingScheduled,
        scheduling.MeetingMoved,
        scheduling.MeetingCancelled,
        scheduling.MeetingClosed,
        scheduling.MeetingBlanked,
    ):
        ledger.on(changed, reactions.follow_meeting, gathers=True)
    ledger.on(scheduling.CheckedIn, reactions.count_presence, gathers=True)
    ledger.on(holding.CheckInCorrected, reactions.take_back_presence, gathers=True)
    for other in (
        library.ResourceSaved,
        library.ResourceDescribed,
        library.ResourceWithdrawn,
        library.ResourceBlanked,
    ):
        ledger.on(other, reactions.follow_resource, gathers=True)
    ledger.on(library.ResourceUsed, reactions.count_use, gathers=True)
