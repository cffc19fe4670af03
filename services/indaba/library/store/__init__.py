"""The only SQL of the library."""

from indaba.library.store.finding import Found
from indaba.library.store.store import Store, Unread, Use, changed_resources

__all__ = ["Found", "Store", "Unread", "Use", "changed_resources"]
