"""Meetings by their title, wherever a code is taken: found here, for every intent that takes one.

A code always wins. Without one, a title or its beginning is looked for where a code could stand:
as the whole value of the argument, in quotes, or as the first words; text that nothing else is
wrong with stays its writer's. What fits several meetings, or nearly fits one, is asked about, never
guessed.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from indaba.contracts.passport import Role
from indaba.contracts.refusal import Refusal
from indaba.contracts.scheduling import ListMeetings, MeetingFacts, MeetingStatus, Which
from indaba.contracts.series import Scope
from indaba.conversation.answer import Answer, Items, Text
from indaba.conversation.commands.arguments import Token
from indaba.conversation.commands.intent import COMING, Intent, ServiceClient, question, resolve
from indaba.conversation.commands.line import Typed, Unclear, Understood, read_typed
from indaba.conversation.commands.numbered import numbered_if_whole
from indaba.conversation.commands.spelling import slips_at_beginning
from indaba.conversation.times import say_start
from indaba.conversation.wording import Wording, plain

MOST_LOOKED_AT, MOST_TO_PICK, SHORTEST = 50, 5, 3
SMALL_WORDS = frozenset(
    {"the", "our", "my", "a", "to", "for", "of", "at", "in", "on", "about", "from", "and"}
    | {"meeting", "called"}
)
"""They may stand before a title, and what is only the beginning of one does not end with them."""

NAMES_NONE = SMALL_WORDS | {"this", "that", "it", "now", "please", "next", "session", "today"}
"""They say "the one that is meant", whichever that is."""

COMING_OR_PAST = COMING | {MeetingStatus.CLOSED}
LISTS = {
    MeetingStatus.SCHEDULED: Which.COMING,
    MeetingStatus.LIVE: Which.COMING,
    MeetingStatus.CLOSED: Which.PAST,
    MeetingStatus.CANCELLED: Which.CALLED_OFF,
}
_WORD = re.compile(r"\w+")
_LIKE_A_CODE = re.compile(r"\W*(?=\w*\d)[A-Za-z]\w{2,7}\W*")


class Fit(NamedTuple):
    """A meeting that words name: by how much of its title, and what is asked for with its code.

    Of a misspelt title, `slips` says by how much.
    """

    whole: bool
    words: int
    meeting: MeetingFacts
    read: Understood
    slips: int = 0


class Match(NamedTuple):
    """How many tokens name a title, how many words of it, and with how many slips."""

    tokens: int = 0
    words: int = 0
    slips: int = 0


class Fits(NamedTuple):
    """The meetings that a line may name: `exact` as it is spelt, else `near`; and what there is."""

    exact: Sequence[Fit]
    near: Sequence[Fit]
    there: Sequence[MeetingFacts]


class Place(NamedTuple):
    """Where in the words a title may begin."""

    tokens: tuple[Token, ...]
    at: int


def meeting_field(kind: type[Intent]) -> str | None:
    """The argument that takes a meeting's code; `None` if none does."""
    return next((name for name in kind.model_fields if kind.mark(name, "code") is True), None)


async def with_code(
    read: Understood | Unclear, services: ServiceClient, wording: Wording
) -> Understood | Unclear | Answer:
    """What was asked for, with a code in the place of a title; or the question which is meant.

    Raises `Unavailable`.
    """
    read = _without_bare_mention(read)
    kind = _kind(read)
    field = meeting_field(kind) if kind else None
    if kind is None or field is None or not any(_places(read, kind, field)):
        return read
    try:
        fits = await fits_of(read, services)
    except Refusal:
        return read
    if fits.exact:
        return _settled(fits.exact, kind, field, wording)
    if fits.near:
        return _nearly(read, fits.near, kind, field, wording)
    return _unknown(read, kind, field, fits.there, wording)


def _without_bare_mention(read: Understood | Unclear) -> Understood | Unclear:
    """What was asked for; "the meeting" names none, and is no text of its own either."""
    typed = read.typed
    field = meeting_field(typed.kind) if typed else None
    if typed is None or field is None or typed.kind.model_fields[field].is_required():
        return read
    words = {each.said.casefold().strip(".,!?") for each in typed.tokens if not each.quoted}
    if any(each.quoted for each in typed.tokens) or not words or not words <= NAMES_NONE:
        return read
    if isinstance(read, Unclear):
        return Understood(typed.kind, dict(typed.keyed))
    texts = {name for name in read.filled if typed.kind.mark(name, "or_meeting")}
    others = {name: value for name, value in read.filled.items() if name not in texts}
    return Understood(typed.kind, others) if texts else read


