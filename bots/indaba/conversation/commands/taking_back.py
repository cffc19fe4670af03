"""The way back from what was just done: one choice, however it is offered."""

from indaba.conversation.answer import Choice, Choices
from indaba.conversation.commands.intent import Intent
from indaba.conversation.wording import Wording

UNDO = "↩️"


def way_back(intent: Intent, wording: Wording) -> Choices:
    """The choice to undo; the intent says what it takes back."""
    return Choices((Choice(wording.say("Undo"), UNDO, intent),))
