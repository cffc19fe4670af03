"""Strategies for what no homeserver should send."""

import re
from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

from indaba.matrix_bot.crypto import MEGOLM
from indaba.matrix_bot.rooms import BRIDGES

ME, ROOM, THANDI = "@indaba:example.org", "!room:example.org", "@thandi:example.org"
NOW = datetime(2026, 11, 26, tzinfo=UTC)
words = st.text(max_size=20) | st.text(st.characters(), max_size=5)
"""The second with halves of characters, which JSON can carry."""

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | words,
    lambda within: (
        st.lists(within, max_size=3) | st.dictionaries(st.text(max_size=8), within, max_size=3)
    ),
    max_leaves=8,
)
KINDS = (
    "m.room.message",
    "m.reaction",
    "m.poll.response",
    "org.matrix.msc3381.poll.response",
    "m.room.redaction",
    "m.room.member",
    "m.room.create",
    "m.room.power_levels",
    "m.room.name",
    "m.room.encryption",
    "m.room.encrypted",
    *BRIDGES,
)
WORDS = tuple(
    re.findall(
        r"\S+",
        "body msgtype format formatted_body m.relates_to m.new_content m.mentions rel_type "
        "event_id key user_ids m.in_reply_to m.selections answers redacts users users_default "
        "room_version membership additional_creators displayname protocol network bridgebot "
        "channel id name algorithm ciphertext session_id sender_key device_id",
    )
)
content = st.dictionaries(
    st.sampled_from(WORDS),
    anything
    | st.sampled_from(
        ["m.text", "m.replace", "m.annotation", "m.thread", "$1", "!cop next", MEGOLM]
    ),
    max_size=6,
)
events = st.fixed_dictionaries(
    {
        "type": st.sampled_from(KINDS) | anything,
        "sender": st.sampled_from([THANDI, ME]) | anything,
        "event_id": st.just("$1") | anything,
        "content": content | anything | st.fixed_dictionaries({"m.relates_to": content}),
        "origin_server_ts": st.integers() | anything,
    },
    optional={"state_key": st.just("") | anything, "unsigned": anything, "redacts": anything},
)
GOOD = {
    "type": "m.room.message",
    "sender": THANDI,
    "event_id": "$good",
    "content": {"msgtype": "m.text", "body": "!cop next"},
    "origin_server_ts": 1,
}

LETTERS = (
    "m.room.encrypted",
    "m.room_key",
    "m.forwarded_room_key",
    "m.room_key_request",
    "m.room_key.withheld",
    "m.key.verification.request",
    "m.key.verification.start",
    "m.dummy",
    "m.secret.request",
)
PARTS = tuple(
    re.findall(
        r"\S+",
        "algorithm ciphertext sender_key room_id session_id session_key body type action "
        "request_id requesting_device_id from_device transaction_id methods device_id",
    )
)
AT_TIMES = 5
OUR_KEY = "our key"
"""Stands for the key of the bot's own device, where letters to it are found."""

sealed = st.fixed_dictionaries(
    {
        "algorithm": st.just("m.olm.v1.curve25519-aes-sha2"),
        "sender_key": st.just("x" * 43) | words,
        "ciphertext": st.fixed_dictionaries(
            {
                OUR_KEY: anything
                | st.fixed_dictionaries(
                    {"type": st.sampled_from([0, 1, 2, -1]) | anything, "body": words | anything}
                )
            }
        ),
    }
)
letters = st.fixed_dictionaries(
    {
        "type": st.sampled_from(LETTERS) | anything,
        "sender": st.sampled_from([THANDI, ME]) | anything,
        "content": anything
        | sealed
        | st.dictionaries(
            st.sampled_from(PARTS),
            anything | st.sampled_from(["m.olm.v1.curve25519-aes-sha2", MEGOLM, "request", ROOM]),
            max_size=8,
        ),
    },
    optional={"sender_device": anything},
)


def _mostly(good: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Where all is odd, little of it is looked at."""
    return st.integers(0, 9).flatmap(lambda n: anything if n == AT_TIMES else good)


def _lists(of: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return _mostly(st.lists(_mostly(of), max_size=4))


def _parts(**parts: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return _mostly(st.fixed_dictionaries({name: _mostly(part) for name, part in parts.items()}))


joined = _parts(
    timeline=_parts(events=_lists(events), limited=st.booleans(), prev_batch=st.just("t")),
    state=_parts(events=_lists(events)),
)
rooms = st.dictionaries(
    st.sampled_from([ROOM, "!other:example.org"]) | words, joined, min_size=1, max_size=3
)
syncs = st.fixed_dictionaries(
    {
        "next_batch": _mostly(st.just("s1")),
        "rooms": _parts(join=rooms, invite=rooms, leave=rooms),
        "to_device": _parts(events=_lists(letters)),
        "device_lists": _parts(changed=_lists(st.just(THANDI)), left=_lists(st.just(THANDI))),
        "device_one_time_keys_count": _parts(signed_curve25519=st.integers()),
    }
)
no = st.sampled_from(["refused", "busy"])
answers = st.fixed_dictionaries(
    {
        "/state": _lists(events) | no,
        "/messages": anything
        | no
        | st.fixed_dictionaries({"chunk": _lists(events), "end": st.just("u") | anything}),
        "/event/": events | anything | no,
        "/keys/": anything
        | no
        | st.dictionaries(
            st.sampled_from(["device_keys", "one_time_keys", "one_time_key_counts"]),
            st.dictionaries(st.just(THANDI), anything) | anything,
        ),
        "/": anything | no,
    }
)
"""What the homeserver says to questions, by what is in their paths."""
