"""Carrying out what a person asks for: their rights, who hears it, then the act itself."""

from dataclasses import replace
from uuid import UUID

from pydantic import ValidationError

from indaba.contracts.confidential import BetweenUs
from indaba.contracts.passport import Role
from indaba.contracts.refusal import Fault, NoCommunity, Refusal, Refused, Unavailable
from indaba.conversation.answer import Answer, Text
from indaba.conversation.commands.confiding import Confidant, between_us, confide
from indaba.conversation.commands.intent import UNWELL, Intent, ServiceClient, sentence
from indaba.conversation.commands.lengths import with_lengths_read
from indaba.conversation.commands.person import Person
from indaba.conversation.commands.speaking_of import (
    is_to_choose,
    perhaps_elsewhere,
    saying_which,
    to_go_on,
    which_one,
)
from indaba.conversation.wording import Wording, plain
from indaba.process import logs


async def perform(intent: Intent, person: Person, services: ServiceClient) -> Answer:
    """Check rights and privacy, then do it. Never raises but for our own mistakes.

    A refusal, a service that is away and a fault come out as words for the asker.
    """
    then = to_go_on(type(intent), intent.model_dump(mode="json", exclude_defaults=True))
    no = may_not(type(intent), person, then)
    if no is not None:
        return saying_which(type(intent), no, person)
    asked = Confidant(services, alone=person.alone)
    answer = _with_limits(await _respond(intent, person, asked, then), asked, person.wording)
    return confide(type(intent), person, saying_which(type(intent), answer, person), asked)


def _with_limits(answer: Answer, asked: Confidant, wording: Wording) -> Answer:
    """The answer, and what of limits is near: a sign alone would not say it."""
    if not asked.near:
        return answer
    near = tuple(Text(wording.foreign(words)) for words in asked.near)
    return replace(answer, blocks=(*answer.blocks, *near), ack=False)


async def _respond(intent: Intent, person: Person, services: ServiceClient, then: str) -> Answer:
    say = person.wording.say
    try:
        read = await with_lengths_read(intent, person, services)
        return read if isinstance(read, Answer) else await read.respond(person, services)
    except BetweenUs:
        return between_us(type(intent), person)
    except Refusal as refusal:
        hushed = (refusal.told if isinstance(refusal, Refused) else refusal.code) in intent.HUSHED
        there = None if hushed else perhaps_elsewhere(intent, refusal, person, then)
        return Answer(()) if hushed else there or _told(refusal, person, then)
    except ValidationError as error:
        return Answer.of(_unfit(error, person.wording))
    except Unavailable:
        return Answer.of(say("I cannot reach what I need just now. Please try again in a minute."))
    except Fault as fault:
        return Answer.of(
            say(
                "Something went wrong on our side, sorry. Reference: {reference}",
                reference=plain(fault.reference[-8:]),
            )
        )


def _told(refusal: Refusal, person: Person, then: str) -> Answer:
    """Why something was refused; or the question which community is meant, where that is all."""
    if is_to_choose(person, refusal):
        return which_one(person, then)
    words = person.told(refusal)
    return Answer.of(words) if words else Answer(())


def _unfit(error: ValidationError, wording: Wording) -> str:
    """What of the words typed no service would take. Raises the error where that is our mistake."""
    problem = error.errors()[0]
    if problem["type"] not in UNWELL:
        raise error
    where = plain(str(problem["loc"][0])) if problem["loc"] else ""
    return wording.say("{field}: {why}", field=where, why=sentence(problem, wording))


def may_not(kind: type[Intent], person: Person, then: str = "") -> Answer | None:
    """Why this person cannot do such a thing here; `None` if they can. `then` is how to go on.

    Known before any question is asked, so that nobody answers four questions for nothing.
    """
    no = refusal_of(kind, person)
    if no is None:
        return None
    logs.get(process=f"{person.platform}_bot").info(
        "asking.refused",
        intent=kind.called(),
        code=no.code,
        member=person.passport and _id(person.passport.member),
        community=person.passport and _id(person.passport.community),
    )
    return between_us(kind, person) if no.code == BetweenUs.code else _told(no, person, then)


def refusal_of(kind: type[Intent], person: Person) -> Refusal | None:
    """Why this person cannot do such a thing here, for whoever only looks whether they can."""
    if kind.PRIVATE and not person.alone:
        return BetweenUs()
    try:
        _check_role(kind, person)
        kind.check(person)
    except Refusal as refusal:
        return refusal
    return None


def _id(known: UUID | None) -> str | None:
    return str(known) if known else None


def _check_role(kind: type[Intent], person: Person) -> None:
    if kind.needs is None:
        return
    if person.passport is None:
        raise NoCommunity
    if kind.needs is Role.FACILITATOR:
        person.passport.a_facilitator()
        return
    person.passport.a_member()
