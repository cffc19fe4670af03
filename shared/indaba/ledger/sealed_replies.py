"""Keys in stored replies: closed before they are written, opened for whoever asks again."""

import base64
from collections.abc import Mapping
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from cryptography.exceptions import InvalidTag

from indaba.contracts.confidential import keys_in
from indaba.contracts.refusal import Expired
from indaba.contracts.wire import Question, Request
from indaba.process.sealing import Seal

CLOSED = "closed"


class SealedReplies:
    """What a process stores of its replies. Without a seal it answers nothing that is a key."""

    def __init__(self, seal: Seal | None = None) -> None:
        self._seal = seal

    def check(self, request: type[Request[Any]]) -> None:
        """Raise `TypeError` where a key would be stored as it is."""
        if self._seal is None and not issubclass(request, Question) and keys_in(request.reply()):
            raise TypeError(f"{request.wire}: its reply is a key, and this process has no seal")

    def closed(self, request: Request[Any], key: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """A reply's body as it is stored under `key`."""
        stored = dict(body)
        if self._seal is None:
            return stored
        for name in keys_in(request.reply()):
            sealed = self._seal.close_alike(str(body[name]), _bound(key, name))
            stored[name] = {CLOSED: base64.b64encode(sealed).decode()}
        return stored

    def opened(self, key: str, stored: Mapping[str, Any]) -> dict[str, Any]:
        """The body again. Raises `Expired` where the secret it was closed with is another now."""
        body = dict(stored)
        for name, value in stored.items():
            if isinstance(value, dict) and value.keys() == {CLOSED} and self._seal is not None:
                try:
                    body[name] = self._seal.open(base64.b64decode(value[CLOSED]), _bound(key, name))
                except InvalidTag:
                    raise Expired from None
        return body


def _bound(key: str, field: str) -> UUID:
    """One name for a field of the reply under a key: sealed there, it opens nowhere else."""
    return uuid5(NAMESPACE_URL, f"{key}#{field}")
