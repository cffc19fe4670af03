"""Finds where others' texts about resources and their use name a member."""

from indaba.contracts.library import ResourceStatus
from indaba.ledger.mentions import Written
from indaba.library.store.tables import resources, uses

IS_OUT = resources.c.status != ResourceStatus.PUBLISHED.value
WRITTEN = (
    Written(
        "resource {}",
        resources,
        resources.c.code,
        resources.c.saved_at,
        resources.c.community,
        resources.c.author,
        [resources.c[name] for name in ("title", "why", "summary", "text", "quote")],
        IS_OUT,
    ),
    Written(
        "use of {}",
        uses.join(resources, uses.c.resource == resources.c.id),
        resources.c.code,
        uses.c.said_at,
        resources.c.community,
        uses.c.member,
        (uses.c.note,),
        IS_OUT,
        within=(uses.c.resource, resources.c.id),
    ),
)
