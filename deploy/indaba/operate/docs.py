"""The pages that are generated from code. `make docs` writes them.

With `--check` nothing is written: stale pages are named and the exit code is 1.
"""

import sys
import types
import typing
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from indaba.contracts import spoken
from indaba.contracts.keeping import KEEPING
from indaba.contracts.purposes import WORDED, WORDINGS
from indaba.contracts.retention import in_words
from indaba.contracts.wire import KEPT_AS_A_FACT, Event, Message, Personal, Published, Request
from indaba.operate.settings_text import environment_file
from indaba.process import zones

if typing.TYPE_CHECKING:
    from indaba.conversation.commands.intent import Intent

ROOT = Path(__file__).absolute().parents[3]


def pages() -> dict[str, str]:
    """The contents of each generated file, by path in the checkout."""
    return {
        "docs/events.md": events(),
        "docs/commands.md": commands(),
        "docs/keeping.md": keeping(),
        "deploy/env.example": environment_file(),
    }


def events() -> str:
    """Every event and request, from the contracts."""
    lines = [
        "# Events and requests",
        "",
        "Generated from `shared/indaba/contracts` by `make docs`; do not edit.",
        "Fields marked *community text* are blanked when their author is erased; fields marked",
        "*personal* stay in replies of membership.",
        "",
        "## Events",
        "",
        *(line for contract in spoken(Event) for line in _contract(contract)),
        "## Requests",
        "",
        *(line for contract in spoken(Request) for line in _contract(contract)),
    ]
    return "\n".join(lines).rstrip() + "\n"


def commands() -> str:
    """Every intent that can be typed, in the order of help."""
    from indaba.conversation.commands.topics import INTENTS

    lines = [
        "# Commands",
        "",
        "Generated from `bots/indaba/conversation/commands/topics` by `make docs`; do not edit.",
        "On Matrix a line begins with `!cop`; in a direct chat it needs no prefix.",
        "",
        *(line for kind in INTENTS if not kind.hidden for line in _intent(kind)),
    ]
    return "\n".join(lines).rstrip() + "\n"


def keeping() -> str:
    """What is kept of people, from the table."""
    lines = [
        "# What is kept, and how long",
        "",
        "Generated from `shared/indaba/contracts/keeping.py` by `make docs`; do not edit. Each",
        "process carries out its own rows, by itself.",
        "",
        "*Stays under a random id* means: nobody can tell any more whose it was. What happened",
        "stays, so that figures stay right",
        "([decision 0035](decisions/0035-kept-as-long-as-said.md)).",
        "",
        "| who | what | purpose | how long | why | then |",
        "|---|---|---|---|---|---|",
        *(
            f"| {r.process} | {r.what} | {r.purpose} | {r.period} | {r.why} | {r.then} |"
            for r in KEEPING
        ),
        "",
        *_asking(),
        "",
        *_shorter(),
        "",
        *_purposes(),
    ]
    return "\n".join(lines) + "\n"


def _asking() -> list[str]:
    """How somebody sees what of it is theirs."""
    return [
        "## Seeing one's own",
        "",
        "Each process answers for itself. `me data`, in a private chat, asks every service and",
        "lists what that bot keeps itself: each question, choice, post and tap, since when and",
        "until when. What the portal keeps is at `/privacy/mine` for whoever is signed in. Each",
        "place gives the same as a file (of one kind two hundred entries, and how many more",
        "there are) and names the other places. What opens something is in no list, nor is what",
        "was said in reply to an open question, which may be a report of harm.",
    ]


def _shorter() -> list[str]:
    """What operators may keep less long, by name."""
    rows = [row for row in KEEPING if row.may_be_shorter]
    return [
        "## Shorter periods",
        "",
        "Operators may keep these less long, never longer: in days, by name, the same for all",
        'processes, such as `INDABA_SHORTER_PERIODS=["feedback=30"]`. No process starts with',
        "another name or with a time out of these bounds, and `indaba doctor` says what is wrong.",
        "`me data` and the portal then show the shorter time.",
        "",
        "| name | who | at least | at most |",
        "|---|---|---|---|",
        *(
            f"| {r.name} | {r.process} | {r.least.days} days | {r.longest.days} days |"
            for r in rows
        ),
    ]


