"""Forms (Discord's modals): for the answer to a question, and for saving a message."""

from collections.abc import Iterator
from typing import Any

from indaba.conversation.answer import Ask
from indaba.conversation.commands.intent import MOST_LETTERS
from indaba.discord_bot.render import shortened

ANSWER, SAVE = "answer:", "save:"
FIELD = "answer"
LONGEST_LABEL, LONGEST_WORDS = 45, 100
LABEL, INPUT, ONE_LINE, SEVERAL = 18, 4, 1, 2


def question(ask: Ask, message: str) -> dict[str, Any]:
    """A form for one question. `message` asks it, and is in the form's id: it is answered once."""
    label = ask.field.replace("_", " ").capitalize()
    field = _field(FIELD, label, ask.question, most=MOST_LETTERS, required=True, style=ONE_LINE)
    return _form(f"{ANSWER}{message}:{ask.field}", label, field)


def saving(message: str, opened: str) -> dict[str, Any]:
    """A form for saving a message. `opened` is the interaction, in the form's id: it saves once."""
    return _form(
        f"{SAVE}{message}:{opened}",
        "Save to library",
        _field("title", "Title", "What it is called here; may be left open", 120, style=ONE_LINE),
        _field("why", "Why", "What it is good for, in a sentence; may be left open", 400),
    )


def typed(components: Any) -> dict[str, str]:
    """The submitted values by field. `components` are as Discord sends them, of any layout."""
    return {
        str(each["custom_id"]): str(each.get("value", ""))
        for each in _inputs(components)
        if "custom_id" in each
    }


def _inputs(components: Any) -> Iterator[dict[str, Any]]:
    for each in components or []:
        if each.get("type") == INPUT:
            yield each
        yield from _inputs(each.get("components"))
        if isinstance(each.get("component"), dict):
            yield from _inputs([each["component"]])


def _form(custom_id: str, title: str, *fields: dict[str, Any]) -> dict[str, Any]:
    return {
        "custom_id": custom_id,
        "title": shortened(title, LONGEST_LABEL),
        "components": list(fields),
    }


def _field(
    name: str,
    label: str,
    words: str,
    most: int,
    *,
    required: bool = False,
    style: int = SEVERAL,
) -> dict[str, Any]:
    return {
        "type": LABEL,
        "label": shortened(label, LONGEST_LABEL),
        "description": shortened(words, LONGEST_WORDS),
        "component": {
            "type": INPUT,
            "custom_id": name,
            "style": style,
            "max_length": most,
            "required": required,
        },
    }
