"""What membership reads from the environment."""

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError
from pydantic_settings import SettingsConfigDict

from indaba.contracts.limits import FOUNDED, FOUNDED_A_DAY
from indaba.membership.model.safeguarding import HELPLINES, lead
from indaba.process.settings import Settings, most


def _lead(given: str) -> str:
    try:
        lead(given)
    except ValueError as error:
        raise PydanticCustomError("lead", "{why}", {"why": str(error)}) from None
    return given


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
    most_communities_per_account: int = most(FOUNDED)
    most_communities_a_day: int = most(FOUNDED_A_DAY)
    safeguarding_leads: tuple[Annotated[str, AfterValidator(_lead)], ...] = Field(
        default=(),
        description="Who receives reports, outside all communities (JSON list): "
        "matrix:@lead:example.org, discord:123456789012345678",
    )
    helplines: str = Field(
        default=HELPLINES, max_length=200, description="Whom to call in danger, as said to people"
    )
