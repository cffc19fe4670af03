"""What people may type for an argument: forgiving readers that end in a value or one sentence."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache
from typing import Annotated, Any, TypeVar
from urllib.parse import unquote

from pydantic import (
    BeforeValidator,
    Field,
    PlainSerializer,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)
from pydantic_core import PydanticCustomError

from indaba.contracts.ids import (
    ActionCode,
    MeetingCode,
    OneTime,
    ReportCode,
    ResourceCode,
    one_time,
)
from indaba.contracts.times import LengthOf
from indaba.conversation.commands.zone_names import zones_begun, zones_meant, zones_of_people

E = TypeVar("E", bound=StrEnum)

YES = frozenset({"on", "yes", "y", "true", "1", "ja", "yebo", "ewe"})
NO = frozenset({"off", "no", "n", "false", "0", "nee", "cha", "hayi"})
LONGEST_CODE = 3
"""Letters of a language code; longer words are names."""

CODE = re.compile(r"M[2-9][2-9A-HJKMNP-Z]{2,6}", re.IGNORECASE)
ACTION_CODE = re.compile(r"A[2-9][2-9A-HJKMNP-Z]{2,6}", re.IGNORECASE)
RESOURCE_CODE = re.compile(r"R[2-9][2-9A-HJKMNP-Z]{2,6}", re.IGNORECASE)
LINK = re.compile(
    r"<?(?:https?|ftp|file|data|javascript):\S+|<?www\.\S+|<?[\w-]+(?:\.[\w-]+)+/\S*", re.IGNORECASE
)
"""What is meant as a link; whether it is one that can be saved, the library says."""
_ENDS = ".,;:!?\"'>]*_"


def link_in(word: str) -> str | None:
    """The link that a word holds, ended where a reader would end it; `None` if there is none.

    Without the brackets and marks around it, as in "(https://example.org)," or "[x](https://…)".
    """
    _, shown, behind = word.partition("](")
    link = (behind if shown else word).lstrip("(<[\"'*_")
    while link and (link[-1] in _ENDS or (link[-1] == ")" and link.count(")") > link.count("("))):
        link = link[:-1]
    return link if LINK.fullmatch(link) else None


FIGURE = re.compile(r"[1-9]\d{1,8}|[5-9]")
"""Minutes in figures; fewer than five can hardly be meant so."""
LONGEST_LENGTH = 120
MOST_ZONES = 8
"""Offered where a name is that of several, such as a large country's."""


def wrong(words: str, **facts: object) -> PydanticCustomError:
    """A sentence for a wrong argument. `words` is looked up in the catalogue when shown."""
    context = {"words": words} | {name: str(value) for name, value in facts.items()}
    return PydanticCustomError("said", "wrong", context)


def _one_time(given: object) -> object:
    """The code. What was given is not said again: a code may be a part of it."""
    if not isinstance(given, str):
        return given
    code = one_time(given)
    if not code:
        raise wrong("That is not such a code. It looks like 7K2M-9QPX3.")
    return code


Secret = Annotated[str, OneTime, BeforeValidator(_one_time, json_schema_input_type=str)]
"""A one-time code, however it is set apart. No table keeps one: see `Intent.secrets`."""


def folded(text: str) -> str:
    """Text for comparing: lower case, with hyphens, underscores and spaces all as one space."""
    return " ".join(re.split(r"[\s_-]+", text.casefold().strip()))


def nearest(text: str, known: Iterable[str], limit: int = 3, cutoff: float = 70) -> list[str]:
    """The known words most like `text`, best first; empty if none is near."""
    from rapidfuzz import fuzz, process

    options = list(known)
    found = process.extract(
        folded(text), options, scorer=fuzz.ratio, processor=folded, limit=limit, score_cutoff=cutoff
    )
    return [word for word, _, _ in found]


def choose(kind: type[E], given: object) -> object:
    """The member of `kind` that was meant. Not text: left as it is."""
    if not isinstance(given, str) or isinstance(given, kind):
        return given
    for member in kind:
        if folded(member.value) == folded(given):
            return member
    near = nearest(given, [m.value for m in kind], limit=1)
    known = ", ".join(near or [m.value for m in kind])
    raise wrong(
        "I don't know '{given}' here. Did you mean: {known}?", given=given[:80], known=known
    )


