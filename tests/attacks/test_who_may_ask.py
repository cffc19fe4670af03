"""Every request of every service, by everybody: who may ask it is what its contract declares."""

import pkgutil
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Annotated, Any, get_args
from uuid import uuid4

import pytest
from pydantic import BaseModel, Field, ValidationError

import indaba.contracts
from cells import every
from indaba.contracts.agenda import ShowAgenda
from indaba.contracts.confidential import for_all_to_read, is_between_us
from indaba.contracts.digest import ShowDigest
from indaba.contracts.holding import ShowRegister
from indaba.contracts.ids import CommunityId, MemberId
from indaba.contracts.library import FindResources, ShowResource
from indaba.contracts.membership import LeaveCommunity, PassportIssued
from indaba.contracts.openness import Part
from indaba.contracts.passport import Passport, Role
from indaba.contracts.publishing import Publish
from indaba.contracts.record import ShowMinutes
from indaba.contracts.refusal import Refusal, Refused
from indaba.contracts.scheduling import ListMeetings, ShowMeeting, Which
from indaba.contracts.standing import ForMembers, Standing, UntilPublished, admit, as_read_by
from indaba.contracts.wire import Envelope, Personal, Published, Question, Reply, Request
from services.town import LEAD

pytestmark = pytest.mark.asyncio(loop_scope="module")

LATER = datetime(2030, 1, 1, tzinfo=UTC)
PEOPLE = (
    "nobody",
    "guest",
    "former",
    "elsewhere",
    "another room",
    "member",
    "facilitator",
    "face",
    "lead",
)
ENOUGH: dict[Standing, frozenset[str]] = {
    Standing.ANYBODY: frozenset(PEOPLE),
    Standing.VISITOR: frozenset(PEOPLE) - {"nobody", "lead"},
    Standing.KNOWN: frozenset({"another room", "member", "facilitator", "elsewhere"}),
    Standing.MEMBER: frozenset({"another room", "member", "facilitator", "elsewhere"}),
    Standing.FACILITATOR: frozenset({"facilitator", "elsewhere"}),
    Standing.FACE: frozenset({"face"}),
    Standing.LEAD: frozenset({"lead"}),
}
"""Whose asking is let in. Who facilitates elsewhere asks of their own community, never of ours."""

OPEN_TEXT: dict[str, str] = {
    "CommunityCard": "a community says its name and purpose to whoever may join it",
    "PassportIssued": "who was removed or suspended reads why",
    "AccountName": "who types a code sees whose it is, to whom they were given it",
    "MeetingFacts": "a meeting's card stands in the room, where guests read",
    "CalendarSource": "the calendar that a date comes from stands on its card",
    "DayRole": "roles of the day stand on the card",
    "AgendaItem": "the agenda is posted in the room as topics open",
    "NoteFacts": "who takes a message back could read it in the room where it stood",
    "ActionFacts": "who takes a message back could read it in the room where it stood",
    "VoteFacts": "a vote is put to the room",
    "SeriesFacts": "what its dates' cards show",
    "Reading": "what was typed just now, as it was understood",
    "RepeatReading": "what was typed just now, as it was understood",
    "WhenRead": "what was typed just now, as it was understood",
    "RepeatRead": "what was typed just now, as it was understood",
    "ResourceFacts": "what is published: title, summary, link; why and messages are for members",
    "ResourcesFound": "the words that were typed, as they were read",
    "Method": "the same methods for everybody",
    "Place": "the rooms of a community, by their platform's ids",
    "ErasedAccounts": "a bot is told which accounts to forget, by an erasure's id that only it has",
}
"""Models whose text visitors read, each with its reason; a field of `ForMembers` is not."""

CLOSED = {ForMembers, UntilPublished}


def requests() -> list[type[Request[Any]]]:
    """Every request there is, by its wire name."""
    for module in pkgutil.iter_modules(indaba.contracts.__path__):
        import_module(f"indaba.contracts.{module.name}")

    def below(kind: type[Request[Any]]) -> Iterator[type[Request[Any]]]:
        for each in kind.__subclasses__():
            yield each
            yield from below(each)

    ours = {k for k in below(Request) if k.wire and k.__module__.startswith("indaba.contracts")}
    return sorted(ours, key=lambda kind: kind.wire)


def test_a_request_that_does_not_say_who_may_ask_it_is_no_request() -> None:
    with pytest.raises(TypeError, match="who may ask"):

        class Forgetful(Request[Reply], wire="scheduling.forgetful.v1"):
            """Says nothing of who may ask."""

    inherited: Any = type("Inherited", (LeaveCommunity,), {})
    assert inherited.asked_by is Standing.MEMBER


