"""Tagged lines while a meeting is on: kept, followed when they change, and nothing else."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from contextlib import suppress
from uuid import UUID

from indaba.contracts.record import NoteKind
from indaba.contracts.refusal import Unavailable
from indaba.conversation.answer import Answer
from indaba.conversation.intent import Intent
from indaba.conversation.meetings_on import MeetingsOn
from indaba.conversation.outcome import Outcome
from indaba.conversation.platform import Said
from indaba.conversation.store import Heard
from indaba.conversation.tags import Tag, tag_in
from indaba.conversation.topics.agenda import Topic
from indaba.conversation.topics.noting import (
    Noticed,
    Retagged,
    Tagged,
    TaggedReply,
    origin_in,
)

MOST_NOTICED = 10_000
Meeting = tuple[UUID, str] | None
"""A meeting and its code."""


class Tagging:
    """Hears tags where a meeting is on, in its room and its thread; elsewhere they are words.

    Where we know of none, scheduling is asked: it may have begun a moment ago.
    """

    def __init__(
        self, perform: Callable[[Heard, Intent], Awaitable[Answer]], meetings: MeetingsOn
    ) -> None:
        self._perform = perform
        self._meetings = meetings
        self._noticed: OrderedDict[tuple[UUID, str], None] = OrderedDict()

    async def tagged(self, heard: Heard, card: Meeting, live: Meeting) -> Outcome | None:
        """A line with a tag, kept; `None` for what is none, or where no meeting is on."""
        said = heard.said
        tag = tag_in(said.text if said.addressed is None else said.addressed)
        if tag is None or said.direct:
            return None
        meeting = card if said.thread and card else live
        try:
            meeting = meeting or await self._meetings.here(heard)
        except Unavailable as away:
            return Outcome(Answer.of(away.words))
        if meeting is None:
            return None
        return Outcome(await self._perform(heard, _intent(tag, said, meeting[1])))

    async def edited(self, heard: Heard, live: Meeting) -> Outcome:
        """A message has other words now: so has its line, or it is one from now on, or no more."""
        said = heard.said
        tag = tag_in(said.text)
        origin = origin_in(said.room, said.about)
        if tag is None or not isinstance(tag.kind, NoteKind) or not tag.text:
            await self._perform(heard, Retagged(origin=origin))
            return Outcome(None)
        with suppress(Unavailable):
            live = live or await self._meetings.here(heard)
        if live is not None:
            kept = Tagged(kind=tag.kind, text=tag.text[:1000], origin=origin, code=live[1])
            await self._perform(heard, kept)
        else:
            await self._perform(heard, Retagged(origin=origin, text=tag.text))
        return Outcome(None)

    async def taken_back(self, heard: Heard) -> Outcome:
        """A message is gone: so is its line."""
        said = heard.said
        origin = origin_in(said.room, said.about)
        await self._perform(heard, Retagged(origin=origin, gone=True))
        return Outcome(None)

    async def wrote(self, heard: Heard, card: Meeting, live: Meeting) -> Outcome:
        """Somebody wrote in the thread of the meeting that is on: that counts, not what."""
        if card is None or live is None or card[0] != live[0] or not heard.said.thread:
            return Outcome(None)
        known = (card[0], heard.said.account)
        if known not in self._noticed:
            await self._perform(heard, Noticed(code=card[1]))
            self._noticed[known] = None
            if len(self._noticed) > MOST_NOTICED:
                self._noticed.popitem(last=False)
        return Outcome(None)


def _intent(tag: Tag, said: Said, code: str) -> Intent:
    if not isinstance(tag.kind, NoteKind):
        return Topic(title=tag.text[:120], code=code)
    if not tag.text and said.about:
        return TaggedReply(kind=tag.kind, code=code)
    return Tagged(
        kind=tag.kind,
        text=tag.text[:1000],
        origin=origin_in(said.room, said.id),
        code=code,
        mentions=said.mentions,
    )
