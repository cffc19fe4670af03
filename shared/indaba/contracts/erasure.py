"""How every process answers an erasure."""

from uuid import UUID

from indaba.contracts.membership import Platform
from indaba.contracts.standing import Standing
from indaba.contracts.wire import Event, PersonalText, Question, Reply


class ErasureAnswered(Event):
    """A process has erased the member. `aggregate` is the erasure. No member id is named."""

    erasure: UUID
    service: str


class SchedulingErased(ErasureAnswered, wire="scheduling.erasure-answered.v1"):
    """Scheduling has erased the member."""


class LibraryErased(ErasureAnswered, wire="library.erasure-answered.v1"):
    """The library has erased the member."""


class OutcomesErased(ErasureAnswered, wire="outcomes.erasure-answered.v1"):
    """Outcomes has erased the member."""


class PortalErased(ErasureAnswered, wire="portal.erasure-answered.v1"):
    """The portal has erased the member."""


class MatrixBotErased(ErasureAnswered, wire="matrix_bot.erasure-answered.v1"):
    """The Matrix bot has erased the member."""


class DiscordBotErased(ErasureAnswered, wire="discord_bot.erasure-answered.v1"):
    """The Discord bot has erased the member."""


class ErasedAccounts(Reply):
    """The accounts to forget."""

    accounts: tuple[PersonalText, ...]


class ShowErased(
    Question[ErasedAccounts], wire="membership.show-erased.v1", asked_by=Standing.ANYBODY
):
    """Show a bot which accounts of its platform an erasure concerns; none once it is finished."""

    erasure: UUID
    platform: Platform


def erasure_answer(process: str) -> type[ErasureAnswered]:
    """The event by which a process reports that it has erased somebody. Raises `LookupError`."""
    for answer in ErasureAnswered.__subclasses__():
        if answer.context() == process:
            return answer
    raise LookupError(process)
