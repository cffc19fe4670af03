"""Where members are named in what others wrote."""

from collections.abc import Sequence

import sqlalchemy as sa

from indaba.contracts.ids import CommunityId, MemberId
from indaba.ledger import Work
from indaba.scheduling.store.tables import actions, agenda, meetings, notes


class Named:
    """Within one transaction."""

    def __init__(self, work: Work) -> None:
        self._sql = work.connection

    async def places(
        self, there: CommunityId, member: MemberId, names: Sequence[str]
    ) -> list[dict[str, str]]:
        """Where others in a community wrote one of these names, and when; not what."""
        queries = (
            ("notes of {}", meetings.c.code, meetings.c.starts, notes.c.text, notes),
            ("agenda of {}", meetings.c.code, meetings.c.starts, agenda.c.title, agenda),
            ("agenda of {}", meetings.c.code, meetings.c.starts, agenda.c.pre_read, agenda),
            ("action {}", actions.c.code, actions.c.changed_at, actions.c.text, actions),
            ("action {}", actions.c.code, actions.c.changed_at, actions.c.note, actions),
        )
        found: dict[tuple[str, str], None] = {}
        for called, code, at, text, table in queries:
            said = sa.or_(*(text.icontains(name, autoescape=True) for name in names))
            query = sa.select(code, at).where(
                table.c.community == there, table.c.author != member, said
            )
            if table is not actions:
                query = query.join(table, table.c.meeting == meetings.c.id)
            for each, when in await self._sql.execute(query.order_by(at)):
                found[called.format(each), when.date().isoformat()] = None
        return [{"where": where, "on": on} for where, on in found]
