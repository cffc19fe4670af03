"""Actions: promised, followed up privately, handed on."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field
from pydantic.config import JsonDict

from indaba.contracts.actions import (
    ActionFacts,
    ActionShown,
    ActionStatus,
    AddAction,
    ChangeAction,
    HandAction,
    ListActions,
    SetDueDay,
    WhichActions,
)
from indaba.contracts.passport import Role
from indaba.contracts.refusal import Refused
from indaba.conversation.answer import Answer, Audience, Choice, Choices, Items, Text
from indaba.conversation.commands.fields import ActionCodeTyped, Code, account_in, one_of
from indaba.conversation.commands.intent import HELD, Intent, Meant, ServiceClient, question
from indaba.conversation.commands.never_mind import NeverMind
from indaba.conversation.commands.person import Person
from indaba.conversation.commands.taking_back import way_back
from indaba.conversation.commands.topics.holding import members_called, named_first
from indaba.conversation.commands.topics.noting import day_in_doubt
from indaba.conversation.times import say_day
from indaba.conversation.wording import Wording, plain

KEYED: JsonDict = {"keyed": True}
A_CODE: JsonDict = {
    "code": "A",
    "question": "Which action? Its code looks like A7K2.",
}
ACTION_OVER = "action-over"
"""The code of scheduling's refusal to change an action that is done or was dropped."""

MOST_LISTED = 15


class AddAnAction(Intent, noun="action", verb="add", aliases=("action new",)):
    """Promise something, with who does it and by when."""

    ABOUT = HELD
    needs: ClassVar[Role | None] = Role.MEMBER
    example: ClassVar[str] = "action add Send the survey by 3 May"

    text: str = Field(
        min_length=1,
        max_length=300,
        description="What will be done, beginning with a verb",
        json_schema_extra={"question": "What will be done? Begin with a verb.", "for_person": True},
    )
    owner: str | None = Field(
        default=None,
        max_length=255,
        description="Who does it: name or mention the person; you if you do not say",
        json_schema_extra={**KEYED, "person": True},
    )
    due: str = Field(
        default="", max_length=80, description="By when, such as 3 May", json_schema_extra=KEYED
    )
    meeting: Code | None = Field(
        default=None,
        description="The meeting it comes from",
        json_schema_extra={**KEYED, "code": True},
    )

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """The action with its code, said to the room."""
        owner = person.passport.member if person.passport else None
        named, text = ((self.owner,), self.text) if self.owner else named_first(self.text)
        if named:
            owner = (await members_called(named[:1], person, services))[0]
        asked = AddAction(text=text, owner=owner, due=self.due, meeting=self.meeting)
        shown = await services.ask(asked)
        words = person.wording.say("Action {line}", line=action_line(shown.action, person.wording))
        whose, mentions = _whose(account_in(named[0]) if named else person.account, person)
        more = day_in_doubt(shown, person)
        return Answer((Text(words), whose, *more), Audience.ROOM, mentions=mentions)


def _whose(account: str, person: Person) -> tuple[Text, tuple[str, ...]]:
    """Whose an action is, for the room to read; somebody else than the asker is mentioned."""
    say = person.wording.say
    if account == person.account:
        return Text(say("You do it.")), ()
    return Text(say("{account} does it.", account=plain(account))), (account,)


async def _if_open(
    asked: ChangeAction | HandAction | SetDueDay, person: Person, services: ServiceClient
) -> ActionShown | Answer:
    """The action as it is now; or that it is over, with the choice to open it again."""
    try:
        return await services.ask(asked)
    except Refused as refused:
        if refused.told != ACTION_OVER:
            raise
        say = person.wording.say
        reopen = Choice(say("Open {code} again", code=asked.code), "🔓", Reopen(code=asked.code))
        leave = Choice(say("Leave it"), "❌", NeverMind())
        return Answer((Text(person.told(refused)), Choices((reopen, leave))))


class DueDay(Intent, noun="action", verb="due", aliases=("action by",)):
    """Set by which day an action is due."""

    needs: ClassVar[Role | None] = Role.MEMBER
    example: ClassVar[str] = "action due A7K2 3 May"

    code: ActionCodeTyped = Field(
        description="The action's code, such as A7K2", json_schema_extra=A_CODE
    )
    day: str = Field(
        min_length=1,
        max_length=80,
        description="By when, such as 3 May",
        json_schema_extra={"question": "By which day? For example: 3 May"},
    )

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """The action with its day, or the question again where the day is not clear."""
        shown = await _if_open(SetDueDay(code=self.code, day=self.day), person, services)
        if isinstance(shown, Answer):
            return shown
        wording = person.wording
        if shown.doubt:
            why = wording.foreign(shown.doubt)
            return Answer((question(DueDay, {"code": self.code}, "day", wording, why),))
        words = wording.say("Action {line}", line=action_line(shown.action, wording))
        return Answer.of(words, audience=Audience.ROOM)


ASKS_WHAT_TO_DO = (
    "what must i do",
    "what should i do",
    "what do i have to do",
    "what do i need to do",
    "what did i promise",
    "what are my actions",
    "my tasks",
)


