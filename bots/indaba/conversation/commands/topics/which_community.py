"""Of which of their communities a member of several speaks in the direct chat with us."""

from __future__ import annotations

from typing import ClassVar

from indaba.contracts.standing import Standing
from indaba.conversation.answer import Answer
from indaba.conversation.commands.intent import Intent, ServiceClient
from indaba.conversation.commands.person import Person
from indaba.conversation.commands.speaking_of import which_one
from indaba.conversation.wording import plain


class WhichCommunity(
    Intent,
    noun="me",
    verb="community",
    aliases=("my communities", "other community", "which community"),
):
    """Choose which of my communities our direct chat is about."""

    ASKED_BY: ClassVar[Standing] = Standing.VISITOR
    PRIVATE: ClassVar[bool] = True
    example: ClassVar[str] = "me community"

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """A choice of their communities; where there is nothing to choose, the only one."""
        say = person.wording.say
        if person.direct and len(person.communities) > 1:
            return which_one(person)
        if person.community is None:
            line = person.types("cop join")
            return Answer.of(
                say("I know of no community here. To become a member: {line}", line=line)
            )
        words = "Here everything is about {community}, whatever else you belong to."
        return Answer.of(say(words, community=plain(person.community.name)))
