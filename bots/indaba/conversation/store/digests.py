"""Digests of accounts: enough to find what is somebody's, without keeping whose it is."""

import hashlib

DIRECT, INTERESTED, INVITED, TAP = "direct", "interested", "invited", "tap"
"""Uses of an account, which cannot be told to be the same one's."""


def digest(use: str, account: str) -> str:
    """What is kept of an account for one use."""
    return hashlib.sha256(f"{use}/{account}".encode()).hexdigest()[:40]
