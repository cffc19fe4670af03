"""A person is named as people name them wherever an account is taken: over all intents."""

import re
from collections.abc import Sequence
from typing import Any

import pytest

from bots.answering import THANDI
from bots.quiet_platform import Quiet
from bots.walking import Recording
from indaba.contracts.actions import AddAction
from indaba.contracts.record import TakeNote
from indaba.conversation.answer import Answer
from indaba.conversation.commands.carrying_out import perform
from indaba.conversation.commands.intent import Intent, resolve
from indaba.conversation.commands.line import Understood, read_line
from indaba.conversation.commands.topics import INTENTS
from indaba.conversation.commands.topics.holding import named_first
from indaba.conversation.delivery.platform import InRoom, Post
from indaba.conversation.dispatch.names import Names
from indaba.conversation.wording import Wording
from indaba.matrix_bot.rooms import RoomFacts

TYPED = [kind for kind in INTENTS if not kind.hidden]
PERSONS = [(k, f) for k in TYPED for f in k.model_fields if k.mark(f, "person")]
FOR_PERSONS = [(k, f) for k in INTENTS for f in k.model_fields if k.mark(f, "for_person")]
SIPHO = InRoom("@sipho:example.org", ("Sipho Mokoena", "sipho"))
SIPHIWE = InRoom("@siphiwe:example.org", ("Siphiwe", "siphiwe"))
OTHER_SIPHO = InRoom("@sm2:example.org", ("sipho", "sm2"))


class Room(Quiet):
    """A room with these people in it, where nothing is posted."""

    def __init__(self, *people: InRoom) -> None:
        self.people = people

    def draw(self, answer: Answer) -> Sequence[dict[str, Any]]:
        return ()

    async def post(self, post: Post) -> str:
        return post.key

    async def people_called(self, room: str, name: str) -> Sequence[InRoom]:
        return [one for one in self.people if any(n.casefold().startswith(name) for n in one.names)]


def whole(kind: type[Intent]) -> dict[str, object]:
    read = read_line(kind.example, INTENTS)
    assert isinstance(read, Understood)
    return read.filled


async def put_in(kind: type[Intent], values: dict[str, object], *people: InRoom) -> object:
    return await Names(Room(*people), "!r", THANDI.account).put_in(kind, values, Wording())


def test_every_argument_that_speaks_of_a_person_takes_their_name() -> None:
    speaks = {
        (kind, name)
        for kind in TYPED
        for name, info in kind.model_fields.items()
        if "mention" in str(info.description) or name in ("came", "absent", "account", "owner")
    }
    assert speaks == set(PERSONS)
    assert len(PERSONS) > 8


@pytest.mark.parametrize(
    ("kind", "field"), PERSONS, ids=lambda each: getattr(each, "called", str)()
)
async def test_a_name_stands_for_an_account(kind: type[Intent], field: str) -> None:
    for name in ("sipho", "@sipho", "Sipho Mokoena", "SIPHO", "sipho m"):
        values = whole(kind) | {field: name}
        got = await put_in(kind, values, SIPHO, SIPHIWE)
        assert got == values | {field: SIPHO.account}, name
    for account in ("@sipho:example.org", "<@12345678>", "12345678", "@x:y"):
        values = whole(kind) | {field: account}
        assert await put_in(kind, values, SIPHO) == values
    nobody = whole(kind) | {field: "@thembi"}
    assert await put_in(kind, nobody, SIPHO) == nobody
    several = await put_in(kind, whole(kind) | {field: "sip"}, SIPHO, SIPHIWE)
    assert isinstance(several, Answer)
    picks = [getattr(choice.intent, field, "") for choice in several.choices()[:-1]]
    accounts = (SIPHO.account, SIPHIWE.account)
    assert [str(p).strip("(),'") for p in picks] == list(accounts) or several.question()
    assert all(account in several.text() for account in accounts)
    twice = await put_in(kind, whole(kind) | {field: "sipho"}, SIPHO, OTHER_SIPHO)
    assert isinstance(twice, Answer)


async def test_several_in_a_list_are_each_put_in() -> None:
    kind = next(kind for kind, field in PERSONS if field == "came")
    got = await put_in(kind, {"came": "sipho, @x:y, siphiwe"}, SIPHO, SIPHIWE)
    assert got == {"came": "@sipho:example.org, @x:y, @siphiwe:example.org"}


