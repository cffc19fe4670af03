"""Settings that scheduling reads from the environment."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from indaba.contracts.limits import MEETINGS_A_DAY, NOTES_A_DAY, TOPICS_A_DAY
from indaba.process.settings import Settings, most


class SchedulingSettings(Settings):
    """Settings that only scheduling has."""

    model_config = SettingsConfigDict(env_prefix="INDABA_SCHEDULING_", extra="ignore", frozen=True)

    database_url: str = Field(description="PostgreSQL: postgresql+asyncpg://user@host/scheduling")
    most_meetings_a_day: int = most(MEETINGS_A_DAY)
    most_notes_a_day: int = most(NOTES_A_DAY)
    most_topics_a_day: int = most(TOPICS_A_DAY)
