"""The only SQL of membership."""

from indaba.membership.store.linking import Linking, Opens
from indaba.membership.store.people import Store

__all__ = ["Linking", "Opens", "Store"]
