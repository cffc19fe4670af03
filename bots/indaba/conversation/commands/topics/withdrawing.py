"""Taking a resource out of the library."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from indaba.contracts.library import ShowResource, WithdrawResource
from indaba.contracts.passport import Role
from indaba.contracts.refusal import Hint, hint
from indaba.conversation.answer import Answer, Choice, Choices, Style, Text
from indaba.conversation.cards.resources import title_of
from indaba.conversation.commands.fields import ResourceCodeTyped
from indaba.conversation.commands.intent import Intent, Meant, ServiceClient
from indaba.conversation.commands.never_mind import NeverMind
from indaba.conversation.commands.person import Person


class Withdraw(Intent, noun="resource", verb="withdraw"):
    """Take a resource out of the library."""

    MEANT: ClassVar[Meant] = Meant.BY_YES
    needs: ClassVar[Role | None] = Role.MEMBER
    example: ClassVar[str] = "resource withdraw R7K2"

    code: ResourceCodeTyped = Field(
        description="The resource's code, such as R7K2",
        json_schema_extra={"code": "R", "question": "Which resource? Its code looks like R7K2."},
    )

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """Asks once more."""
        resource = (await services.ask(ShowResource(code=self.code))).resource
        say = person.wording.say
        title = title_of(resource, person.wording)
        words = say("Take {code} out of the library: {title}?", code=self.code, title=title)
        options = (
            Choice(say("Take it out"), "✅", WithdrawNow(code=self.code), Style.DANGER),
            Choice(say("Leave it in"), "❌", NeverMind()),
        )
        return Answer((Text(words), Choices(options)))


class WithdrawNow(Intent, noun="resource", verb="withdraw-now", hidden=True):
    """Take a resource out, having been asked."""

    needs: ClassVar[Role | None] = Role.MEMBER

    code: ResourceCodeTyped

    def again(self) -> Hint:
        """What led to it."""
        return hint("resource withdraw", code=self.code)

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """Says that it is gone."""
        await services.ask(WithdrawResource(code=self.code))
        return Answer.of(person.wording.say("{code} is out of the library.", code=self.code))
