"""What membership reads from the environment."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from indaba.process.settings import Settings


class MembershipSettings(Settings):
    """Settings of membership alone."""

    model_config = SettingsConfigDict(env_prefix="INDABA_MEMBERSHIP_", extra="ignore", frozen=True)

    database_url: str = Field(description="PostgreSQL: postgresql+asyncpg://user@host/membership")
    passport_private_key: str = Field(description="Ed25519 private key, PEM; signs passports")
    erased_by: tuple[str, ...] = Field(
        default=("scheduling", "library", "outcomes", "portal", "matrix_bot"),
        description="Processes that must answer an erasure before it is finished (JSON list)",
    )
    erasures_file: Path | None = Field(
        default=None, description="List of the erased, for old backups; keep copies elsewhere"
    )
