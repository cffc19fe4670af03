"""What members and communities have chosen: reminders, quiet hours, quorum, digests."""

from collections.abc import Iterable
from dataclasses import asdict

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from indaba.contracts.ids import CommunityId, MemberId
from indaba.contracts.membership import Category
from indaba.ledger import Work
from indaba.scheduling.model import Choices, Quiet
from indaba.scheduling.store.tables import categories as _categories
from indaba.scheduling.store.tables import communities as _communities
from indaba.scheduling.store.tables import muted as _muted
from indaba.scheduling.store.tables import quiet as _quiet


class ChoicesMade:
    """The choices, within one transaction. Defaults stand in for what was not chosen."""

    def __init__(self, work: Work) -> None:
        self._sql = work.connection
        self._keep_newest = work.keep_newest

    async def mute(self, member: MemberId) -> None:
        """Turn a member's reminders off. Idempotent."""
        await self._sql.execute(insert(_muted).values(member=member).on_conflict_do_nothing())

    async def unmute(self, member: MemberId) -> None:
        """Turn a member's reminders on. Idempotent."""
        await self._sql.execute(_muted.delete().where(_muted.c.member == member))

    async def muted(self, among: Iterable[MemberId]) -> set[MemberId]:
        """Which of these members want no reminders."""
        query = sa.select(_muted.c.member).where(_muted.c.member.in_(list(among)))
        return {MemberId(member) for member in (await self._sql.execute(query)).scalars()}

    async def is_muted(self, member: MemberId) -> bool:
        """Whether a member wants no reminders."""
        query = sa.select(_muted.c.member).where(_muted.c.member == member)
        return (await self._sql.execute(query)).first() is not None

    async def quiet_hours(self, among: Iterable[MemberId]) -> dict[MemberId, Quiet]:
        """The quiet hours of these members, without members who have none."""
        query = sa.select(_quiet).where(_quiet.c.member.in_(list(among)))
        rows = (await self._sql.execute(query)).mappings()
        return {MemberId(r["member"]): Quiet(r["begins"], r["ends"], r["zone"]) for r in rows}

    async def be_quiet(self, member: MemberId, hours: Quiet | None) -> None:
        """Set a member's quiet hours; `None` removes them."""
        if hours is None:
            await self._sql.execute(_quiet.delete().where(_quiet.c.member == member))
            return
        values = {"begins": hours.begins, "ends": hours.ends, "zone": hours.zone}
        chosen = insert(_quiet).values(member=member, **values)
        await self._sql.execute(
            chosen.on_conflict_do_update(index_elements=["member"], set_=values)
        )

    async def of(self, community: CommunityId) -> Choices:
        """A community's choices."""
        query = sa.select(_communities).where(_communities.c.id == community)
        row = (await self._sql.execute(query)).mappings().first()
        if row is None:
            return Choices()
        return Choices(
            zone=row["zone"],
            leads=tuple(row["leads"]),
            quorum=row["quorum"],
            required={Category(name): n for name, n in row["required"].items()},
            digest_weekday=row["digest_weekday"],
            digest_hour=row["digest_hour"],
        )

    async def categories(self, among: Iterable[MemberId]) -> dict[MemberId, Category]:
        """The categories of these members, without members who gave none."""
        query = sa.select(_categories.c.member, _categories.c.category).where(
            _categories.c.member.in_(list(among)), _categories.c.category != ""
        )
        return {MemberId(m): Category(name) for m, name in await self._sql.execute(query)}

    def describe(self, member: MemberId, category: Category | None, version: int) -> None:
        """Store a member's category of stakeholder. The newest version counts."""
        self._keep_newest(_categories, {"member": member}, version, category=category or "")

    async def choose(self, community: CommunityId, chosen: Choices) -> None:
        """Store a community's choices."""
        values = asdict(chosen) | {"leads": list(chosen.leads)}
        statement = insert(_communities).values(id=community, **values)
        await self._sql.execute(statement.on_conflict_do_update(index_elements=["id"], set_=values))
