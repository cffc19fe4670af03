"""From what a person said to what is posted back: the middle of every conversation."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from indaba.bus.bus import LITTLE_LATER
from indaba.contracts.ids import MeetingId
from indaba.contracts.refusal import Expired, Refusal, Unavailable
from indaba.contracts.scheduling import RsvpAnswer, ShowMeeting
from indaba.conversation.answer import ANYBODY, Answer, Ask, Audience, Choice, Text
from indaba.conversation.hints import put_in, unclear
from indaba.conversation.intent import (
    Intent,
    Outdated,
    Person,
    asked_from_json,
    intent_from_json,
    intent_to_json,
    may_not,
    named,
    perform,
    resolve,
    resume,
)
from indaba.conversation.line import Unclear, read_line
from indaba.conversation.meetings_on import MeetingsOn
from indaba.conversation.notice import answer_of, reply_answer
from indaba.conversation.outcome import Outcome
from indaba.conversation.people import People
from indaba.conversation.platform import ChatPlatform, Kind, Post, PostKind, Said
from indaba.conversation.store import Draft, Heard, Offer, Store
from indaba.conversation.surroundings import Surroundings, look_around
from indaba.conversation.tagging import Tagging
from indaba.conversation.topics import INTENTS
from indaba.conversation.topics.coming import SayMaybe, SayNo, SayYes, WithdrawAnswer
from indaba.conversation.topics.cop import Help, NeverMind
from indaba.conversation.topics.voting import PollVote
from indaba.conversation.wording import Wording
from indaba.ledger import Ledger
from indaba.process.world import World

ANSWER_LASTS = timedelta(hours=24)
QUESTION_LASTS = timedelta(minutes=30)
CHOICE_LASTS = timedelta(minutes=30)
LONG_ANSWER = 8
"""Lines from which on an answer opens a thread instead of filling the room."""

EMPTY = "…"
"""What stands in a whisper whose words are on their way."""

YES_AND_NO = 2

RSVPS: dict[RsvpAnswer, type[SayYes | SayMaybe | SayNo]] = {
    RsvpAnswer.YES: SayYes,
    RsvpAnswer.MAYBE: SayMaybe,
    RsvpAnswer.NO: SayNo,
}


class Desk:
    """Deals with what was said, one act at a time. Doing an act twice has one effect.

    The store is read, the services are asked, and only then is everything kept in one
    transaction: killed anywhere before, the act is done again with the same keys.
    """

    def __init__(self, platform: ChatPlatform, ledger: Ledger, people: People) -> None:
        self._platform = platform
        self._ledger = ledger
        self._people = people
        self._tagging = Tagging(self._perform, MeetingsOn(platform, people))

    @property
    def _world(self) -> World:
        return self._ledger.world

    async def deal_with(self, heard: Heard) -> bool:
        """Understand, ask, and keep what is to be posted; whether any words are."""
        said = heard.said
        outcome = await self._outcome(heard)
        async with self._ledger.database.begin() as connection:
            store = Store(connection, self._world.now())
            if outcome.spent is not None:
                await store.dialogue.picked(outcome.spent.post)
            if outcome.reacted_to is not None:
                await store.cards.reacted(said, outcome.reacted_to, _digest(said.id, said.account))
            if outcome.answer is not None:
                answer = outcome.answer
                await self._keep(
                    store, heard, _named(said, answer) if outcome.reacted_to else answer
                )
            if said.direct:
                await store.errands.opened(said.account, said.room)
            await store.hearing.dealt_with(said.id)
        told = outcome.answer
        return told is not None and bool(told.blocks) and not told.ack

    async def apologise(self, heard: Heard) -> None:
        """Give an act up that failed too often, with a reference for whoever looks into it."""
        await self._end_with(
            heard,
            f"Something went wrong on our side, sorry. Reference: {str(heard.correlation)[-8:]}",
        )

    async def call_a_halt(self, heard: Heard) -> None:
        """Do nothing more for somebody with whom talk goes round and round."""
        await self._end_with(
            heard,
            "You have said a great deal within an hour, as programs do that answer each other. "
            "I stop here and listen to you again in an hour.",
        )

    async def pass_over(self, heard: Heard) -> None:
        """Do nothing, and say nothing."""
        async with self._ledger.database.begin() as connection:
            await Store(connection, self._world.now()).hearing.dealt_with(heard.said.id)

    async def _end_with(self, heard: Heard, words: str) -> None:
        async with self._ledger.database.begin() as connection:
            store = Store(connection, self._world.now())
            await self._keep(store, heard, Answer.of(words))
            await store.hearing.dealt_with(heard.said.id)

    async def _outcome(self, heard: Heard) -> Outcome:
        """What comes of it. The database is left alone while services are asked."""
        async with self._ledger.database.connect() as connection:
            around = await look_around(heard.said, Store(connection, self._world.now()))
        match heard.said.kind:
            case Kind.REACTION:
                return await self._reaction(heard, around)
            case Kind.REACTION_REMOVED:
                return await self._reaction_removed(heard, around)
            case Kind.BALLOT:
                return await self._ballot(heard, around.vote)
            case Kind.EDITED:
                return await self._edited(heard, around)
            case Kind.MESSAGE:
                return await self._message(heard, around)

    async def _message(self, heard: Heard, around: Surroundings) -> Outcome:
        """A command, an answer to our question, a pick, or a reply to a card; else not for us."""
        said = heard.said
        meant = said.addressed
        if said.asked:
            return Outcome(await self._form(heard))
        if said.picked is not None:
            return await self._pressed(heard, around)
        tagged = await self._tagging.tagged(heard, around.card, around.live)
        if tagged is not None:
            return tagged
        if meant is not None and not said.direct:
            return Outcome(await self._command(heard, meant))
        return await self._in_answer(heard, around)

    async def _in_answer(self, heard: Heard, around: Surroundings) -> Outcome:
        """Something that may answer what we said; in a direct chat it may be a command too."""
        said = heard.said
        meant = said.addressed
        text = said.text if meant is None else meant
        if around.card is not None and (answer := reply_answer(text)):
            return Outcome(await self._perform(heard, RSVPS[answer](code=around.card[1])))
        if around.question is not None and not (said.direct and _is_command(text)):
            person = await self._person_or_none(heard)
            if person is None:
                return Outcome(Answer((Text(LITTLE_LATER), around.question)))
            step = resume(around.question, text, person.wording, INTENTS)
            return Outcome(await self._go_on(heard, step))
        offer = _picked(text, around.offers)
        if offer is not None:
            return await self._pick(heard, offer)
        if meant is None:
            return await self._tagging.wrote(heard, around.card, around.live)
        return Outcome(await self._command(heard, meant))

    async def _form(self, heard: Heard) -> Answer:
        """A form that was sent; what is in it was typed, and is checked here."""
        try:
            kind, values = asked_from_json(heard.said.asked, INTENTS)
        except Outdated as outdated:
            return Answer.of(self._in_words(outdated))
        person = await self._person_or_none(heard)
        wording = person.wording if person else Wording()
        told = await self._go_on(heard, resolve(kind, values, wording))
        return Answer(()) if kind.SILENT else told

    async def _pressed(self, heard: Heard, around: Surroundings) -> Outcome:
        """A button that was pressed: too old, somebody else's, or picked."""
        for offer in around.offers:
            if offer.account in ("", heard.said.account):
                return await self._pick(heard, offer)
            return Outcome(Answer.of("That button is for the one who asked."))
        return Outcome(Answer.of("That has been answered, or is too old. Nothing has changed."))

    async def _command(self, heard: Heard, line: str) -> Answer:
        """A line typed to us; an empty one asks for help."""
        if not line.strip():
            return await self._perform(heard, Help())
        understood = read_line(line, INTENTS)
        person = await self._person_or_none(heard)
        wording = person.wording if person else Wording()
        if isinstance(understood, Unclear):
            return unclear(understood, wording, self._platform.prefix)
        return await self._go_on(heard, resolve(understood.intent, understood.filled, wording))

    async def _go_on(self, heard: Heard, step: Intent | Ask | None) -> Answer:
        """Do a whole intent, or ask for what is missing; `None` means that they said stop."""
        if step is None:
            return await self._perform(heard, NeverMind())
        if isinstance(step, Intent):
            return await self._perform(heard, step)
        person = await self._person_or_none(heard)
        no = may_not(named(step.intent, INTENTS), person) if person else None
        return no or Answer((step,))

    async def _reaction(self, heard: Heard, around: Surroundings) -> Outcome:
        said = heard.said
        if around.card is not None:
            meeting, code = around.card
            answer = answer_of(said.text)
            if answer is None:
                return Outcome(None)
            told = await self._perform(heard, RSVPS[answer](code=code))
            return Outcome(None if told.ack else told, reacted_to=MeetingId(meeting))
        if said.addressed is not None:
            return await self._meant(heard, said.addressed)
        wanted = _bare(said.text)
        for offer in around.offers:
            if _bare(offer.emoji) == wanted and offer.account in ("", said.account):
                return await self._pick(heard, offer)
        return Outcome(None)

    async def _edited(self, heard: Heard, around: Surroundings) -> Outcome:
        """New words for a message, where they are its writer's."""
        said = heard.said
        if not await self._platform.may_edit(said.room, said.about, said.account):
            return Outcome(None)
        return await self._tagging.edited(heard, around.live)

    async def _ballot(self, heard: Heard, vote: UUID | None) -> Outcome:
        """A choice in a poll of ours; whoever may not vote is told, for the poll shows it."""
        if vote is None:
            return Outcome(None)
        told = await self._perform(heard, PollVote(vote=vote, option=int(heard.said.text)))
        return Outcome(_named(heard.said, told) if told.blocks else None)

    async def _meant(self, heard: Heard, line: str) -> Outcome:
        """A reaction that its platform read as a line; what was done shows where it was meant."""
        told = await self._command(heard, line)
        if not told.ack:
            return Outcome(_named(heard.said, told))
        return Outcome(None, reacted_to=told.card)

    async def _reaction_removed(self, heard: Heard, around: Surroundings) -> Outcome:
        """Taking back the reaction that holds withdraws the answer; an older one does not."""
        said = heard.said
        if around.reaction is None:
            return await self._tagging.taken_back(heard)
        meeting, emoji, reactor = around.reaction
        if reactor != _digest(said.about, said.account):
            return Outcome(None)
        try:
            shown = await self._people.services(heard).ask(ShowMeeting(meeting=MeetingId(meeting)))
        except (Expired, Unavailable) as late:
            return Outcome(Answer.of(late.words))
        except Refusal:
            return Outcome(None)
        if shown.mine is None or shown.mine is not answer_of(emoji):
            return Outcome(None)
        told = await self._perform(heard, WithdrawAnswer(code=shown.meeting.code))
        return Outcome(None if told.ack else told)

    async def _pick(self, heard: Heard, offer: Offer) -> Outcome:
        try:
            intent = intent_from_json(offer.intent, INTENTS)
        except Outdated as outdated:
            return Outcome(Answer.of(self._in_words(outdated)), offer)
        told = await self._perform(heard, intent)
        # What is offered to everybody stays for the next one.
        return Outcome(told, offer if offer.account else None)

    async def _perform(self, heard: Heard, intent: Intent) -> Answer:
        try:
            person = await self._people.who_may(heard, type(intent))
            person = await self._people.with_surroundings(heard, intent, person)
        except Unavailable as away:
            return Answer.of(away.words)
        except Refusal as refusal:
            return Answer.of(self._in_words(refusal))
        return await perform(intent, person, self._people.services(heard))

    def _in_words(self, refusal: Refusal) -> str:
        """What is refused before it is known who asks."""
        return put_in(Wording().by_code(refusal), refusal.hint, self._platform.prefix)

    async def _person_or_none(self, heard: Heard) -> Person | None:
        try:
            return await self._people.who(heard)
        except (Refusal, Unavailable):
            return None

    async def _keep(self, store: Store, heard: Heard, answer: Answer) -> None:
        """Keep an answer as posts, with its question and choices."""
        said = heard.said
        await store.dialogue.no_question(said)
        if answer.ack and said.kind is Kind.MESSAGE and not said.whisper:
            await store.posting.post(self._draft(heard, _sign(said, answer.sign)))
            return
        spot = _spot(said, answer)
        if said.whisper and not spot.whisper:
            await self._whisper(store, heard)
        for number, content in enumerate(self._platform.draw(answer)):
            post = replace(spot, key=f"{said.id}/{number}", content=content)
            choices = answer.choices() if number == 0 else ()
            draft = self._draft(heard, post, choices)
            if spot.whisper and number:
                draft = draft.empty_first(self._platform.draw(Answer.of(EMPTY))[0])
            await store.posting.post(draft)
            allowed = "" if answer.offered_to == ANYBODY else answer.offered_to or said.account
            kept = [(choice, intent_to_json(choice.intent)) for choice in choices]
            await store.dialogue.offer(post, kept, allowed, CHOICE_LASTS)
        question = answer.question()
        if question is not None:
            await store.dialogue.ask(said, spot.thread, question, QUESTION_LASTS)

    async def _whisper(self, store: Store, heard: Heard) -> None:
        """What was asked privately and answered to all is acknowledged privately too."""
        content = self._platform.draw(Answer.of("Done, see below."))[0]
        said = heard.said
        post = Post(f"{said.id}/done", PostKind.MESSAGE, said.room, content, whisper=said.whisper)
        await store.posting.post(self._draft(heard, post))

    def _draft(self, heard: Heard, post: Post, choices: Sequence[Choice] = ()) -> Draft:
        seeded = () if self._platform.has_buttons else choices
        seeds = tuple({"emoji": choice.emoji} for choice in seeded if choice.emoji)
        return Draft(
            post, heard.correlation, self._world.now() + ANSWER_LASTS, follow_ups=seeds, lane=0
        )


