import asyncio
import json
from typing import Any

import pytest

from indaba.operate.chat.talk import NoCard, NoOffer, NoSign, Talk
from indaba.operate.chat.timeline import Timeline, clean
from indaba.operate.chat.writing import message
from indaba.operate.console import Console
from indaba.operate.data.secrets import Account
from indaba.operate.local.matrix import MatrixClient

BOT = "@indaba:here"
CARD = "Meeting: Fractions\nWhen: thu 18:00\nHow long: 1 hour\nWho comes: {who}\nCode: M7K2"


def said(event_id: str, body: str, sender: str = "@thandi:here", **more: Any) -> dict[str, Any]:
    content = {"msgtype": "m.text", "body": body, **more}
    return {"event_id": event_id, "type": "m.room.message", "sender": sender, "content": content}


def reacted(event_id: str, target: str, key: str, sender: str = "@thandi:here") -> dict[str, Any]:
    relation = {"rel_type": "m.annotation", "event_id": target, "key": key}
    content = {"m.relates_to": relation}
    return {"event_id": event_id, "type": "m.reaction", "sender": sender, "content": content}


def edited(event_id: str, target: str, body: str) -> dict[str, Any]:
    relation = {"rel_type": "m.replace", "event_id": target}
    new = {"m.new_content": {"body": body}, "m.relates_to": relation}
    return said(event_id, f"* {body}", BOT, **new)


def shown(timeline: Timeline, event: dict[str, Any]) -> list[str]:
    """The lines without their times."""
    return [line.replace("00:00", "").replace("  ", " ") for line in timeline.lines(event)]


def test_a_card_is_drawn_with_its_counts_and_a_change_shows_what_changed() -> None:
    timeline = Timeline(BOT)
    drawn = timeline.lines(said("$1", CARD.format(who="nobody has answered yet"), BOT))
    assert drawn[0].endswith("indaba, card M7K2:")
    assert drawn[4].strip() == "| Who comes: nobody has answered yet"
    (change,) = timeline.lines(edited("$2", "$1", CARD.format(who="1 coming")))
    assert change.endswith("indaba: card M7K2 changed: Who comes: 1 coming")
    assert timeline.lines(edited("$3", "$1", CARD.format(who="1 coming"))) == []


def test_what_a_thread_says_is_indented() -> None:
    thread: dict[str, Any] = {"m.relates_to": {"rel_type": "m.thread", "event_id": "$1"}}
    (line,) = Timeline(BOT).lines(said("$2", "I agree", **thread))
    assert line.startswith("    ")
    assert line.endswith("thandi: I agree")


def test_a_reaction_is_told_in_words() -> None:
    timeline = Timeline(BOT)
    timeline.lines(said("$1", CARD.format(who="1 coming"), BOT))
    (line,) = timeline.lines(reacted("$2", "$1", "👍"))
    assert line.endswith("thandi reacts 👍 to: Meeting: Fractions")


def test_a_card_stays_the_one_to_answer_though_the_bot_offers_something_else() -> None:
    timeline = Timeline(BOT)
    timeline.lines(said("$1", CARD.format(who="1 coming"), BOT))
    assert timeline.lines(reacted("$2", "$1", "👍", BOT)) == []
    timeline.lines(said("$3", "Shall I?\n1. ✅ Yes\n2. ❌ Stop", BOT))
    timeline.lines(reacted("$4", "$3", "✅", BOT))
    assert (timeline.card, timeline.offer) == ("$1", "$3")


def test_the_same_event_is_shown_once_and_ones_own_not_at_all() -> None:
    timeline = Timeline(BOT)
    assert len(timeline.lines(said("$1", "hello"))) == 1
    assert timeline.lines(said("$1", "hello")) == []
    timeline.sent("$2", "mine")
    assert timeline.lines(said("$2", "mine")) == []


def test_what_others_write_cannot_steer_the_terminal() -> None:
    nasty = "\x1b[2J[bold]hello[/bold]\x07\u202eevil\r"
    (line,) = Timeline(BOT).lines(said("$1", nasty, "@\x1b[31mx:here"))
    assert "\x1b" not in line
    assert "[bold]hello[/bold]evil" in line
    assert clean("👩🏽‍🏫 Zoë") == "👩🏽‍🏫 Zoë"


def test_events_made_wrongly_show_nothing() -> None:
    timeline = Timeline(BOT)
    for event in ({}, {"content": 7}, {"event_id": "$1", "type": "m.room.message", "content": {}}):
        timeline.lines(event)
    assert timeline.lines({"event_id": "$2", "type": "m.sticker", "content": {}}) == []


