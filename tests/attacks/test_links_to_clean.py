"""Links made to keep whoever looks for keys in them busy."""

import time

import pytest

from indaba.contracts.link_secrets import text_without_secrets

MOST = 4000
PATIENCE = 0.5
"""Seconds of the processor for twenty of them, so that a busy machine fails nothing."""
PARTS = {
    "letters": "a",
    "letters and a digit": "a" * 50 + "1",
    "pairs": "&code=abcdefghijkl",
    "names before the host": "@",
    "tokens that never end": "eyJ",
    "keys that never end": "xoxb-",
    "sessions in the path": ";sid=",
    "addresses in addresses": "http%3A%2F%2Fx.example%3Fu%3D",
    "addresses in a row": " https://x.example/?u=http://",
}


@pytest.mark.parametrize("name", PARTS)
@pytest.mark.parametrize("begins", ["https://x.example/?code=", "https://", "https://x.example/"])
def test_a_link_of_nothing_but_tricks_is_looked_through_in_time(begins: str, name: str) -> None:
    text = (begins + PARTS[name] * MOST)[:MOST]
    began = time.process_time()

    for _ in range(20):
        text_without_secrets(text)

    assert time.process_time() - began < PATIENCE
