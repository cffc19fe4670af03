"""Step three: do what an event means, as the person it came from."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any, ClassVar
from uuid import UUID

from indaba.bus.bus import LITTLE_LATER
from indaba.contracts.record import NoteKind
from indaba.contracts.refusal import Expired, Refusal, Unavailable, hint
from indaba.contracts.scheduling import ListMeetings, ShowMeeting
from indaba.conversation.answer import Answer, Ask, Items, Text
from indaba.conversation.cards.rsvp_words import answer_of
from indaba.conversation.commands.carrying_out import may_not, perform
from indaba.conversation.commands.hints import put_in, typed, unclear
from indaba.conversation.commands.intent import (
    Intent,
    Outdated,
    asked_from_json,
    intent_from_json,
    named,
    resolve,
    resume,
)
from indaba.conversation.commands.line import Unclear, Understood, read_line
from indaba.conversation.commands.never_mind import NeverMind
from indaba.conversation.commands.person import Person
from indaba.conversation.commands.speaking_of import SpeakOf, to_go_on
from indaba.conversation.commands.topics import INTENTS
from indaba.conversation.commands.topics.coming import WithdrawAnswer
from indaba.conversation.commands.topics.noting import Noticed, Retagged, Tagged, origin_in
from indaba.conversation.commands.topics.undoing import TakeBack
from indaba.conversation.delivery.chat_events import ChatEvent, MessageSent
from indaba.conversation.delivery.platform import ChatPlatform
from indaba.conversation.dispatch import resolutions as means
from indaba.conversation.dispatch.any_of import with_codes
from indaba.conversation.dispatch.by_text import text_field
from indaba.conversation.dispatch.live_meetings import LiveMeetings
from indaba.conversation.dispatch.names import Names
from indaba.conversation.dispatch.near_answers import how_they_come
from indaba.conversation.dispatch.outcome import Outcome
from indaba.conversation.dispatch.people import People
from indaba.conversation.dispatch.picking import offered
from indaba.conversation.dispatch.tags import almost_tagged, intent_of_tag
from indaba.conversation.dispatch.titles import meeting_field
from indaba.conversation.dispatch.untimely import UntimelyTags
from indaba.conversation.store import Offer, QueuedEvent
from indaba.conversation.wording import Wording, plain

MOST_NOTICED = 10_000
SILENCE = Outcome(None)


class Performer:
    """Does what events mean. The database is left alone while services are asked."""

    def __init__(self, platform: ChatPlatform, people: People) -> None:
        self._platform = platform
        self._people = people
        self._live = LiveMeetings(platform, people)
        self._untimely = UntimelyTags(self._live, people)
        self._whereabouts = people.whereabouts
        self._noticed: OrderedDict[tuple[UUID, str], None] = OrderedDict()

    async def perform(self, queued: QueuedEvent, found: means.Resolution) -> Outcome:
        """Do it; what is to be said. Raises `Wait`, or what is a mistake of ours."""
        return await self._doing[type(found)](self, queued, found)

    async def _ignored(self, _: QueuedEvent, __: means.Ignore) -> Outcome:
        return SILENCE

    async def _said(self, queued: QueuedEvent, found: means.Say) -> Outcome:
        wording = await self._wording(queued)
        facts = {} if found.about is None else self._going_on(queued, found.about)
        prefix = self._people.prefix(queued.event)
        coming = typed(how_they_come(queued.event), prefix, INTENTS)
        way = typed(hint("help"), prefix, INTENTS)
        answer = Answer.of(wording.say(found.words, coming=coming, help=way, **facts))
        if found.words in means.WAIT_FOR_NOTHING:
            answer = replace(answer, blocks=(*answer.blocks, *await self._to_answer(queued)))
        return Outcome(answer, still_open=found.still_open)

    async def _to_answer(self, queued: QueuedEvent) -> tuple[Items, ...]:
        """The next meetings, each with how they say that they come; none where nobody can say."""
        try:
            meetings = (await self._people.services(queued).ask(ListMeetings(limit=3))).meetings
        except (Refusal, Unavailable):
            return ()
        say, prefix = (await self._wording(queued)).say, self._people.prefix(queued.event)
        lines = tuple(
            say(
                "{title}: {line}",
                title=plain(meeting.title),
                line=typed(how_they_come(queued.event, code=meeting.code), prefix, INTENTS),
            )
            for meeting in meetings
        )
        return (Items(lines),) if lines else ()

    def _going_on(self, queued: QueuedEvent, offer: Offer) -> dict[str, str]:
        """How a choice is had again, and what is typed to mean it."""
        prefix = self._people.prefix(queued.event)
        intent = offered(offer)
        again = intent.again() if intent else hint("help")
        return {
            "line": typed(again, prefix, INTENTS),
            "word": offer.label,
        }

    async def _intent(self, queued: QueuedEvent, found: means.Perform) -> Outcome:
        answer = await self._do(queued, found.intent)
        if not found.aloud:
            return SILENCE
        if found.reaction_on is not None:
            told = None if answer.ack else by_name(queued.event, answer)
            return Outcome(told, reacted_to=found.reaction_on)
        if found.named:
            return Outcome(by_name(queued.event, answer) if answer.blocks else None)
        return Outcome(answer)

    async def _command(self, queued: QueuedEvent, found: means.Command) -> Outcome:
        """A line that was typed; of one that a reaction meant, what was done shows there."""
        outcome = await self._line(queued, found.line)
        answer = outcome.answer
        if not found.by_reaction or answer is None:
            return outcome
        if not answer.ack:
            return Outcome(by_name(queued.event, answer))
        return Outcome(None, reacted_to=answer.card)

    async def _line(self, queued: QueuedEvent, line: str) -> Outcome:
        return await self._read(queued, read_line(line, INTENTS))

    async def _read(self, queued: QueuedEvent, asked: Understood | Unclear) -> Outcome:
        """Do what was read, once a meeting that stands there by its title has its code."""
        wording = await self._wording(queued)
        try:
            services = self._people.services(queued)
            read = await with_codes(asked, services, wording)
        except Unavailable as away:
            return Outcome(Answer.of(away.words))
        if isinstance(read, Answer):
            return Outcome(read)
        if isinstance(read, Unclear):
            return Outcome(unclear(read, wording, self._people.prefix(queued.event), INTENTS))
        values = await self._named(queued).put_in(read.intent, read.filled, wording)
        if isinstance(values, Answer):
            return Outcome(values)
        outcome = await self._go_on(queued, resolve(read.intent, values, wording))
        if read is asked or outcome.answer is None:
            return outcome
        # A sign alone would not say which meeting the title meant.
        return replace(outcome, answer=replace(outcome.answer, ack=False))

    async def _form(self, queued: QueuedEvent, found: means.Form) -> Outcome:
        """A form that was sent; what is in it was typed, and is checked here."""
        try:
            kind, values = asked_from_json(found.asked, INTENTS)
        except Outdated as outdated:
            return Outcome(Answer.of(self._in_words(outdated)))
        outcome = await self._read(queued, Understood(kind, values))
        return Outcome(Answer(())) if kind.SILENT else outcome

    async def _resumed(self, queued: QueuedEvent, found: means.Resume) -> Outcome:
        person = await self._person_or_none(queued)
        if person is None:
            return Outcome(Answer((Text(LITTLE_LATER), found.question)))
        step = resume(found.question, found.text, person.wording, INTENTS)
        kind = named(found.question.intent, INTENTS)
        field = found.question.field
        in_words = field in (meeting_field(kind), text_field(kind)) or kind.mark(field, "person")
        if step is not None and in_words:
            values = {**found.question.filled, field: found.text.strip()}
            return await self._read(queued, Understood(kind, values))
        return await self._go_on(queued, step)

    async def _go_on(self, queued: QueuedEvent, step: Intent | Ask | None) -> Outcome:
        """Do a whole intent, or ask for what is missing; `None` means that they said stop."""
        if isinstance(step, TakeBack):
            return await self._taken_back(queued, await self._undoable(queued))
        if step is None or isinstance(step, Intent):
            return Outcome(await self._do(queued, step or NeverMind()))
        person = await self._person_or_none(queued)
        kind = named(step.intent, INTENTS)
        no = may_not(kind, person, to_go_on(kind, step.filled)) if person else None
        return Outcome(no or Answer((step,)))

    def _named(self, queued: QueuedEvent) -> Names:
        return Names(self._platform, queued.event.room, queued.event.account)

    async def _undone(self, queued: QueuedEvent, _: means.Undo) -> Outcome:
        undoable = await self._undoable(queued)
        return await self._taken_back(queued, undoable) if undoable else SILENCE

    async def _undoable(self, queued: QueuedEvent) -> dict[Offer, Intent]:
        """What they can still take back where they spoke, the newest first."""
        put_to_them, now = await self._people.offers_to(queued), self._people.now()
        # What is of another community is only undone where its choice stands.
        there = [each for each in put_to_them if each.community in (None, queued.community)]
        offers = [(each, offered(each)) for each in there]
        newest: dict[str, tuple[Offer, Intent]] = {}
        for offer, intent in offers:
            if intent is None or intent.is_too_late(now):
                continue
            if intent.takes_back(Wording()):
                newest.setdefault(offer.intent, (offer, intent))
        return dict(newest.values())

    async def _taken_back(self, queued: QueuedEvent, undoable: dict[Offer, Intent]) -> Outcome:
        """Undo at once what was put last, if nothing was said since; else ask by name."""
        if len(undoable) == 1:
            [offer] = undoable
            if not offer.closed and queued.heard_at >= offer.kept_at:
                return await self._pick(queued, means.Pick(offer))
        moved_on = next((offer.closed for offer in undoable), False)
        intents = tuple(undoable.values())
        return Outcome(await self._do(queued, TakeBack(), undoable=intents, moved_on=moved_on))

    async def _pick(self, queued: QueuedEvent, found: means.Pick) -> Outcome:
        offer = found.offer
        try:
            intent = intent_from_json(offer.intent, INTENTS)
        except Outdated as outdated:
            return Outcome(Answer.of(self._in_words(outdated)), offer)
        # What is offered to everybody stays for the next one.
        spent = offer if offer.account else None
        if isinstance(intent, SpeakOf):
            return replace(await self._turned_to(queued, intent), spent=spent)
        queued = replace(queued, community=offer.community or queued.community)
        return Outcome(await self._do(queued, intent), spent, community=queued.community)

    async def _turned_to(self, queued: QueuedEvent, chosen: SpeakOf) -> Outcome:
        """Do what was asked for, in the community that was chosen for this chat."""
        await self._people.speak_of(queued, chosen.community)
        queued = replace(queued, community=chosen.community)
        if chosen.then:
            outcome = await self._form(queued, means.Form(chosen.then))
        else:
            outcome = Outcome(await self._do(queued, chosen))
        return replace(outcome, community=chosen.community)

    async def _withdraw(self, queued: QueuedEvent, found: means.Withdraw) -> Outcome:
        try:
            shown = await self._people.services(queued).ask(ShowMeeting(meeting=found.meeting))
        except (Expired, Unavailable) as late:
            return Outcome(Answer.of(late.words))
        except Refusal:
            return SILENCE
        if shown.mine is None or shown.mine is not answer_of(found.emoji):
            return SILENCE
        answer = await self._do(queued, WithdrawAnswer(code=shown.meeting.code))
        return Outcome(None if answer.ack else answer)

    async def _overheard(self, queued: QueuedEvent, post: means.Overheard) -> Outcome:
        """End what others have read, and say so; what else was meant is done all the same."""
        try:
            ended = (await self._people.services(queued).ask(post.secrets)).ended
        except (Refusal, Unavailable):
            ended = False
        outcome = await self.perform(queued, post.otherwise)
        if not ended:
            return outcome
        say = (await self._wording(queued)).say
        lead = Text(say("Others could read your code or link, so it is worth nothing now."))
        answer = outcome.answer or Answer(())
        if not answer.blocks:
            words = "Get a new one in a direct chat with me, and pass it on to nobody there."
            answer = Answer((Text(say(words)),))
        answer = replace(answer, blocks=(lead, *answer.blocks), ack=False)
        return replace(outcome, answer=answer)

    async def _tagged(self, queued: QueuedEvent, found: means.TagLine) -> Outcome:
        try:
            meeting = found.meeting or await self._live.here(queued)
            no_time = meeting is None and found.sure
            if no_time and (untimely := await self._untimely.answer(queued, found.tag)):
                return Outcome(untimely)
        except Unavailable as away:
            return Outcome(Answer.of(away.words))
        if meeting is None or not isinstance(queued.event, MessageSent):
            return await self.perform(queued, found.otherwise)
        return await self._tagged_in(
            queued, found, intent_of_tag(found.tag, queued.event, meeting[1])
        )

    async def _tagged_in(self, queued: QueuedEvent, line: means.TagLine, intent: Intent) -> Outcome:
        """Do what a tagged line asks for in a meeting; ask first where the tag is misspelt."""
        if isinstance(queued.event, MessageSent) and not queued.event.mentions:
            wording = await self._wording(queued)
            values = await self._named(queued).put_in(type(intent), intent.model_dump(), wording)
            if isinstance(values, Answer):
                return Outcome(values)
            intent = type(intent).model_validate(values)
        if line.sure:
            return Outcome(await self._do(queued, intent))
        outcome = await self.perform(queued, line.otherwise)
        person = await self._person_or_none(queued)
        if person is None or may_not(type(intent), person):
            return outcome
        return Outcome(almost_tagged(line.tag, intent, person.wording))

    async def _retagged(self, queued: QueuedEvent, found: means.Retag) -> Outcome:
        """A line follows its message's new words, or it is one from now on, or no more."""
        event, tag = queued.event, found.tag
        if not await self._platform.may_edit(event.room, event.target, event.account):
            return SILENCE
        origin = origin_in(event.room, event.target)
        if tag is None:
            await self._do(queued, Retagged(origin=origin))
            return SILENCE
        live = found.live
        with suppress(Unavailable):
            live = live or await self._live.here(queued)
        if live is not None:
            kind, text = NoteKind(tag.kind), tag.text[:1000]
            await self._do(queued, Tagged(kind=kind, text=text, origin=origin, code=live[1]))
        else:
            await self._do(queued, Retagged(origin=origin, text=tag.text))
        return SILENCE

    async def _noticed_in(self, queued: QueuedEvent, found: means.Notice) -> Outcome:
        known = (found.meeting[0], queued.event.account)
        if known not in self._noticed:
            await self._do(queued, Noticed(code=found.meeting[1]))
            self._noticed[known] = None
            if len(self._noticed) > MOST_NOTICED:
                self._noticed.popitem(last=False)
        return SILENCE

    async def _parted(self, queued: QueuedEvent, part: means.Part) -> Outcome:
        await self._whereabouts.follow(queued, part.how, part.by)
        return SILENCE

    async def _relocated(self, queued: QueuedEvent, new: means.Relocate) -> Outcome:
        await self._whereabouts.move(queued, new.successor)
        return SILENCE

    async def _do(self, queued: QueuedEvent, intent: Intent, **known: Any) -> Answer:
        """Do it as whoever spoke, of whom this is `known` besides."""
        try:
            person = await self._people.who_may(queued, type(intent))
            person = await self._people.with_surroundings(queued, intent, person)
        except Unavailable as away:
            return Answer.of(away.words)
        except Refusal as refusal:
            return Answer.of(self._in_words(refusal))
        return await perform(intent, replace(person, **known), self._people.services(queued))

    def _in_words(self, refusal: Refusal) -> str:
        """What is refused before it is known who asks."""
        return put_in(Wording().by_code(refusal), refusal.hint, self._platform.prefix, INTENTS)

    async def _wording(self, queued: QueuedEvent) -> Wording:
        person = await self._person_or_none(queued)
        return person.wording if person else Wording()

    async def _person_or_none(self, queued: QueuedEvent) -> Person | None:
        try:
            return await self._people.who(queued)
        except (Refusal, Unavailable):
            return None

    _doing: ClassVar[
        dict[type[means.Resolution], Callable[[Any, QueuedEvent, Any], Awaitable[Outcome]]]
    ] = {
        means.Ignore: _ignored,
        means.Say: _said,
        means.Perform: _intent,
        means.Command: _command,
        means.Form: _form,
        means.Resume: _resumed,
        means.Undo: _undone,
        means.Pick: _pick,
        means.Withdraw: _withdraw,
        means.TagLine: _tagged,
        means.Overheard: _overheard,
        means.Retag: _retagged,
        means.Notice: _noticed_in,
        means.Part: _parted,
        means.Relocate: _relocated,
    }


def by_name(event: ChatEvent, answer: Answer) -> Answer:
    """A reaction has no words to answer beside: name whom the answer is for."""
    blocks = (Text(f"{event.account}:"), *answer.blocks)
    return Answer(blocks, answer.audience, mentions=(event.account,), otherwise=answer.otherwise)
