"""What I agreed to: seen, given and taken back, purpose by purpose."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, ClassVar

from pydantic import Field

from indaba.contracts.consenting import AnswerConsent, ConsentShown, PurposeShown, ShowConsent
from indaba.contracts.membership import CONSENT_VERSION
from indaba.contracts.purposes import OPTIONAL, WORDED, Purpose
from indaba.contracts.refusal import Hint, hint
from indaba.contracts.standing import Standing
from indaba.conversation.answer import Answer, Choice, Choices, Facts, Items, Style, Text
from indaba.conversation.commands.consent import what_is_kept, what_is_new
from indaba.conversation.commands.fields import OnOff, one_of
from indaba.conversation.commands.intent import Intent, ServiceClient
from indaba.conversation.commands.person import Person
from indaba.conversation.times import say_day
from indaba.conversation.wording import Wording


class MyConsent(Intent, noun="me", verb="consent", aliases=("consent",)):
    """Show what I agreed to; agree to something, or take it back."""

    ASKED_BY: ClassVar[Standing] = Standing.KNOWN
    EVERYWHERE: ClassVar[bool] = True
    PRIVATE: ClassVar[bool] = True
    example: ClassVar[str] = "me consent feedback off"

    purpose: Annotated[Purpose | None, one_of(Purpose)] = Field(
        default=None, description="What it is about: profile, feedback or stand-in"
    )
    state: OnOff | None = Field(default=None, description="on to agree, off to take it back")

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """What it is now, purpose by purpose, and the choice where something is open."""
        if self.purpose is None or self.state is None:
            return _shown(await services.ask(ShowConsent()), person)
        return await _answered((self.purpose,), self.state, CONSENT_VERSION, person, services)


class AgreeToNews(Intent, noun="me", verb="agree-to-news", hidden=True):
    """Agree to what is new in the wording, or not."""

    EVERYWHERE: ClassVar[bool] = True
    PRIVATE: ClassVar[bool] = True

    purposes: tuple[Purpose, ...]
    agreed: bool
    wording: str

    def again(self) -> Hint:
        """Where it can be said later."""
        return hint("me consent")

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """What is kept from now on, or not."""
        return await _answered(self.purposes, self.agreed, self.wording, person, services)


def asked_about(news: Sequence[Purpose], line: str, wording: Wording) -> Answer:
    """What is new since somebody agreed, with a yes and a no where they are asked.

    `line` is what to type later.
    """
    blocks = what_is_new(news, wording)
    later = Text(wording.say("You can see and change it at any time: {line}", line=line))
    asked = tuple(purpose for purpose in news if purpose in OPTIONAL)
    return Answer((*blocks, later, *((_choices(asked, wording),) if asked else ())))


def _choices(asked: tuple[Purpose, ...], wording: Wording) -> Choices:
    say = wording.say
    yes, no = (
        AgreeToNews(purposes=asked, agreed=agreed, wording=CONSENT_VERSION)
        for agreed in (True, False)
    )
    return Choices(
        (
            Choice(say("Yes, keep it"), "✅", yes, Style.MAIN),
            Choice(say("No, do not keep it"), "❌", no),
        )
    )


async def _answered(
    purposes: tuple[Purpose, ...],
    agreed: bool,
    version: str,
    person: Person,
    services: ServiceClient,
) -> Answer:
    await services.ask(AnswerConsent(purposes=purposes, agreed=agreed, wording=version))
    say = person.wording.say
    if agreed:
        lead = say("Thank you. From now on Indaba may keep:")
    else:
        lead = say("Noted. Indaba does not keep this, and what it had kept of it goes:")
    later = say("To change it: {line}", line=person.types("me consent"))
    return Answer((Text(lead), what_is_kept(purposes, person.wording), Text(later)))


def _shown(shown: ConsentShown, person: Person) -> Answer:
    say, wording = person.wording.say, person.wording
    always = what_is_kept([p for p in WORDED if p not in OPTIONAL], wording)
    rows = tuple(
        (say(WORDED[each.purpose].words), _state(each, wording)) for each in shown.purposes
    )
    lines = tuple(
        say("{line}", line=person.types("me consent", purpose=p.value, state="off"))
        for p in OPTIONAL
    )
    blocks = (
        Text(say("With your consent, which you can take back:")),
        Facts(rows),
        Text(say("To change something, type a line such as:")),
        Items(lines),
        Text(say("As long as you are a member:")),
        always,
    )
    choices = (_choices(shown.unanswered, wording),) if shown.unanswered else ()
    return Answer((*blocks, *choices))


def _state(each: PurposeShown, wording: Wording) -> str:
    if each.agreed is None or each.said_at is None:
        return wording.say("not asked yet, or not answered: nothing is kept")
    day = say_day(each.said_at.date(), wording.locale)
    words = "agreed on {day}" if each.agreed else "not agreed since {day}: nothing is kept"
    return wording.say(words, day=day)
