"""The choice that does nothing, beside those that do something."""

from typing import ClassVar

from indaba.conversation.answer import Answer
from indaba.conversation.commands.intent import Intent, Meant, ServiceClient
from indaba.conversation.commands.person import Person


class NeverMind(Intent, noun="cop", verb="never-mind", hidden=True):
    """Do nothing."""

    EVERYWHERE: ClassVar[bool] = True
    MEANT: ClassVar[Meant] = Meant.BY_YES

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """Says that nothing changed."""
        del services
        return Answer.of(person.wording.say("All right, nothing has changed."))
