"""Suggestions while somebody types an argument, from what the services know."""

from collections.abc import Awaitable, Callable
from typing import Any, get_args

from indaba.contracts.actions import ListActions, WhichActions
from indaba.contracts.library import FindResources
from indaba.contracts.lines import MeetingReading, ReadMeeting
from indaba.contracts.scheduling import ListMeetings
from indaba.contracts.times import Reading, ReadWhen
from indaba.conversation.commands.fields import SPOKEN, Language, Room, Zone, folded, suggest_zones
from indaba.conversation.commands.intent import Intent, ServiceClient
from indaba.conversation.commands.spelling import slips_within
from indaba.conversation.times import say_when
from indaba.conversation.wording import plain

LONGEST = 100
MOST = 25
ANY_TITLE = "meeting"
"""Stands for the title, which is given by itself."""
CODED = {"R": "resource", "A": "action"}
"""What to suggest for a code that is not a meeting's."""

Suggestion = tuple[str, str]
"""What is shown, and what is given when it is taken."""

_ZONE, _LANGUAGE, _ROOM = (get_args(each)[-1] for each in (Zone, Language, Room))


def completes(kind: type[Intent], field: str) -> bool:
    """Whether there is something to suggest for a field."""
    return _way(kind, field) is not None


async def suggestions(
    kind: type[Intent], field: str, typed: str, services: ServiceClient, locale: str = ""
) -> list[Suggestion]:
    """What may be meant, likeliest first, at most 25; raises what asking raises.

    Nothing forces anybody to take one: values are checked like any other.
    """
    match _way(kind, field):
        case "line":
            suggested = await _lines(typed, services, locale)
        case "when":
            suggested = await _times(typed, services, locale)
        case "meeting" | "action" | "resource" as way:
            suggested = await _CODES[way](typed, services)
        case "zone":
            suggested = [(zone, zone) for zone in suggest_zones(typed, MOST)]
        case "language":
            suggested = _languages(typed)
        case "room":
            suggested = [("here", "here")]
        case _:
            suggested = []
    return [(label[:LONGEST], value) for label, value in suggested if len(value) <= LONGEST][:MOST]


def _way(kind: type[Intent], field: str) -> str | None:
    code = kind.mark(field, "code")
    if code:
        return CODED.get(str(code), "meeting")
    if kind.mark(field, "line_with"):
        return "line"
    if field == "when":
        return "when"
    return next((way for mark, way in _WAYS if _bears(kind, field, mark)), None)


_WAYS: tuple[tuple[Any, str], ...] = ((_ZONE, "zone"), (_LANGUAGE, "language"), (_ROOM, "room"))


def _bears(kind: type[Intent], field: str, mark: object) -> bool:
    """Whether a field is read by this mark, alone or beside `None`."""
    info = kind.model_fields[field]
    inner = (m for each in get_args(info.annotation) for m in getattr(each, "__metadata__", ()))
    return any(each == mark for each in (*info.metadata, *inner))


async def _times(typed: str, services: ServiceClient, locale: str) -> list[Suggestion]:
    """How the text is read: as typed where that is sure, else each reading spelt out."""
    if not typed.strip():
        return []
    read = await services.ask(ReadWhen(text=typed))
    if read.sure:
        return [(_said(each, locale), typed) for each in read.readings[:1]]
    return [(_said(each, locale), f"{each.starts:%Y-%m-%d %H:%M}") for each in read.readings]


async def _lines(typed: str, services: ServiceClient, locale: str) -> list[Suggestion]:
    """As `_times`, where it may also repeat and say how long."""
    if not typed.strip():
        return []
    read = await services.ask(ReadMeeting(line=typed, title=ANY_TITLE))
    if read.sure:
        return [(_line_said(each, locale), typed) for each in read.readings[:1]]
    return [(_line_said(each, locale), _spelt(each)) for each in read.readings]


def _line_said(reading: MeetingReading, locale: str) -> str:
    if reading.repeat:
        return plain(reading.repeat.words)
    return say_when(reading.starts, reading.zone, locale or "en")


def _spelt(reading: MeetingReading) -> str:
    """Words that read as the reading alone."""
    when = reading.repeat.words if reading.repeat else f"{reading.starts:%Y-%m-%d %H:%M}"
    return f"{when} for {reading.minutes} minutes" if reading.minutes else when


def _said(reading: Reading, locale: str) -> str:
    return say_when(reading.starts, reading.zone, locale or "en")


async def _meetings(typed: str, services: ServiceClient) -> list[Suggestion]:
    there = await services.ask(ListMeetings(limit=MOST))
    return _matching(typed, [(m.code, plain(m.title)) for m in there.meetings])


async def _actions(typed: str, services: ServiceClient) -> list[Suggestion]:
    """The asker's own first, then all that are open."""
    lists = [
        (await services.ask(ListActions(which=which))).actions
        for which in (WhichActions.MINE, WhichActions.OPEN)
    ]
    texts = {action.code: plain(action.text) for each in lists for action in each}
    return _matching(typed, [*texts.items()])


async def _resources(typed: str, services: ServiceClient) -> list[Suggestion]:
    found = await services.ask(FindResources(words="", limit=MOST))
    near = _matching(typed, [(r.code, plain(r.title)) for r in found.resources])
    if near or not typed.strip():
        return near
    found = await services.ask(FindResources(words=typed[:200], limit=MOST))
    return [(f"{r.code} {plain(r.title)}", r.code) for r in found.resources]


_CODES: dict[str, Callable[[str, ServiceClient], Awaitable[list[Suggestion]]]] = {
    "meeting": _meetings,
    "action": _actions,
    "resource": _resources,
}


def _matching(typed: str, known: list[tuple[str, str]]) -> list[Suggestion]:
    """What holds the text; where nothing does, what is called nearly so."""
    wanted = folded(typed)
    shown = [(f"{code} {title}", code) for code, title in known]
    fits = [each for each in shown if wanted in folded(each[0])]
    return fits or [
        each
        for each, (_, title) in zip(shown, known, strict=True)
        if slips_within(wanted.split(), folded(title).split()) is not None
    ]


def _languages(typed: str) -> list[Suggestion]:
    from babel import Locale

    found: list[Suggestion] = []
    for tag in SPOKEN:
        own = Locale.parse(tag)
        names = {own.get_language_name("en") or tag, own.get_language_name() or tag}
        if any(folded(typed) in folded(name) for name in (*names, tag)):
            found.append((" / ".join(sorted(names)), tag))
    return found