async def fits_of(read: Understood | Unclear, services: ServiceClient) -> Fits:
    """The meetings that a line may name, the likeliest first. Raises `Refusal`, `Unavailable`."""
    kind = _kind(read)
    field = meeting_field(kind) if kind else None
    if kind is None or field is None or not (places := list(_places(read, kind, field))):
        return Fits((), (), ())
    meetings = await _listed(kind.ABOUT, services)
    if exact := _best(_fits(read, field, places, meetings, _match)):
        return Fits(exact, (), meetings)
    others = await _listed(COMING_OR_PAST, services)
    there = list({each.code: each for each in (*meetings, *others)}.values())
    exact = _best(_fits(read, field, places, others, _match))
    near = sorted(_fits(read, field, places, there, _near_match), key=lambda fit: fit.slips)
    one_each = {fit.meeting.code: fit for fit in reversed(near)}
    return Fits(exact, () if exact else [*reversed(one_each.values())], meetings or others)


def _best(fits: Sequence[Fit]) -> Sequence[Fit]:
    """Those that fit best, each meeting once."""
    best = max((fit[:2] for fit in fits), default=None)
    named = {fit.meeting.code: fit for fit in reversed(fits) if fit[:2] == best}
    return [*reversed(named.values())]


def _kind(read: Understood | Unclear) -> type[Intent] | None:
    if isinstance(read, Understood):
        return read.intent
    return read.typed.kind if read.typed else None


def _places(read: Understood | Unclear, kind: type[Intent], field: str) -> Iterator[Place]:
    """Where a title may stand for a code: nowhere if a code is there, or needs not be."""
    filled = read.filled if isinstance(read, Understood) else {}
    tokens = read.typed.tokens if read.typed else ()
    if field in filled and _LIKE_A_CODE.fullmatch(str(filled[field])):
        return
    if _is_given(read, field):
        yield from _first((Token(str(filled[field]), quoted=True),))
    elif isinstance(read, Unclear) or field in filled:
        yield from (Place(tokens, at) for at in range(len(tokens)))
    elif kind.model_fields[field].is_required() or any(kind.mark(f, "or_meeting") for f in filled):
        yield from _first(tokens)


def _is_given(read: Understood | Unclear, field: str) -> bool:
    """Whether the argument has a value of its own: in a form, in an answer, or by its name."""
    by_name = read.typed is None or field in read.typed.keyed
    return by_name and isinstance(read, Understood) and field in read.filled


def _first(tokens: tuple[Token, ...]) -> Iterator[Place]:
    """The beginning, behind small words."""
    spoken = [token.said.casefold() for token in tokens]
    at = next((n for n, word in enumerate(spoken) if word not in SMALL_WORDS), None)
    if at is not None:
        yield Place(tokens, at)


def _fits(
    read: Understood | Unclear,
    field: str,
    places: Sequence[Place],
    meetings: Sequence[MeetingFacts],
    matching: Callable[[Place, list[str]], Match],
) -> list[Fit]:
    fits = []
    for meeting in meetings:
        title = _telling(_words(meeting.title))
        for place in places:
            match = matching(place, title)
            if not match.tokens:
                continue
            as_read = _read_with(read, field, meeting.code, place, match.tokens)
            if as_read is not None:
                whole = match.words == len(title)
                fits.append(Fit(whole, match.words, meeting, as_read, match.slips))
    return fits


def _match(place: Place, title: list[str]) -> Match:
    """What of the title is named from here, spelt as it is."""
    spoken: list[str] = []
    best = Match()
    for taken, token in enumerate(place.tokens[place.at :], start=1):
        spoken += _telling(_words(token.said)) if token.quoted else _words(token.said)
        if not spoken or not _begins(spoken, title):
            break
        if spoken == title or spoken[-1] not in SMALL_WORDS:
            best = Match(taken, len(spoken))
        if token.quoted:
            break
    return best


def _near_match(place: Place, title: list[str]) -> Match:
    """What of the title is named from here with slips: as much as can be, by the fewest."""
    spoken: list[str] = []
    matches: list[Match] = []
    for taken, token in enumerate(place.tokens[place.at :], start=1):
        spoken += _telling(_words(token.said)) if token.quoted else _words(token.said)
        few = slips_at_beginning(spoken, title)
        if few is not None and spoken[-1] not in SMALL_WORDS:
            matches.append(Match(taken, len(spoken), few))
        if token.quoted or len(spoken) > len(title):
            break
    return min(matches, key=lambda match: (match.slips, -match.tokens), default=Match())


def _begins(spoken: list[str], title: list[str]) -> bool:
    """Whether these are the first words of a title, the last perhaps cut short."""
    *before, last = spoken
    if len(spoken) > len(title) or before != title[: len(before)]:
        return False
    return last == title[len(before)] or (
        len(last) >= SHORTEST and title[len(before)].startswith(last)
    )


