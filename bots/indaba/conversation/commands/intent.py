"""What a person can ask for, who that person is, and carrying it out."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from enum import Enum, auto
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from indaba.contracts.ids import OneTime
from indaba.contracts.openness import Part
from indaba.contracts.passport import Role
from indaba.contracts.refusal import Hint, Refusal, hint
from indaba.contracts.scheduling import MeetingStatus
from indaba.contracts.standing import Standing
from indaba.contracts.wire import Reply, Request
from indaba.conversation.answer import Answer, Ask
from indaba.conversation.commands.fields import folded
from indaba.conversation.wording import Wording, plain

if TYPE_CHECKING:
    from indaba.conversation.commands.person import Person

R = TypeVar("R", bound=Reply)

COMING = frozenset({MeetingStatus.SCHEDULED, MeetingStatus.LIVE})
HELD = frozenset({MeetingStatus.LIVE, MeetingStatus.CLOSED})

SLASH = "/"
"""The prefix of a platform where commands are forms: examples are shown as such."""

MOST_LETTERS = 4000
"""More than this in one message is refused in words."""

STOP = frozenset({"stop", "never mind", "nevermind", "forget it", "quit", "abort", "cancel"})
"""Said instead of an answer, these end the asking."""

UNWELL = {
    "string_too_long": "That is too long: {length} letters, and at most {max_length} fit.",
    "string_too_short": "That is too short.",
    "string_pattern_mismatch": "'{given}' is not such a code. A code looks like M7K2 or R7K2.",
    "greater_than_equal": "{given} is too little; the least is {ge}.",
    "less_than_equal": "{given} is too much; the most is {le}.",
    "too_short": "That is too few: at least {min_length}, separated by commas.",
    "too_long": "That is too many: {actual_length}, and at most {max_length} fit.",
}
"""Sentences for what pydantic finds by itself."""


class Meant(Enum):
    """How a choice is meant, so that it is done.

    `BY_PICK`: by a reaction, a press or a reply to that very post, or by its word. `BY_YES`: a yes
    or a number said to us next is enough as well, as what is done is harmless or can be undone.
    """

    BY_YES = auto()
    BY_PICK = auto()


class ServiceClient(Protocol):
    """The one thing an intent can do: ask the services, as the person who spoke."""

    async def ask(self, request: Request[R]) -> R:
        """The reply. Raises `Refusal`, `Unavailable` or `Fault`; repeating it is safe."""
        ...


class Intent(BaseModel):
    """Something to ask for; its fields are the arguments.

    `noun` and `verb` name it (`meeting new`) and are class keywords, as are the `aliases`, lines
    that mean it too. A field that is required and was not given is asked for with the `question` in
    its `json_schema_extra`; further marks there: `word` (one word unless quoted), `keyed` (only as
    `key: value`) `person` (accounts, or names), `for_person` (it may begin with a name) and
    `or_meeting` (all that is typed may be the title of a meeting instead). A `hidden` intent is
    only carried by a choice, never typed. A `PRIVATE` one happens only where nobody else reads the
    answer; one that knows `MORE_ALONE` (what, in English) says elsewhere how to get it. One that
    `POINTS` is about a message or a file; one that `TELLS_OWN_DATA` is given what this bot itself
    keeps of the person. What is `EVERYWHERE` is about no one community. A `SILENT` one is done
    without a word, whatever comes of it; refusals whose code is `HUSHED` are not told either. One
    that `TAKES_CODES_OPENLY` is where a one-time code is typed though others read it; anywhere else
    it ends then. Offered as a choice, it is `MEANT` by a pick, unless it says otherwise. One that
    undoes what was done says what it `takes_back`. A
    meeting that is called by its title is first looked for among those that are `ABOUT`. What needs
    no role is `ASKED_BY` those the services let ask it, visitors only if a part it is `OPENED_BY`
    is published: help lists it for nobody else.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    noun: ClassVar[str] = ""
    verb: ClassVar[str] = ""
    aliases: ClassVar[tuple[str, ...]] = ()
    hidden: ClassVar[bool] = False
    needs: ClassVar[Role | None] = None
    ASKED_BY: ClassVar[Standing] = Standing.ANYBODY
    OPENED_BY: ClassVar[frozenset[Part]] = frozenset()
    example: ClassVar[str] = ""
    PRIVATE: ClassVar[bool] = False
    MORE_ALONE: ClassVar[str] = ""
    POINTS: ClassVar[bool] = False
    TELLS_OWN_DATA: ClassVar[bool] = False
    EVERYWHERE: ClassVar[bool] = False
    SILENT: ClassVar[bool] = False
    HUSHED: ClassVar[frozenset[str]] = frozenset()
    MEANT: ClassVar[Meant] = Meant.BY_PICK
    ABOUT: ClassVar[frozenset[MeetingStatus]] = COMING
    TAKES_CODES_OPENLY: ClassVar[bool] = False

    def __init_subclass__(
        cls,
        noun: str = "",
        verb: str = "",
        aliases: tuple[str, ...] = (),
        *,
        hidden: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init_subclass__(**kwargs)
        cls.noun, cls.verb, cls.aliases, cls.hidden = noun, verb, aliases, hidden

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        """Swallow the class keywords, which pydantic would hand on.

        What is carried by a choice is kept with it, so it has no field for what opens something.
        """
        if cls.hidden:
            _check_opens_nothing(cls, cls.model_fields)

    @classmethod
    def called(cls) -> str:
        """Its name, such as `meeting new`."""
        return f"{cls.noun} {cls.verb}"

    @classmethod
    def help_line(cls) -> str:
        """The first line of the docstring, in English; say it before showing it."""
        return (cls.__doc__ or "").strip().splitlines()[0]

    @classmethod
    def mark(cls, field: str, mark: str) -> Any:
        """What a field's `json_schema_extra` says under `mark`; `None` if it says nothing."""
        extra = cls.model_fields[field].json_schema_extra
        return extra.get(mark) if isinstance(extra, dict) else None

    @classmethod
    def secrets(cls) -> frozenset[str]:
        """The fields for one-time codes: what is in them may be typed, and is kept nowhere."""
        fields = cls.model_fields.items()
        return frozenset(n for n, f in fields if any(map(_opens, (f.annotation, *f.metadata))))

    @classmethod
    def check(cls, person: Person) -> None:
        """Raise a `Refusal` if it is pointless to ask for more or to begin."""

    def again(self) -> Hint:
        """What to type once this is offered no more. What is only picked says what led to it."""
        if self.hidden:
            return hint("help")
        kind = type(self)
        is_open = "code" in kind.model_fields.keys() - kind.secrets()
        code = getattr(self, "code", None) if is_open else None
        return Hint(self.called(), {"code": str(code)} if code else {})

    def takes_back(self, wording: Wording) -> str:
        """What undoes something names it, such as "call off M7K2"; empty for all others."""
        del wording
        return ""

    def after(self, before: str) -> Intent:
        """The same, asked for once `before` had not sufficed; most need only the rest."""
        del before
        return self

    def is_too_late(self, now: datetime) -> bool:
        """Whether it is pointless to offer it again: what says `until` when it goes is over."""
        until = getattr(self, "until", None)
        return until is not None and now > until

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """Do it. Raises what `ServiceClient.ask` raises."""
        raise NotImplementedError


class Outdated(Refusal):
    """A choice from an older version that means nothing any more."""

    code = "outdated-choice"

    def __init__(self) -> None:
        super().__init__(
            "That button is from an older version and means nothing now. Type: {hint}",
            hint=hint("help"),
        )


def named(name: str, intents: Sequence[type[Intent]]) -> type[Intent]:
    """The intent of that name. Raises `Outdated`."""
    for kind in intents:
        if kind.called() == name:
            return kind
    raise Outdated


def _opens(part: object) -> bool:
    return part is OneTime or any(map(_opens, get_args(part)))


def _check_opens_nothing(kind: type[Intent], held: Iterable[str]) -> None:
    """Raise `TypeError` where fields that are to be kept are for what opens something."""
    if opening := kind.secrets() & set(held):
        raise TypeError(f"{kind.called()}: no table keeps what opens something: {sorted(opening)}")


def asked_as_json(kind: type[Intent], values: Mapping[str, object]) -> str:
    """An intent by name and values as they were given, none of them checked yet.

    Like any words that were said, it is forgotten once it was dealt with.
    """
    return json.dumps({"intent": kind.called(), "values": dict(values)})


def asked_from_json(
    asked: str, intents: Sequence[type[Intent]]
) -> tuple[type[Intent], dict[str, object]]:
    """The intent and the values given. Raises `Outdated` if it no longer exists or has them."""
    try:
        data = json.loads(asked)
        kind, values = named(data["intent"], intents), dict(data["values"])
    except (KeyError, TypeError, ValueError):
        raise Outdated from None
    if values.keys() - kind.model_fields.keys():
        raise Outdated
    return kind, values


def intent_to_json(intent: Intent) -> str:
    """An intent by name and values, to be kept until its choice is picked.

    Raises `TypeError` where it holds what opens something, as `ask_to_json` does.
    """
    values = intent.model_dump(mode="json", exclude_defaults=True)
    _check_opens_nothing(type(intent), values)
    return json.dumps({"intent": intent.called(), "values": values})


def ask_to_json(ask: Ask, intents: Sequence[type[Intent]]) -> dict[str, Any]:
    """A question with what is known so far, to be kept until it is answered."""
    _check_opens_nothing(named(ask.intent, intents), ask.filled)
    return asdict(ask)


def intent_from_json(kept: str, intents: Sequence[type[Intent]]) -> Intent:
    """The intent that was kept. Raises `Outdated` if it no longer exists or fits."""
    try:
        found = json.loads(kept)
        return named(found["intent"], intents).model_validate(found["values"])
    except (ValidationError, ValueError, KeyError, TypeError) as error:
        raise Outdated from error


def resolve(kind: type[Intent], filled: Mapping[str, object], wording: Wording) -> Intent | Ask:
    """The intent with these values, or the question for the first that is missing or wrong."""
    try:
        return kind.model_validate(dict(filled))
    except ValidationError as error:
        problems = {str(each["loc"][0]): each for each in reversed(error.errors())}
    field = next((name for name in kind.model_fields if name in problems), "")
    if not field:
        raise Outdated
    problem = problems[field]
    why = "" if problem["type"] == "missing" else sentence(problem, wording)
    return question(kind, filled, field, wording, why)


def question(
    kind: type[Intent], filled: Mapping[str, object], field: str, wording: Wording, why: str = ""
) -> Ask:
    """The question for one field; what it held until now is dropped, and what opens something."""
    described = kind.model_fields[field].description or field
    words = kind.mark(field, "question") or described
    dropped = {field, *kind.secrets()}
    known = {name: value for name, value in filled.items() if name not in dropped}
    return Ask(kind.called(), known, field, wording.say(str(words)), why)


def resume(
    ask: Ask, text: str, wording: Wording, intents: Sequence[type[Intent]]
) -> Intent | Ask | None:
    """Go on with the answer to a question; `None` if the person said to stop.

    Raises `Outdated` if the intent asked for no longer exists.
    """
    kind = named(ask.intent, intents)
    if folded(text).strip(" .!") in STOP:
        return None
    if len(text) > MOST_LETTERS:
        why = wording.say(
            "That is too long: {length} letters, and at most {most} fit.",
            length=len(text),
            most=MOST_LETTERS,
        )
        return question(kind, ask.filled, ask.field, wording, why)
    step = resolve(kind, {**ask.filled, ask.field: text.strip()}, wording)
    return step.after(ask.before) if ask.before and isinstance(step, Intent) else step


def sentence(problem: ErrorDetails, wording: Wording) -> str:
    """What is wrong with a value, in one plain sentence."""
    told = problem["input"]
    given = plain(", ".join(map(str, told)) if isinstance(told, tuple) else str(told))[:80]
    facts = {name: plain(str(value)) for name, value in problem.get("ctx", {}).items()}
    if problem["type"] == "said":
        return wording.say(str(problem["ctx"]["words"]), **facts)
    facts |= {"given": given, "length": str(len(str(problem["input"])))}
    words = UNWELL.get(problem["type"], "I could not read '{given}'.")
    return wording.say(words, **facts)
