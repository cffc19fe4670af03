"""A word that begins several commands, and the title of what it is about: "show robotics".

Which of them is meant is asked by choices, each with the thing that its title names there.
"""

from collections.abc import Sequence
from typing import NamedTuple

from indaba.contracts.refusal import Refusal
from indaba.conversation.answer import Answer, Text
from indaba.conversation.commands.intent import Intent, ServiceClient, resolve
from indaba.conversation.commands.line import Unclear, Understood
from indaba.conversation.commands.numbered import FIVE, numbered_if_whole
from indaba.conversation.dispatch.by_text import text_field, things_named, with_code_of_text
from indaba.conversation.dispatch.titles import fits_of, with_code
from indaba.conversation.wording import Wording, plain

LONGEST_TITLE = 60


class Meant(NamedTuple):
    """What a line can mean: the command, whether the title is spelt so, and what it names."""

    kind: type[Intent]
    exact: bool
    filled: dict[str, object]
    code: str
    title: str


async def with_codes(
    asked: Understood | Unclear, services: ServiceClient, wording: Wording
) -> Understood | Unclear | Answer:
    """What was asked for, with codes for titles; or the question which is meant.

    Raises `Unavailable`.
    """
    read: Understood | Unclear | Answer = asked
    for put_in in (with_one_meaning, with_code, with_code_of_text):
        if not isinstance(read, Answer):
            read = await put_in(read, services, wording)
    return read


async def with_one_meaning(
    read: Understood | Unclear, services: ServiceClient, wording: Wording
) -> Understood | Unclear | Answer:
    """What was read; or the question which of several commands is meant, where a title fits.

    Raises `Unavailable`.
    """
    if isinstance(read, Understood) or not read.readings:
        return read
    named: list[Meant] = []
    for each in read.readings:
        try:
            named += await _named_by(each, services)
        except Refusal:
            continue
    shown = [each for each in named if each.exact] or named
    shown = shown[: len(FIVE)]
    if len(shown) == 1 and shown[0].exact:
        return Understood(shown[0].kind, shown[0].filled)
    return _asked(shown, wording) or read


async def _named_by(read: Understood | Unclear, services: ServiceClient) -> list[Meant]:
    """What of one command's things the line names. Raises `Refusal` or `Unavailable`."""
    fits = await fits_of(read, services)
    meetings = [
        Meant(
            fit.read.intent, bool(fits.exact), fit.read.filled, fit.meeting.code, fit.meeting.title
        )
        for fit in (fits.exact or fits.near)
    ]
    if meetings or not isinstance(read, Understood) or not (field := text_field(read.intent)):
        return meetings
    named = await things_named(read, services)
    return [
        Meant(read.intent, named.exact, {**read.filled, field: one.code}, one.code, one.text)
        for one in named.things
    ]


def _asked(shown: Sequence[Meant], wording: Wording) -> Answer | None:
    say = wording.say
    labels = [
        say(
            "{command}: {code} {title}",
            command=each.kind.called(),
            code=each.code,
            title=plain(each.title)[:LONGEST_TITLE],
        )
        for each in shown
    ]
    steps = [resolve(each.kind, each.filled, wording) for each in shown]
    choices = numbered_if_whole(labels, steps, say("None of these"))
    return Answer((Text(say("Which of these do you mean?")), choices)) if choices else None
