"""Transactional outbox and inbox, timers, dead letters, migrations: nothing lost, nothing twice.

`Ledger` is what a service is wired to; `Work` is what its handlers are given.
"""

from indaba.ledger.ledger import Ledger
from indaba.ledger.work import Work

__all__ = ["Ledger", "Work"]
