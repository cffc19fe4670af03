"""One-time codes: making them, checking what somebody typed, and tickets in their place."""

import base64
import binascii
import hashlib
import json
from datetime import timedelta
from uuid import NAMESPACE_URL, UUID, uuid5

from cryptography.exceptions import InvalidTag

from indaba.contracts.ids import CODE_LETTERS, CommunityId, MemberId
from indaba.contracts.linking import CodeIssued
from indaba.contracts.membership import Platform
from indaba.ledger import Work
from indaba.membership.model import CODE_LASTS, CODE_LENGTH, MOST_TRIES, CodeWrong, TooManyTries
from indaba.membership.store import Linking, Opens
from indaba.process.passports import PassportOffice

TRIES_COUNT_FOR = timedelta(minutes=10)


def digest(secret: str) -> str:
    """What is stored in place of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


class Tickets:
    """Encrypted codes that a face may store. Each is bound to one asker and place by its seal."""

    def __init__(self, office: PassportOffice) -> None:
        self._seal = office.seal("tickets")

    def give(self, code: str, opens: Opens, *asker: str) -> str:
        """A ticket for a code, bound to the asker."""
        closed = self._seal.close_alike(code, _bound(opens, *asker))
        return base64.urlsafe_b64encode(closed).decode()

    def code_on(self, ticket: str, opens: Opens, *asker: str) -> str:
        """The code in a ticket; empty, which no code is, for any other asker or place."""
        try:
            closed = base64.urlsafe_b64decode(ticket)
            return self._seal.open(closed, _bound(opens, *asker))
        except (InvalidTag, ValueError, binascii.Error):
            return ""


def _bound(opens: Opens, *asker: str) -> UUID:
    return uuid5(NAMESPACE_URL, json.dumps([opens, *asker]))


async def issue(work: Work, opens: Opens, member: MemberId) -> CodeIssued:
    """Make a code for a member. It replaces their earlier one for the same purpose."""
    letters = (CODE_LETTERS[work.world.below(len(CODE_LETTERS))] for _ in range(CODE_LENGTH))
    code, expires_at = "".join(letters), work.now + CODE_LASTS
    owner = (member, work.passport.in_community())
    await Linking(work).keep_code(opens, digest(code), owner, expires_at)
    return CodeIssued(code=code, expires_at=expires_at)


async def checked(
    work: Work, opens: Opens, platform: Platform, account: str, code: str
) -> tuple[MemberId, CommunityId]:
    """The owner and community of a code.

    Raises `CodeWrong`, which counts as an attempt, and `TooManyTries` after five of those. There
    are too many codes to guess one; the limit keeps anybody from trying for long.
    """
    linking = Linking(work)
    if await linking.wrong_tries(platform, account, TRIES_COUNT_FOR) >= MOST_TRIES:
        raise TooManyTries
    owner = await linking.code(opens, digest(code))
    if owner is None:
        await linking.tried_wrongly(platform, account)
        raise CodeWrong
    return owner
