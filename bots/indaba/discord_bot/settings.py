"""Settings that the Discord bot reads from the environment."""

from pydantic import Field, field_validator
from pydantic_settings import SettingsConfigDict

from indaba.process.settings import Settings


class DiscordBotSettings(Settings):
    """Settings that only the Discord bot has."""

    model_config = SettingsConfigDict(env_prefix="INDABA_DISCORD_BOT_", extra="ignore", frozen=True)

    database_url: str = Field(description="PostgreSQL: postgresql+asyncpg://user@host/discord_bot")
    token: str = Field(repr=False, description="The bot's token, from Discord's developer portal")
    shards: int = Field(
        default=0, ge=0, description="Connections to Discord; 0: as many as Discord recommends"
    )
    portal_url: str = Field(default="", description="Address of the portal, for links")

    @field_validator("portal_url")
    @classmethod
    def _without_slash(cls, address: str) -> str:
        if address and not address.startswith(("http://", "https://")):
            raise ValueError("an address begins with https:// or http://")
        return address.rstrip("/")
