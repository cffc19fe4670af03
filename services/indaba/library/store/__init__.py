"""The only SQL of the library."""

from indaba.library.store.finding import Found
from indaba.library.store.long_over import LongOver
from indaba.library.store.store import Store, Unread, Use, changed_resources

__all__ = ["Found", "LongOver", "Store", "Unread", "Use", "changed_resources"]
