"""What a bot keeps of somebody is listed from its tables, and none of it after an erasure."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from conftest import FreshDatabase
from indaba.contracts.erasure import MatrixBotErased
from indaba.contracts.ids import MemberId
from indaba.contracts.keeping import LETTERS, ONE_PERSON, REPLIES, TIMERS, kept_by
from indaba.contracts.keeping_by_faces import ERRANDS
from indaba.contracts.membership import MemberErased
from indaba.conversation.answer import Ask, Choice
from indaba.conversation.commands.intent import ask_to_json, intent_to_json
from indaba.conversation.commands.never_mind import NeverMind
from indaba.conversation.commands.topics import INTENTS
from indaba.conversation.delivery.chat_events import MessageSent, ReactionAdded
from indaba.conversation.delivery.platform import Post, PostKind
from indaba.conversation.reactions import forget
from indaba.conversation.root import MIGRATIONS
from indaba.conversation.store import Draft, Store
from indaba.conversation.store.digests import TAP, digest
from indaba.conversation.store.listing import LISTINGS
from indaba.ledger import Ledger, Work
from indaba.ledger.merging import merge, renames_nothing
from workshop import ledger_of

THANDI, SIPHO, ROOM, SECRET = "@thandi:e.org", "@sipho:e.org", "!direct:e.org", "7K2M9QPX3"
MEMBER, BEFORE = MemberId(uuid4()), MemberId(uuid4())
SOON = timedelta(hours=1)


@pytest.fixture
async def ledger(database: FreshDatabase, bus_url: str) -> AsyncIterator[Ledger]:
    own = ledger_of("matrix_bot", await database(MIGRATIONS), bus_url, migrations=MIGRATIONS)
    yield own
    await own.database.dispose()


async def _talked(work: Work) -> None:
    """Something of every kind about Thandi, and as much about Sipho."""
    store, later = Store(work), work.now + SOON
    for account, room in ((THANDI, ROOM), (SIPHO, "!other:e.org")):
        common: dict[str, Any] = {
            "room": room,
            "account": account,
            "sent_at": work.now,
            "direct": True,
        }
        asked = MessageSent(id=f"${account}", text=SECRET, addressed=SECRET, **common)
        await store.hearing.hear([(asked, uuid4())])
        question = Ask("meeting new", {"title": SECRET}, "when", "When does it start?")
        await store.dialogue.ask(asked, "", ask_to_json(question, INTENTS), SOON)
        post = Post(f"{account}/0", PostKind.MESSAGE, room, {"body": SECRET}, only_for=account)
        await store.posting.post(Draft(post, uuid4(), later))
        choice = Choice("Yes", "✅", NeverMind())
        await store.dialogue.offer(post, [(choice, intent_to_json(NeverMind()))], account, SOON)
        tap = ReactionAdded(id=f"${account}+", message="$card", emoji="👍", **common)
        await store.cards.reacted(tap, uuid4(), digest(TAP, account))
        await store.errands.opened(account, room)
        await store.invited.begin(room, account)
        named: dict[str, Any] = {
            "member": str(MEMBER if account == THANDI else uuid4()),
            "code": SECRET,
        }
        await store.errands.keep(uuid4(), "membership.consent-due.v1", named, uuid4(), later)
        told = named | {"meeting": {"id": str(uuid4()), "community": str(uuid4())}}
        await store.cards.notice(uuid4(), "scheduling.moved-up.v1", told, uuid4(), later)
    others = Post("card/1", PostKind.MESSAGE, "!room:e.org", {"body": f"{THANDI}: thanks"})
    await store.posting.post(Draft(others, uuid4(), later))
    await store.hearing.set_position(f"discord/{ROOM}", "9")
    await merge(work, BEFORE, MEMBER, renames_nothing, version=1, until=later)


async def test_every_kind_is_listed_with_no_secret_and_nobody_elses(ledger: Ledger) -> None:
    async with ledger.database.begin() as connection:
        work = Work(connection, ledger.world)
        await _talked(work)

        listed = await Store(work).own_data.of(BEFORE, [THANDI])

    ours = {row for row in kept_by("matrix_bot") if row.process == "bots"}
    assert ours | {ONE_PERSON} == {each.row for each in listed}
    unseen = {one.words for one in LISTINGS if one.row not in (LETTERS, REPLIES, TIMERS)}
    assert unseen == {each.words for each in listed}
    assert {(each.words, len(each.listed)) for each in listed} == {(w, 1) for w in unseen}
    assert SECRET not in str(listed)
    assert SIPHO not in str(listed)


async def test_who_is_no_member_is_known_by_the_account(ledger: Ledger) -> None:
    async with ledger.database.begin() as connection:
        work = Work(connection, ledger.world)
        await _talked(work)

        listed = await Store(work).own_data.of(None, [THANDI])

    ours = {row for row in kept_by("matrix_bot") if row.process == "bots"}
    assert {each.row for each in listed} == ours - {ERRANDS}


async def test_after_an_erasure_nothing_is_found_but_what_answers_them(ledger: Ledger) -> None:
    async with ledger.database.begin() as connection:
        work = Work(connection, ledger.world)
        await _talked(work)
        event = MemberErased(aggregate=MEMBER, version=1, member=MEMBER, erasure=uuid4())

        await forget(event, work, [THANDI], MatrixBotErased)
        theirs = await Store(work).own_data.of(MEMBER, [THANDI])
        others = await Store(work).own_data.of(None, [SIPHO])

    assert {each.words for each in theirs} <= {
        "in the room {room}",
        "in the room {room}, where it names you and is not up yet",
    }
    assert len(others) > len(theirs)