async def _people(lively: Any) -> dict[str, PassportIssued | None]:
    town = lively.town
    home = lively.facilitator.passport.community
    account = f"@{uuid4().hex}:example.org"
    member, former = f"{account}m", f"{account}f"
    await town.joined(member)
    await town.joined(former)
    await town.ask(LeaveCommunity(), await town.passport(former))
    elsewhere = town.in_another_room()
    stranger = await elsewhere.founded(f"{account}e")
    return {
        "nobody": None,
        "guest": await town.passport(f"{account}g"),
        "former": await town.passport(former),
        "elsewhere": stranger,
        "another room": await town.passport(member, room="!another", community=home),
        "member": await town.passport(member),
        "facilitator": lively.facilitator,
        "face": await town.passport("", community=home),
        "lead": await town.passport(LEAD, "!chat", direct=True),
    }


@pytest.mark.parametrize("parts", [(), *((part,) for part in Part)], ids=str)
async def test_a_service_lets_in_whom_the_contract_says_and_nobody_else(
    lively: Any, parts: tuple[Part, ...]
) -> None:
    """Before anything of a request is read, by real services, with passports of their making."""
    everything, opened = frozenset(Part), frozenset(parts) & frozenset(Part)
    for asked in (
        Publish(parts=everything),
        Publish(parts=everything - opened, open=False),
    ):
        await lively.town.ask(asked, lively.facilitator)
    people, wrong = await _people(lively), []
    cells = Counter[Standing]()
    for kind in requests():
        processor = lively.town.ledgers[kind.context()]._requests
        assert kind.wire in processor.handlers, kind.wire
        for who, held in people.items():
            cells[kind.asked_by] += 1
            let_in = who in ENOUGH[kind.asked_by] or (who == "face" and kind.by_faces)
            if kind.opened_by and who in ("guest", "former"):
                let_in = bool(kind.opened_by & opened)
            if let_in is not _admitted(processor, kind, lively.town.clock.now(), held):
                wrong.append((kind.wire, who))
    assert wrong == []
    assert sum(cells.values()) == len(requests()) * len(PEOPLE)


def _admitted(
    processor: Any, kind: type[Request[Any]], now: datetime, held: PassportIssued | None
) -> bool:
    asked = Envelope(
        id=uuid4(),
        wire=kind.wire,
        occurred_at=now,
        correlation=uuid4(),
        passport=held.token if held else "",
        expires_at=now + timedelta(seconds=10),
        body={},
    )
    try:
        processor._check(asked)
    except Refusal:
        return False
    return True


async def test_a_code_or_id_opens_nothing_of_another_community(lively: Any) -> None:
    """Codes are names: known or guessed, they lead to what is of one's own community only."""
    await lively.town.joined("@thandi:example.org")
    await lively.met("Sesame", "@thandi:example.org")
    saved = await lively.saved(link="https://example.org/s", title="Sesame", why="Sesame")
    ours = await lively.town.passport("@lindiwe:example.org")
    [meeting] = (await lively.town.ask(ListMeetings(which=Which.PAST), ours)).meetings
    people = await _people(lively)
    questions: list[Question[Any]] = [
        ShowMeeting(code=meeting.code),
        ShowMeeting(meeting=meeting.id),
        ListMeetings(which=Which.PAST),
        ShowAgenda(code=meeting.code),
        ShowMinutes(code=meeting.code),
        ShowRegister(code=meeting.code),
        ShowResource(code=saved.code),
        FindResources(words="Sesame"),
        ShowDigest(),
    ]
    for question in questions:
        for who in ("nobody", "elsewhere"):
            try:
                told = str(await lively.town.ask(question, people[who]))
            except Refused:
                continue
            assert "Sesame" not in told, (question.wire, who)


def _questions(code: str, resource: str) -> Iterator[Question[Any]]:
    """Each question that a member may ask and that says anything where others read."""
    for kind in requests():
        known = {Standing.VISITOR, Standing.KNOWN, Standing.MEMBER}
        if not issubclass(kind, Question) or kind.asked_by not in known:
            continue
        if is_between_us(kind.reply()):
            continue
        given = {"code": resource if kind.context() == "library" else code}
        with suppress(ValidationError):
            yield kind(**{k: v for k, v in given.items() if k in kind.model_fields})


