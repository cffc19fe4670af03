"""What a bot does about events: cards to redraw, notices to write, passports to drop."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from indaba.contracts.agenda import AgendaChanged
from indaba.contracts.consenting import ConsentChanged
from indaba.contracts.erasure import ErasureAnswered
from indaba.contracts.group_sizes import GroupSizeChanged
from indaba.contracts.holding import CheckInCorrected, MeetingStarted
from indaba.contracts.ids import CommunityId
from indaba.contracts.linking import (
    AccountLinked,
    AccountUnlinked,
    MembersMerged,
    MembersParted,
    PlacesChanged,
)
from indaba.contracts.membership import (
    CommunityFounded,
    MemberErased,
    MemberJoined,
    MemberLeft,
    RolesChanged,
)
from indaba.contracts.publishing import AddressRenewed, PublicationChanged
from indaba.contracts.removal import CaseTold
from indaba.contracts.scheduling import (
    CheckedIn,
    MeetingAnnounced,
    MeetingBlanked,
    MeetingCancelled,
    MeetingChanged,
    MeetingClosed,
    MeetingEvent,
    MeetingMoved,
    MeetingRestored,
    MeetingScheduled,
    RsvpChanged,
)
from indaba.conversation.cards.announcements import TOLD
from indaba.conversation.cards.direct_messages import ERRANDS, DirectMessages
from indaba.conversation.cards.updater import CardUpdater
from indaba.conversation.cards.whom_to_tell import Errand, community_of, concerns_members
from indaba.conversation.delivery.service_client import Passports
from indaba.conversation.store import Store
from indaba.ledger import Ledger, Work
from indaba.ledger.erasure import erase
from indaba.ledger.listing import Whom
from indaba.ledger.merging import merge, part, renames_nothing
from indaba.process.metrics import POSTS

CHANGES_LAST = timedelta(hours=24)
REDRAWN_BY = (
    MeetingScheduled,
    MeetingAnnounced,
    MeetingChanged,
    MeetingRestored,
    MeetingStarted,
    MeetingMoved,
    MeetingCancelled,
    MeetingClosed,
    MeetingBlanked,
    RsvpChanged,
    CheckedIn,
    CheckInCorrected,
    AgendaChanged,
)
MembershipChange = (
    RolesChanged | MemberJoined | MemberLeft | AccountLinked | AccountUnlinked | ConsentChanged
)


class Reactions:
    """A bot's reactions, with what they need. `erased` is how the bot answers an erasure."""

    def __init__(
        self,
        process: str,
        updater: CardUpdater,
        direct_messages: DirectMessages,
        passports: Passports,
        erased: type[ErasureAnswered],
    ) -> None:
        self._process = process
        self._updater = updater
        self._direct_messages = direct_messages
        self._passports = passports
        self._erased = erased

    async def follow(self, event: MeetingEvent, work: Work) -> None:
        """Something happened to a meeting: its card shows it, its thread is told, or both."""
        if isinstance(event, REDRAWN_BY):
            await self.redraw(event, work)
        if type(event) in TOLD:
            await self.tell(event, work)

    async def redraw(self, event: MeetingEvent, work: Work) -> bool:
        """The meeting's card is behind, where it has one by now.

        Gives whether the community may live here: where it does not, nothing is drawn.
        """
        store = Store(work)
        here = not await store.communities.lives_elsewhere(event.meeting.community)
        await store.cards.want_card(event.meeting, event.version, work.correlation, here=here)
        self._updater.wake.ring()
        return here

    async def tell(self, event: MeetingEvent, work: Work) -> None:
        """The meeting's thread is to be told, unless that has become pointless."""
        until: datetime = getattr(event, "until", None) or work.now + CHANGES_LAST
        if until <= work.now:
            POSTS.labels(self._process, "too-late").inc()
            return
        await _keep_notice(event, work, until)
        self._updater.wake.ring()

    async def run_errand(self, event: Errand, work: Work) -> None:
        """Somebody is to be told outside of a thread, unless that has become pointless."""
        if isinstance(event, CaseTold | GroupSizeChanged):
            # It may let somebody in again, take powers from them, or change what passports show.
            self._passports.drop_all()
        if getattr(event, "platform", self._passports.platform) is not self._passports.platform:
            return
        until: datetime = getattr(event, "until", None) or work.now + CHANGES_LAST
        if until <= work.now:
            POSTS.labels(self._process, "too-late").inc()
            return
        community = None if concerns_members(event) else community_of(event)
        kept = event.model_dump(mode="json")
        await Store(work).errands.keep(
            work.cause, event.wire, kept, work.correlation, until, community
        )
        self._direct_messages.wake.ring()

    async def settle(self, event: CommunityFounded | PlacesChanged, work: Work) -> bool:
        """Note where a community lives; gives whether it has come to this platform just now.

        Its cards are then drawn here, and none while it lives elsewhere.
        """
        community, store = CommunityId(event.aggregate), Store(work)
        here = any(place.platform is self._passports.platform for place in event.places)
        came = await store.communities.settle(community, event.version, here=here)
        if await store.communities.lives_elsewhere(community):
            await store.cards.none_due(community)
        elif came:
            await store.cards.draw_again(community)
        self._updater.wake.ring()
        self._direct_messages.wake.ring()
        return came

    async def found(self, event: CommunityFounded, work: Work) -> None:
        """A community began."""
        await self.settle(event, work)

    async def open_rooms(self, event: PlacesChanged, work: Work) -> None:
        """A community has more rooms, or fewer: its cards are drawn where it lives now."""
        self._passports.drop_all()
        if event.added is not None:
            cards = Store(work).cards
            await cards.draw_again(CommunityId(event.aggregate))
        await self.settle(event, work)

    async def drop_passports(self, event: PublicationChanged, work: Work) -> None:  # noqa: ARG002 - nothing is kept
        """A community is shown with a passport, and is not as it was."""
        self._passports.drop_all()

    async def renew(self, event: AddressRenewed, work: Work) -> None:
        """A community's pages have another address."""
        await self.readdress(event, work)

    async def readdress(self, event: AddressRenewed, work: Work) -> bool:
        """Cards show another address. Gives whether the community may live here."""
        self._passports.drop_all()
        community, store = CommunityId(event.aggregate), Store(work)
        if await store.communities.lives_elsewhere(community):
            return False
        await store.cards.draw_coming_again(community)
        self._updater.wake.ring()
        return True

    async def merge_members(self, event: MembersMerged, work: Work) -> None:
        """Two members are one."""
        self._passports.drop_member(event.gone)
        self._passports.drop_member(event.member)
        version, until = event.version, event.undo_until
        await merge(work, event.gone, event.member, renames_nothing, version=version, until=until)

    async def part_members(self, event: MembersParted, work: Work) -> None:
        """Two members are two again."""
        self._passports.drop_member(event.gone)
        self._passports.drop_member(event.member)
        await part(work, event.gone, renames_nothing, version=event.version)

    async def drop_passport(self, event: MembershipChange, work: Work) -> None:  # noqa: ARG002 - nothing is kept
        """The rights of a member have changed."""
        self._passports.drop_member(event.member)

    async def erase_member(self, event: MemberErased, work: Work) -> None:
        """Forget a member, by the accounts that membership still knows."""
        self._passports.drop_member(event.member)
        accounts = await self._passports.erased(event.erasure, work.correlation)
        await forget(event, work, accounts, self._erased)


