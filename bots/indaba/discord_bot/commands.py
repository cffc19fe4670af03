"""Slash commands and message menus, generated from the intents."""

import hashlib
import json
import types
from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Any, Union, get_args, get_origin

from annotated_types import Ge, Le, MaxLen, MinLen
from pydantic import BeforeValidator, WrapValidator
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
    """All commands in Discord's format: one per noun, with a subcommand per verb."""
    visible = [kind for kind in intents if not kind.hidden]
    nouns = list(dict.fromkeys(kind.noun for kind in visible))
    commands = [_noun(noun, [k for k in visible if k.noun == noun]) for noun in nouns]
    for name, called in ((SAVE_MENU, SAVE), (NOTE_MENU, NOTE)):
        if any(kind.called() == called for kind in visible):
            menu = {"name": name, "type": MESSAGE_MENU, "contexts": [0], "integration_types": [0]}
            commands.append(menu)
    return commands


def digest_of(commands: Sequence[dict[str, Any]]) -> str:
    """A digest that changes whenever the commands do."""
    return hashlib.sha256(json.dumps(commands, sort_keys=True).encode()).hexdigest()[:32]


def slug(name: str) -> str:
    """A noun or verb as a name that Discord accepts: lower case, without spaces."""
    return name.casefold().replace(" ", "-")


def meant_by(noun: str, verb: str, intents: Sequence[type[Intent]]) -> type[Intent] | None:
    """The intent of a command; `None` if only an older version had it."""
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
    # Discord can hide only a whole command. The role for each verb is checked when it is used.
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
    reads_text = any(isinstance(mark, BeforeValidator | WrapValidator) for mark in marks)
    if isinstance(bare, type) and issubclass(bare, StrEnum):
        return option | {"type": STRING, "choices": _choices(bare)}
    if bare is int and not reads_text:
        return option | {"type": INTEGER} | _limits(marks)
    option["type"] = STRING
    if completes(kind, name):
        option["autocomplete"] = True
    return option | (_lengths(marks) if bare is str else {})


def _bare(annotation: Any, marks: list[Any]) -> tuple[Any, list[Any]]:
    """The type without `None` and `Annotated`, and all of its annotations."""
    while True:
        if get_origin(annotation) is Annotated:
            annotation, *more = get_args(annotation)
            marks = [*more, *marks]
        elif get_origin(annotation) in (Union, types.UnionType):
            members = [each for each in get_args(annotation) if each is not type(None)]
            if len(members) != 1:
                return str, marks
            annotation = members[0]
        else:
            return annotation, [inner for mark in marks for inner in _within(mark)]


def _within(mark: Any) -> list[Any]:
    """The annotations in one mark: a field inside a union has them in a `FieldInfo`."""
    return [*mark.metadata] if isinstance(mark, FieldInfo) else [mark]


def _choices(kind: type[StrEnum]) -> list[dict[str, str]]:
    members = list(kind)[:MOST_CHOICES]
    return [{"name": each.value.replace("_", " "), "value": each.value} for each in members]


def _limits(marks: Sequence[Any]) -> dict[str, int]:
    limits: dict[str, int] = {}
    for mark in marks:
        if isinstance(mark, Ge) and isinstance(mark.ge, int):
            limits["min_value"] = mark.ge
        if isinstance(mark, Le) and isinstance(mark.le, int):
            limits["max_value"] = mark.le
    return limits


def _lengths(marks: Sequence[Any]) -> dict[str, int]:
    limits: dict[str, int] = {}
    for mark in marks:
        if isinstance(mark, MinLen):
            limits["min_length"] = min(mark.min_length, LONGEST_VALUE)
        if isinstance(mark, MaxLen):
            limits["max_length"] = min(max(mark.max_length, 1), LONGEST_VALUE)
    return limits
