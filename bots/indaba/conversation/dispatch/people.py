"""Who spoke and what they pointed at, found out from the platform and from membership."""

from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import NAMESPACE_OID, uuid5

from indaba.contracts.consenting import ConsentDue
from indaba.contracts.ids import CommunityId, MemberId
from indaba.contracts.library import MOST_BYTES, AskForRoom, StoredFile
from indaba.contracts.linking import FindMembers
from indaba.contracts.refusal import Fault, Refusal, Unavailable
from indaba.conversation.commands.carrying_out import refusal_of
from indaba.conversation.commands.intent import Intent
from indaba.conversation.commands.person import Person
from indaba.conversation.commands.topics import INTENTS
from indaba.conversation.commands.topics.cop import SetUp
from indaba.conversation.commands.topics.membership import linked_accounts
from indaba.conversation.delivery.chat_events import ChatEvent, CommandInvoked, MessageSent, Written
from indaba.conversation.delivery.platform import CannotRead, ChatPlatform
from indaba.conversation.delivery.service_client import Asker, BusServiceClient, Passports
from indaba.conversation.dispatch.whereabouts import Whereabouts
from indaba.conversation.store import Offer, QueuedEvent, Store
from indaba.ledger import Ledger
from indaba.ledger.listing import Entries
from indaba.ledger.session import Session
from indaba.process.file_store import FileStore, TooLarge

WORTH_ASKING_FOR = timedelta(hours=20)


class CannotCopy(Refusal):
    """The platform does not give a file."""

    code = "cannot-copy"

    def __init__(self) -> None:
        super().__init__(
            "I cannot read that file any more, or it is larger than 25 MB. "
            "Send it again, or save a link to it."
        )


