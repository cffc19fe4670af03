"""Votes: a question with a few answers, put to the meeting that is on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import BeforeValidator, Field
from pydantic.config import JsonDict

from indaba.contracts.passport import Role
from indaba.contracts.votes import CastVote, CloseVote, OpenVote, ShowVote, VoteFacts, VoteShown
from indaba.conversation.answer import Answer, Audience, Choice, Choices, Items, Poll, Text
from indaba.conversation.commands.arguments import POLITE
from indaba.conversation.commands.fields import Code, Listed, MinutesFromNow, folded
from indaba.conversation.commands.intent import Intent, Meant, ServiceClient
from indaba.conversation.commands.numbered import NUMBERS
from indaba.conversation.commands.person import Person
from indaba.conversation.wording import Wording, plain

KEYED: JsonDict = {"keyed": True}


class NewVote(Intent, noun="vote", verb="new", aliases=("vote", "meeting vote")):
    """Put a question to the meeting."""

    needs: ClassVar[Role | None] = Role.MEMBER
    example: ClassVar[str] = "vote new Where do we meet? options: Hall, Online"

    question: str = Field(
        min_length=1,
        max_length=300,
        description="The question",
        json_schema_extra={"question": "What is the question?"},
    )
    options: Listed = Field(
        min_length=2,
        max_length=10,
        description="What can be chosen, separated by commas",
        json_schema_extra={
            "keyed": True,
            "question": "Which answers can be chosen? Separate them by commas.",
        },
    )
    minutes: MinutesFromNow = Field(
        default=10, description="How long it is open, or until when", json_schema_extra=KEYED
    )
    code: Code | None = Field(
        default=None,
        description="The meeting's code; the one that is on if you do not say",
        json_schema_extra={"code": True},
    )

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """One line: the vote itself follows in the thread."""
        asked = OpenVote(
            code=self.code, question=self.question, options=self.options, minutes=self.minutes
        )
        shown = await services.ask(asked)
        words = person.wording.say("The vote is open for {time}.", time=_time(self, person))
        return Answer((Text(words),), card=shown.meeting.id)


def _time(vote: NewVote, person: Person) -> str:
    return person.wording.length(vote.minutes)


class Choose(Intent, noun="vote", verb="choose", aliases=("choose",)):
    """Choose an answer of the vote that is open."""

    needs: ClassVar[Role | None] = Role.MEMBER
    MEANT: ClassVar[Meant] = Meant.BY_YES
    example: ClassVar[str] = "vote choose 2"

    option: Annotated[str, BeforeValidator(str, json_schema_input_type=str)] = Field(
        min_length=1,
        max_length=200,
        description="The answer, or its number; 0 takes your vote back",
        json_schema_extra={"question": "Which answer? Give it or its number."},
    )
    vote: UUID | None = Field(default=None, description="Which vote", json_schema_extra=KEYED)

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """What the asker chose, for their eyes only; or the question which answer is meant."""
        say, vote = person.wording.say, self.vote
        number = self._number()
        if number is None or vote is None:
            open_vote = (await services.ask(ShowVote(vote=vote))).vote
            if not open_vote.open:
                return Answer.of(say("That vote is over and counted."))
            meant = _meant(self._words(), number, open_vote.options)
            if len(meant) != 1:
                return _which_answer(open_vote, meant, person.wording)
            vote, [number] = open_vote.id, meant
        shown = await services.ask(CastVote(vote=vote, option=number))
        if not shown.mine:
            return Answer.of(say("Your vote is taken back."))
        chosen = plain(shown.vote.options[shown.mine - 1])
        return Answer((Text(say("You chose: {option}", option=chosen)),), ack=True)

    def _words(self) -> str:
        """The answer without the courtesy that may follow it."""
        words = folded(self.option).split()
        while len(words) > 1 and words[-1].strip(".,!") in POLITE:
            words.pop()
        return " ".join(words).strip(" .,!")

    def _number(self) -> int | None:
        number = self._words().lstrip("#")
        return int(number) if number.isdecimal() and len(number) <= DIGITS else None


DIGITS = 2
"""Of the number of an answer; what is longer is the answer itself, such as a year."""


def _meant(wanted: str, number: int | None, options: Sequence[str]) -> list[int]:
    """The places of the answers that may be meant, from 1: one of them is sure; 0: none of all."""
    known = [folded(option) for option in options]
    same = [place for place, each in enumerate(known, 1) if each.strip(" .,!") == wanted]
    if number is not None and number <= len(options):
        # An answer may be a number itself: "3" of 2, 3 and 4 children.
        return sorted({number, *same})
    begun = [place for place, each in enumerate(known, 1) if each.startswith(wanted)]
    return same or begun


def _which_answer(vote: VoteFacts, meant: Sequence[int], wording: Wording) -> Answer:
    """The answers that may be meant; all of them where none is."""
    say = wording.say
    lead = "Which answer do you mean?" if meant else "No answer of that vote is called so. It has:"
    places = [place for place in meant if place] or range(1, len(vote.options) + 1)
    picks = tuple(
        Choice(plain(vote.options[place - 1]), number, Choose(option=str(place), vote=vote.id))
        for place, number in zip(places, NUMBERS, strict=False)
    )
    question = Text(say("Vote: {question}", question=plain(vote.question)))
    return Answer((question, Text(say(lead)), Choices(picks)))


class PollVote(Intent, noun="vote", verb="poll", hidden=True):
    """A vote cast on the platform's own poll."""

    needs: ClassVar[Role | None] = Role.MEMBER

    option: int
    vote: UUID

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """Nothing is said: the poll shows it."""
        await services.ask(CastVote(vote=self.vote, option=self.option))
        return Answer(())


