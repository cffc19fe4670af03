"""Everything that can be typed and picked, each as if the one before were the last."""

from datetime import datetime
from typing import Any, NamedTuple

from bots import kept_links, kept_meeting
from bots.answering import FOUNDER, GUEST, MEETING, MEMBER, THANDI, BusServiceClient, understood
from indaba.contracts.wire import Request
from indaba.conversation.answer import Choice
from indaba.conversation.commands.carrying_out import perform
from indaba.conversation.commands.intent import Intent
from indaba.conversation.commands.person import Person
from indaba.conversation.commands.topics import INTENTS
from indaba.conversation.commands.topics.accounts import LinkMe

MORE_LINES = (
    "me link 7K2M-9QPX3",
    "me data erase",
    "minutes correct 3",
    "member role @thandi:example.org member",
    "meeting cancel M7K2 scope: all",
    "meeting move M7K2 every friday 15:00 scope: all",
    'meeting new "Reading" every thursday 18:00',
    "member remove @bo:example.org sends spam",
    "member suspend @bo:example.org account was stolen",
)


class Step(NamedTuple):
    """What was said or picked, whether it was picked, what services were asked, what is offered."""

    intent: Intent
    picked: bool
    asked: tuple[Request[Any], ...]
    offered: tuple[Choice, ...]


class Recording(BusServiceClient):
    """Services that remember what they were asked."""

    def __init__(self, **changed: Any) -> None:
        super().__init__(**changed)
        self.asked: list[Request[Any]] = []

    async def ask(self, request: Request[Any]) -> Any:
        self.asked.append(request)
        return await super().ask(request)


PEOPLE = (THANDI, MEMBER, GUEST, FOUNDER)


async def everything_typed(now: datetime, people: tuple[Person, ...] = PEOPLE) -> list[Step]:
    """All steps from every line that can be typed, by everybody, through all that is offered."""
    repeats = kept_meeting.repeating(MEETING)
    steps: list[Step] = []
    for person in people:
        lines = [kind.example for kind in INTENTS if not kind.hidden]
        todo = [(understood(line), False) for line in (*lines, *MORE_LINES)]
        seen: list[Intent] = []
        while todo:
            intent, picked = todo.pop()
            seen.append(intent)
            kept: dict[str, Any] = {"ReadRepeat": repeats} if "every" in str(intent) else {}
            if intent == LinkMe():
                kept |= kept_links.waiting(now)
            services = Recording(**kept)
            offered = (await perform(intent, person, services)).choices()
            steps.append(Step(intent, picked, tuple(services.asked), tuple(offered)))
            known = [*seen, *(each for each, _ in todo)]
            todo += [(c.intent, True) for c in offered if c.intent not in known]
    return steps