def one_of(kind: type[StrEnum]) -> BeforeValidator:
    """Reads a member of `kind` however it is cased, spaced or hyphened."""

    def read(given: Any) -> object:
        return choose(kind, given)

    return BeforeValidator(read, json_schema_input_type=kind)


def _on_or_off(given: object) -> object:
    if not isinstance(given, str):
        return given
    word = given.casefold().strip(" .!")
    if word in YES | NO:
        return word in YES
    raise wrong("I need 'on' or 'off', and read '{given}'.", given=given[:80])


class SaidLength(str):
    """A length in words, in a field for minutes, until the service has read it; and `of` what."""

    __slots__ = ("of",)
    of: LengthOf


def _in_words(of: LengthOf) -> WrapValidator:
    """Takes words for what they are: nothing here understands them. A plain figure is minutes."""

    def check(given: object, handler: ValidatorFunctionWrapHandler) -> object:
        if not isinstance(given, str):
            return handler(given)
        text = given.strip(" .")
        if FIGURE.fullmatch(text) and of is not LengthOf.BEFORE_START:
            return handler(int(text))
        if not text or len(text) > LONGEST_LENGTH:
            raise wrong(
                "I could not read '{given}' as a length. Say for example: 90 minutes, or 1h30.",
                given=given[:80],
            )
        words = SaidLength(text)
        words.of = of
        return words

    return WrapValidator(check, json_schema_input_type=str)


def _as_it_is(value: Any) -> Any:
    return str(value) if isinstance(value, str) else value


def _code(given: object) -> object:
    return given.strip(" .,!?#").upper() if isinstance(given, str) else given


def _listed(given: object) -> object:
    if not isinstance(given, str):
        return given
    return tuple(part for part in (p.strip() for p in re.split(r"[,;\n]", given)) if part)


@lru_cache(maxsize=1)
def _zones() -> dict[str, tuple[str, ...]]:
    """IANA zones by their folded name and by their folded city."""
    from zoneinfo import available_timezones

    found: dict[str, list[str]] = {}
    for zone in sorted(z for z in available_timezones() if "/" in z and not z.startswith("Etc/")):
        for key in {folded(zone), folded(zone.rsplit("/", 1)[1])}:
            found.setdefault(key, []).append(zone)
    return {key: tuple(zones) for key, zones in found.items()}


def suggest_zones(text: str, limit: int = 25) -> list[str]:
    """IANA zones that `text` may begin or mean, likeliest first; for completion while typing."""
    key = folded(text)
    begun = [z for k, zones in _zones().items() if k.startswith(key) for z in zones]
    known = [*zones_meant(text), *zones_begun(text)] if key else []
    near = [z for k in nearest(key, _zones(), limit) for z in _zones()[k]]
    return list(dict.fromkeys(known + begun + near))[:limit]


def _zone(given: object) -> object:
    if not isinstance(given, str) or given == "Etc/UTC":
        return given
    key = folded(given.split(",", 1)[0])
    zones = _zones().get(key, ())
    if len(zones) != 1:
        zones = tuple(dict.fromkeys((*zones_meant(key), *zones)))
    if len(zones) == 1:
        return zones[0]
    offered = zones[:MOST_ZONES] or zones_of_people(key)[:MOST_ZONES] or suggest_zones(given, 3)
    known = ", ".join(offered) or "Africa/Johannesburg, Europe/London"
    raise wrong(
        "I don't know the time zone '{given}'. Did you mean: {known}?",
        given=given[:80],
        known=known,
    )


SPOKEN = ("en", "zu", "xh", "af", "nso", "tn", "st", "ts", "ss", "ve", "nr", "fr", "pt", "sw")


@lru_cache(maxsize=1)
def _languages() -> dict[str, str]:
    """Tag by the language's name in English, in itself, and by the tag."""
    from babel import Locale

    found = {"english": "en-ZA", "en": "en-ZA", "sotho": "st", "sepedi": "nso", "swazi": "ss"}
    for tag in SPOKEN:
        own = Locale.parse(tag)
        for name in (tag, own.get_language_name("en"), own.get_language_name()):
            found.setdefault(folded(name or tag), tag)
    return found


