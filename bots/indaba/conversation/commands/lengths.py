"""Lengths that were said in words: read by the service before anything is done with them."""

from __future__ import annotations

from indaba.contracts.times import ReadLength
from indaba.conversation.answer import Answer, Ask, Text
from indaba.conversation.commands.fields import SaidLength
from indaba.conversation.commands.intent import Intent, ServiceClient, question, resolve
from indaba.conversation.commands.numbered import numbered
from indaba.conversation.commands.person import Person
from indaba.conversation.wording import plain


async def with_lengths_read(
    intent: Intent, person: Person, services: ServiceClient
) -> Intent | Answer:
    """The intent with minutes for each length in words, or the question which are meant.

    Raises what asking raises.
    """
    for name in type(intent).model_fields:
        words = getattr(intent, name)
        if isinstance(words, SaidLength):
            read = await _read(intent, name, words, person, services)
            if isinstance(read, Answer):
                return read
            intent = read
    return intent


async def _read(
    intent: Intent, name: str, words: SaidLength, person: Person, services: ServiceClient
) -> Intent | Answer:
    code = getattr(intent, "code", None)
    read = await services.ask(ReadLength(text=words, of=words.of, meeting=code))
    steps = [_with(intent, name, minutes, person) for minutes in read.readings]
    if read.sure and steps:
        return steps[0] if isinstance(steps[0], Intent) else Answer((steps[0],))
    fits = [step for step in steps if isinstance(step, Intent)]
    why = person.wording.foreign(plain(read.doubt))
    if not fits:
        filled = intent.model_dump(mode="json", exclude_defaults=True)
        return Answer((question(type(intent), filled, name, person.wording, why),))
    say = person.wording.say
    labels = [person.wording.length(getattr(step, name)) for step in fits]
    lead = (Text(why), Text(say("Which one is it?")))
    return Answer((*lead, numbered(labels, fits, say("None of these"))))


def _with(intent: Intent, name: str, minutes: int, person: Person) -> Intent | Ask:
    """The intent with these minutes, or the question again where they are too few or too many."""
    filled = intent.model_dump(mode="json", exclude_defaults=True) | {name: minutes}
    step = resolve(type(intent), filled, person.wording)
    return step if isinstance(step, Ask) else intent.model_copy(update={name: minutes})
