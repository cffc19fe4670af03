"""What facilitators and rooms read of how many people figures stand for, now and in a week."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import product
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest

from bots.answering import (
    COMMUNITY,
    MEMBER,
    NOW,
    THANDI,
    WAITING,
    BusServiceClient,
    passport,
    picked,
    said,
)
from bots.test_links_told import MIGRATIONS, WithChats
from conftest import FreshDatabase
from indaba.contracts.figures import FEWEST, MOST_ASKED
from indaba.contracts.group_sizes import (
    GroupSizeAsked,
    GroupSizeChanged,
    GroupSizeSet,
    GroupSizeShown,
    GroupSizeTakenBack,
    GroupSizeTooLarge,
    WaitingSize,
)
from indaba.contracts.membership import PassportIssued, Place, Places, Platform
from indaba.conversation.answer import Answer, Ask, Audience
from indaba.conversation.cards.direct_messages import DirectMessages
from indaba.conversation.cards.group_sizes import DECIDED, Decided, announced
from indaba.conversation.commands.intent import resolve
from indaba.conversation.commands.line import Unclear, Understood, read_line
from indaba.conversation.commands.taking_back import UNDO
from indaba.conversation.commands.topics import INTENTS
from indaba.conversation.wording import PSEUDO, Wording
from indaba.membership.model import GroupSizes
from indaba.process.loops import Wake
from workshop import ledger_of

BEGINS = "Tuesday 8 December 2026"
BACK = "cop small-groups-back"
EIGHT_WAITS = GroupSizeShown(size=5, waiting=WAITING, members=24)
FIVE = GroupSizeShown(size=5, members=24)
ISSUED = PassportIssued(token="t", passport=passport(), community=COMMUNITY)
ASKED = GroupSizeAsked(
    aggregate=COMMUNITY.id, version=2, size=8, now=5, begins_at=WAITING.begins_at
)
TAKEN_BACK = GroupSizeTakenBack(aggregate=COMMUNITY.id, version=3, size=8, now=5)
CHANGED = GroupSizeChanged(aggregate=COMMUNITY.id, version=3, size=8, before=5, since=NOW)


def states() -> Iterator[GroupSizeShown]:
    """Any number in force, with any that waits, in communities of any size."""
    for now, members in product((FEWEST, 8), (1, 6, 12, 24)):
        for waits in (None, now + 1, MOST_ASKED):
            waiting = WaitingSize(size=waits, begins_at=WAITING.begins_at) if waits else None
            yield GroupSizeShown(size=now, waiting=waiting, members=members)


def _asked(sizes: GroupSizes, people: int, members: int) -> GroupSizes | None:
    """What the service makes of it; nothing where it refuses."""
    try:
        return sizes.asked(people, members, NOW + timedelta(days=7))
    except GroupSizeTooLarge:
        return None


def emoji(answer: Answer) -> list[str]:
    return [choice.emoji for choice in answer.choices()]


@pytest.mark.parametrize("shown", list(states()), ids=str)
async def test_a_preview_offers_what_the_service_does_and_refuses_what_it_refuses(
    shown: GroupSizeShown,
) -> None:
    sizes = GroupSizes(shown.size, shown.waiting)
    for people in range(FEWEST, MOST_ASKED + 1):
        answer = await said(f"cop small-groups {people}", ShowGroupSize=shown)
        after = _asked(sizes, people, shown.members)
        if after is None:
            assert str(GroupSizeTooLarge(people, shown.members)) in answer.text()
            assert emoji(answer) == []
            continue
        if people in (shown.size, after.waiting and sizes == after and people):
            assert emoji(answer) == [UNDO] * (shown.waiting is not None)
            continue
        assert emoji(answer) == ["✅", "❌"]
        assert ("It begins in 7 days" in answer.text()) == (people > shown.size)
        dropped = shown.waiting is not None and after.waiting != shown.waiting
        assert ("which waits now, does not begin" in answer.text()) == dropped


@pytest.mark.parametrize("shown", list(states()), ids=str)
async def test_without_a_number_it_says_the_one_now_and_the_one_that_waits(
    shown: GroupSizeShown,
) -> None:
    answer = await said("cop small-groups", ShowGroupSize=shown)
    assert f"stand for {shown.size} people or more on each side" in answer.text()
    if shown.waiting:
        assert BEGINS in answer.text()
        assert f"{shown.waiting.size} people or more" in answer.text()
        assert answer.text().count(BACK) == 1
        assert emoji(answer) == [UNDO]
    else:
        assert emoji(answer) == []
        least = min(shown.members, MOST_ASKED)
        assert (f"cop small-groups {least}" in answer.text()) == (least > shown.size)


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("1000", "1000 is too much; the most is 20."),
        ("4", "4 is too little; the least is 5."),
        ("many", "but not '{left}'"),
        ("-8", "but not '{left}'"),
        ("8 9", "but not '{left}'"),
    ],
)
def test_what_is_no_such_number_is_answered_plainly(typed: str, told: str) -> None:
    read = read_line(f"cop small-groups {typed}", INTENTS)
    if isinstance(read, Understood):
        asked = resolve(read.intent, read.filled, Wording())
        assert isinstance(asked, Ask)
        assert asked.why == told
        assert asked.question == "How many people at least? From 5 to 20."
    else:
        assert isinstance(read, Unclear)
        assert told in read.words
        assert read.suggestions == ("cop small-groups 8",)


async def test_what_was_noted_says_from_when_and_is_taken_back_with_one_tap() -> None:
    done = await picked(await said("cop small-groups 8"), "✅", THANDI)
    assert "I tell the community's rooms" in done.text()
    assert BEGINS in done.text()
    assert BACK in done.text()
    back = await picked(done, UNDO, THANDI)
    assert back.text() == "Taken back: figures go on standing for 5 people or more."
    lowered = GroupSizeSet(size=6, before=8)
    done = await picked(await said("cop small-groups 6"), "✅", THANDI, SetGroupSize=lowered)
    assert "6 people or more from now on" in done.text()
    assert emoji(done) == []


@pytest.mark.parametrize("line", ["cop small-groups", "cop small-groups 8", BACK])
async def test_members_are_told_that_facilitators_decide(line: str) -> None:
    for direct in (True, False):
        answer = await said(line, replace(MEMBER, direct=direct))
        assert "facilitator" in answer.text()
        assert emoji(answer) == []


def aloud(event: Decided, shown: GroupSizeShown, prefix: str = "!cop ") -> list[str]:
    return [answer.text() for answer in announced(event, shown, ISSUED, prefix)]


def test_a_room_reads_what_is_asked_from_when_and_how_to_take_it_back() -> None:
    [answer] = announced(ASKED, EIGHT_WAITS, ISSUED, "!cop ")
    for part in (COMMUNITY.name, "8 people or more", "now it is 5", BEGINS, f"!{BACK}"):
        assert part in answer.text()
    assert emoji(answer) == [UNDO]
    assert answer.audience is Audience.ROOM
    assert answer.mentions == ()
    assert "go on standing for 5" in aloud(TAKEN_BACK, FIVE)[0]
    eight = FIVE.model_copy(update={"size": 8})
    assert "stand for 8 people or more; it was 5" in aloud(CHANGED, eight)[0]


@pytest.mark.parametrize(
    ("event", "since"),
    [
        (ASKED, FIVE),
        (ASKED, EIGHT_WAITS.model_copy(update={"waiting": WaitingSize(size=9, begins_at=NOW)})),
        (ASKED, EIGHT_WAITS.model_copy(update={"waiting": WaitingSize(size=8, begins_at=NOW)})),
        (TAKEN_BACK, EIGHT_WAITS),
        (TAKEN_BACK, FIVE.model_copy(update={"size": 8})),
        (CHANGED, FIVE),
    ],
)
def test_a_room_reads_nothing_that_was_decided_otherwise_since(
    event: Decided, since: GroupSizeShown
) -> None:
    assert aloud(event, since) == []


def test_an_announcement_is_worth_it_until_it_begins_or_for_a_day() -> None:
    assert ASKED.until == WAITING.begins_at
    assert CHANGED.until - NOW == timedelta(days=1)


def test_no_sentence_of_it_slips_by_the_catalogue() -> None:
    pseudo = ISSUED.model_copy(
        update={"passport": ISSUED.passport.model_copy(update={"locale": PSEUDO})}
    )
    eight = FIVE.model_copy(update={"size": 8})
    for event, shown in ((ASKED, EIGHT_WAITS), (TAKEN_BACK, FIVE), (CHANGED, eight)):
        [answer] = announced(event, shown, pseudo, "!cop ")
        assert "people or more" not in answer.text()


@pytest.mark.parametrize("event", [ASKED, TAKEN_BACK, CHANGED], ids=lambda e: e.wire)
async def test_every_room_of_the_community_here_is_told(
    database: FreshDatabase, bus_url: str, event: Any
) -> None:
    ledger = ledger_of("matrix_bot", await database(MIGRATIONS), bus_url, migrations=MIGRATIONS)
    rooms = [Place(platform=Platform.MATRIX, room=room) for room in ("!one", "!two")]
    places = Places(
        community=COMMUNITY, places=(*rooms, Place(platform=Platform.DISCORD, room="3"))
    )
    shown = {ASKED: EIGHT_WAITS, TAKEN_BACK: FIVE}.get(event, GroupSizeShown(size=8, members=24))
    services: Any = BusServiceClient(ShowGroupSize=shown, FindPlaces=places)
    services.asker = None

    async def held(*_: Any) -> PassportIssued:
        return ISSUED

    chats: Any = WithChats()
    passports: Any = SimpleNamespace(of=held)
    direct = DirectMessages(chats, ledger, passports, Wake(), "")
    told = await direct.tell_group_size(event, services, uuid4())
    assert [each.room for each in told] == ["!one", "!two"]
    assert type(event) in DECIDED
    await ledger.database.dispose()
