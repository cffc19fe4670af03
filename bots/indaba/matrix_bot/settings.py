"""What the Matrix bot reads from the environment."""

from pydantic import Field, field_validator
from pydantic_settings import SettingsConfigDict

from indaba.conversation.commands.line import STANDARD_PREFIX
from indaba.conversation.dispatch.loop_guard import MOST_TURNS
from indaba.process.named import Entries
from indaba.process.settings import Settings

MOST_INVITATIONS = 10
TIMES_ALL = 20
"""How many times as many invitations are followed of all accounts together."""


class MatrixBotSettings(Settings):
    """Settings of the Matrix bot alone."""

    model_config = SettingsConfigDict(env_prefix="INDABA_MATRIX_BOT_", extra="ignore", frozen=True)

    database_url: str = Field(description="PostgreSQL: postgresql+asyncpg://user@host/matrix_bot")
    homeserver: str = Field(description="Address of the homeserver, such as https://matrix.org")
    user_id: str = Field(description="The bot's own account, such as @indaba:example.org")
    access_token: str = Field(repr=False, description="The account's access token")
    device_id: str = Field(
        default="", description="The token's device, if the homeserver is silent"
    )
    keys_folder: str = Field(
        default="", description="Folder of the keys to encrypted rooms; without one none is read"
    )
    prefix: str = Field(
        default=STANDARD_PREFIX,
        min_length=1,
        description=f"What a command begins with; {STANDARD_PREFIX} is understood besides",
    )
    most_turns: int = Field(
        default=MOST_TURNS,
        ge=1,
        description="How often an hour one account is answered in a room before it is told to wait",
    )
    invited_by: Entries = Field(
        default=(),
        description="Who may invite the bot, everybody if empty (JSON list): "
        "matrix:example.org, matrix:@name:example.org",
    )
    most_invitations_a_day: int = Field(
        default=MOST_INVITATIONS,
        ge=1,
        description="Limit: invitations of one account that are followed within 24 hours; of all "
        f"accounts, {TIMES_ALL} times as many",
    )
    portal_url: str = Field(default="", description="Address of the portal, for links")

    @field_validator("homeserver", "portal_url")
    @classmethod
    def _without_slash(cls, address: str) -> str:
        if address and not address.startswith(("http://", "https://")):
            raise ValueError("an address begins with https:// or http://")
        return address.rstrip("/")