def talk_after(*events: dict[str, Any]) -> Talk:
    """A talk that has seen these, and whose homeserver must not be asked."""
    nowhere = MatrixClient("http://127.0.0.1:9", "")
    talk = Talk(nowhere, Account("sipho", "@sipho:here", "", "", ""), BOT, "!room:here", Console())
    for event in events:
        talk._show("!room:here", event)
    return talk


@pytest.mark.parametrize("typed", ["/react yes", "/react 👎", "/thread hello", "/reply hello"])
async def test_without_a_card_nobody_elses_offer_is_answered(typed: str) -> None:
    offered = (said("$1", "Shall I?\n1. ✅ Yes", BOT), reacted("$2", "$1", "✅", BOT))
    with pytest.raises(NoCard):
        await talk_after(*offered).obey(typed)


@pytest.mark.parametrize("typed", ["/react ok", "/react 1️⃣"])
async def test_without_an_offer_nothing_is_picked(typed: str) -> None:
    with pytest.raises(NoOffer):
        await talk_after(said("$1", CARD.format(who="1 coming"), BOT)).obey(typed)


async def answers(asked: asyncio.StreamReader, out: asyncio.StreamWriter) -> None:
    """A homeserver on which somebody says hello, and nothing else ever happens."""
    await asked.readuntil(b"\r\n\r\n")
    events = [said("$back", "hello again")]
    joined = {"!room:here": {"timeline": {"events": events}}}
    body = json.dumps({"next_batch": "s2", "rooms": {"join": joined}}).encode()
    out.write(
        b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: %d\r\n\r\n%b" % (len(body), body)
    )
    await out.drain()
    out.close()


async def test_a_talk_says_that_indaba_is_away_and_goes_on_once_it_is_back(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("indaba.operate.chat.talk.LOOK_AGAIN_SECONDS", 0.01)
    addresses = iter(("", "http://127.0.0.1:9"))
    async with await asyncio.start_server(answers, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        talk = Talk(
            MatrixClient("http://127.0.0.1:9", "a-token"),
            *(Account("sipho", "@sipho:here", "", "", ""), BOT, "!room:here", Console()),
            lambda: next(addresses, f"http://127.0.0.1:{port}"),
        )
        listening = asyncio.create_task(talk._listen("s1"))
        heard = ""
        async with asyncio.timeout(10):
            while "hello again" not in heard:
                await asyncio.sleep(0.01)
                heard += capsys.readouterr().out
        listening.cancel()
        await asyncio.wait({listening})
    assert heard.index("Indaba is away") < heard.index("Indaba is back")
    assert heard.count("is away") == 1


@pytest.mark.parametrize("typed", ["/react", "/react foo", "/react 1", "/react yes please"])
async def test_what_is_no_sign_is_answered_with_what_is_understood(typed: str) -> None:
    talk = talk_after(said("$1", CARD.format(who="1 coming"), BOT))
    with pytest.raises(NoSign, match="yes 👍, maybe 🤔, no 👎, ok ✅, stop ❌, undo ↩️"):
        await talk.obey(typed)


def test_people_talk_with_the_bot_and_each_other_from_the_terminal(house: Any) -> None:
    helped = house.do("chat", "facilitator", "--say", "!cop help", "--wait", "3").stdout
    assert "cop setup" in helped
    piped = house.do("chat", "thandi", "--wait", "0.5", typed="/who\n[red]Sawubona\n/dance\n")
    assert "indaba (the bot)" in piped.stdout
    assert "thandi (you)" in piped.stdout
    assert "I do not know /dance" in piped.stdout
    seen = house.do("chat", "sipho", "--wait", "0", typed="").stdout
    assert "thandi: [red]Sawubona" in seen
    alone = house.do("chat", "sipho", "--say", "/direct help", "--wait", "3").stdout
    assert "(direct) indaba" in alone


def test_somebody_unknown_is_told_who_there_is(house: Any) -> None:
    refused = house.do("chat", "nobody")
    assert refused.returncode == 1
    assert "facilitator, thandi, sipho" in refused.stderr


def test_without_a_running_indaba_the_chat_says_how_to_start_it(small_house: Any) -> None:
    refused = small_house.do("chat", "thandi")
    assert refused.returncode == 1
    assert "make up" in refused.stderr


def test_who_is_named_with_an_at_sign_is_mentioned_as_apps_do_it() -> None:
    content = message("#action @thandi <collect> @nobody a@thandi", ["@thandi:here"])
    assert content["m.mentions"] == {"user_ids": ["@thandi:here"]}
    link = '<a href="https://matrix.to/#/@thandi:here">@thandi</a>'
    assert content["formatted_body"] == f"#action {link} &lt;collect&gt; @nobody a@thandi"
    assert "formatted_body" not in message("hello @thandi:here", ["@thandi:here"])
