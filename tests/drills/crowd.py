"""Thousands of communities, put straight into the databases, each with a meeting to be reminded of.

They are copies of one that was made the ordinary way.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from drills.discord_stage import Stage
from indaba.contracts.scheduling import AnswerRsvp, RsvpAnswer
from indaba.ledger import Ledger
from wire.homeserver import Homeserver
from wire.world import snowflake
from workshop import rows

ZONE = "Africa/Johannesburg"
ROOMS_IN_GUILD = 10
COPY = """
INSERT INTO {table} SELECT r.* FROM {table} m, jsonb_array_elements(CAST(:rows AS jsonb)) x,
LATERAL jsonb_populate_record(m, x) r WHERE {like}
"""


@dataclass(frozen=True)
class Home:
    """One community: its room, its one member there, its meeting and the card of that."""

    platform: str
    room: str
    house: str
    account: str
    due_at: datetime
    card: str
    community: UUID
    member: UUID
    meeting: UUID


class Crowd:
    """All communities, half on each platform."""

    def __init__(self, stage: Stage, homeserver: Homeserver) -> None:
        self._stage = stage
        self._homeserver = homeserver
        self.homes: list[Home] = []

    async def settle(self, count: int, due_from: datetime, seconds: float) -> None:
        """So many communities whose reminders are due from a moment on, within some seconds."""
        model, lead = await self._model()
        guild = ""
        for number in range(count):
            if number % (2 * ROOMS_IN_GUILD) == 0:
                guild = self._stage.discord.world.guild()
            due_at = due_from + timedelta(seconds=seconds * number / count)
            on_discord = number % 2 == 0
            home = self._on_discord(guild, due_at) if on_discord else self._on_matrix(due_at)
            self.homes.append(home)
        await self._in_membership(model)
        await self._in_scheduling(model, due_from + timedelta(minutes=lead), lead)
        await self._in_bot("discord_bot", [h for h in self.homes if h.platform == "discord"])
        await self._in_bot("matrix_bot", [h for h in self.homes if h.platform == "matrix"])

    def ledger(self, process: str) -> Ledger:
        """A ledger to look into a database with."""
        return self._stage.ledger(process)

    async def _model(self) -> tuple[dict[str, UUID], int]:
        stage = self._stage
        owner = next(iter(stage.people.values()))
        await stage.ask(AnswerRsvp(code=None, answer=RsvpAnswer.YES), owner)
        ledger = self.ledger("scheduling")
        [(meeting, community)] = await rows(ledger, "SELECT id, community FROM meetings")
        timer = "SELECT (body->>'lead')::int FROM ledger.timers WHERE kind = 'remind' LIMIT 1"
        [(lead,)] = await rows(ledger, timer)
        await ledger.database.dispose()
        member = owner.passport.member
        assert member is not None
        return {"meeting": meeting, "community": community, "member": member}, int(lead)

    def _on_discord(self, guild: str, due_at: datetime) -> Home:
        there = self._stage.discord.world
        room, account = there.channel(guild), str(snowflake())
        card = there.message(room, there.bot, "**Meeting:** Fractions")["id"]
        there.thread(card, room, "Fractions")
        return Home("discord", room, guild, account, due_at, card, uuid4(), uuid4(), uuid4())

    def _on_matrix(self, due_at: datetime) -> Home:
        number = len(self.homes)
        room, account = f"!room{number}:stub", f"@p{number}:stub"
        self._homeserver.people[room] = account
        card = f"$card{number}"
        return Home("matrix", room, "", account, due_at, card, uuid4(), uuid4(), uuid4())

    async def _in_membership(self, model: Mapping[str, UUID]) -> None:
        community, member = model["community"], model["member"]
        of, who = f"community = '{community}'", f"member = '{member}'"
        ledger = self.ledger("membership")
        copied: list[tuple[str, str, list[dict[str, Any]]]] = [
            (
                "communities",
                f"m.id = '{community}'",
                [{"id": h.community, "key": uuid4().hex[:16]} for h in self.homes],
            ),
            (
                "places",
                of.replace("community", "m.community"),
                [
                    {
                        "platform": h.platform,
                        "room": h.room,
                        "community": h.community,
                        "house": h.house,
                    }
                    for h in self.homes
                ],
            ),
            ("members", f"m.id = '{member}'", [{"id": h.member} for h in self.homes]),
            (
                "accounts",
                f"m.{who}",
                [
                    {"platform": h.platform, "account": h.account, "member": h.member}
                    for h in self.homes
                ],
            ),
            (
                "memberships",
                f"m.{who} AND m.{of}",
                [{"community": h.community, "member": h.member} for h in self.homes],
            ),
        ]
        await _copy(ledger, copied)

    async def _in_scheduling(
        self, model: Mapping[str, UUID], starts_at: datetime, lead: int
    ) -> None:
        wall = starts_at.astimezone(ZoneInfo(ZONE)).replace(tzinfo=None)
        meetings = [
            {
                "id": h.meeting,
                "community": h.community,
                "author": h.member,
                "starts": wall,
                "starts_at": starts_at,
                "over_at": starts_at + timedelta(hours=1),
            }
            for h in self.homes
        ]
        timers = [
            {
                "key": f"remind/{h.meeting}/{lead}",
                "due_at": h.due_at,
                "body": {"meeting": str(h.meeting), "lead": lead},
                "correlation": uuid4(),
                "lane": h.community,
            }
            for h in self.homes
        ]
        alike = f"m.kind = 'remind' AND m.key LIKE 'remind/{model['meeting']}/{lead}'"
        await _copy(
            self.ledger("scheduling"),
            [
                (
                    "communities",
                    f"m.id = '{model['community']}'",
                    [{"id": h.community} for h in self.homes],
                ),
                ("meetings", f"m.id = '{model['meeting']}'", meetings),
                (
                    "rsvps",
                    f"m.meeting = '{model['meeting']}'",
                    [{"meeting": h.meeting, "member": h.member} for h in self.homes],
                ),
                ("ledger.timers", alike, timers),
            ],
        )

    async def _in_bot(self, process: str, homes: Sequence[Home]) -> None:
        """Their cards are up, and their rooms read."""
        now = datetime.now(UTC)
        cards = (
            "INSERT INTO cards (meeting, community, code, correlation, status, wanted, drawn,"
            " drawn_at) VALUES (:meeting, :community, 'M2345', :meeting, 'scheduled', 1, 1, :now)"
        )
        places = "INSERT INTO card_places (meeting, room, message) VALUES (:meeting, :room, :card)"
        positions = "INSERT INTO positions (name, value) VALUES (:name, :value)"
        ledger = self.ledger(process)
        async with ledger.database.begin() as connection:
            given = [{**vars(h), "now": now} for h in homes]
            plain = [{k: g[k] for k in ("meeting", "community", "now")} for g in given]
            await connection.execute(sa.text(cards), plain)
            where = [{k: g[k] for k in ("meeting", "room", "card")} for g in given]
            await connection.execute(sa.text(places), where)
            read = [{"name": f"discord/{h.room}", "value": h.card} for h in homes]
            if process == "matrix_bot":
                read = [{"name": "sync", "value": "s0"}]
            await connection.execute(sa.text(positions), read)
        await ledger.database.dispose()


async def _copy(ledger: Ledger, copied: Sequence[tuple[str, str, list[dict[str, Any]]]]) -> None:
    async with ledger.database.begin() as connection:
        for table, like, changed in copied:
            statement = sa.text(COPY.format(table=table, like=like))
            await connection.execute(statement, {"rows": json.dumps(changed, default=_plain)})
    await ledger.database.dispose()


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
