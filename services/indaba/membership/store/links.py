"""SQL about accounts that wait to be linked, and those that are."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from indaba.contracts.ids import CommunityId, MemberId
from indaba.contracts.linking import AccountName
from indaba.contracts.membership import Platform
from indaba.contracts.passport import Role
from indaba.ledger import Work
from indaba.membership.model.linking import Link, LinkState
from indaba.membership.store.people import accounts, table

_instant = sa.DateTime(timezone=True)
links = table(
    "account_links",
    id=sa.Uuid,
    owner=sa.Uuid,
    platform=sa.Text,
    account=sa.Text,
    community=sa.Uuid,
    until=_instant,
    state=sa.Text,
    gone=sa.Uuid,
    was_in=JSONB(none_as_null=True),
    linked_at=_instant,
    brought=JSONB,
    version=sa.Integer,
)


class Links:
    """Links between accounts, in one transaction."""

    def __init__(self, work: Work) -> None:
        self._sql = work.connection

    async def keep(self, link: Link) -> None:
        """Store a new link."""
        await self._sql.execute(links.insert().values(**_row(link), version=0))

    async def change(self, link: Link) -> None:
        """Store a changed link."""
        await self._sql.execute(links.update().where(links.c.id == link.id).values(**_row(link)))

    async def get(self, link: UUID) -> Link | None:
        """A link, locked until the commit."""
        query = sa.select(links).where(links.c.id == link).with_for_update()
        return next(iter(await self._listed(query)), None)

    async def drop(self, link: UUID) -> None:
        """Delete a link."""
        await self._sql.execute(links.delete().where(links.c.id == link))

    async def next_version(self, link: UUID) -> int:
        """Count one more message about a link; returns its version."""
        changed = links.update().where(links.c.id == link).values(version=links.c.version + 1)
        version: int = (await self._sql.execute(changed.returning(links.c.version))).scalar_one()
        return version

    async def of(self, owner: MemberId, state: LinkState) -> list[Link]:
        """A member's links in this state, oldest first."""
        query = sa.select(links).where(links.c.owner == owner, links.c.state == state)
        return await self._listed(query.order_by(links.c.linked_at, links.c.until, links.c.id))

    async def history(self, member: MemberId) -> list[dict[str, str | None]]:
        """What is stored about a member's links, JSON-ready, oldest first."""
        query = sa.select(links).where(links.c.owner == member).order_by(links.c.until)
        return [
            {
                "account": f"{link.joiner.platform}: {link.joiner.account}",
                "state": link.state,
                "since": link.linked_at.isoformat() if link.linked_at else None,
                "until": link.until.isoformat(),
            }
            for link in await self._listed(query)
        ]

    async def accounts_of(self, member: MemberId) -> tuple[AccountName, ...]:
        """A member's accounts, in order."""
        query = (
            sa.select(accounts.c.platform, accounts.c.account)
            .where(accounts.c.member == member)
            .order_by(accounts.c.platform, accounts.c.account)
        )
        rows = await self._sql.execute(query)
        return tuple(AccountName(platform=Platform(p), account=account) for p, account in rows)

    async def remove_account(self, name: AccountName) -> None:
        """Remove an account from its member."""
        its = (accounts.c.platform == name.platform, accounts.c.account == name.account)
        await self._sql.execute(accounts.delete().where(*its))
        theirs = (links.c.platform == name.platform, links.c.account == name.account)
        await self._sql.execute(links.delete().where(*theirs, links.c.state == LinkState.LINKED))

    async def forget(self, member: MemberId) -> None:
        """Delete a member's links. Must run while their accounts are still stored."""
        theirs = sa.tuple_(links.c.platform, links.c.account).in_(
            sa.select(accounts.c.platform, accounts.c.account).where(accounts.c.member == member)
        )
        for each in (links.c.owner == member, links.c.gone == member, theirs):
            await self._sql.execute(links.delete().where(each))

    async def _listed(self, query: sa.Select[Any]) -> list[Link]:
        return [_link(row) for row in (await self._sql.execute(query)).mappings().all()]


def _row(link: Link) -> dict[str, Any]:
    same = {n: getattr(link, n) for n in ("id", "owner", "community", "until", "gone", "linked_at")}
    was_in = None if link.was_in is None else {str(c): role for c, role in link.was_in.items()}
    joiner = {"platform": link.joiner.platform, "account": link.joiner.account}
    brought = [name.model_dump(mode="json") for name in link.brought]
    return {**same, **joiner, "state": link.state, "was_in": was_in, "brought": brought}


def _link(row: sa.RowMapping) -> Link:
    same = {name: row[name] for name in ("id", "until", "linked_at")}
    was_in: dict[str, str | None] | None = row["was_in"]
    return Link(
        **same,
        owner=MemberId(row["owner"]),
        community=CommunityId(row["community"]),
        joiner=AccountName(platform=Platform(row["platform"]), account=row["account"]),
        state=LinkState(row["state"]),
        brought=tuple(map(AccountName.model_validate, row["brought"])),
        gone=MemberId(row["gone"]) if row["gone"] else None,
        was_in={CommunityId(UUID(c)): Role(r) if r else None for c, r in (was_in or {}).items()},
    )
