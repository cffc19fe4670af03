"""Files that people sent, fetched from the homeserver and opened."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from typing import Any

from indaba.contracts.library import MOST_BYTES
from indaba.conversation.delivery.chat_events import FileSent
from indaba.conversation.delivery.platform import CannotRead
from indaba.matrix_bot.client import Homeserver, HomeserverFailed, Refused
from indaba.matrix_bot.crypto import opened_file

ADDRESS = re.compile(r"mxc://([A-Za-z0-9.:\[\]-]{1,255})/([A-Za-z0-9_=.~-]{1,255})")
PIECE = 64 * 1024
MOST_TRIES = 3


async def opened(homeserver: Homeserver, file: FileSent) -> AsyncIterator[bytes]:
    """A file's bytes, `MOST_BYTES` and one at most. Raises `Wait` or `CannotRead`.

    An encrypted file is given only when all of it is there and is what was sent.
    """
    where = _where(file)
    pieces = _fetched(homeserver, where)
    async for piece in _unsealed(pieces, where) if "key" in where else pieces:
        yield piece


async def _fetched(homeserver: Homeserver, where: dict[str, Any]) -> AsyncIterator[bytes]:
    address = ADDRESS.fullmatch(where["url"])
    if address is None:
        raise CannotRead("the file has no address")
    left = MOST_BYTES + 1
    try:
        async for piece in _patiently(homeserver, *address.groups()):
            yield piece[:left]
            left -= len(piece)
            if left <= 0:
                raise CannotRead("the file is too large")
    except Refused as refused:
        raise CannotRead(str(refused)) from None


async def _patiently(homeserver: Homeserver, server: str, name: str) -> AsyncIterator[bytes]:
    """Our homeserver is waited for; another server that fails each time has lost the file."""
    tries = 1 if server == homeserver.user_id.partition(":")[2] else MOST_TRIES
    for left in reversed(range(tries)):
        begun = False
        try:
            async for piece in homeserver.download(server, name):
                begun = True
                yield piece
        except HomeserverFailed as failed:
            if begun or tries == 1:
                raise
            if not left:
                raise CannotRead("its server does not give it") from None
            await asyncio.sleep(failed.after.total_seconds())
        else:
            return


async def _unsealed(pieces: AsyncIterator[bytes], where: dict[str, Any]) -> AsyncIterator[bytes]:
    sealed = bytearray()
    async for piece in pieces:
        sealed += piece
    plain = await asyncio.to_thread(opened_file, bytes(sealed), where)
    if plain is None:
        raise CannotRead("the file is not the one that was sent")
    for start in range(0, len(plain), PIECE):
        yield plain[start : start + PIECE]


def _where(file: FileSent) -> dict[str, Any]:
    try:
        where = json.loads(file.handle)
    except ValueError:
        where = None
    if not isinstance(where, dict) or not isinstance(where.get("url"), str):
        raise CannotRead("the file is none of ours")
    return where
