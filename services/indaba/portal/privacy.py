"""What is stored about people, how long, and who is responsible; open to everybody."""

from starlette.requests import Request
from starlette.responses import Response

from indaba.contracts.keeping import KEEPING
from indaba.contracts.refusal import Fault, Unavailable
from indaba.contracts.responsible import ShowResponsible
from indaba.conversation.delivery.service_client import ask
from indaba.conversation.responsible import who_answers
from indaba.conversation.wording import Wording
from indaba.ledger import Ledger
from indaba.portal.drawing import draw


class PrivacyPage:
    """The table of what is stored, below who is responsible."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    async def show(self, _: Request) -> Response:
        """Works without membership, too, but then cannot say who is responsible."""
        return draw("privacy", answers=await self._who_answers(Wording()), rows=KEEPING)

    async def _who_answers(self, wording: Wording) -> str:
        world = self._ledger.world
        try:
            shown = await ask(self._ledger.bus, world, ShowResponsible(), world.new_id())
        except (Fault, Unavailable):
            return ""
        return who_answers(shown, wording)