@pytest.mark.parametrize(("kind", "field"), [*PERSONS, *FOR_PERSONS])
async def test_a_name_on_discord_leaves_no_number_in_the_writers_words(
    kind: type[Intent], field: str
) -> None:
    """A number in free text is nobody's account: the line would be the writer's, with it in it."""
    twins = [InRoom(str(10**17 + n), ("sipho",)) for n in range(2)]
    free = (kind, field) in FOR_PERSONS
    values: dict[str, object] = {**({} if kind.hidden else whole(kind)), field: "@sipho"}
    values |= {field: "@sipho collect stones"} if free else {}
    values |= {"kind": "action"} if "kind" in kind.model_fields and free else {}
    got = await put_in(kind, values, twins[0])
    assert isinstance(got, dict)
    account = twins[0].account
    assert got[field] == (f"<@{account}> collect stones" if free else account)
    if free:
        assert named_first(str(got[field])) == ((f"<@{account}>",), "collect stones")
    asked = await put_in(kind, values, *twins)
    assert isinstance(asked, Answer)
    for choice in asked.choices()[:-1]:
        assert not re.search(r"(?<!<@)\b\d{17}", str(getattr(choice.intent, field, ""))) or not free


@pytest.mark.parametrize(("kind", "field"), FOR_PERSONS)
async def test_a_line_that_begins_with_a_name_is_theirs_and_never_the_writers(
    kind: type[Intent], field: str
) -> None:
    values: dict[str, object] = {field: "@sipho: collect stones @siphiwe"}
    values |= {name: "action" for name in kind.model_fields if name == "kind"}
    values |= {name: "x" for name in kind.model_fields if name == "origin"}
    got = await put_in(kind, values, SIPHO, SIPHIWE)
    assert got == values | {field: "@sipho:example.org: collect stones @siphiwe"}
    intent = resolve(kind, values, Wording())
    assert isinstance(intent, Intent)
    services = Recording()
    told = await perform(intent, THANDI, services)
    assert "I know no member called @sipho" in told.text()
    assert not [each for each in services.asked if isinstance(each, AddAction | TakeNote)]


async def test_only_an_action_is_for_somebody() -> None:
    kind = next(kind for kind, _ in FOR_PERSONS if kind.called() == "meeting note")
    values: dict[str, object] = {"kind": "info", "text": "@sip said so"}
    assert await put_in(kind, values, SIPHO, SIPHIWE) == values


def test_a_matrix_room_knows_its_people_by_both_names() -> None:
    def joined(account: str, **content: object) -> dict[str, object]:
        given = {"membership": "join", **content}
        return {"type": "m.room.member", "state_key": account, "content": given}

    facts = RoomFacts("@bot:x", [joined("@sm:x", displayname="Sipho M"), joined("@thandi:x")])
    assert facts.names_of("@sm:x") == ("Sipho M", "sm")
    assert facts.names_of("@thandi:x") == ("thandi",)
    facts.apply(joined("@sm:x", membership="leave"))
    assert facts.members == {"@thandi:x"}


async def test_a_whole_name_beats_the_beginning_of_one() -> None:
    longer = InRoom("@siphokazi:example.org", ("Siphokazi", "siphokazi"))
    kind, field = PERSONS[0]
    for people in ((SIPHO, longer), (longer, SIPHO)):
        got = await put_in(kind, whole(kind) | {field: "sipho"}, *people)
        assert got == whole(kind) | {field: SIPHO.account}


@pytest.mark.parametrize(
    ("kind", "field"), PERSONS, ids=lambda each: getattr(each, "called", str)()
)
async def test_nobody_takes_the_place_of_another_by_what_they_call_themselves(
    kind: type[Intent], field: str
) -> None:
    victim = InRoom("@tm77:example.org", ("Thandi Mbeki", "tm77"))
    for name in ("Thandi", "thandi", "Thandi Mbeki"):
        thief = InRoom("@mallory:example.org", (name, "mallory"))
        for people in ((victim, thief), (thief, victim)):
            for typed in {"thandi", name.lower()}:
                if typed == "thandi mbeki" and name != "Thandi Mbeki":
                    continue
                asked = await put_in(kind, whole(kind) | {field: typed}, *people)
                assert isinstance(asked, Answer), (name, typed)
                assert victim.account in asked.text()
    for me in ("me", "Me", "@me", "myself", "I"):
        thief = InRoom("@mallory:example.org", (me, "mallory"))
        got = await put_in(kind, whole(kind) | {field: me}, thief)
        assert got == whole(kind) | {field: THANDI.account}, me