def _purposes() -> list[str]:
    """What people agree to, in the wording in force."""
    return [
        "## Purposes",
        "",
        f"What people agree to, in the wording of {WORDINGS[-1]}. *Consent*: only once somebody",
        "has agreed to it, and until they take it back with `me consent`. Whoever agreed to a",
        "wording before *since* is asked once",
        "([decision 0038](decisions/0038-asked-again-when-the-wording-changes.md)).",
        "",
        "| purpose | what is kept | on the ground of | since |",
        "|---|---|---|---|",
        *(f"| {p} | {w.words} | {w.ground} | {w.since} |" for p, w in WORDED.items()),
    ]


def stale() -> list[str]:
    """The files that differ from what would be generated."""
    return [name for name, text in pages().items() if _kept(name) != text]


def main(arguments: Sequence[str]) -> int:
    """Write the stale pages, or only name them with `--check`. Returns the exit code."""
    zones.use_pinned()
    names = stale()
    if "--check" in arguments:
        for name in names:
            sys.stdout.write(f"{name} is stale. Run: make docs\n")
        return 1 if names else 0
    for name in names:
        (ROOT / name).parent.mkdir(exist_ok=True)
        (ROOT / name).write_text(pages()[name], encoding="utf-8")
        sys.stdout.write(f"wrote {name}\n")
    return 0


def _kept(name: str) -> str:
    try:
        return (ROOT / name).read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""


def _contract(contract: type[Message]) -> list[str]:
    lines = [f"### {contract.wire}", "", _prose(contract), ""]
    if issubclass(contract, Event):
        fact = contract.kept == KEPT_AS_A_FACT
        lines += ["Kept as a fact." if fact else f"Kept for {in_words(contract.kept)}.", ""]
    if issubclass(contract, Request):
        lines += [f"Answered with `{contract.reply().__name__}`.", ""]
    return [*lines, *_fields(contract.model_fields), ""]


def _prose(cls: type[Any]) -> str:
    paragraphs = (cls.__doc__ or "").strip().split("\n\n")
    return "\n\n".join(" ".join(p.split()) for p in paragraphs)


def _fields(fields: dict[str, FieldInfo]) -> list[str]:
    return [_field(name, field) for name, field in fields.items()] or ["No fields."]


def _field(name: str, field: FieldInfo) -> str:
    marks = [
        words
        for kind, words in ((Published, "*community text*"), (Personal, "*personal*"))
        if any(mark is kind for mark in field.metadata)
    ]
    optional = (
        [] if field.default is PydanticUndefined and not field.default_factory else ["optional"]
    )
    about = ", ".join([_type(field.annotation), *optional, *marks])
    described = f": {field.description}" if field.description else ""
    return f"- `{name}` ({about}){described}"


def _type(annotation: Any) -> str:
    if annotation is type(None):
        return "none"
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        return _type(arguments[0])
    if origin in (typing.Union, types.UnionType):
        return " or ".join(_type(each) for each in arguments)
    if origin is not None and arguments:
        inner = ", ".join(_type(each) for each in arguments if each is not Ellipsis)
        return f"{origin.__name__} of {inner}"
    return str(getattr(annotation, "__name__", annotation))


def _intent(kind: "type[Intent]") -> list[str]:
    who = "members" if kind.needs == "member" else f"{kind.needs}s" if kind.needs else "everybody"
    private = " In a direct chat only, on Matrix." if kind.PRIVATE else ""
    lines = [f"## {kind.called()}", "", kind.help_line(), "", f"Usage: `{_usage(kind)}`", ""]
    lines += [f"Who may: {who}.{private}", ""]
    if kind.aliases:
        lines += ["Also: " + ", ".join(f"`{alias}`" for alias in kind.aliases), ""]
    lines += [
        f"- `{name}`: {field.description}"
        for name, field in kind.model_fields.items()
        if field.description
    ]
    lines += [""] if kind.model_fields else []
    return [*lines, f"For example: `{kind.example}`", ""] if kind.example else lines


def _usage(kind: "type[Intent]") -> str:
    words = [kind.called()]
    for name, field in kind.model_fields.items():
        shown = f"{name}: …" if kind.mark(name, "keyed") else f"<{name}>"
        words.append(shown if field.is_required() else f"[{shown}]")
    return " ".join(words)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
