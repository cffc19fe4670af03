"""Discord's own description of its API, where it is at hand, and whether requests keep to it."""

import json
import os
import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

import simcord
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # it has no types
from jsonschema.exceptions import best_match  # type: ignore[import-untyped]

WHERE = "INDABA_DISCORD_OPENAPI"
ABSENT = f"{WHERE} does not name Discord's openapi.json"


def is_at_hand() -> bool:
    return Path(os.environ.get(WHERE) or "/nowhere").is_file()


def wrongs(asked: Iterable[simcord.HttpLogEntry]) -> list[str]:
    """What in these requests is not as described, in words."""
    return [wrong for one in asked if (wrong := _wrong(one))]


def _wrong(one: simcord.HttpLogEntry) -> str:
    for pattern, methods in _paths():
        # Literal parts are words; what stands for an id may be any.
        if pattern.fullmatch(one.path) and one.method.lower() in methods:
            return _body_wrong(one, methods[one.method.lower()])
    return f"{one.method} {one.path}: no such path"


def _body_wrong(one: simcord.HttpLogEntry, operation: dict[str, Any]) -> str:
    described = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if one.json is None or described is None:
        return ""
    schema = {"components": _book()["components"], **described["schema"]}
    found = best_match(Draft202012Validator(schema).iter_errors(one.json))
    return f"{one.method} {one.path}: {found.message[:300]}" if found else ""


@lru_cache(maxsize=1)
def _book() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Path(os.environ[WHERE]).read_text(encoding="utf-8"))
    return found


@lru_cache(maxsize=1)
def _paths() -> list[tuple[re.Pattern[str], dict[str, Any]]]:
    """Paths, those with more literal parts first, so that `@me` is not taken for an id."""
    paths = sorted(_book()["paths"].items(), key=lambda each: each[0].count("{"))
    return [(re.compile(re.sub(r"\{\w+\}", "[^/]+", path)), methods) for path, methods in paths]
