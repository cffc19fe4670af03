"""What is between one person and us: never handed to an intent, nor said, where others read."""

from dataclasses import replace
from typing import TypeVar

from indaba.contracts.confidential import BetweenUs, confides, for_all_to_read, is_between_us
from indaba.contracts.wire import Reply, Request
from indaba.conversation.answer import Answer, Audience, Text
from indaba.conversation.commands.intent import SLASH, Intent, ServiceClient
from indaba.conversation.commands.person import Person
from indaba.conversation.wording import Wording

R = TypeVar("R", bound=Reply)


class Confidant:
    """Asks the services for an intent, and keeps from it what may not be said here.

    `confided` says that something confidential was handed on, `withheld` that it was not. `near`
    are sentences about limits that are near.
    """

    def __init__(self, services: ServiceClient, *, alone: bool) -> None:
        self._services = services
        self._alone = alone
        self.confided = False
        self.withheld = False
        self.near: list[str] = []

    async def ask(self, request: Request[R]) -> R:
        """The reply, as far as it may be read here.

        Raises `BetweenUs` if that is not at all: then nothing was asked, and so nothing done.
        """
        if not self._alone and is_between_us(request.reply()):
            self.withheld = True
            raise BetweenUs
        reply = await self._services.ask(request)
        self.near += reply.near
        if self._alone:
            self.confided |= confides(reply)
            return reply
        open_part, left_out = for_all_to_read(reply)
        self.withheld |= left_out
        return open_part


def confide(kind: type[Intent], person: Person, answer: Answer, asked: Confidant) -> Answer:
    """The answer for its asker alone where it holds what is theirs.

    Where others read, it says how to get the part that was left out.
    """
    if person.alone and (kind.PRIVATE or asked.confided):
        return for_one(answer, person.wording)
    if kind.MORE_ALONE and asked.withheld:
        return replace(answer, blocks=(*answer.blocks, how(kind, person)), ack=False)
    return answer


def between_us(kind: type[Intent], person: Person) -> Answer:
    """That it cannot be said here, and how to be told."""
    return Answer((Text(person.wording.by_code(BetweenUs())), how(kind, person)))


def how(kind: type[Intent], person: Person) -> Text:
    """How somebody is told by themselves what others may not read."""
    say = person.wording.say
    line = alone_line(kind, person)
    if kind.MORE_ALONE:
        return Text(say("For {what}: {line}", what=say(kind.MORE_ALONE), line=line))
    return Text(say("To hear it alone: {line}", line=line))


def alone_line(kind: type[Intent], person: Person) -> str:
    """What to type, and where, so that only the asker reads the answer."""
    if person.prefix == SLASH:
        return f"{SLASH}{kind.called()}"
    words = "open a direct chat with me and type there: {line}"
    return person.wording.say(words, line=kind.called())


def not_here(wording: Wording) -> tuple[Text, ...]:
    """Said in a chat between two that others can read now, or could later."""
    return (
        Text(
            wording.say(
                "I have something for you alone, but others can read this chat, or could later. "
                "Open a new direct chat with me, or accept my invitation to one, and ask there."
            )
        ),
    )


def for_one(answer: Answer, wording: Wording) -> Answer:
    """The answer for one person alone; if others can read the chat, `not_here` is said instead."""
    return replace(answer, audience=Audience.ALONE, otherwise=not_here(wording))
