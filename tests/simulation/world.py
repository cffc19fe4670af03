"""A clock that only the simulation moves, and chance that comes from a seed."""

from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from indaba.process.passports import PassportControl, PassportOffice
from indaba.process.world import uuid7

MORNING = datetime(2026, 10, 5, 8, tzinfo=UTC)
_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OFFICE = PassportOffice(
    _KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
)
CONTROL = PassportControl(
    _KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
)


class SimulatedWorld:
    """Everybody's clock and chance in one run."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)
        self._now = MORNING

    def now(self) -> datetime:
        return self._now

    def new_id(self) -> UUID:
        return uuid7(int(self._now.timestamp() * 1000), self._random.getrandbits(74))

    def secret(self) -> str:
        return f"{self._random.getrandbits(192):048x}"

    def below(self, bound: int) -> int:
        return self._random.randrange(bound)

    def later(self, seconds: float) -> None:
        """Time goes by."""
        self._now += timedelta(seconds=seconds)

    def at_least(self, moment: datetime) -> None:
        """It is that late, if it was not yet."""
        self._now = max(self._now, moment)
