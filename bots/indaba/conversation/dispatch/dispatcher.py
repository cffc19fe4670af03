"""From a chat event to what is posted back, in four steps: context, resolve, perform, reply."""

from dataclasses import replace

from indaba.contracts.consenting import ConsentDue
from indaba.conversation.answer import Answer
from indaba.conversation.commands.taking_back import UNDO
from indaba.conversation.delivery.chat_events import ButtonPressed, MessageSent, ReactionAdded
from indaba.conversation.delivery.platform import ChatPlatform
from indaba.conversation.dispatch.context import load_context
from indaba.conversation.dispatch.outcome import Outcome
from indaba.conversation.dispatch.people import People
from indaba.conversation.dispatch.perform import Performer
from indaba.conversation.dispatch.reply import SPOKEN, Replies, with_open_question
from indaba.conversation.dispatch.resolutions import Ignore, Part, Relocate, Resume, Say
from indaba.conversation.dispatch.resolve import resolve_event, says_undo
from indaba.conversation.store import QueuedEvent, Store
from indaba.conversation.store.digests import TAP, digest
from indaba.conversation.wording import Wording
from indaba.ledger import Ledger
from indaba.ledger.session import Session

FAULT = "Something went wrong on our side, sorry. Reference: {reference}"
HALT = (
    "You have said a great deal within an hour, as programs do that answer each other. "
    "I stop here and listen to you again in an hour."
)

NO_SIGN = (Ignore, Say, Part, Relocate)
"""Nobody asked for anything by it."""


class Dispatcher:
    """Handles events one at a time. Handling one twice has one effect.

    The store is read, the services are asked, and only then is everything kept in one
    transaction: killed anywhere before, the event is handled again with the same keys.
    """

    def __init__(self, platform: ChatPlatform, ledger: Ledger, people: People) -> None:
        self._ledger = ledger
        self._people = people
        self._performer = Performer(platform, people)
        self._replies = Replies(platform, ledger.world)

    async def deal_with(self, queued: QueuedEvent) -> bool:
        """Take the four steps. Whether any words are to be posted."""
        async with self._ledger.reading.connect() as connection:
            now = self._ledger.world.now()
            context = await load_context(queued, Store(Session(connection, now)), now)
        found = resolve_event(queued.event, context)
        queued = replace(queued, community=context.community)
        outcome = await self._performer.perform(queued, found)
        queued = replace(queued, community=outcome.community or queued.community)
        if not isinstance(found, Resume):
            answer = with_open_question(outcome.answer, context.question)
            outcome = replace(outcome, answer=answer)
        used = not isinstance(found, NO_SIGN)
        await self._keep(queued, outcome, await self._people.to_be_asked(queued) if used else None)
        if used:
            await self._people.note_sign(queued)
        told = outcome.answer
        return told is not None and bool(told.blocks) and not told.ack

    async def apologise(self, queued: QueuedEvent) -> None:
        """Give up an event that failed too often, with a reference for the operator."""
        await self._end_with(queued, FAULT, reference=str(queued.correlation)[-8:])

    async def call_a_halt(self, queued: QueuedEvent) -> None:
        """Tell somebody in an endless exchange that we stop answering."""
        await self._end_with(queued, HALT)

    async def pass_over(self, queued: QueuedEvent) -> None:
        """Do nothing, and say nothing."""
        async with self._ledger.database.begin() as connection:
            store = Store(Session(connection, self._ledger.world.now()))
            await _close_offers(store, queued)
            await store.hearing.dealt_with(queued.event.id)

    async def _end_with(self, queued: QueuedEvent, words: str, **facts: str) -> None:
        # Nobody is asked who this is: that may be what fails.
        await self._keep(queued, Outcome(Answer.of(Wording().say(words, **facts))))

    async def _keep(
        self, queued: QueuedEvent, outcome: Outcome, asked: ConsentDue | None = None
    ) -> None:
        event = queued.event
        async with self._ledger.database.begin() as connection:
            store = Store(Session(connection, self._ledger.world.now()))
            if outcome.spent is not None:
                await store.dialogue.picked(outcome.spent, event)
            if not outcome.still_open:
                await _close_offers(store, queued)
            if outcome.reacted_to is not None and isinstance(event, ReactionAdded):
                reactor = digest(TAP, event.account)
                await store.cards.reacted(event, outcome.reacted_to, reactor)
            if outcome.answer is not None:
                await self._replies.keep(store, queued, outcome.answer)
            if event.direct:
                await store.errands.opened(event.account, event.room)
            if asked is not None:
                await _plan_to_ask(asked, store, queued)
            await store.hearing.dealt_with(event.id)


async def _close_offers(store: Store, queued: QueuedEvent) -> None:
    """Who says anything has moved on from what was offered there; a reaction says nothing.

    Who undoes something, or presses a button, has not moved on from what else can be undone.
    """
    event = queued.event
    if isinstance(event, SPOKEN):
        undoes = isinstance(event, ButtonPressed) or (
            isinstance(event, MessageSent) and says_undo(event.addressed or event.text)
        )
        await store.dialogue.close_offers(event, sparing=UNDO if undoes else "")


async def _plan_to_ask(due: ConsentDue, store: Store, queued: QueuedEvent) -> None:
    """Ask them in their own chat, after the answer; without one they are asked another time."""
    event = queued.event
    if event.ephemeral or await store.errands.direct_room(event.account):
        body = due.model_dump(mode="json")
        await store.errands.keep(due.aggregate, due.wire, body, queued.correlation, due.until)
