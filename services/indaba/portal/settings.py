"""What the portal reads from the environment."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from indaba.process.settings import Settings


class PortalSettings(Settings):
    """Settings of the portal only."""

    model_config = SettingsConfigDict(env_prefix="INDABA_PORTAL_", extra="ignore", frozen=True)

    database_url: str = Field(description="PostgreSQL: postgresql+asyncpg://user@host/portal")
    host: str = Field(default="127.0.0.1", description="Address to listen on")
    port: int = Field(default=8080, ge=0, le=65535, description="Port to listen on; 0: any free")
    url: str = Field(
        default="",
        pattern=r"^(https?://[^/\s?#]+(/[^\s?#]*)?)?$",
        description="Address that people type, such as https://indaba.example.org; "
        "empty: http, the host and the port",
    )

    @property
    def secure_cookies(self) -> bool:
        """Whether browsers use https, so that cookies may require it."""
        return self.url.startswith("https://")

    def address(self, port: int) -> str:
        """The public address without a trailing slash; `port` is the real one."""
        if self.url:
            return self.url.rstrip("/")
        host = {"0.0.0.0": "localhost", "::": "localhost"}.get(self.host, self.host)  # noqa: S104
        return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
