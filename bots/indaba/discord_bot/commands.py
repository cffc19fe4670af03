"""Slash commands and message menus, made of the intents' own descriptions."""

import hashlib
import json
import types
from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Any, Union, get_args, get_origin

from annotated_types import Ge, Le, MaxLen, MinLen
from pydantic import BeforeValidator
from pydantic.fields import FieldInfo

from indaba.contracts.passport import Role
from indaba.conversation.commands.completing import completes
from indaba.conversation.commands.fields import Account
from indaba.conversation.commands.intent import Intent
from indaba.discord_bot.render import shortened

LONGEST_WORDS, LONGEST_VALUE, MOST_CHOICES = 100, 6000, 25
SUBCOMMAND, STRING, INTEGER, BOOLEAN, USER, ATTACHMENT = 1, 3, 4, 5, 6, 11
CHAT_INPUT, MESSAGE_MENU = 1, 3
MANAGE_EVENTS = 1 << 33
FILE = "file"
SAVE_MENU, SAVE = "Save to library", "resource save"
NOTE_MENU, NOTE = "Add to minutes", "minutes add"
_AN_ACCOUNT = get_args(Account)[-1]


def payload(intents: Sequence[type[Intent]]) -> list[dict[str, Any]]:
    """All commands, as Discord takes them: one per noun, with a subcommand per verb."""
    typed = [kind for kind in intents if not kind.hidden]
    nouns = list(dict.fromkeys(kind.noun for kind in typed))
    commands = [_noun(noun, [k for k in typed if k.noun == noun]) for noun in nouns]
    for name, called in ((SAVE_MENU, SAVE), (NOTE_MENU, NOTE)):
        if any(kind.called() == called for kind in typed):
            menu = {"name": name, "type": MESSAGE_MENU, "contexts": [0], "integration_types": [0]}
            commands.append(menu)
    return commands


def digest_of(commands: Sequence[dict[str, Any]]) -> str:
    """Tells whether the commands changed since Discord was told."""
    return hashlib.sha256(json.dumps(commands, sort_keys=True).encode()).hexdigest()[:32]


def slug(name: str) -> str:
    """A verb as part of a command."""
    return name.casefold().replace(" ", "-")


def meant_by(noun: str, verb: str, intents: Sequence[type[Intent]]) -> type[Intent] | None:
    """The intent of a command; `None` where an older version had it."""
    for kind in intents:
        if not kind.hidden and (slug(kind.noun), slug(kind.verb)) == (noun, verb):
            return kind
    return None


def _noun(noun: str, kinds: Sequence[type[Intent]]) -> dict[str, Any]:
    verbs = ", ".join(kind.verb for kind in kinds)
    command: dict[str, Any] = {
        "name": slug(noun),
        "type": CHAT_INPUT,
        "description": shortened(f"{noun.capitalize()}: {verbs}", LONGEST_WORDS),
        "options": [_verb(kind) for kind in kinds],
        "contexts": [0, 1],
        "integration_types": [0],
    }
    # Discord hides whole commands only; each verb's own role is checked when it is used.
    if all(kind.needs is Role.FACILITATOR for kind in kinds):
        command["default_member_permissions"] = MANAGE_EVENTS
    return command


def _verb(kind: type[Intent]) -> dict[str, Any]:
    options = [_option(kind, name, info) for name, info in kind.model_fields.items()]
    if kind.POINTS:
        words = "A file to save"
        options.append({"name": FILE, "description": words, "type": ATTACHMENT, "required": False})
    return {
        "name": slug(kind.verb),
        "type": SUBCOMMAND,
        "description": shortened(kind.help_line(), LONGEST_WORDS),
        "options": sorted(options, key=lambda option: not option["required"]),
    }


def _option(kind: type[Intent], name: str, info: FieldInfo) -> dict[str, Any]:
    option: dict[str, Any] = {
        "name": name,
        "description": shortened(info.description or name, LONGEST_WORDS),
        "required": info.is_required(),
    }
    bare, marks = _bare(info.annotation, list(info.metadata))
    if _AN_ACCOUNT in marks:
        return option | {"type": USER}
    if bare is bool:
        return option | {"type": BOOLEAN}
    reads_text = any(isinstance(mark, BeforeValidator) for mark in marks)
    if isinstance(bare, type) and issubclass(bare, StrEnum):
        return option | {"type": STRING, "choices": _choices(bare)}
    if bare is int and not reads_text:
        return option | {"type": INTEGER} | _limits(marks)
    option["type"] = STRING
    if completes(kind, name):
        option["autocomplete"] = True
    return option | (_lengths(marks) if bare is str else {})


def _bare(annotation: Any, marks: list[Any]) -> tuple[Any, list[Any]]:
    """The type itself and all that is noted of it, without `None` and `Annotated`."""
    while True:
        if get_origin(annotation) is Annotated:
            annotation, *more = get_args(annotation)
            marks = [*more, *marks]
        elif get_origin(annotation) in (Union, types.UnionType):
            kept = [each for each in get_args(annotation) if each is not type(None)]
            if len(kept) != 1:
                return str, marks
            annotation = kept[0]
        else:
            return annotation, [inner for mark in marks for inner in _within(mark)]


def _within(mark: Any) -> list[Any]:
    """A field's own notes lie inside one mark where it is part of a union."""
    return [*mark.metadata] if isinstance(mark, FieldInfo) else [mark]


def _choices(kind: type[StrEnum]) -> list[dict[str, str]]:
    members = list(kind)[:MOST_CHOICES]
    return [{"name": each.value.replace("_", " "), "value": each.value} for each in members]


def _limits(marks: Sequence[Any]) -> dict[str, int]:
    found: dict[str, int] = {}
    for mark in marks:
        if isinstance(mark, Ge) and isinstance(mark.ge, int):
            found["min_value"] = mark.ge
        if isinstance(mark, Le) and isinstance(mark.le, int):
            found["max_value"] = mark.le
    return found


def _lengths(marks: Sequence[Any]) -> dict[str, int]:
    found: dict[str, int] = {}
    for mark in marks:
        if isinstance(mark, MinLen):
            found["min_length"] = min(mark.min_length, LONGEST_VALUE)
        if isinstance(mark, MaxLen):
            found["max_length"] = min(max(mark.max_length, 1), LONGEST_VALUE)
    return found
