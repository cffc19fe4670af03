"""The Matrix bot's composition root."""

from indaba.conversation.root import Conversation
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
from indaba.process.named import Named
from indaba.process.run import Readiness


class MatrixBot:
    """The bot as a part of a process. `ledger` is its own, on a migrated database.

    Files that people save go to `files`; the library finds them there.
    """

    name = "matrix_bot"

    def __init__(self, settings: MatrixBotSettings, ledger: Ledger, files: FileStore) -> None:
        self._ledger = ledger
        self._homeserver = Homeserver(
            settings.homeserver, settings.user_id, settings.access_token, settings.device_id
        )
        self._rooms = Rooms(self._homeserver)
        self._keyring = Keyring(settings.keys_folder, settings.user_id)
        self._exchange = Exchange(self._homeserver, self._rooms, self._keyring, ledger.world)
        self.platform = MatrixPlatform(
            self._homeserver, self._rooms, self._exchange, ledger.world, settings
        )
        self._conversation = self._wire(settings, files)

    async def start(self) -> None:
        """Begin. A homeserver that is away is waited for in the background."""
        await self._ledger.start()

    async def stop(self) -> None:
        """End. What is in hand is done again at the next start."""
        await self._ledger.stop()
        await self._homeserver.close()

    async def ready(self) -> Readiness:
        """Ready when it hears and posts."""
        return await self._conversation.ready(self._homeserver.trouble or self._keyring.trouble)

    def _wire(self, settings: MatrixBotSettings, files: FileStore) -> Conversation:
        conversation = Conversation(
            self.platform,
            self._ledger,
            settings.portal_url,
            files=files,
            most_turns=settings.most_turns,
        )
        hearing, invitations = self._ears(conversation, settings)
        conversation.at_work("hearing", hearing.run)
        conversation.at_work("invitations", invitations.run)
        conversation.at_work("keys", self._exchange.run)
        return conversation

    def _ears(
        self, conversation: Conversation, settings: MatrixBotSettings
    ) -> tuple[Hearing, Invitations]:
        inbox, world = conversation.inbox, self._ledger.world
        invited_by = Named(settings.invited_by)
        invitations = Invitations(
            self._homeserver,
            self._ledger.database,
            conversation.passports.is_home,
            world,
            invited_by,
            settings.most_invitations_a_day,
        )
        greetings = Greetings(
            self.platform, self._ledger, conversation.sender.wake, reads=self._keyring.wanted
        )
        unread = Unread(inbox, world)
        reading = Reading(self._homeserver, self._exchange, unread, greetings)
        hearing = Hearing(
            self._homeserver,
            self._rooms,
            invitations,
            inbox,
            greetings,
            reading,
            twins=BridgedRooms(self.platform.past),
            world=world,
            prefix=settings.prefix,
        )
        return hearing, invitations
