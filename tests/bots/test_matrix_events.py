from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indaba.conversation.delivery.chat_events import MessageSent, ReactionAdded, ReactionRemoved
from indaba.matrix_bot.events import Scene, came_in, chat_event_of
from indaba.matrix_bot.rooms import RoomFacts

NOW = datetime(2026, 11, 3, 12, tzinfo=UTC)
ME, THANDI = "@indaba:x.org", "@thandi:x.org"
ROOM = "!room:x.org"


def state(kind: str, content: dict[str, Any], key: str = "", sender: str = THANDI) -> Any:
    return {"type": kind, "state_key": key, "sender": sender, "content": content}


def member(account: str, membership: str = "join", **content: Any) -> Any:
    return state("m.room.member", {"membership": membership, **content}, account)


THREE = (member(ME, displayname="Helper"), member(THANDI), member("@sipho:x.org"))
TWO = THREE[:2]


def scene(*events: Any) -> Scene:
    return Scene(ROOM, ME, "!cop", RoomFacts(ME, events or THREE), NOW)


def message(body: Any, /, sender: Any = THANDI, **content: Any) -> dict[str, Any]:
    return {
        "type": "m.room.message",
        "event_id": "$said",
        "sender": sender,
        "origin_server_ts": NOW.timestamp() * 1000 - 5000,
        "content": {"msgtype": "m.text", "body": body, **content},
    }


def heard(event: object, *events: Any) -> Any:
    said = chat_event_of(event, scene(*events))
    assert said is not None
    return said


@pytest.mark.parametrize(
    ("body", "meant"),
    [
        ("!cop meeting next", "meeting next"),
        ("!COP: next", "next"),
        ("!cop", ""),
        ("!copper", None),
        ("good morning", None),
        ("@indaba:x.org next", "next"),
        ("@indaba next", "next"),
        ("Indaba: next", "next"),
        ("helper, next", "next"),
        ("Indaba was good this year", None),
        ("helper next", None),
    ],
)
def test_what_is_addressed_to_us(body: str, meant: str | None) -> None:
    assert heard(message(body)).addressed == meant


@pytest.mark.parametrize("body", ["!cop next", "!indaba next"])
def test_the_standard_prefix_is_understood_beside_the_one_chosen_here(body: str) -> None:
    here = replace(scene(), prefix="!indaba")
    said = chat_event_of(message(body), here)
    assert isinstance(said, MessageSent)
    assert said.addressed == "next"


def test_a_mention_with_our_name_before_it_addresses_us() -> None:
    mentions = {"m.mentions": {"user_ids": [ME]}}
    assert heard(message("Helper next", **mentions)).addressed == "next"
    assert heard(message("thanks to Helper", **mentions)).addressed is None


def test_in_a_direct_chat_everything_is_for_us() -> None:
    said = heard(message("!cop next"), *TWO)
    assert (said.direct, said.addressed) == (True, "next")
    assert heard(message(" next "), *TWO).addressed == "next"


def test_a_named_room_with_its_founder_alone_is_no_direct_chat_unless_it_was_meant_as_one() -> None:
    name = state("m.room.name", {"name": "Maths"})
    assert not heard(message("hi"), *TWO, name).direct
    invited = {**TWO[0], "unsigned": {"prev_content": {"membership": "invite", "is_direct": True}}}
    assert heard(message("hi"), TWO[1], invited, name).direct
    assert not heard(message("hi"), invited, *THREE[1:], name).direct


def test_a_reply_loses_the_quote_that_old_clients_put_above_it() -> None:
    relation = {"m.relates_to": {"m.in_reply_to": {"event_id": "$card"}}}
    said = heard(message("> <@a:x.org> come?\n> please\n\nyes", **relation))
    assert (said.text, said.target, said.thread) == ("yes", "$card", "")
    assert heard(message("> not a reply")).text == "> not a reply"


def test_in_a_thread_only_a_real_reply_is_about_something() -> None:
    relation = {"rel_type": "m.thread", "event_id": "$root", "m.in_reply_to": {"event_id": "$last"}}
    falling_back = {"m.relates_to": {**relation, "is_falling_back": True}}
    said = heard(message("yes", **falling_back))
    assert (said.thread, said.target) == ("$root", "")
    said = heard(message("yes", **{"m.relates_to": relation}))
    assert (said.thread, said.target) == ("$root", "$last")


def test_reactions_and_redactions_are_heard() -> None:
    relation = {"rel_type": "m.annotation", "event_id": "$card", "key": "👍"}
    event = {**message(""), "type": "m.reaction", "content": {"m.relates_to": relation}}
    said = heard(event)
    assert (type(said), said.target, said.emoji) == (ReactionAdded, "$card", "👍")
    for redaction in (
        {"content": {"redacts": "$card"}},
        {"content": {}, "redacts": "$card"},
    ):
        said = heard({**message(""), "type": "m.room.redaction", **redaction})
        assert (type(said), said.target) == (ReactionRemoved, "$card")


@pytest.mark.parametrize(
    "event",
    [
        message("!cop next", ME),
        message("!cop next", msgtype="m.notice"),
        message("!cop next", msgtype="m.emote"),
        message("* !cop next", **{"m.new_content": {"body": "!cop next"}}),
        message("!cop next", **{"m.relates_to": {"rel_type": "m.replace", "event_id": "$x"}}),
        message(7),
        message("!cop next") | {"event_id": 7},
        message("!cop next") | {"sender": None},
        message("!cop next") | {"content": []},
        message("!cop next") | {"state_key": ""},
        message("!cop next") | {"type": "m.sticker"},
        None,
        [],
    ],
)
def test_what_no_person_says_is_passed_over(event: object) -> None:
    assert chat_event_of(event, scene()) is None


