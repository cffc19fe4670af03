"""Transactional outbox and inbox, timers, dead letters, migrations. Nothing is lost or done twice.

A service registers its handlers with a `Ledger`; each handler is given a `Work`.
"""

from indaba.ledger.ledger import Ledger
from indaba.ledger.work import Work

__all__ = ["Ledger", "Work"]
