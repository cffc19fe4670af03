"""What library reads from the environment."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from indaba.contracts.limits import SAVED_A_DAY
from indaba.process.settings import Settings, most


class LibrarySettings(Settings):
    """Settings of library alone."""

    model_config = SettingsConfigDict(env_prefix="INDABA_LIBRARY_", extra="ignore", frozen=True)

    database_url: str = Field(description="PostgreSQL: postgresql+asyncpg://user@host/library")
    most_saved_a_day: int = most(SAVED_A_DAY)