def _read_with(
    read: Understood | Unclear, field: str, code: str, place: Place, taken: int
) -> Understood | None:
    """What is asked for with the code there; `None` if the other words do not fit then."""
    if isinstance(read, Understood) and _is_given(read, field):
        return Understood(read.intent, {**read.filled, field: code})
    typed = read.typed
    if typed is None:
        return None
    start = place.at
    while start and typed.tokens[start - 1].said.casefold() in SMALL_WORDS:
        start -= 1
    rest = (*typed.tokens[:start], *typed.tokens[place.at + taken :])
    again = read_typed(Typed(typed.kind, {**typed.keyed, field: code}, rest))
    spoilt = (
        isinstance(read, Understood) and rest and not typed.kind.model_fields[field].is_required()
    )
    return again if isinstance(again, Understood) and not spoilt else None


def _telling(words: list[str]) -> list[str]:
    """Words from the first that is not small; all of them where all are."""
    at = next((n for n, word in enumerate(words) if word not in SMALL_WORDS), 0)
    return words[at:]


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


async def _listed(
    statuses: frozenset[MeetingStatus], services: ServiceClient
) -> tuple[MeetingFacts, ...]:
    """Meetings of these kinds, in the order of the lists they stand in."""
    lists = dict.fromkeys(LISTS[status] for status in MeetingStatus if status in statuses)
    asked = [ListMeetings(limit=MOST_LOOKED_AT, which=which) for which in lists]
    meetings = [m for each in asked for m in (await services.ask(each)).meetings]
    return tuple(meeting for meeting in meetings if meeting.status in statuses)


def _settled(
    fits: Sequence[Fit], kind: type[Intent], field: str, wording: Wording
) -> Understood | Answer:
    """The one that is meant, or a choice between those that may be."""
    if len(fits) == 1 or _next_will_do(fits, kind):
        return fits[0].read
    say, shown = wording.say, fits[:MOST_TO_PICK]
    steps = [resolve(kind, fit.read.filled, wording) for fit in shown]
    lines = [_line(fit.meeting, wording) for fit in shown]
    choices = numbered_if_whole(lines, steps, say("None of these"))
    if choices is None:
        why = say("Several meetings are called that: {list}", list="; ".join(lines))
        rest = {name: value for name, value in fits[0].read.filled.items() if name != field}
        return Answer((question(kind, rest, field, wording, why),))
    more = () if len(fits) == len(shown) else (Text(say("There are more: name one by its code.")),)
    lead = Text(say("Several meetings are called that. Which one is it?"))
    return Answer((lead, *more, choices))


def _nearly(
    read: Understood | Unclear,
    fits: Sequence[Fit],
    kind: type[Intent],
    field: str,
    wording: Wording,
) -> Answer:
    """The meetings whose title is nearly what was typed, to choose from; nothing is done before."""
    say, shown = wording.say, fits[: MOST_TO_PICK - 1]
    lines = [_line(fit.meeting, wording) for fit in shown]
    steps = [resolve(kind, fit.read.filled, wording) for fit in shown]
    lead = say("I know no meeting here that is called exactly that. Did you mean:")
    if isinstance(read, Understood) and field not in read.filled:
        lines.append(say("None of these: do it as I typed it"))
        steps.append(resolve(kind, read.filled, wording))
    choices = numbered_if_whole(lines, steps, say("Nothing"))
    if choices is not None:
        return Answer((Text(lead), choices))
    rest = {name: value for name, value in fits[0].read.filled.items() if name != field}
    listed = Items(tuple(_line(fit.meeting, wording) for fit in shown))
    return Answer((Text(lead), listed, question(kind, rest, field, wording)))


def _next_will_do(fits: Sequence[Fit], kind: type[Intent]) -> bool:
    """Whether the next date of a series is meant by its title.

    What changes a date for everybody says which; what is done to all dates needs not.
    """
    series = {fit.meeting.series for fit in fits}
    if len(series) > 1 or None in series:
        return False
    scope = str(fits[0].read.filled.get("scope", "")).casefold()
    return kind.needs is not Role.FACILITATOR or scope == Scope.ALL


def _line(meeting: MeetingFacts, wording: Wording) -> str:
    return wording.say(
        "{code} {title}: {when}",
        code=meeting.code,
        title=plain(meeting.title),
        when=say_start(meeting, wording.locale),
    )


def _unknown(
    read: Understood | Unclear,
    kind: type[Intent],
    field: str,
    meetings: Sequence[MeetingFacts],
    wording: Wording,
) -> Understood | Unclear | Answer:
    """That nothing here is called so, with what there is."""
    lines = tuple(_line(meeting, wording) for meeting in meetings[:MOST_TO_PICK])
    if isinstance(read, Unclear):
        return replace(read, there=lines)
    if field not in read.filled and not kind.model_fields[field].is_required():
        return read
    say = wording.say
    filled = {name: value for name, value in read.filled.items() if name != field}
    why = Text(say("I know no meeting here by that name or code."))
    there = (Text(say("There is:")), Items(lines)) if lines else ()
    return Answer((why, *there, question(kind, filled, field, wording)))
