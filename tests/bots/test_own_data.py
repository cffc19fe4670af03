"""What a bot shows and exports of what it keeps itself."""

import json
from dataclasses import replace
from datetime import UTC, datetime

from bots.answering import FOUNDER, MEMBER, said
from indaba.contracts import membership as m
from indaba.contracts.keeping_by_faces import CHATS, POSTS
from indaba.contracts.linking import LinkedAccount, LinksShown
from indaba.contracts.refusal import NotAMember
from indaba.conversation.answer import File
from indaba.ledger.listing import Entries, Entry

THEN = datetime(2026, 11, 3, 12, tzinfo=UTC)
KEPT_HERE = (
    Entries(POSTS, "in the room {room}", (Entry({"room": "!d:e.org"}, THEN, None),) * 7, more=3),
    Entries(CHATS, "the room {room}", (Entry({"room": "@room <b>"}, None, None),), more=0),
)
ACCOUNTS = LinksShown(
    accounts=(
        LinkedAccount(platform=m.Platform.MATRIX, account="@thandi:example.org"),
        LinkedAccount(platform=m.Platform.DISCORD, account="17"),
    )
)


async def test_it_is_shown_in_part_and_says_where_else_to_ask() -> None:
    answer = await said("me data", replace(MEMBER, own_data=KEPT_HERE), ShowLinks=ACCOUNTS)

    shown = answer.text()
    assert shown.count("in the room !d:e.org: since Tuesday 3 November 2026, 14:00") == 5
    assert "and 5 more" in shown
    assert "@room" not in shown
    assert "https://cop.example.org/privacy/mine" in shown
    assert "Ask me on Discord as well." in shown


async def test_who_has_one_account_is_not_sent_to_another_platform() -> None:
    one = LinksShown(accounts=ACCOUNTS.accounts[:1])

    shown = (await said("me data", MEMBER, ShowLinks=one)).text()

    assert "I keep nothing about you here myself." in shown
    assert "as well" not in shown


async def test_it_is_exported_whole() -> None:
    known = replace(MEMBER, own_data=KEPT_HERE)

    exported = await said("me data export", known, ShowLinks=ACCOUNTS)

    whole = json.loads(next(b for b in exported.blocks if isinstance(b, File)).data)
    posts, chats = whole["matrix_bot"]
    assert (len(posts["entries"]), posts["more"]) == (7, 3)
    assert posts["entries"][0]["since"] == THEN.isoformat()
    assert (chats["what"], chats["entries"][0]["until"]) == (CHATS.what, None)
    assert "Discord" in whole["kept elsewhere"]


async def test_a_stranger_is_shown_what_the_bot_keeps_of_them_all_the_same() -> None:
    no = NotAMember()
    stranger = replace(FOUNDER, own_data=KEPT_HERE[:1])

    shown = (await said("me data", stranger, ShowMyData=no, ShowLinks=no)).text()

    assert "no community that you belong to" in shown
    assert "in the room !d:e.org" in shown


async def test_where_others_wrote_about_somebody_can_be_opened() -> None:
    places = [
        {"where": "notes of M7K2", "on": "2026-11-03", "code": "M7K2"},
        {"where": "action A2B3", "on": "2026-11-03", "code": ""},
    ]
    told = m.MemberData(service="scheduling", data={"others wrote about you": places})

    shown = (await said("me data", MEMBER, ShowMySchedulingData=told)).text()

    assert "https://cop.example.org/c/k3y/meetings/M7K2" in shown
    assert shown.count("others wrote about you 2") == 2


async def test_what_is_kept_is_short_to_read_and_whole_in_the_file() -> None:
    kept = {"saved": [], "zone": "", "purposes": ["accounts", "meetings"], "used": None, "days": 0}
    told = m.MemberData(service="library", data=kept)

    shown = (await said("me data", MEMBER, ShowMyLibraryData=told)).text()

    assert "purposes: accounts, meetings" in shown
    assert "days: 0" in shown
    assert not [word for word in ("saved", "zone", "used") if f"{word}:" in shown]
    exported = await said("me data export", MEMBER, ShowMyLibraryData=told)
    assert json.loads(next(b for b in exported.blocks if isinstance(b, File)).data)["library"] == (
        kept
    )
