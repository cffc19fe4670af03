"""The only SQL of membership."""

from indaba.membership.store.cases import MOST_LISTED, Cases
from indaba.membership.store.consents import Consents
from indaba.membership.store.engaged import Engaged
from indaba.membership.store.erasing import Erasing, erased, still_here
from indaba.membership.store.everywhere import Everywhere, Known
from indaba.membership.store.group_sizes import keep_group_sizes
from indaba.membership.store.linking import Linking, Opens
from indaba.membership.store.links import Links
from indaba.membership.store.long_over import LongOver
from indaba.membership.store.people import STRANGER, Acting, Store
from indaba.membership.store.publishing import Publications
from indaba.membership.store.reaching import Reaching
from indaba.membership.store.reports import Report, Reports
from indaba.membership.store.sign_ins import SignIns

__all__ = [
    "MOST_LISTED",
    "STRANGER",
    "Acting",
    "Cases",
    "Consents",
    "Engaged",
    "Erasing",
    "Everywhere",
    "Known",
    "Linking",
    "Links",
    "LongOver",
    "Opens",
    "Publications",
    "Reaching",
    "Report",
    "Reports",
    "SignIns",
    "Store",
    "erased",
    "keep_group_sizes",
    "still_here",
]
