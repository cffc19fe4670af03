"""What membership reads from the environment."""

from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError
from pydantic_settings import SettingsConfigDict

from indaba.contracts.limits import FOUNDED, FOUNDED_A_DAY
from indaba.contracts.responsible import REGULATOR, ResponsibleShown
from indaba.membership.model.safeguarding import HELPLINES, lead
from indaba.process.named import Entries
from indaba.process.settings import Settings, most


def _lead(given: str) -> str:
    try:
        lead(given)
    except ValueError as error:
        raise PydanticCustomError("lead", "{why}", {"why": str(error)}) from None
    return given


def _words(what: str, default: str = "") -> Any:
    return Field(default=default, max_length=200, description=what)


class MembershipSettings(Settings):
    """Settings of membership only."""

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
    responsible_party: str = _words("Who answers for what is kept, as said before people agree")
    contact: str = _words("How to reach the responsible party: an address, a telephone number")
    regulator: str = _words("To whom people can complain about it", REGULATOR)
    place_of_data: str = _words("Where data is kept: the country, and who runs the machines")
    set_up_by: Entries = Field(
        default=(),
        description="Who may set up communities, everybody if empty (JSON list): "
        "matrix:example.org, matrix:@name:example.org, discord:123456789012345678 "
        "(an account or a server)",
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

    @property
    def responsible(self) -> ResponsibleShown:
        """Who is responsible for the data stored."""
        return ResponsibleShown(
            party=self.responsible_party,
            contact=self.contact,
            regulator=self.regulator,
            place=self.place_of_data,
        )
