"""A service that Indaba does not have: it keeps a note about everybody who joins.

Only its row in the table of processes tells the rest of Indaba that it exists.
"""

from pydantic import Field
from pydantic_settings import SettingsConfigDict
from sqlalchemy import text

from indaba.contracts.erasure import ErasureAnswered
from indaba.contracts.membership import MemberErased, MemberJoined
from indaba.ledger import Ledger, Work
from indaba.ledger.erasure import erase
from indaba.operate.processes import PROCESSES, Kind, Process
from indaba.process.settings import ProcessSettings, Settings

NAME = "made_up"


class MadeUpSettings(Settings):
    model_config = SettingsConfigDict(env_prefix="INDABA_MADE_UP_", extra="ignore", frozen=True)

    database_url: str = Field(description="PostgreSQL")


class MadeUpErased(ErasureAnswered, wire="made_up.erasure-answered.v1"):
    """The made-up service has erased the member."""


async def note(event: MemberJoined, work: Work) -> None:
    values = {"community": event.community, "member": event.member}
    await work.connection.execute(text("INSERT INTO notes VALUES (:community, :member)"), values)


async def forget(event: MemberErased, work: Work) -> None:
    await erase(work, event.member)
    gone = text("DELETE FROM notes WHERE member = :member")
    await work.connection.execute(gone, {"member": event.member})
    erasure = event.erasure
    work.emit(MadeUpErased(aggregate=erasure, version=1, erasure=erasure, service=NAME))


def wire(ledger: Ledger, common: ProcessSettings, own: Settings) -> None:
    ledger.on(MemberJoined, note)
    ledger.on(MemberErased, forget)


def join_the_table() -> None:
    """The one row that a new service needs."""
    PROCESSES[NAME] = Process(
        Kind.SERVICE, MadeUpSettings, "operate.made_up", reads=("membership",), wire=wire
    )