class Actions(
    Intent, noun="action", verb="list", aliases=("actions", "my actions", *ASKS_WHAT_TO_DO)
):
    """List actions: mine, all open ones, or those past their day."""

    needs: ClassVar[Role | None] = Role.MEMBER
    example: ClassVar[str] = "action list"

    which: Annotated[WhichActions, one_of(WhichActions)] = Field(
        default=WhichActions.MINE, description="mine, open or late"
    )

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """One line each, those due first ahead."""
        found = (await services.ask(ListActions(which=self.which))).actions
        wording, say = person.wording, person.wording.say
        if not found:
            return Answer.of(_none(self.which, person))
        lines = [action_line(action, wording) for action in found[:MOST_LISTED]]
        more = len(found) - len(lines)
        lines += [wording.count(more, "and {n} more", "and {n} more")] if more > 0 else []
        how = say("When one is done: {line}", line=person.types("action done", code=found[0].code))
        return Answer((Text(say("Open actions:")), Items(tuple(lines)), Text(how)))


def _none(which: WhichActions, person: Person) -> str:
    say = person.wording.say
    match which:
        case WhichActions.MINE:
            line = person.types("action list", which="open")
            return say("None of your actions is open. For everybody's: {line}", line=line)
        case WhichActions.LATE:
            return say("No action is past its day.")
        case WhichActions.OPEN:
            return say("No action is open.")


class _Says(Intent):
    """Says how far an action is; the status to say is the class's own."""

    MEANT: ClassVar[Meant] = Meant.BY_YES
    needs: ClassVar[Role | None] = Role.MEMBER
    said: ClassVar[ActionStatus] = ActionStatus.DONE
    noted: ClassVar[str] = ""

    code: ActionCodeTyped = Field(
        description="The action's code, such as A7K2", json_schema_extra=A_CODE
    )
    note: str = Field(default="", max_length=300, description="A word about it, if you like")

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """One line, with the way back."""
        asked = ChangeAction(code=self.code, status=self.said, note=self.note)
        shown = await _if_open(asked, person, services)
        if isinstance(shown, Answer):
            return shown
        words = person.wording.say(
            self.noted, code=shown.action.code, text=plain(shown.action.text)
        )
        return Answer((Text(words), way_back(Reopen(code=self.code), person.wording)))


class Done(_Says, noun="action", verb="done", aliases=("done",)):
    """Say that an action is done."""

    example: ClassVar[str] = "action done A7K2"
    said = ActionStatus.DONE
    noted = "Done: {code} {text}. Thank you."


class NeedHelp(_Says, noun="action", verb="help", aliases=("need help",)):
    """Say that an action needs help."""

    example: ClassVar[str] = "action help A7K2"
    said = ActionStatus.NEEDS_HELP
    noted = "Noted: {code} {text} needs help. It stands in the community's digest."


class Drop(_Says, noun="action", verb="drop"):
    """Say that an action will not be done."""

    example: ClassVar[str] = "action drop A7K2"
    said = ActionStatus.DROPPED
    noted = "Noted: {code} {text} will not be done."


class Reopen(Intent, noun="action", verb="reopen", hidden=True):
    """An action is open again."""

    MEANT: ClassVar[Meant] = Meant.BY_YES
    needs: ClassVar[Role | None] = Role.MEMBER

    code: str

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """One line."""
        shown = await services.ask(ChangeAction(code=self.code, status=ActionStatus.OPEN))
        words = person.wording.say("Open again: {code}", code=shown.action.code)
        return Answer.of(words)

    def takes_back(self, wording: Wording) -> str:
        """What was said of the action."""
        return wording.say("open {code} again", code=self.code)


class Hand(Intent, noun="action", verb="hand", aliases=("pass on",)):
    """Pass an action on, or take one."""

    needs: ClassVar[Role | None] = Role.MEMBER
    example: ClassVar[str] = "action hand A7K2 to: @bo:example.org"

    code: ActionCodeTyped = Field(
        description="The action's code, such as A7K2", json_schema_extra=A_CODE
    )
    to: str | None = Field(
        default=None,
        max_length=255,
        description="To whom: name or mention the person; you if you do not say",
        json_schema_extra={**KEYED, "person": True},
    )

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """Who has it now, without a word to the room."""
        to = (self.to or person.account,)
        member = (await members_called(to, person, services))[0]
        shown = await _if_open(HandAction(code=self.code, to=member), person, services)
        if isinstance(shown, Answer):
            return shown
        words = "{code} {text} is handed on." if self.to else "{code} {text} is yours."
        return Answer.of(
            person.wording.say(words, code=shown.action.code, text=plain(shown.action.text))
        )


def action_line(action: ActionFacts, wording: Wording) -> str:
    """Code, text, day and how long it has been open; never who."""
    say = wording.say
    told = []
    if action.due is not None:
        told.append(say("by {day}", day=say_day(action.due, wording.locale)))
    told.append(say("since {day}", day=say_day(action.promised, wording.locale)))
    if action.status is ActionStatus.NEEDS_HELP:
        told.append(say("needs help"))
    if action.owner is None:
        told.append(say("nobody has it yet"))
    return say(
        "{code} {text} ({told})", code=action.code, text=plain(action.text), told=", ".join(told)
    )


def asked_privately(actions: tuple[ActionFacts, ...], title: str, wording: Wording) -> Answer:
    """What somebody promised, before the next meeting: done, need help, or pass on."""
    say = wording.say
    lead = say("Before {title}: how far are these?", title=plain(title))
    lines = tuple(action_line(action, wording) for action in actions)
    first = actions[0]
    options = (
        Choice(say("{code} done", code=first.code), "✅", Done(code=first.code)),
        Choice(say("{code} needs help", code=first.code), "🙋", NeedHelp(code=first.code)),
    )
    return Answer((Text(lead), Items(lines), Choices(options)))
