"""The only SQL of membership."""

from indaba.membership.store.erasing import Erasing, erased, still_here
from indaba.membership.store.everywhere import Everywhere, Known
from indaba.membership.store.linking import Linking, Opens
from indaba.membership.store.people import Store

__all__ = ["Erasing", "Everywhere", "Known", "Linking", "Opens", "Store", "erased", "still_here"]
