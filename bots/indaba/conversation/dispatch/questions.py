"""Whether words answer a question of ours that is open, or ask for something by themselves."""

from indaba.conversation.answer import Ask
from indaba.conversation.commands.intent import Outdated, named, resume
from indaba.conversation.commands.line import Unclear, read_line
from indaba.conversation.commands.topics import INTENTS
from indaba.conversation.wording import Wording


def is_command(text: str, question: Ask, *, direct: bool) -> bool:
    """Whether words are a command by themselves, rather than an answer to a question.

    Where a word was asked for, what does not fit it is no answer; in a room, other questions are
    answered by whatever is said there, unless it is said to us.
    """
    if isinstance(read_line(text, INTENTS), Unclear):
        return False
    try:
        kind = named(question.intent, INTENTS)
        by_word = bool(kind.mark(question.field, "word"))
        step = resume(question, text, Wording(), INTENTS) if by_word else None
    except Outdated:
        return direct
    asked_again = isinstance(step, Ask) and step.field == question.field
    fits = not asked_again and len(text.split()) == 1
    return not fits if by_word else direct
