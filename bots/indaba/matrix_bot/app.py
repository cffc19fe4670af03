"""The Matrix bot's composition root."""

from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

import indaba.conversation
from indaba.contracts.erasure import MatrixBotErased
from indaba.contracts.membership import Platform
from indaba.conversation import reactions
from indaba.conversation.cards.direct_messages import DirectMessages
from indaba.conversation.cards.updater import CardUpdater
from indaba.conversation.delivery.inbox_worker import InboxWorker
from indaba.conversation.delivery.lease import Lease
from indaba.conversation.delivery.sender import PostSender
from indaba.conversation.delivery.service_client import Passports
from indaba.conversation.dispatch.dispatcher import Dispatcher
from indaba.conversation.dispatch.people import People
from indaba.conversation.store import Store
from indaba.ledger import Ledger
from indaba.matrix_bot.bridged_rooms import BridgedRooms
from indaba.matrix_bot.client import Homeserver
from indaba.matrix_bot.crypto import Keyring
from indaba.matrix_bot.exchange import Exchange
from indaba.matrix_bot.greetings import Greetings
from indaba.matrix_bot.hearing import Hearing
from indaba.matrix_bot.invitations import Invitations
from indaba.matrix_bot.platform import MatrixPlatform
from indaba.matrix_bot.reading import Reading
from indaba.matrix_bot.rooms import Rooms
from indaba.matrix_bot.settings import MatrixBotSettings
from indaba.matrix_bot.unread import Unread
from indaba.process.file_store import FileStore
from indaba.process.loops import pause
from indaba.process.run import Readiness

MIGRATIONS = Path(indaba.conversation.__file__).parent / "migrations"
HOUSEKEEPING_SECONDS = 3600.0


class MatrixBot:
    """The bot as a part of a process. `ledger` is its own, on a database at `MIGRATIONS`.

    `shelf` is where files that people save are kept; the library looks there for them.
    """

    name = "matrix_bot"

    def __init__(self, settings: MatrixBotSettings, ledger: Ledger, files: FileStore) -> None:
        self._ledger = ledger
        self._files = files
        self._lease = Lease(ledger.database)
        self._homeserver = Homeserver(
            settings.homeserver, settings.user_id, settings.access_token, settings.device_id
        )
        self._rooms = Rooms(self._homeserver)
        self._keyring = Keyring(settings.keys_folder, settings.user_id)
        self._exchange = Exchange(self._homeserver, self._rooms, self._keyring, ledger.world)
        self.platform = MatrixPlatform(
            self._homeserver, self._rooms, self._exchange, ledger.world, settings
        )
        self._wire(settings)

    async def start(self) -> None:
        """Begin. A homeserver that is away is waited for in the background."""
        await self._ledger.start()

    async def stop(self) -> None:
        """End. What is in hand is done again at the next start."""
        await self._ledger.stop()
        await self._homeserver.close()

    async def ready(self) -> Readiness:
        """Ready when it hears and posts."""
        found = await self._ledger.ready()
        if not found.ok:
            return found
        if self._lease.standing_by:
            return Readiness(
                self.name, ok=False, why="another copy of this bot is at work; standing by"
            )
        trouble = self._homeserver.trouble or self._keyring.trouble
        return Readiness(self.name, ok=not trouble, why=trouble)

    def _wire(self, settings: MatrixBotSettings) -> None:
        ledger, platform = self._ledger, self.platform
        passports = Passports(ledger.bus, Platform.MATRIX, ledger.world)
        sender = PostSender(platform, ledger)
        people = People(platform, ledger, passports, settings.portal_url, self._files)
        dispatcher = Dispatcher(platform, ledger, people)
        inbox = InboxWorker(ledger, dispatcher, sender.wake, settings.most_turns)
        updater = CardUpdater(platform, ledger, passports, settings.portal_url)
        updater.written = sender.wake.ring
        sender.posted.append(updater.wake)
        direct_messages = DirectMessages(platform, ledger, passports, sender.wake)
        reactions.wire(
            ledger,
            reactions.Reactions(self.name, updater, direct_messages, passports, MatrixBotErased),
        )
        ledger.bus.expect_replies()
        hearing, invitations = self._ears(inbox, sender, settings.prefix)
        self._at_work("listener", inbox.run)
        self._at_work("herald", updater.run)
        self._at_work("errands", direct_messages.run)
        self._at_work("postman", sender.run)
        self._at_work("measuring", sender.measure)
        self._at_work("hearing", hearing.run)
        self._at_work("invitations", invitations.run)
        self._at_work("keys", self._exchange.run)
        ledger.background("lease", self._lease.run)
        ledger.background("forgetting", self._forget_old)

    def _ears(
        self, inbox: InboxWorker, sender: PostSender, prefix: str
    ) -> tuple[Hearing, Invitations]:
        invitations = Invitations(self._homeserver)
        greetings = Greetings(self.platform, self._ledger, sender.wake, reads=self._keyring.wanted)
        unread = Unread(inbox, self._ledger.world)
        reading = Reading(self._homeserver, self._exchange, unread, greetings)
        hearing = Hearing(
            self._homeserver,
            self._rooms,
            invitations,
            inbox,
            greetings,
            reading,
            twins=BridgedRooms(self.platform.past),
            world=self._ledger.world,
            prefix=prefix,
        )
        return hearing, invitations

    def _at_work(self, name: str, run: Callable[[], Awaitable[None]]) -> None:
        self._ledger.background(name, partial(self._lease.while_held, run))

    async def _forget_old(self) -> None:
        while True:
            async with self._ledger.database.begin() as connection:
                await Store(connection, self._ledger.world.now()).forget_old()
            await pause(HOUSEKEEPING_SECONDS)