class Count(Intent, noun="vote", verb="count", aliases=("count votes", "vote close")):
    """Close the vote and count."""

    needs: ClassVar[Role | None] = Role.MEMBER
    example: ClassVar[str] = "vote count"

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """The result, as the thread hears it too."""
        shown = await services.ask(CloseVote())
        return Answer((*result_of(shown.vote, person.wording),), Audience.ASKER)


class Result(Intent, noun="vote", verb="show", aliases=("vote result",)):
    """Show the vote that is open, or the last result."""

    needs: ClassVar[Role | None] = Role.MEMBER
    example: ClassVar[str] = "vote show"

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """The question with what was chosen so far."""
        shown: VoteShown = await services.ask(ShowVote())
        return Answer(result_of(shown.vote, person.wording))


def vote_opened(vote: VoteFacts, minutes: int, wording: Wording, how: str) -> Answer:
    """The platform's own poll; `how` is the line that chooses where polls are not shown."""
    say = wording.say
    options = tuple(plain(option) for option in vote.options)
    question = say("Vote: {question}", question=plain(vote.question))
    typed = Text(say("Or type: {line}", line=how))
    return Answer((Poll(question, options, vote.id, minutes), typed), Audience.ROOM)


def result_of(vote: VoteFacts, wording: Wording) -> tuple[Text | Items, ...]:
    """The question and how many chose what; whether there was a quorum."""
    say = wording.say
    lead = "Vote: {question} (open)" if vote.open else "Vote: {question}"
    lines = tuple(
        say("{option}: {n}", option=plain(option), n=str(n))
        for option, n in zip(vote.options, vote.tally, strict=True)
    )
    blocks: list[Text | Items] = [Text(say(lead, question=plain(vote.question))), Items(lines)]
    blocks.append(Text(wording.count(vote.voters, "{n} member voted.", "{n} members voted.")))
    if vote.quorum is not None and not vote.quorum.met:
        blocks.append(Text(say("There was no quorum at this moment; the minutes say so.")))
    return tuple(blocks)
