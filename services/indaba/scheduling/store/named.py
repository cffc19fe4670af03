"""Where members are named in what others wrote."""

from collections.abc import Sequence

import sqlalchemy as sa

from indaba.contracts.ids import CommunityId, MemberId
from indaba.ledger import Work
from indaba.ledger.mentions import Written, places
from indaba.scheduling.store.tables import actions, agenda, documents, meetings, notes, votes


def _of_a_meeting(place: str, table: sa.Table, *texts: str) -> Written:
    """Texts about a meeting, or about none yet."""
    source = table.outerjoin(meetings, table.c.meeting == meetings.c.id)
    own = table.c.get("community")
    community = meetings.c.community if own is None else own
    within = (table.c.meeting, meetings.c.id) if own is None else None
    columns = [table.c[name] for name in texts]
    is_out = table.c.get("removed", sa.false())
    day, code = meetings.c.starts, meetings.c.code
    return Written(
        place, source, code, day, community, table.c.author, columns, is_out, within=within
    )


WRITTEN = (
    _of_a_meeting("notes of {}", notes, "text", "topic"),
    _of_a_meeting("agenda of {}", agenda, "title", "pre_read", "result"),
    _of_a_meeting("a vote in {}", votes, "question", "options"),
    _of_a_meeting("minutes or highlights of {}", documents, "text", "short"),
    Written(
        "action {}",
        actions,
        actions.c.code,
        actions.c.changed_at,
        actions.c.community,
        actions.c.author,
        (actions.c.text, actions.c.note),
        sa.false(),
        has_page=False,
    ),
    Written(
        "meeting {}",
        meetings,
        meetings.c.code,
        meetings.c.starts,
        meetings.c.community,
        meetings.c.author,
        (meetings.c.title, meetings.c.where, meetings.c.reason),
        sa.false(),
    ),
)


class Named:
    """Within one transaction."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def places(
        self, there: CommunityId, member: MemberId, names: Sequence[str]
    ) -> list[dict[str, str]]:
        """Where others in a community wrote one of these names, and when; not what."""
        return await places(WRITTEN, there, member, names, self._work)
