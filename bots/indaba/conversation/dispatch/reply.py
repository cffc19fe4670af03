"""Step four: keep an answer as posts, with the question it asks and the choices it offers."""

from dataclasses import replace
from datetime import timedelta

from indaba.conversation.answer import ANYBODY, Answer, Ask, Audience, Text
from indaba.conversation.commands.intent import ask_to_json
from indaba.conversation.commands.topics import INTENTS
from indaba.conversation.delivery.chat_events import (
    ButtonPressed,
    ChatEvent,
    CommandInvoked,
    MessageSent,
)
from indaba.conversation.delivery.keeping import Delivery, keep_post
from indaba.conversation.delivery.platform import ChatPlatform, Post, PostKind
from indaba.conversation.store import QueuedEvent, Store
from indaba.conversation.wording import Wording
from indaba.process.world import World

ANSWER_LASTS = timedelta(hours=24)
EPHEMERAL_LASTS = timedelta(minutes=14, seconds=30)
"""How long after an act only its asker can be answered. Later, the platform takes nothing more."""

QUESTION_LASTS = timedelta(minutes=30)
CHOICE_LASTS = timedelta(minutes=30)
LONG_ANSWER = 8
"""Lines from which on an answer opens a thread instead of filling the room."""


class Replies:
    """Keeps what is answered to an event, beside it or in private."""

    def __init__(self, platform: ChatPlatform, world: World) -> None:
        self._platform = platform
        self._world = world

    async def keep(self, store: Store, queued: QueuedEvent, answer: Answer) -> None:
        """Keep an answer as posts; a question that was open to the asker is closed."""
        event = queued.event
        answer = heard(event, answer)
        await store.dialogue.no_question(event)
        if answer.ack and not event.ephemeral and isinstance(event, SPOKEN):
            await self._sign(store, queued, answer.sign)
            return
        spot = spot_of(event, answer)
        if event.ephemeral and not spot.ephemeral:
            await self._acknowledge(store, queued)
        answer = replace(answer, typed=not spot.ephemeral)
        offered_to = answer.offered_to or event.account
        delivery = self._delivery(queued, offered_to, ephemeral=bool(spot.ephemeral))
        delivery = replace(delivery, otherwise=answer.otherwise)
        for number, content in enumerate(self._platform.draw(answer)):
            post = replace(spot, key=f"{event.id}/{number}", content=content)
            choices = answer.choices() if number == 0 else ()
            waits = bool(spot.ephemeral and number)
            await keep_post(store, self._platform, post, choices, delivery, waits_for_words=waits)
            delivery = replace(delivery, otherwise=())
        question = answer.question()
        if question is not None:
            data = ask_to_json(question, INTENTS)
            await store.dialogue.ask(event, spot.thread, data, QUESTION_LASTS)

    async def _sign(self, store: Store, queued: QueuedEvent, sign: str) -> None:
        """A reaction on the asker's message is enough."""
        event = queued.event
        if isinstance(event, MessageSent):
            post = Post(
                f"{event.id}/ack",
                PostKind.REACTION,
                event.room,
                {"emoji": sign},
                thread=event.thread,
                target=event.id,
            )
            await keep_post(store, self._platform, post, (), self._delivery(queued, ""))

    async def _acknowledge(self, store: Store, queued: QueuedEvent) -> None:
        """What was asked privately and answered to all is acknowledged privately too."""
        event = queued.event
        post = Post(
            f"{event.id}/done",
            PostKind.MESSAGE,
            event.room,
            self._platform.draw(Answer.of("Done, see below."))[0],
            ephemeral=event.ephemeral,
        )
        delivery = self._delivery(queued, "", ephemeral=True)
        await keep_post(store, self._platform, post, (), delivery)

    def _delivery(
        self, queued: QueuedEvent, offered_to: str, *, ephemeral: bool = False
    ) -> Delivery:
        allowed = "" if offered_to == ANYBODY else offered_to
        expires_at = self._world.now() + ANSWER_LASTS
        if ephemeral:
            expires_at = queued.event.sent_at + EPHEMERAL_LASTS
        return Delivery(
            queued.correlation,
            expires_at,
            0,
            allowed,
            CHOICE_LASTS,
            community=queued.community,
        )


SPOKEN = (MessageSent, CommandInvoked, ButtonPressed)
"""Events that are answered themselves; others are about a message, beside which the answer goes."""


def with_open_question(answer: Answer | None, question: Ask | None) -> Answer | None:
    """An answer to something else than what we had asked: the question stands, and is put again.

    What asks something itself, or offers a choice, takes its place and says so.
    """
    if answer is None or question is None or answer.ack or not answer.blocks:
        return answer
    say = Wording().say
    if answer.question() or answer.choices():
        words = say("The question before is closed: {question}", question=question.question)
        return replace(answer, blocks=(Text(words), *answer.blocks))
    again = replace(question, why=say("I still ask you this. To leave it, say stop."))
    return replace(answer, blocks=(*answer.blocks, again))


def heard(event: ChatEvent, answer: Answer) -> Answer:
    """What is said where an event happened: what is for one alone only where they may be.

    Every answer to anybody comes by here. Before it is posted in a direct chat, the platform is
    asked who is in it.
    """
    if answer.audience is not Audience.ALONE or event.direct or event.ephemeral:
        return answer
    return Answer(answer.otherwise)


def spot_of(event: ChatEvent, answer: Answer) -> Post:
    """Where an answer goes: into the thread it was asked in, else beside the question."""
    here = Post("", PostKind.MESSAGE, event.room, {}, thread=event.thread)
    if event.ephemeral and answer.audience is not Audience.ROOM:
        return replace(here, ephemeral=event.ephemeral)
    here = replace(here, only_for=event.account if answer.audience is Audience.ALONE else "")
    if not isinstance(event, SPOKEN):
        return replace(here, reply_to=event.target)
    if not isinstance(event, MessageSent) or event.ephemeral:
        return here
    # What asks something back stays where the person will answer it: beside the question.
    asks_back = answer.choices() or answer.question()
    is_long = answer.text().count("\n") >= LONG_ANSWER
    apart = is_long and not asks_back and not event.thread and not event.direct
    return replace(here, thread=event.id if apart else event.thread, reply_to=event.id)