def test_a_bridges_bot_and_puppets_are_passed_over_where_the_bridge_is() -> None:
    bridge = state(
        "m.bridge", {"bridgebot": "@discordbot:x.org", "protocol": {"id": "discordgo"}}, "discord"
    )
    there = (*THREE, state("m.room.create", {}), bridge)
    for ghost in ("@discordbot:x.org", "@discord_123:x.org", "@_discord_123:x.org"):
        assert chat_event_of(message("!cop next", ghost), scene(*there)) is None
        assert chat_event_of(message("!cop next", ghost), scene()) is not None
    assert chat_event_of(message("!cop next", "@discordia:x.org"), scene(*there)) is not None


def test_when_it_was_said_is_never_in_the_future() -> None:
    assert heard(message("a")).sent_at == NOW - timedelta(seconds=5)
    for odd in (1e300, -1e300, "x", None, True, float("nan"), 10**400, NOW.timestamp() * 2000):
        assert heard(message("a") | {"origin_server_ts": odd}).sent_at == NOW


def test_our_coming_in_is_told_from_a_change_of_our_name() -> None:
    joined = member(ME)
    assert came_in(joined, ME)
    renamed = {**joined, "unsigned": {"prev_content": {"membership": "join"}}}
    assert not came_in(renamed, ME)
    assert not came_in(member(THANDI), ME)


@pytest.mark.parametrize(
    ("version", "levels", "has_power"),
    [
        ("12", {"users": {}}, True),
        ("11", {"users": {}}, False),
        ("11", {"users": {THANDI: 100}}, True),
        ("11", {"users": {THANDI: "100"}}, True),
        ("11", {"users": {THANDI: True}}, False),
        ("11", {"users_default": 100}, True),
        ("11", None, True),
        ("twelve", [], False),
    ],
)
def test_who_runs_a_room(version: str, levels: Any, has_power: bool) -> None:
    facts = RoomFacts(ME, [state("m.room.create", {"room_version": version})])
    if levels is not None:
        facts.apply(state("m.room.power_levels", levels))
    assert facts.has_power(THANDI) is has_power
    assert not facts.has_power("@sipho:x.org") or "users_default" in levels


def test_a_further_creator_runs_a_new_room() -> None:
    content = {"room_version": "12", "additional_creators": ["@sipho:x.org"]}
    assert RoomFacts(ME, [state("m.room.create", content)]).has_power("@sipho:x.org")


NAMES = [
    "type", "event_id", "sender", "content", "state_key", "unsigned", "prev_content", "redacts",
    "msgtype", "body", "m.relates_to", "rel_type", "m.in_reply_to", "m.mentions", "user_ids",
    "key", "origin_server_ts", "membership", "users", "bridgebot", "protocol", "network", "id",
    "room_version", "users_default", "additional_creators", "displayname", "name",
]  # fmt: skip
VALUES = [
    "m.room.message", "m.text", "m.reaction", "m.room.redaction", "m.thread", "m.annotation",
    "$a", ME, THANDI, "!cop next", "m.room.member", "m.bridge", "m.room.power_levels", "join",
    "m.room.create", "12", "> quote\nyes", "\ud800\x00", "²",
]  # fmt: skip
anything: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(VALUES),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=3), inner, max_size=6)
    ),
    max_leaves=25,
)


@given(anything, anything, anything)
def test_no_event_whatever_it_is_breaks_the_hearing(event: Any, content: Any, change: Any) -> None:
    facts = RoomFacts(ME, [*THREE, change])
    there = Scene(ROOM, ME, "!cop", facts, NOW)
    whole = event if isinstance(event, dict) else {}
    for each in (event, message("!cop next") | {"content": content}, {**message("a"), **whole}):
        facts.apply(each)
        said = chat_event_of(each, there)
        assert facts.has_power(THANDI) in (True, False)
        assert came_in(each, ME) in (True, False)
        if isinstance(said, MessageSent):
            said.text.encode()
            assert "\x00" not in f"{said.text}{said.id}{said.target}{said.thread}{said.account}"


PILL = '<a href="https://matrix.to/#/{account}">{name}</a>'


def test_a_name_picked_in_an_app_is_the_account_it_stands_for() -> None:
    html = f"#action {PILL.format(account='%40sipho:x.org', name='Sipho &amp; Co')} sweep"
    named: Any = {"formatted_body": html, "m.mentions": {"user_ids": ["@sipho:x.org"]}}
    said = heard(message("#action Sipho & Co sweep", **named))
    assert (said.text, said.mentions) == ("#action @sipho:x.org sweep", ("@sipho:x.org",))


@pytest.mark.parametrize(
    "html",
    [7, PILL.format(account="!room:x.org", name="sweep"), PILL.format(account=ME, name="sweep"),
     "<a href=" * 9000],
)  # fmt: skip
def test_markup_that_names_nobody_leaves_the_words(html: Any) -> None:
    assert heard(message("#action sweep", formatted_body=html)).text == "#action sweep"