def _language(given: object) -> object:
    if not isinstance(given, str):
        return given
    text = given.strip(" .")
    if tag := _languages().get(folded(text)):
        return tag
    if re.fullmatch(r"[a-z]{2,3}-[A-Z]{2}", text):
        return text
    near = nearest(text, [name for name in _languages() if len(name) > LONGEST_CODE])
    raise wrong(
        "I don't know the language '{given}'. Did you mean: {known}?",
        given=text[:80],
        known=", ".join(near) or "English, isiZulu, isiXhosa, Afrikaans, Sesotho, Setswana",
    )


def account_in(given: str) -> str:
    """The account that a mention or link names; else the text itself."""
    text = given.strip()
    if match := re.fullmatch(r"<@!?(\d{5,25})>", text):
        return match[1]
    if "matrix.to/#/" in text:
        return unquote(text.split("matrix.to/#/", 1)[1].split("?", 1)[0])
    return text


def _account(given: object) -> object:
    return account_in(given) if isinstance(given, str) else given


def _room(given: object) -> object:
    if not isinstance(given, str):
        return given
    text = given.strip()
    if folded(text.strip(".!")) in {"here", "this room", "in this room", "hier", "lapha"}:
        return "here"
    if match := re.fullmatch(r"<#(\d{5,25})>|(\d{15,25})", text):
        return match[1] or match[2]
    if "matrix.to/#/" in text:
        text = unquote(text.split("matrix.to/#/", 1)[1].split("?", 1)[0])
    if re.fullmatch(r"[!#][^\s:]+(:\S+)?", text):
        return text
    raise wrong("I need 'here' or a room's address, such as #maths:example.org.")


PLUS = re.compile(r"\+\s?(\d{1,4})|(\d{1,4})\s?guests?", re.IGNORECASE)
"""How guests are counted: +2."""

MOST_GUESTS = 9


def _guests(given: object) -> object:
    if not isinstance(given, str):
        return given
    match = PLUS.fullmatch(given.strip(" .")) or re.fullmatch(r"(\d)()", given.strip(" ."))
    if not match or int(match[1] or match[2]) > MOST_GUESTS:
        raise wrong(
            "I need a number of guests up to 9, such as +2, and read '{given}'.", given=given[:40]
        )
    return int(match[1] or match[2])


Guests = Annotated[int, Field(ge=0, le=MOST_GUESTS), BeforeValidator(_guests)]
Code = Annotated[MeetingCode, BeforeValidator(_code, json_schema_input_type=str)]
ActionCodeTyped = Annotated[ActionCode, BeforeValidator(_code, json_schema_input_type=str)]
ResourceCodeTyped = Annotated[ResourceCode, BeforeValidator(_code, json_schema_input_type=str)]
ReportCodeTyped = Annotated[ReportCode, BeforeValidator(_code, json_schema_input_type=str)]
OnOff = Annotated[bool, BeforeValidator(_on_or_off, json_schema_input_type=str)]
_AS_IT_IS = PlainSerializer(_as_it_is, Any)
_DAY = Field(ge=5, le=24 * 60)
Minutes = Annotated[int, _DAY, _in_words(LengthOf.ITSELF), _AS_IT_IS]
"""How long something is. What `respond` is given is a number: see `commands.lengths`."""
MinutesFromNow = Annotated[int, _DAY, _in_words(LengthOf.FROM_NOW), _AS_IT_IS]
MinutesFromStart = Annotated[int, _DAY, _in_words(LengthOf.FROM_START), _AS_IT_IS]
MinutesBefore = Annotated[
    int, Field(ge=0, le=60 * 24 * 28), _in_words(LengthOf.BEFORE_START), _AS_IT_IS
]
Listed = Annotated[tuple[str, ...], BeforeValidator(_listed, json_schema_input_type=str)]
Zone = Annotated[str, BeforeValidator(_zone, json_schema_input_type=str)]
Language = Annotated[str, BeforeValidator(_language, json_schema_input_type=str)]
Account = Annotated[str, Field(max_length=255), BeforeValidator(_account)]
Room = Annotated[str, Field(max_length=255), BeforeValidator(_room)]
