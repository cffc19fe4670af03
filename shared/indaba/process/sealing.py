"""Texts that a database keeps and cannot read: AES-256-GCM under a key derived by HKDF."""

import hmac
import os
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES, NONCE_BYTES = 32, 12


class Seal:
    """Closes and opens the texts of one purpose. Each is bound to the id that it is kept under."""

    def __init__(self, secret: bytes, purpose: str) -> None:
        info = f"indaba/{purpose}".encode()
        derived = HKDF(SHA256(), 2 * KEY_BYTES, salt=None, info=info).derive(secret)
        self._key, self._nonces = AESGCM(derived[:KEY_BYTES]), derived[KEY_BYTES:]

    def close(self, text: str, kept_under: UUID) -> bytes:
        """The text as whoever lacks the secret cannot read it; other bytes each time."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._key.encrypt(nonce, text.encode(), kept_under.bytes)

    def close_alike(self, text: str, kept_under: UUID) -> bytes:
        """As `close`, but the same bytes for the same text and id: what is done again is the same.

        The nonce is a digest of both under a key of its own, so no two texts share one.
        """
        bound = kept_under.bytes + text.encode()
        nonce = hmac.digest(self._nonces, bound, "sha256")[:NONCE_BYTES]
        return nonce + self._key.encrypt(nonce, text.encode(), kept_under.bytes)

    def open(self, closed: bytes, kept_under: UUID) -> str:
        """The text. Raises `InvalidTag` if it was changed, or belongs to another id or secret."""
        nonce, sealed = closed[:NONCE_BYTES], closed[NONCE_BYTES:]
        return self._key.decrypt(nonce, sealed, kept_under.bytes).decode()
