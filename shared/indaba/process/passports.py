"""Signing and verifying passports: Ed25519 over the claims (RFC 8032)."""

import base64
import hmac
import re
from contextlib import suppress
from datetime import datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pydantic import ValidationError

from indaba.contracts.passport import Passport
from indaba.contracts.refusal import BadPassport
from indaba.process.sealing import Seal

_PEM = re.compile(r"-----BEGIN [A-Z ]+-----.+?-----END [A-Z ]+-----\n?", re.DOTALL)


def new_keys() -> tuple[str, str]:
    """A fresh private and public key, PEM."""
    private = Ed25519PrivateKey.generate()
    return (
        private.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ).decode(),
        private.public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        .decode(),
    )


class PassportOffice:
    """Signs passports. Membership alone has one.

    Of several private keys, one PEM after the other, the first signs. The last one, the oldest,
    makes pseudonyms and seals, so that they stay the same when keys are changed.
    """

    def __init__(self, private_key: str) -> None:
        keys = [
            serialization.load_pem_private_key(one.encode(), password=None)
            for one in pems(private_key)
        ]
        if not keys or not isinstance(keys[0], Ed25519PrivateKey):
            raise TypeError("INDABA_MEMBERSHIP_PASSPORT_PRIVATE_KEY: not an Ed25519 key")
        oldest = keys[-1]
        if not isinstance(oldest, Ed25519PrivateKey):
            raise TypeError("INDABA_MEMBERSHIP_PASSPORT_PRIVATE_KEY: not an Ed25519 key")
        self._key, self._oldest = keys[0], oldest

    def sign(self, passport: Passport) -> str:
        """Text that carries the claims and their signature."""
        claims = passport.model_dump_json(exclude_defaults=True).encode()
        return f"{_encode(claims)}.{_encode(self._key.sign(claims))}"

    def pseudonym(self, text: str) -> str:
        """The same opaque word for the same text; nobody else can make it. Empty for empty."""
        if not text:
            return ""
        return hmac.new(self._oldest.private_bytes_raw(), text.encode(), "sha256").hexdigest()[:24]

    def seal(self, purpose: str) -> Seal:
        """What opens and closes the texts of one purpose; nobody else can make it."""
        return Seal(self._oldest.private_bytes_raw(), purpose)


class PassportControl:
    """Verifies passports by itself; asks nobody. Any of several public keys will do."""

    def __init__(self, public_key: str) -> None:
        keys = [serialization.load_pem_public_key(one.encode()) for one in pems(public_key)]
        self._keys = [key for key in keys if isinstance(key, Ed25519PublicKey)]
        if not keys or len(self._keys) < len(keys):
            raise TypeError("INDABA_PASSPORT_PUBLIC_KEY: not an Ed25519 key")

    def verify(self, token: str, now: datetime) -> Passport:
        """The claims of a genuine passport. Raises `BadPassport`; no token is a guest's."""
        if not token:
            return Passport(expires_at=now)
        try:
            claims, signature = (_decode(part) for part in token.split("."))
            self._verify(signature, claims)
            passport = Passport.model_validate_json(claims)
        except (InvalidSignature, ValidationError, ValueError) as error:
            raise BadPassport(type(error).__name__) from None
        if passport.expires_at <= now:
            raise BadPassport("expired")
        return passport

    def _verify(self, signature: bytes, claims: bytes) -> None:
        *others, last = self._keys
        for key in others:
            with suppress(InvalidSignature):
                key.verify(signature, claims)
                return
        last.verify(signature, claims)


def pems(text: str) -> list[str]:
    """The PEM blocks in a text, in order; the text itself if there are none."""
    return _PEM.findall(text) or [text]


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
