"""What library reads from the environment."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from indaba.contracts.limits import COMMUNITYS_FILES, DISK, MEMBERS_FILES, SAVED_A_DAY
from indaba.process.settings import Settings, most


class LibrarySettings(Settings):
    """Settings of library only."""

    model_config = SettingsConfigDict(env_prefix="INDABA_LIBRARY_", extra="ignore", frozen=True)

    database_url: str = Field(description="PostgreSQL: postgresql+asyncpg://user@host/library")
    most_saved_a_day: int = most(SAVED_A_DAY)
    most_megabytes_per_member: int = most(MEMBERS_FILES)
    most_megabytes_per_community: int = most(COMMUNITYS_FILES)
    most_disk_share: int = most(DISK)
