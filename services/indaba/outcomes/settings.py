"""Settings that outcomes reads from the environment."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from indaba.process.settings import Settings


class OutcomesSettings(Settings):
    """Settings that only outcomes has."""

    model_config = SettingsConfigDict(env_prefix="INDABA_OUTCOMES_", extra="ignore", frozen=True)

    database_url: str = Field(description="PostgreSQL: postgresql+asyncpg://user@host/outcomes")