def _spot(said: Said, answer: Answer) -> Post:
    """Where an answer goes: into the thread it was asked in, else beside the question."""
    if said.kind is not Kind.MESSAGE:
        thread, reply_to = said.thread, said.about
        return Post("", PostKind.MESSAGE, said.room, {}, thread=thread, reply_to=reply_to)
    thread = said.thread
    if said.whisper and answer.audience is Audience.ASKER:
        return Post("", PostKind.MESSAGE, said.room, {}, thread=thread, whisper=said.whisper)
    reply_to = "" if said.whisper else said.id
    # What asks something back stays where the person will answer it: beside the question.
    asks_back = answer.choices() or answer.question()
    is_long = answer.text().count("\n") >= LONG_ANSWER
    if is_long and not asks_back and not thread and not said.direct:
        thread = said.id
    return Post("", PostKind.MESSAGE, said.room, {}, thread=thread, reply_to=reply_to)


def _named(said: Said, answer: Answer) -> Answer:
    """A reaction on a card has no words to answer beside: name whom the answer is for."""
    return Answer(
        (Text(f"{said.account}:"), *answer.blocks),
        answer.audience,
        mentions=(said.account,),
    )


def _sign(said: Said, sign: str) -> Post:
    key, emoji = f"{said.id}/ack", {"emoji": sign}
    return Post(key, PostKind.REACTION, said.room, emoji, thread=said.thread, target=said.id)


def _picked(text: str, offers: Sequence[Offer]) -> Offer | None:
    """The offer that a short reply means: its number, its emoji, its label, or yes and no."""
    wanted = _bare(text).casefold().strip(" .!")
    for offer in offers:
        if wanted and wanted in (str(offer.place), _bare(offer.emoji), offer.label.casefold()):
            return offer
    if len(offers) == YES_AND_NO:
        yes_or_no = {RsvpAnswer.YES: offers[0], RsvpAnswer.NO: offers[1]}
        answer = reply_answer(text)
        return yes_or_no.get(answer) if answer else None
    return None


def _bare(emoji: str) -> str:
    """An emoji without its drawing hints."""
    return emoji.replace("\ufe0f", "").replace("\ufe0e", "").replace("\u20e3", "").strip()


def _is_command(text: str) -> bool:
    """Whether a line in a direct chat is a command rather than an answer to a question."""
    return not isinstance(read_line(text, INTENTS), Unclear)


def _digest(reaction: str, account: str) -> str:
    """Tells whether the same account takes back its reaction, without keeping the account."""
    return hashlib.sha256(f"{reaction}/{account}".encode()).hexdigest()[:32]
