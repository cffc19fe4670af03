"""Library's composition root."""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from indaba.contracts import library as contracts
from indaba.contracts.group_sizes import GroupSizeChanged
from indaba.contracts.limits import COMMUNITYS_FILES, DISK, MEMBERS_FILES, SAVED_A_DAY
from indaba.contracts.linking import MembersMerged, MembersParted
from indaba.contracts.membership import MemberErased
from indaba.contracts.record import HighlightsShared, MinutesApproved
from indaba.contracts.retention import MembershipUnlinked
from indaba.ledger import Ledger
from indaba.ledger.limits import Counter
from indaba.ledger.releases import know_group_size
from indaba.library import handlers, reactions, workflows
from indaba.library.store import counting
from indaba.library.timers import sweeping
from indaba.library.timers.reader import Read
from indaba.library.timers.reading import READ, Reading
from indaba.library.workflows import Disk
from indaba.process.file_store import FileStore

MIGRATIONS = Path(__file__).parent / "migrations"
USUAL_FOLDER = Path("files")


def wire(
    ledger: Ledger,
    files: FileStore | None = None,
    read: Read | None = None,
    most: Mapping[str, int] | None = None,
) -> None:
    """Connect requests, events and timers with the functions that handle them.

    `read` replaces the worker process that reads pages. `most` are the limits that differ from the
    default, by name.
    """
    files = files or FileStore(USUAL_FOLDER)
    for counter in counters(most or {}, files.folder):
        ledger.limit(counter)
    reading = Reading(ledger, read)
    ledger.answer(contracts.SaveResource, partial(handlers.save_resource, files=files))
    ledger.answer(contracts.AskForRoom, handlers.ask_for_room)
    ledger.answer(contracts.DescribeResource, handlers.describe_resource)
    ledger.answer(contracts.WithdrawResource, handlers.withdraw_resource)
    ledger.answer(contracts.FindResources, handlers.find_resources)
    ledger.answer(contracts.ShowResource, handlers.show_resource)
    ledger.answer(contracts.UseResource, handlers.use_resource)
    ledger.answer(contracts.ShareResource, handlers.share_resource)
    ledger.answer(contracts.PublishResource, partial(handlers.publish_resource, files=files))
    ledger.answer(contracts.ShowMyLibraryData, handlers.show_my_data)
    ledger.on(GroupSizeChanged, know_group_size, gathers=True)
    ledger.on(MemberErased, reactions.erase_member)
    ledger.on(MembersMerged, reactions.merge_members)
    ledger.on(MembersParted, reactions.part_members)
    ledger.on(MinutesApproved, reactions.keep_minutes)
    ledger.on(HighlightsShared, reactions.keep_highlights)
    ledger.on(MembershipUnlinked, reactions.unlink_member)
    ledger.keeps(*workflows.DUTIES)
    ledger.on_timer(READ, reading.look)
    ledger.on_timer(sweeping.REMOVE, partial(sweeping.remove, files=files))
    ledger.background("reading", reading.run)
    ledger.background("sweeping", sweeping.Sweeping(ledger, files).run)


def counters(most: Mapping[str, int], files: Path) -> Sequence[Counter]:
    """How to count what has a limit. `most` is what operators allow, `files` the files' folder."""
    disk = Disk(FileStore(files))
    of_member = (counting.files_of_member, counting.members_with_most)
    of_community = (counting.files_of_community, counting.communities_with_most)
    return (
        Counter.of(SAVED_A_DAY, most, counting.saved, counting.most_saved),
        Counter.of(MEMBERS_FILES, most, *of_member),
        Counter.of(COMMUNITYS_FILES, most, *of_community, used_by=counting.files_in_community_of),
        Counter.of(DISK, most, disk.used, disk.fullest),
    )
