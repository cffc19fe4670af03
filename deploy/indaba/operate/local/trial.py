"""A room to try Indaba in: accounts on the homeserver we brought, who know each other already."""

import json
from dataclasses import dataclass, replace
from pathlib import Path

from indaba.operate.data import secrets
from indaba.operate.data.secrets import Account
from indaba.operate.local.engines.homeserver import write_private
from indaba.operate.local.engines.synapse import Synapse
from indaba.operate.local.matrix import HomeserverRefused, MatrixClient

BOT = "indaba"
FACILITATOR = "facilitator"
MEMBERS = ("thandi", "sipho")
PEOPLE = (FACILITATOR, *MEMBERS)
ADMIN = "warden"
"""Runs the homeserver; nobody talks as it."""

ROOM_NAME = "Indaba trial room"


@dataclass(frozen=True, slots=True)
class Trial:
    """The bot's account, and the room where it is awaited."""

    bot: Account
    room: str


async def settle(synapse: Synapse, data: Path) -> Trial:
    """See that accounts and room are there: at each start, nothing is made twice."""
    known = {user: _new(synapse, user) for user in (ADMIN, BOT, *PEOPLE)} | secrets.accounts(data)
    # Before anybody is registered: killed in between, we still know the passwords.
    secrets.keep_accounts(data, known)
    for user, account in known.items():
        known[user] = await _in(synapse, account)
    secrets.keep_accounts(data, known)
    # An ordinary account may say something every five seconds; a bot serves a whole room.
    for user in (BOT, *PEOPLE):
        await synapse.lift_rate_limit(known[ADMIN].token, known[user].user_id)
    return Trial(known[BOT], await _room(synapse, data, known))


async def bot_is_in(homeserver: str, data: Path, room: str) -> bool:
    """Whether the bot has followed its invitation."""
    known = secrets.accounts(data)
    async with MatrixClient(homeserver, known[FACILITATOR].token) as line:
        return (await line.members(room)).get(known[BOT].user_id) == "join"


def _new(synapse: Synapse, user: str) -> Account:
    device = f"INDABA-{user.upper()}"
    return Account(user, synapse.user_id(user), secrets.new_password(), "", device)


async def _in(synapse: Synapse, known: Account) -> Account:
    """The account registered, named and logged in."""
    if await _is_good(synapse, known):
        return known
    await synapse.register(known.user, known.password, admin=known.user == ADMIN)
    token = await synapse.login(known.user, known.password, known.device_id)
    async with MatrixClient(synapse.url, token) as line:
        await line.call_me(known.user_id, known.user.capitalize())
    return replace(known, token=token)


async def _is_good(synapse: Synapse, known: Account) -> bool:
    if not known.token:
        return False
    try:
        async with MatrixClient(synapse.url, known.token) as line:
            return await line.whoami() == known.user_id
    except HomeserverRefused:
        return False


async def _room(synapse: Synapse, data: Path, known: dict[str, Account]) -> str:
    remembered = data / "trial.json"
    others = [known[user] for user in (BOT, *MEMBERS)]
    async with MatrixClient(synapse.url, known[FACILITATOR].token) as line:
        room = _remembered_room(remembered)
        if room not in await line.joined_rooms():
            room = await line.create_room(
                name=ROOM_NAME, preset="private_chat", invite=[a.user_id for a in others]
            )
            write_private(remembered, json.dumps({"room": room}))
        standing = await line.members(room)
        for account in others:
            if standing.get(account.user_id) not in ("join", "invite"):
                await line.invite(room, account.user_id)
    for member in MEMBERS:
        if standing.get(known[member].user_id) != "join":
            async with MatrixClient(synapse.url, known[member].token) as line:
                await line.join(room)
    return room


def _remembered_room(path: Path) -> str:
    try:
        return str(json.loads(path.read_text(encoding="utf-8"))["room"])
    except (OSError, ValueError, KeyError):
        return ""
