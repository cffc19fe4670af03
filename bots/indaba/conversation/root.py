"""A conversation's composition root: everything of a bot but its platform and its ears."""

from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

from indaba.contracts.erasure import erasure_answer
from indaba.conversation import reactions
from indaba.conversation.cards.direct_messages import DirectMessages
from indaba.conversation.cards.updater import CardUpdater
from indaba.conversation.delivery.inbox_worker import InboxWorker
from indaba.conversation.delivery.lease import Lease
from indaba.conversation.delivery.platform import ChatPlatform
from indaba.conversation.delivery.sender import PostSender
from indaba.conversation.delivery.service_client import Passports
from indaba.conversation.dispatch.dispatcher import Dispatcher
from indaba.conversation.dispatch.loop_guard import MOST_TURNS
from indaba.conversation.dispatch.people import People
from indaba.conversation.reactions import Reactions
from indaba.conversation.store import Store
from indaba.ledger import Ledger
from indaba.ledger.session import Session
from indaba.process.file_store import FileStore
from indaba.process.loops import pause
from indaba.process.run import Readiness

MIGRATIONS = Path(__file__).parent / "migrations"
HOUSEKEEPING_SECONDS = 3600.0


class Conversation:
    """What every bot has, wired to one platform on a ledger of its own.

    Whoever hears for the platform hands what it hears to `inbox`. With `alone` one copy of the bot
    works at a time, by lease; the others stand by. Files that people send are kept in `files`;
    without it none is.
    """

    def __init__(  # noqa: PLR0913 - one composition root per bot calls this
        self,
        platform: ChatPlatform,
        ledger: Ledger,
        portal_url: str,
        *,
        files: FileStore | None = None,
        most_turns: int = MOST_TURNS,
        reacting: type[Reactions] = Reactions,
        alone: bool = True,
    ) -> None:
        self.ledger = ledger
        self.passports = Passports(ledger.bus, platform.platform, ledger.world)
        self.sender = PostSender(platform, ledger)
        people = People(platform, ledger, self.passports, portal_url, files)
        dispatcher = Dispatcher(platform, ledger, people)
        self.inbox = InboxWorker(ledger, dispatcher, self.sender.wake, most_turns)
        self.updater = CardUpdater(platform, ledger, self.passports, portal_url)
        self.updater.written = self.sender.wake.ring
        self.sender.posted.append(self.updater.wake)
        self.direct_messages = DirectMessages(
            platform, ledger, self.passports, self.sender.wake, portal_url
        )
        self.reactions = reacting(
            ledger.name,
            self.updater,
            self.direct_messages,
            self.passports,
            erasure_answer(ledger.name),
        )
        self._lease = Lease(ledger.database) if alone else None
        self._wire()

    def at_work(self, name: str, run: Callable[[], Awaitable[None]]) -> None:
        """Run a background loop while this copy of the bot is the one at work."""
        if self._lease is not None:
            run = partial(self._lease.while_held, run)
        self.ledger.background(name, run)

    @property
    def is_at_work(self) -> bool:
        """Whether this copy of the bot is the one at work."""
        return self._lease is None or self._lease.held

    @property
    def stands_by(self) -> bool:
        """Whether another copy of the bot is known to be at work."""
        return self._lease is not None and self._lease.standing_by

    async def ready(self, trouble: str, *, beside: bool = False) -> Readiness:
        """Ready when the ledger is, this copy is at work, and the platform has no `trouble`.

        With `beside` it need not be the one at work: it has something to do beside that one.
        """
        readiness = await self.ledger.ready()
        if not readiness.ok:
            return readiness
        if self.stands_by and not beside:
            trouble = "another copy of this bot is at work; standing by"
        return Readiness(self.ledger.name, ok=not trouble, why=trouble)

    def _wire(self) -> None:
        reactions.wire(self.ledger, self.reactions)
        self.ledger.bus.expect_replies()
        self.at_work("inbox", self.inbox.run)
        self.at_work("cards", self.updater.run)
        self.at_work("direct-messages", self.direct_messages.run)
        self.at_work("sender", self.sender.run)
        if self._lease is not None:
            self.at_work("measuring", self.sender.measure)
            self.ledger.background("lease", self._lease.run)
            self.ledger.background("forgetting", self._forget_old)

    async def _forget_old(self) -> None:
        while True:
            async with self.ledger.database.begin() as connection:
                await Store(Session(connection, self.ledger.world.now())).forget_old()
            await pause(HOUSEKEEPING_SECONDS)
