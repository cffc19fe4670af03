"""About what is being decided about members, and who facilitates when nobody does."""

from __future__ import annotations

from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from indaba.contracts.passport import Role
from indaba.contracts.refusal import Hint, hint
from indaba.contracts.removal import (
    AnswerCase,
    CaseAnswer,
    CaseAnswered,
    CaseFacts,
    CaseKind,
    ListCases,
    StandIn,
)
from indaba.contracts.standing import Standing
from indaba.conversation.answer import Answer, Choice, Choices, Facts, Style, Text
from indaba.conversation.commands.fields import OnOff
from indaba.conversation.commands.intent import Intent, ServiceClient
from indaba.conversation.commands.person import Person
from indaba.conversation.times import say_for
from indaba.conversation.wording import Wording, plain


class Matters(Intent, noun="member", verb="matters"):
    """Show what about members waits for me, or is about me."""

    ASKED_BY: ClassVar[Standing] = Standing.KNOWN
    PRIVATE: ClassVar[bool] = True
    example: ClassVar[str] = "member matters"

    number: Annotated[int, Field(ge=1, le=100)] = Field(
        default=1,
        description="Which of them, where there are several; the oldest if you do not say",
        json_schema_extra={"number": True},
    )

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """One with its choices, and how the next is seen: whether or not this one is answered."""
        cases = (await services.ask(ListCases())).cases
        say = person.wording.say
        if not cases:
            return Answer.of(say("Nothing about members waits for you."))
        number = min(self.number, len(cases))
        one = shown(cases[number - 1], person.wording, person.zone)
        if len(cases) == 1:
            return one
        more = say(
            "This is {number} of {n}. To see the next, type: {line}",
            number=str(number),
            n=str(len(cases)),
            line=person.types("member matters", number=str(number % len(cases) + 1)),
        )
        return Answer((*one.blocks, Text(more)))


class AnswerMatter(Intent, noun="member", verb="answer-matter", hidden=True):
    """Answer a matter about a member."""

    PRIVATE: ClassVar[bool] = True

    case: UUID
    answer: CaseAnswer

    def again(self) -> Hint:
        """What led to it."""
        return hint("member matters")

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """Says what has come of it."""
        answered = await services.ask(AnswerCase(case=self.case, answer=self.answer))
        line = person.types("member matters")
        return Answer.of(person.wording.say(_came_of(self.answer, answered), line=line))


def _came_of(answer: CaseAnswer, answered: CaseAnswered) -> str:
    if not answered.decided:
        return "Noted. Until it is decided you can change your vote: type {line} again."
    return {
        CaseAnswer.SECOND: "Noted, and it is done.",
        CaseAnswer.OBJECT: "Noted: with your objection nothing changes. Both sides are told.",
        CaseAnswer.READMIT: "Done: they can join again, and are told so.",
        CaseAnswer.UPHOLD: "Noted: it stays as it was, and they are told so.",
        CaseAnswer.ACCEPT: "Thank you! You are a facilitator now. What you can do: cop help",
        CaseAnswer.DECLINE: "All right. I ask somebody else.",
    }.get(answer, "Noted.")


class StandInFor(Intent, noun="me", verb="stand-in", aliases=("stand in",)):
    """Say whether I would facilitate if nobody else does."""

    needs: ClassVar[Role | None] = Role.MEMBER
    example: ClassVar[str] = "me stand-in on"

    state: OnOff = Field(
        description="on or off",
        json_schema_extra={"question": "May I ask you to facilitate if nobody does? on or off."},
    )

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """Says which it is now."""
        await services.ask(StandIn(on=self.state))
        say = person.wording.say
        if self.state:
            return Answer.of(
                say(
                    "Thank you. If nobody facilitates here any more, I ask you whether you would. "
                    "You can still say no. From now on I count on how many days you take part, to "
                    "ask first who does most."
                )
            )
        return Answer.of(say("Noted: I do not ask you to facilitate."))


TITLES = {
    CaseKind.REMOVE: "It is moved to remove a facilitator.",
    CaseKind.DEMOTE: "It is moved to make a facilitator a member.",
    CaseKind.REMOVAL: "Somebody who was removed asks you to look at it again.",
    CaseKind.TAKE_OVER: "Nobody facilitates here any more. Would you?",
}
ABOUT_YOU = "This is about you. Others decide it, or it ends by itself."
LABELS = {
    CaseAnswer.SECOND: ("Agree, do it now", "✅", Style.DANGER),
    CaseAnswer.OBJECT: ("Object, change nothing", "❌", Style.PLAIN),
    CaseAnswer.FOR: ("Yes, for it", "✅", Style.PLAIN),
    CaseAnswer.AGAINST: ("No, against it", "❌", Style.PLAIN),
    CaseAnswer.READMIT: ("Let them join again", "✅", Style.MAIN),
    CaseAnswer.UPHOLD: ("Leave it as it is", "❌", Style.PLAIN),
    CaseAnswer.ACCEPT: ("Yes, I facilitate", "✅", Style.MAIN),
    CaseAnswer.DECLINE: ("No", "❌", Style.PLAIN),
}


def shown(case: CaseFacts, wording: Wording, zone: str) -> Answer:
    """A matter with what its reader can answer."""
    say = wording.say
    until = say_for(case.until, zone, wording.locale) if case.until else ""
    rows = (
        (say("Community"), plain(case.community)),
        (say("About"), plain(", ".join(case.accounts))),
        (say("Reason"), plain(case.reason)),
        (say("They say"), plain(case.appeal)),
        (say("Decided on"), until),
    )
    known = tuple(row for row in rows if row[1])
    if not case.answers:
        return Answer((Text(say(ABOUT_YOU)), Facts(known)))
    lead = Text(say(TITLES.get(case.kind, "This waits for you.")))
    return Answer((lead, Facts(known), choices(case.case, case.answers, wording)))


def choices(case: UUID, answers: tuple[CaseAnswer, ...], wording: Wording) -> Choices:
    """What can be answered to a matter."""
    return Choices(
        tuple(
            Choice(wording.say(label), emoji, AnswerMatter(case=case, answer=answer), style)
            for answer in answers
            for label, emoji, style in (LABELS[answer],)
        )
    )
