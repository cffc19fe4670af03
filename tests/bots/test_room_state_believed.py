"""What a room's state says is believed of who runs the room; others silence and move nobody."""

from itertools import product
from typing import Any

import pytest

from indaba.contracts.membership import Place, Platform
from indaba.matrix_bot.rooms import BRIDGES, RoomFacts

ME = "@indaba:x.org"
RUNS, MODERATES, MEMBER, BOT = "@thandi:x.org", "@mo:x.org", "@sipho:x.org", "@discordbot:x.org"
LEVELS = {"users": {RUNS: 100, MODERATES: 50, BOT: 50}}
PEOPLE = ("@lindiwe:x.org", "@lindiwe_m:x.org", "@_lindiwe_m:x.org", RUNS, MEMBER)
PUPPETS = ("@discord_1:x.org", "@_discord_1:x.org")
ALL = "lindiwe"
"""A name by which a bridge would have some of the people for its puppets."""


def _said(kind: str, content: dict[str, Any], sender: str, key: str = "") -> dict[str, Any]:
    return {"type": kind, "state_key": key, "sender": sender, "content": content}


def _room(*more: dict[str, Any]) -> RoomFacts:
    made = _said("m.room.create", {"room_version": "11"}, RUNS)
    return RoomFacts(ME, [made, _said("m.room.power_levels", LEVELS, RUNS), *more])


def _bridge(bot: str, network: str) -> dict[str, Any]:
    there = {"id": "77"}
    return {
        "bridgebot": bot,
        "protocol": {"id": "discord"},
        "network": {"id": network},
        "channel": there,
    }


@pytest.mark.parametrize(
    ("kind", "sender", "bot"),
    [*product(BRIDGES, (RUNS, MODERATES, MEMBER, BOT), (*PEOPLE[:1], MODERATES, BOT))],
)
def test_only_who_runs_a_room_says_who_is_not_heard(kind: str, sender: str, bot: str) -> None:
    facts = _room(_said(kind, _bridge(bot, ALL), sender, "x"))
    of_itself = sender == bot
    silenced = {one for one in (*PEOPLE, *PUPPETS) if facts.is_ghost(one)}
    if sender == RUNS:
        assert silenced >= {*PEOPLE[1:3], *PUPPETS}
    else:
        assert silenced == (set(PUPPETS) if of_itself else set())
    assert facts.is_ghost(bot) is (sender == RUNS or of_itself)
    believed = sender == RUNS or of_itself
    place = Place(platform=Platform.DISCORD, room="77", house=ALL)
    assert facts.twin == (place if believed else None)


@pytest.mark.parametrize("sender", [RUNS, MODERATES, MEMBER, BOT])
def test_only_who_runs_a_room_replaces_it(sender: str) -> None:
    new = "!new:x.org"
    facts = _room(_said("m.room.tombstone", {"replacement_room": new}, sender))
    assert facts.successor == (new if sender == RUNS else "")


def test_who_runs_it_no_more_is_believed_no_more() -> None:
    facts = _room(_said("m.bridge", _bridge(PEOPLE[0], ALL), RUNS, "x"))
    assert facts.is_ghost(PEOPLE[0])
    facts.apply(_said("m.room.power_levels", {"users": {MODERATES: 100}}, MODERATES))
    assert not facts.is_ghost(PEOPLE[0])
