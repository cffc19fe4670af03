"""Feedback on a meeting in three taps, between the member and us; figures once, when it closes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from pydantic import Field

from indaba.contracts.digest import FeedbackFigures, GiveFeedback, ShowFeedback, WillUse
from indaba.contracts.figures import ReleasedPart, ReleasedTable
from indaba.contracts.passport import Role
from indaba.conversation.answer import Answer, Choice, Choices, Facts, Text
from indaba.conversation.commands.fields import Code
from indaba.conversation.commands.intent import HELD, Intent, Meant, ServiceClient
from indaba.conversation.commands.person import Person
from indaba.conversation.times import say_for
from indaba.conversation.wording import Wording

STARS = ("1️⃣", "2️⃣", "3️⃣", "4️⃣", "5️⃣")
SIGNS = {WillUse.YES: "👍", WillUse.MAYBE: "🤔", WillUse.NO: "👎"}


class Feedback(Intent, noun="meeting", verb="feedback", aliases=("feedback",)):
    """Say in three taps how a meeting was, between you and me."""

    ABOUT = HELD
    PRIVATE: ClassVar[bool] = True
    MEANT: ClassVar[Meant] = Meant.BY_YES
    needs: ClassVar[Role | None] = Role.MEMBER
    example: ClassVar[str] = "meeting feedback M7K2"

    code: Code = Field(
        description="The meeting's code, such as M7K2",
        json_schema_extra={"code": True, "question": "Which meeting? Its code looks like M7K2."},
    )

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """The first of three questions; to a facilitator the figures, once it is closed."""
        say = person.wording.say
        when = ""
        if person.may(_Facilitated):
            shown = await services.ask(ShowFeedback(code=self.code))
            if shown.figures is not None:
                return Answer((figures_in_words(shown.figures, person.wording),))
            when = say(
                "Figures come after {when}, once no more feedback is taken.",
                when=say_for(shown.open_until, person.zone, person.wording.locale),
            )
        asked = say("How useful was it for your work? 1 is not at all, 5 is very.")
        private = say(
            "Nobody else reads what you tap. Two weeks after the meeting facilitators are told "
            "once how many answered what, and only where {n} or more people did.",
            n=person.in_community().group_size,
        )
        blocks = tuple(Text(words) for words in (when, asked, private) if words)
        return Answer((*blocks, _stars(lambda n: Useful(code=self.code, useful=n), person.wording)))


def _stars(meant: Callable[[int], Intent], wording: Wording) -> Choices:
    """One to five, and what each says."""
    return Choices(
        tuple(
            Choice(wording.say("{n}", n=str(n)), sign, meant(n))
            for n, sign in enumerate(STARS, start=1)
        )
    )


def figures_in_words(figures: FeedbackFigures, wording: Wording) -> Facts:
    """How many answered, and what, where enough people stand on every side."""
    say = wording.say
    tables = (
        (say("Useful"), figures.useful),
        (say("Could speak"), figures.could_speak),
        (say("Will use it"), figures.will_use),
    )
    people = figures.useful.people
    answered = say("fewer than {n}", n=figures.needed) if people is None else say("{n}", n=people)
    rows = [(name, _table(table, wording)) for name, table in tables if people is not None]
    return Facts(((say("Answers"), answered), *rows))


def _table(table: ReleasedTable, wording: Wording) -> str:
    if not table.parts:
        return wording.say("too few on one side to say more")
    return "; ".join(_part(part, wording) for part in table.parts)


def _part(part: ReleasedPart, wording: Wording) -> str:
    say = wording.say
    given: Sequence[str] = [say(answer) for answer in part.answers if answer]
    if "" in part.answers:
        given = [*given, say("no answer")]
    *others, last = given
    any_of = say("{some} or {last}", some=", ".join(others), last=last) if others else last
    return say("{answers}: {n}", answers=any_of, n=part.people)


class _Facilitated(Intent):
    needs: ClassVar[Role | None] = Role.FACILITATOR


class Useful(Intent, noun="meeting", verb="useful", hidden=True):
    """The first tap."""

    PRIVATE: ClassVar[bool] = True
    MEANT: ClassVar[Meant] = Meant.BY_YES
    needs: ClassVar[Role | None] = Role.MEMBER

    code: str
    useful: int

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """The second question."""
        await services.ask(GiveFeedback(code=self.code, useful=self.useful))
        say = person.wording.say
        stars = _stars(lambda n: CouldSpeak(code=self.code, speak=n), person.wording)
        return Answer((Text(say("I felt able to speak: 1 not at all, 5 very.")), stars))


class CouldSpeak(Intent, noun="meeting", verb="could-speak", hidden=True):
    """The second tap."""

    PRIVATE: ClassVar[bool] = True
    MEANT: ClassVar[Meant] = Meant.BY_YES
    needs: ClassVar[Role | None] = Role.MEMBER

    code: str
    speak: int

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """The third question."""
        await services.ask(GiveFeedback(code=self.code, could_speak=self.speak))
        say = person.wording.say
        picks = tuple(
            Choice(say(each.value), SIGNS[each], WillUseIt(code=self.code, use=each))
            for each in WillUse
        )
        return Answer((Text(say("Will you use something from it?")), Choices(picks)))


class WillUseIt(Intent, noun="meeting", verb="will-use", hidden=True):
    """The third tap."""

    PRIVATE: ClassVar[bool] = True
    MEANT: ClassVar[Meant] = Meant.BY_YES
    needs: ClassVar[Role | None] = Role.MEMBER

    code: str
    use: WillUse

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """Thanks."""
        await services.ask(GiveFeedback(code=self.code, will_use=self.use))
        return Answer.of(person.wording.say("Thank you. That was all."))
