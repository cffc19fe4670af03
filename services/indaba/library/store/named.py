"""Finds where others' texts about resources and their use name a member."""

from indaba.ledger.mentions import Written
from indaba.library.store.tables import resources, uses

WRITTEN = (
    Written(
        "resource {}",
        resources,
        resources.c.code,
        resources.c.saved_at,
        resources.c.community,
        resources.c.author,
        [resources.c[name] for name in ("title", "why", "summary", "text", "quote")],
    ),
    Written(
        "use of {}",
        uses.join(resources, uses.c.resource == resources.c.id),
        resources.c.code,
        uses.c.said_at,
        resources.c.community,
        uses.c.member,
        (uses.c.note,),
        within=(uses.c.resource, resources.c.id),
    ),
)
