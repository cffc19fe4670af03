"""What a chat platform answers where a test does not care."""

from collections.abc import AsyncIterator, Sequence

from indaba.contracts.membership import Place, Platform
from indaba.conversation.delivery.chat_events import FileSent, Written
from indaba.conversation.delivery.platform import CannotRead, InRoom


class Quiet:
    """Nobody has power, no room is found, nothing can be read, nothing is bridged."""

    platform = Platform.MATRIX
    prefix = "!cop "
    has_buttons = False
    hears_departures = True

    async def has_power(self, room: str, account: str) -> bool:
        return False

    async def room_at(self, address: str) -> str:
        return ""

    async def message_at(self, room: str, message: str) -> Written | None:
        return None

    async def may_edit(self, room: str, message: str, account: str) -> bool:
        return True

    async def open_file(self, file: FileSent) -> AsyncIterator[bytes]:
        raise CannotRead
        yield b""

    async def direct_room(self, account: str) -> str:
        return ""

    async def alone_with(self, room: str, account: str) -> bool:
        return True

    async def invite_to_own_chat(self, account: str) -> bool:
        return False

    async def is_in(self, place: Place, account: str) -> bool:
        return True

    async def successor_of(self, room: str) -> str:
        return ""

    async def people_called(self, room: str, name: str) -> Sequence[InRoom]:
        return ()

    async def bridged_room(self, room: str) -> Place | None:
        return None
