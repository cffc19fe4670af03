"""Library's composition root."""

from pathlib import Path

from indaba.contracts.membership import MemberErased
from indaba.ledger import Ledger
from indaba.library import reactions

MIGRATIONS = Path(__file__).parent / "migrations"


def wire(ledger: Ledger) -> None:
    """Connect what library listens to with how."""
    ledger.on(MemberErased, reactions.erase_member)
