"""From stream entries to envelopes, each decoded separately."""

from dataclasses import dataclass
from typing import Any

from faststream.message import StreamMessage
from faststream.redis.parser import BinaryMessageFormatV1
from pydantic import ValidationError

from indaba.contracts.wire import Envelope

DATA = b"__data__"


@dataclass(frozen=True, slots=True)
class Entry:
    """One stream entry: its id there, and its envelope, `None` if it is malformed."""

    id: bytes
    envelope: Envelope | None


def open_entry(entry_id: bytes, fields: dict[bytes, bytes]) -> Entry:
    """Decode one entry. A malformed entry affects no other."""
    try:
        data, _headers = BinaryMessageFormatV1.parse(fields[DATA])
        return Entry(entry_id, Envelope.model_validate_json(data))
    except (KeyError, ValueError, ValidationError, UnicodeDecodeError):
        return Entry(entry_id, None)


async def keep_raw(message: Any) -> StreamMessage[Any]:
    """A FastStream parser that changes nothing.

    FastStream's own batch parser answers for all entries at once, so one bad entry would take the
    good ones with it.
    """
    return StreamMessage(raw_message=message, body=b"")


async def open_all(message: StreamMessage[Any]) -> list[Entry]:
    """FastStream decoder: the entries of one read, in stream order."""
    raw = message.raw_message
    data = raw["data"] if isinstance(raw["data"], list) else [raw["data"]]
    return [
        open_entry(entry_id, fields)
        for entry_id, fields in zip(raw["message_ids"], data, strict=True)
    ]