class People:
    """Makes a `Person` of what was queued."""

    def __init__(
        self,
        platform: ChatPlatform,
        ledger: Ledger,
        passports: Passports,
        portal_url: str,
        files: FileStore | None,
    ) -> None:
        self._platform = platform
        self._ledger = ledger
        self._passports = passports
        self._portal_url = portal_url
        self._files = files
        self.whereabouts = Whereabouts(platform, ledger, passports)

    def now(self) -> datetime:
        """The present."""
        return self._ledger.world.now()

    def services(self, queued: QueuedEvent) -> BusServiceClient:
        """What asks the services for whoever spoke."""
        return BusServiceClient(
            self._ledger.bus,
            self._ledger.world,
            self._passports,
            _asker(queued),
            queued.event.id,
            queued.correlation,
        )

    async def who(self, queued: QueuedEvent) -> Person:
        """Who spoke, as membership knows them. Raises `Unavailable` if it cannot be asked."""
        event = queued.event
        await self.whereabouts.look_for(queued)
        issued = await self._passports.of(_asker(queued), queued.correlation)
        # Only founding and connecting need the power, and only where no community lives yet.
        lives_here = issued.community is not None and issued.lives_here
        power = not lives_here and not event.direct
        return Person(
            platform=self._platform.platform,
            account=event.account,
            room=event.room,
            direct=event.direct,
            ephemeral=bool(event.ephemeral),
            passport=issued.passport,
            community=issued.community,
            has_power=power and await self._platform.has_power(event.room, event.account),
            now=self._ledger.world.now(),
            said_at=event.sent_at,
            portal_url=self._portal_url,
            prefix=self.prefix(event),
            intents=INTENTS,
            house=event.house,
            at_home=lives_here,
            because=issued.because,
            may_set_up=issued.may_set_up,
            communities=issued.choices,
        )

    async def who_may(self, queued: QueuedEvent, kind: type[Intent]) -> Person:
        """Who spoke; asked again before refusing, in case they have just got the right."""
        person = await self.who(queued)
        if refusal_of(kind, person) is None:
            return person
        self._passports.drop(_asker(queued))
        return await self.who(queued)

    async def speak_of(self, queued: QueuedEvent, community: CommunityId) -> None:
        """From now on their direct chat is about this community; what was asked there is closed."""
        event = queued.event
        async with self._ledger.database.begin() as connection:
            store = Store(Session(connection, self._ledger.world.now()))
            await store.dialogue.no_question(event)
            await store.errands.opened(event.account, event.room)
            await store.errands.speak_of(event.account, community)

    async def note_sign(self, queued: QueuedEvent) -> None:
        """Let membership know that who spoke takes part, as far as that can be known now."""
        with suppress(Refusal, Unavailable, Fault):
            issued = await self._passports.of(_asker(queued), queued.correlation)
            if issued.counted:
                services = self.services(queued)
                await self.whereabouts.note_sign(queued.event.account, issued.passport, services)

    async def to_be_asked(self, queued: QueuedEvent) -> ConsentDue | None:
        """Whoever spoke is to be told of a new wording, as far as that can be known now."""
        with suppress(Refusal, Unavailable, Fault):
            issued = await self._passports.of(_asker(queued), queued.correlation)
            member, community = issued.passport.member, issued.passport.community
            if issued.unasked and member and community:
                return ConsentDue(
                    aggregate=uuid5(NAMESPACE_OID, queued.event.id),
                    version=1,
                    community=community,
                    members=(member,),
                    until=self._ledger.world.now() + WORTH_ASKING_FOR,
                )
        return None

    async def with_surroundings(
        self, queued: QueuedEvent, intent: Intent, person: Person
    ) -> Person:
        """What an intent needs besides: rooms named, what is kept of them, a message and its file.

        Raises `Wait`, `Unavailable` or a `Refusal`.
        """
        if isinstance(intent, SetUp) and person.has_power:
            return replace(person, rooms=await self._rooms(queued.event, intent.where))
        if intent.TELLS_OWN_DATA and refusal_of(type(intent), person) is None:
            return replace(person, own_data=await self._own_data(queued, person))
        if not intent.POINTS or refusal_of(type(intent), person):
            return person
        written = await self._pointed_at(queued.event)
        if written is None:
            return person
        return replace(
            person,
            written=written,
            author=await self._author(queued, written),
            shelved=await self._copied(queued, written),
        )

    async def _own_data(self, queued: QueuedEvent, person: Person) -> tuple[Entries, ...]:
        """What this bot keeps of a person, by all their accounts on its platform."""
        accounts = await linked_accounts(person, self.services(queued))
        here = {one.account for one in accounts if one.platform is person.platform}
        member = person.passport.member if person.passport else None
        async with self._ledger.database.begin() as connection:
            store = Store(Session(connection, self._ledger.world.now()))
            return await store.own_data.of(member, sorted(here | {person.account}))

    async def offers_to(self, queued: QueuedEvent) -> list[Offer]:
        """Every choice still kept for whoever spoke, in the room where they did."""
        async with self._ledger.reading.connect() as connection:
            store = Store(Session(connection, self._ledger.world.now()))
            return await store.dialogue.all_offers_to(queued.event)

    def prefix(self, event: ChatEvent) -> str:
        """What a line begins with where this happened."""
        return "" if event.direct and not self._platform.has_buttons else self._platform.prefix

    async def _rooms(self, event: ChatEvent, address: str) -> dict[str, str]:
        """Another room by its address, if the account runs it too."""
        room = await self._platform.room_at(address)
        runs = bool(room) and await self._platform.has_power(room, event.account)
        return {address: room} if runs else {}

    async def _pointed_at(self, event: ChatEvent) -> Written | None:
        if isinstance(event, MessageSent | CommandInvoked) and event.written is not None:
            return event.written
        if not event.target:
            return None
        return await self._platform.message_at(event.room, event.target)

    async def _author(self, queued: QueuedEvent, written: Written) -> MemberId | None:
        wanted = FindMembers(platform=self._platform.platform, accounts=(written.account,))
        found = await self.services(queued).ask(wanted)
        return found.members.get(written.account)

    async def _copied(self, queued: QueuedEvent, written: Written) -> StoredFile | None:
        """A file, in the file store; not before the library has said that there is room."""
        if written.file is None:
            return None
        if written.file.size > MOST_BYTES:
            raise TooLarge(MOST_BYTES)
        if self._files is None:
            raise CannotCopy
        await self.services(queued).ask(AskForRoom(size=max(0, written.file.size)))
        try:
            pieces = self._platform.open_file(written.file)
            return await self._files.put(pieces, name=written.file.name)
        except CannotRead:
            raise CannotCopy from None


def _asker(queued: QueuedEvent) -> Asker:
    event = queued.event
    about = queued.community if event.direct else None
    return Asker(event.account, event.room, event.direct, house=event.house, community=about)