async def test_where_others_read_a_facilitator_is_told_no_more_than_a_member(lively: Any) -> None:
    """What one has by role is confidential, so that a room reads the same, whoever asked."""
    await lively.town.joined("@thandi:example.org")
    await lively.met("Sesame", "@thandi:example.org")
    saved = await lively.saved(link="https://example.org/o", title="Sesame", why="Sesame")
    people, asked = await _people(lively), set()
    people["facilitator"] = await lively.town.passport("@lindiwe:example.org")
    past = ListMeetings(which=Which.PAST)
    [meeting] = (await lively.town.ask(past, people["facilitator"])).meetings
    for question in _questions(meeting.code, saved.code):
        told = []
        for who in ("member", "facilitator"):
            with suppress(Refused):
                told.append(for_all_to_read(await lively.town.ask(question, people[who]))[0])
        asked |= {type(question).__name__} if len(told) == len("ab") else set()
        assert told[1:] == told[:1] or len(told) < len("ab"), question.wire
    assert {"ShowReport", "ShowMeeting", "ShowMinutes", "ShowAgenda", "ShowResource"} <= asked


@pytest.mark.parametrize("role", [None, *Role])
@pytest.mark.parametrize("standing", Standing)
def test_a_standing_lets_in_the_roles_above_it(standing: Standing, role: Role | None) -> None:
    home, member = CommunityId(uuid4()), MemberId(uuid4()) if role else None
    roles = frozenset({role} if role else ())
    held = Passport(expires_at=LATER, community=home, member=member, roles=roles)
    order = [Standing.ANYBODY, Standing.VISITOR, Standing.KNOWN, Standing.MEMBER]
    above = role is Role.FACILITATOR and standing not in (Standing.FACE, Standing.LEAD)
    enough = above or standing in order[: 4 if role else 2]
    try:
        admit(standing, held, faces=False)
    except Refusal:
        assert not enough
    else:
        assert enough


def _models(kind: Any, seen: set[type[BaseModel]]) -> Iterator[type[BaseModel]]:
    """All models that a reply of this class may hold."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        if kind in seen:
            return
        seen.add(kind)
        yield kind
        for field in kind.model_fields.values():
            if not CLOSED & {mark for mark in field.metadata if isinstance(mark, type)}:
                yield from _models(field.annotation, seen)
    for part in get_args(kind):
        yield from _models(part, seen)


@every("kind", requests(), ids=lambda k: k.wire)
def test_text_that_visitors_read_is_declared_as_open(kind: type[Request[Any]]) -> None:
    """A new field of community or personal text is for members, or says why it is not."""
    if kind.asked_by not in (Standing.ANYBODY, Standing.VISITOR):
        return
    for model in _models(kind.reply(), set()):
        for name, field in model.model_fields.items():
            marks = f"{field.metadata} {field.annotation}"
            is_text = Published.__name__ in marks or Personal.__name__ in marks
            marks_of = {mark for mark in field.metadata if isinstance(mark, type)}
            is_open = bool(CLOSED & marks_of) or model.__name__ in OPEN_TEXT
            assert not is_text or is_open, f"{model.__name__}.{name}"


@every("kind", requests(), ids=lambda k: k.wire)
def test_what_is_for_members_can_be_left_out(kind: type[Request[Any]]) -> None:
    for model in _models(kind.reply(), set()):
        for name, field in model.model_fields.items():
            marks = {mark for mark in field.metadata if isinstance(mark, type)}
            required = bool(CLOSED & marks) and field.is_required()
            assert not required, f"{model.__name__}.{name}"


def test_what_is_for_members_until_published_is_read_with_what_was_published_alone() -> None:
    class Thing(BaseModel):
        published: bool
        file: Annotated[str, UntilPublished] = ""

    class Things(Reply):
        each: tuple[Thing, ...] = ()

    whole = Things(each=(Thing(published=True, file="a"), Thing(published=False, file="b")))
    guest = Passport(expires_at=LATER, community=CommunityId(uuid4()))
    assert [thing.file for thing in as_read_by(whole, guest).each] == ["a", ""]


def test_fields_for_members_are_left_out_for_visitors_however_deep() -> None:
    class Inner(BaseModel):
        open: str
        why: Annotated[str, ForMembers] = ""

    class Outer(Reply):
        each: tuple[Inner, ...] = ()
        named: dict[str, Inner] = Field(default_factory=dict)

    whole = Outer(each=(Inner(open="a", why="b"),), named={"x": Inner(open="c", why="d")})
    guest = Passport(expires_at=LATER, community=CommunityId(uuid4()))
    member = guest.model_copy(update={"member": uuid4(), "roles": frozenset({Role.MEMBER})})
    left = as_read_by(whole, guest)
    assert (left.each[0].open, left.each[0].why) == ("a", "")
    assert (left.named["x"].open, left.named["x"].why) == ("c", "")
    for reads_all in (member, guest.model_copy(update={"face": True})):
        assert as_read_by(whole, reads_all) == whole
    former = guest.model_copy(update={"member": uuid4()})
    assert as_read_by(whole, former) == left
