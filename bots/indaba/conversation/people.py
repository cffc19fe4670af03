"""Who spoke and what they pointed at, found out from the platform and from membership."""

from dataclasses import replace

from indaba.contracts.ids import MemberId
from indaba.contracts.library import MOST_BYTES, Shelved
from indaba.contracts.linking import FindMembers
from indaba.contracts.refusal import Refusal
from indaba.conversation.intent import Intent, Person, may_not
from indaba.conversation.platform import CannotRead, ChatPlatform, Said, Written
from indaba.conversation.services import Asker, Passports, Services
from indaba.conversation.store import Heard
from indaba.conversation.topics.cop import SetUp
from indaba.ledger import Ledger
from indaba.process.shelf import Shelf, TooLarge


class CannotCopy(Refusal):
    """The platform does not give a file."""

    code = "cannot-copy"

    def __init__(self) -> None:
        super().__init__(
            "I cannot read that file any more, or it is larger than 25 MB. "
            "Send it again, or save a link to it."
        )


class People:
    """Makes a `Person` of what was heard."""

    def __init__(
        self,
        platform: ChatPlatform,
        ledger: Ledger,
        passports: Passports,
        portal_url: str,
        shelf: Shelf | None,
    ) -> None:
        self._platform = platform
        self._ledger = ledger
        self._passports = passports
        self._portal_url = portal_url
        self._shelf = shelf

    def services(self, heard: Heard) -> Services:
        """What asks the services for whoever spoke."""
        return Services(
            self._ledger.bus,
            self._ledger.world,
            self._passports,
            _asker(heard.said),
            heard.said.id,
            heard.correlation,
        )

    async def who(self, heard: Heard) -> Person:
        """Who spoke, as membership knows them. Raises `Unavailable` where it cannot be asked."""
        said = heard.said
        issued = await self._passports.of(_asker(said), heard.correlation)
        # Only founding and connecting need the power, and only where no community lives yet.
        lives_here = issued.community is not None and issued.lives_here
        power = not lives_here and not said.direct
        return Person(
            platform=self._platform.platform,
            account=said.account,
            room=said.room,
            direct=said.direct,
            passport=issued.passport,
            community=issued.community,
            has_power=power and await self._platform.has_power(said.room, said.account),
            now=self._ledger.world.now(),
            said_at=said.said_at,
            portal_url=self._portal_url,
            prefix=self._prefix(said),
            house=said.house,
            at_home=lives_here,
        )

    async def who_may(self, heard: Heard, kind: type[Intent]) -> Person:
        """Who spoke; asked anew before an intent is denied them a second after they may."""
        person = await self.who(heard)
        if not may_not(kind, person):
            return person
        self._passports.drop(_asker(heard.said))
        return await self.who(heard)

    async def with_surroundings(self, heard: Heard, intent: Intent, person: Person) -> Person:
        """What an intent needs besides: rooms named, the message pointed at, its file copied.

        Raises `Wait`, `Unavailable` or a `Refusal`.
        """
        if isinstance(intent, SetUp) and person.has_power:
            return replace(person, rooms=await self._rooms(heard.said, intent.where))
        if not intent.POINTS or may_not(type(intent), person):
            return person
        written = await self._pointed_at(heard.said)
        if written is None:
            return person
        return replace(
            person,
            written=written,
            author=await self._author(heard, written),
            shelved=await self._copied(written),
        )

    def _prefix(self, said: Said) -> str:
        return "" if said.direct and not self._platform.has_buttons else self._platform.prefix

    async def _rooms(self, said: Said, address: str) -> dict[str, str]:
        """Another room by its address, if the account runs it too."""
        room = await self._platform.room_at(address)
        runs = bool(room) and await self._platform.has_power(room, said.account)
        return {address: room} if runs else {}

    async def _pointed_at(self, said: Said) -> Written | None:
        if said.written is not None or not said.about:
            return said.written
        return await self._platform.message_at(said.room, said.about)

    async def _author(self, heard: Heard, written: Written) -> MemberId | None:
        wanted = FindMembers(platform=self._platform.platform, accounts=(written.account,))
        found = await self.services(heard).ask(wanted)
        return found.members.get(written.account)

    async def _copied(self, written: Written) -> Shelved | None:
        if written.file is None:
            return None
        if written.file.size > MOST_BYTES:
            raise TooLarge(MOST_BYTES)
        if self._shelf is None:
            raise CannotCopy
        try:
            pieces = self._platform.open_file(written.file)
            return await self._shelf.put(pieces, name=written.file.name)
        except CannotRead:
            raise CannotCopy from None


def _asker(said: Said) -> Asker:
    return Asker(said.account, said.room, said.direct, house=said.house)