async def forget(
    event: MemberErased, work: Work, accounts: Iterable[str], erased: type[ErasureAnswered]
) -> None:
    """Forget a member and their accounts, and answer so."""
    whom, store = await Whom.of(work, event.member), Store(work)
    await store.own_data.unlink(whom, await erase(work, event.member))
    for account in accounts:
        await store.forget(account)
    service = erased.context()
    work.emit(erased(aggregate=event.erasure, version=1, erasure=event.erasure, service=service))


def wire(ledger: Ledger, reactions: Reactions) -> None:
    """Connect a bot to the events that concern it."""
    kinds: tuple[type[MeetingEvent], ...] = (*REDRAWN_BY, *TOLD)
    for event in dict.fromkeys(kinds):
        ledger.on(event, reactions.follow)
    for errand in ERRANDS:
        ledger.on(errand, reactions.run_errand)
    ledger.on(RolesChanged, reactions.drop_passport)
    ledger.on(ConsentChanged, reactions.drop_passport)
    ledger.on(MemberJoined, reactions.drop_passport)
    ledger.on(MemberLeft, reactions.drop_passport)
    ledger.on(AccountLinked, reactions.drop_passport)
    ledger.on(AccountUnlinked, reactions.drop_passport)
    ledger.on(MembersMerged, reactions.merge_members)
    ledger.on(MembersParted, reactions.part_members)
    ledger.on(PlacesChanged, reactions.open_rooms)
    ledger.on(CommunityFounded, reactions.found)
    ledger.on(PublicationChanged, reactions.drop_passports)
    ledger.on(AddressRenewed, reactions.renew)
    ledger.on(MemberErased, reactions.erase_member)


async def _keep_notice(event: MeetingEvent, work: Work, until: datetime) -> None:
    await Store(work).cards.notice(
        work.cause, event.wire, event.model_dump(mode="json"), work.correlation, until
    )
