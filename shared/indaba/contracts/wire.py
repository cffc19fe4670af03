"""The shape of all contracts: messages, wire names, and the envelope around them."""

from datetime import timedelta
from typing import Annotated, Any, ClassVar, Generic, Self, TypeVar
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from indaba.contracts.figures import Number
from indaba.contracts.limits import Limit
from indaba.contracts.openness import Part
from indaba.contracts.purposes import Purpose
from indaba.contracts.standing import Standing

KEPT_FOR_A_TERM = timedelta(days=400)
"""Thirteen months, so that a year can be compared with the one before."""

KEPT_FOR_PROOF = timedelta(days=3 * 366)
"""Three years: as long as consent may have to be proved."""

KEPT_AS_A_FACT = timedelta(days=100 * 366)
"""As long as figures need it. Its owner replaces a person's id by a random one in time."""


class Published:
    """Marks a field as community text: meant to be read, blanked if its author is erased."""


class Personal:
    """Marks a field as personal data: allowed in replies of membership only, never in an event."""


CommunityText = Annotated[str, Published]
CommunityTexts = Annotated[tuple[str, ...], Published]
PersonalText = Annotated[str, Personal]


class Message(BaseModel):
    """A frozen value with a wire name written by hand, such as `scheduling.meeting-scheduled.v1`.

    The name is a class keyword and never changes. Readers ignore fields they do not know.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")
    wire: ClassVar[str] = ""

    def __init_subclass__(cls, wire: str = "", **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.wire = wire

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        """Swallow the class keywords, which pydantic would pass on."""

    @classmethod
    def context(cls) -> str:
        """The service that owns this message: the first word of its wire name."""
        return cls.wire.split(".", 1)[0]


class Event(Message):
    """What happened, in the past tense. Readers can use `version` to keep only the newest.

    `version` counts from 1 per `aggregate`. `kept` is how long the owner's journal stores the
    event.
    """

    kept: ClassVar[timedelta] = KEPT_FOR_A_TERM

    aggregate: UUID = Field(description="What it happened to")
    version: Number = Field(ge=1, description="Counts from 1 per aggregate; newer replaces older")

    def __init_subclass__(cls, kept: timedelta = KEPT_FOR_A_TERM, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.kept = kept


class Reply(BaseModel):
    """The answer to a request. `near` are sentences for the asker about limits that are close."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    near: tuple[str, ...] = ()


class Done(Reply):
    """The answer if there is nothing to say but yes."""


R_co = TypeVar("R_co", bound=Reply, covariant=True)


class Request(Message, Generic[R_co]):
    """A request to a service, in the imperative. Its type argument is the reply.

    The class keyword `asked_by`, which every request must have, is the least standing that may ask;
    with `by_faces`, a face may also ask on its own behalf. The ledger checks both, so no service
    has to. If `opened_by` names any parts, visitors may ask only if the community has published one
    of them.

    `limits` are those it may reach: whatever it stores is counted, and if a limit is exceeded,
    nothing is stored. A request that has none, and is no question, says why by its base: `Change`,
    `OneEach`, `ShortLived` or `CallForHelp`.

    Askers who have not agreed to the purpose in `consent` are refused. With `forgotten_soon`, the
    record that it was handled is deleted within minutes, so handling it later must do no harm.
    """

    forgotten_soon: ClassVar[bool] = False
    asked_by: ClassVar[Standing] = Standing.FACILITATOR
    by_faces: ClassVar[bool] = False
    opened_by: ClassVar[frozenset[Part]] = frozenset()
    limits: ClassVar[tuple[Limit, ...]] = ()
    consent: ClassVar[Purpose | None] = None
    unlimited: ClassVar[str] = ""
    asks_only: ClassVar[bool] = False

    def __init_subclass__(
        cls,
        wire: str = "",
        asked_by: Standing | None = None,
        *,
        by_faces: bool = False,
        opened_by: frozenset[Part] = frozenset(),
        limits: tuple[Limit, ...] = (),
        consent: Purpose | None = None,
        **kwargs: Any,
    ) -> None:
        if wire and asked_by is None:
            raise TypeError(f"{wire}: say who may ask it (asked_by=...)")
        if wire and not cls.asks_only and bool(limits) is bool(cls.unlimited):
            raise TypeError(
                f"{wire}: say what limits it (limits=...), or by its base why nothing does"
            )
        super().__init_subclass__(wire=wire, **kwargs)
        cls.asked_by, cls.by_faces = asked_by or cls.asked_by, by_faces
        cls.opened_by, cls.limits, cls.consent = opened_by, limits, consent

    @classmethod
    def reply(cls) -> type[Reply]:
        """The class that answers this request."""
        for base in cls.__mro__:
            arguments = getattr(base, "__pydantic_generic_metadata__", {}).get("args")
            if arguments:
                reply: type[Reply] = arguments[0]
                return reply
        raise TypeError(cls)

    def keeps_for(self) -> Purpose | None:
        """The purpose for which its contents are stored, if that rests on consent alone."""
        return self.consent

    def within(self) -> tuple[Limit, ...]:
        """The limits that this request may reach, given its contents."""
        return self.limits

    def gives_powers(self) -> bool:
        """Whether it gives somebody more rights. Faces then ask to confirm it (decision 0030)."""
        return False

    def adds(self, limit: Limit) -> int:  # noqa: ARG002 - for those that only ask
        """How much to add to the count; for a question, how much would be added."""
        return 0


class Question(Request[R_co]):
    """A request that changes nothing. Answered afresh each time; its reply is never stored."""

    asks_only: ClassVar[bool] = True


class Change(Request[R_co]):
    """A request without a limit, because it changes what exists and adds nothing."""

    unlimited: ClassVar[str] = "it changes what exists, and adds nothing to it"


class OneEach(Request[R_co]):
    """A request without a limit, because at most one result is stored per member, account or room.

    A later one takes the place of the former.
    """

    unlimited: ClassVar[str] = "it stores at most one per member, account or room"


class ShortLived(Request[R_co]):
    """A request without a limit, because what it stores is a secret deleted within days."""

    unlimited: ClassVar[str] = "what it stores is deleted within days"


class CallForHelp(Request[R_co]):
    """A request without a limit, because nobody in need is told to come back tomorrow."""

    unlimited: ClassVar[str] = "nobody in need is told to come back tomorrow"


class Envelope(BaseModel):
    """The metadata around a message.

    `id` is a UUIDv7. `correlation` stays the same from a chat event to the last post. A request
    past `expires_at` is dropped; if repeated with its `idempotency_key`, it gets its stored reply.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: UUID
    wire: str
    occurred_at: AwareDatetime
    correlation: UUID
    causation: UUID | None = None
    passport: str = ""
    community: UUID | None = None
    expires_at: AwareDatetime | None = None
    idempotency_key: str = ""
    reply_to: str = ""
    body: dict[str, Any]

    @classmethod
    def around(cls, message: Message, **facts: Any) -> Self:
        """Put `message` in an envelope; `facts` are the envelope's own fields."""
        return cls(wire=message.wire, body=message.model_dump(mode="json"), **facts)
