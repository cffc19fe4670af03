"""Names are the field's words, or stand in docs/architecture.md's table of our own."""

import ast
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = ("shared", "services", "bots", "deploy")
GIVEN_UP = {
    "Answering": "RequestProcessor",
    "Asks": "ServiceClient",
    "bury": "dead_letter",
    "Desk": "Dispatcher",
    "Heard": "QueuedEvent",
    "Herald": "CardUpdater",
    "House": "LocalStack",
    "keeping_up": "lag",
    "Listener": "InboxWorker",
    "Listening": "EventProcessor",
    "look_around": "load_context",
    "Postman": "PostSender",
    "Runner": "DirectMessages",
    "Said": "ChatEvent",
    "Services": "ServiceClient",
    "Shelf": "FileStore",
    "strongbox": "secrets",
    "Surroundings": "Context",
    "Teller": "AnnouncementContext",
    "Turns": "LoopGuard",
    "twin": "bridged_room",
    "WARDEN": "ADMIN",
    "whisper": "ephemeral",
    "Wishes": "UpOptions",
}
"""Names of classes, functions and constants that were given up, and what stands for them."""

FILES_GIVEN_UP = {
    *("answering", "listening", "desk", "herald", "errands", "postman", "listener", "teller"),
    *("surroundings", "shelf", "turns", "letters", "strongbox", "parts", "site", "saying"),
    *("asking", "running", "erasing_again", "notice", "notices", "keeping_up"),
}

STILL = {
    "bots/indaba/matrix_bot/rooms.py": {"twin"},
}
"""What is left of them. Lines may only be taken out."""

PARTICIPLES = {"found": 123, "heard": 5, "kept": 29, "said": 36, "told": 41}
"""How often a bare participle is bound, which says nothing of what it is. May only fall."""

SAID_IN_CONVERSATION = {
    *("wording", "cards/cards", "cards/rsvp_words", "cards/views", "store/inbox"),
    *("store/tables", "commands/arguments", "commands/topics/actions", "commands/topics/coming"),
    *("commands/topics/digest", "commands/topics/library", "commands/topics/scheduling"),
}
"""Files of the conversation that bind `said` or `heard`. None may be added."""


@cache
def trees() -> list[tuple[str, ast.Module]]:
    """All of the product's code, by path."""
    pages = [page for source in SOURCES for page in sorted((ROOT / source).rglob("*.py"))]
    return [(page.relative_to(ROOT).as_posix(), ast.parse(page.read_text())) for page in pages]


def defined(tree: ast.Module) -> set[str]:
    """Names of classes, functions and constants of modules, without a leading underscore."""
    named = {
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assigned = [node for node in tree.body if isinstance(node, ast.Assign | ast.AnnAssign)]
    named |= {
        name.id
        for node in assigned
        for name in ast.walk(node)
        if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store) and name.id.isupper()
    }
    return {name.lstrip("_") for name in named}


def bound(tree: ast.Module) -> list[str]:
    """Names of variables and arguments, once for each time they are bound."""
    nodes = list(ast.walk(tree))
    names = [n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]
    return names + [n.arg for n in nodes if isinstance(n, ast.arg)]


@cache
def bindings() -> dict[str, list[str]]:
    """What each file of the product's code binds."""
    return {path: bound(tree) for path, tree in trees()}


def own_words() -> list[str]:
    """The middle column of the table "the field's word, ours"."""
    page = (ROOT / "docs" / "architecture.md").read_text()
    table = page.split("| the field's word | ours |")[1].split("\n\n")[0]
    rows = [row.split("|")[2] for row in table.splitlines()[2:]]
    return [word.strip() for row in rows for word in row.split(",")]


def spelled(word: str) -> str:
    """A pattern for a word of ours in code, where its parts are joined."""
    return word.replace(" ", "[ _]?")


def test_no_name_that_was_given_up_is_used_again() -> None:
    used = {path: defined(tree) & GIVEN_UP.keys() for path, tree in trees()}
    again = {path: names - STILL.get(path, set()) for path, names in used.items()}
    files = {path for path in used if Path(path).stem in FILES_GIVEN_UP}

    assert {path: names for path, names in again.items() if names} == {}
    assert files == set()


@pytest.mark.parametrize("word", PARTICIPLES)
def test_bare_participles_become_fewer(word: str) -> None:
    counts = Counter(name for names in bindings().values() for name in names)
    assert counts[word] <= PARTICIPLES[word], "say what it is: event, reply, rows, match"


def test_no_new_file_of_the_conversation_binds_what_was_said() -> None:
    folder = "bots/indaba/conversation/"
    binding = {
        path.removeprefix(folder).removesuffix(".py")
        for path, names in bindings().items()
        if path.startswith(folder) and {"said", "heard"} & set(names)
    }
    assert binding - SAID_IN_CONVERSATION == set()


def test_every_word_of_our_own_is_used_and_was_not_given_up() -> None:
    code = "\n".join(
        page.read_text() for source in SOURCES for page in (ROOT / source).rglob("*.py")
    )
    code += "\n".join(page.read_text() for page in (ROOT / "tests").rglob("*.py"))
    words = own_words()

    assert len(words) > 15
    assert [word for word in words if not re.search(spelled(word), code, re.IGNORECASE)] == []
    assert {word.lower() for word in words} & {
        "desk",
        "herald",
        "shelf",
        "twin",
        "whisper",
    } == set()
