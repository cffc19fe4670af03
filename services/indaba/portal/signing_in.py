"""Signing in with a one-time link: the button, the cookie, and double clicks."""

import asyncio
import base64
import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from urllib.parse import parse_qs, urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from indaba.contracts.ids import CommunityId, MemberId
from indaba.contracts.membership import CommunityCard, ConsumeSignIn, SignedIn
from indaba.contracts.refusal import Refused, Unavailable
from indaba.conversation.delivery.service_client import ask
from indaba.ledger import Ledger
from indaba.portal.model import SESSION_LASTS
from indaba.portal.store import Copies, Store

LONGEST_SECRET = 100
LONGEST_FORM = 4096
SAME_PRESS_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Session:
    """What a link opened: the browser's token, its member and their community."""

    token: str
    member: MemberId
    community: CommunityCard


Belongs = Callable[[MemberId, CommunityId], Awaitable[bool]]


class SignIns:
    """Uses up the secret of a sign-in link and stores the session that it opens.

    A double click sends a form twice, and the browser shows only the second answer. So two presses
    of the same button (`press`) within seconds count as one: the session is stored once, when the
    link is used up, and the second press gets the same session if it still exists. `belongs` says
    whether somebody is a member at this moment.
    """

    def __init__(self, ledger: Ledger, copies: Copies, belongs: Belongs) -> None:
        self._ledger = ledger
        self._copies = copies
        self._belongs = belongs
        self._pressed: dict[tuple[str, str], asyncio.Task[Session]] = {}

    async def open(self, secret: str, press: str, before: str, browser: str = "") -> Session:
        """The session of a link. `before` is the digest of the browser's earlier session.

        Raises `Refusal`, `Unavailable` or `Fault`.
        """
        if not press:
            return await self._still_there(await self._open(secret, press, before, browser))
        key = (secret, press)
        task = self._pressed.get(key)
        if task is None:
            task = self._pressed[key] = asyncio.create_task(self._open_for(key, before, browser))
        return await self._still_there(await asyncio.shield(task))

    async def _open_for(self, key: tuple[str, str], before: str, browser: str) -> Session:
        """Open a session. Failures are not remembered, so that pressing again tries again."""
        try:
            session = await self._open(*key, before, browser)
        except BaseException:
            self._pressed.pop(key, None)
            raise
        loop = asyncio.get_running_loop()
        loop.call_later(SAME_PRESS_SECONDS, self._pressed.pop, key, None)
        return session

    async def _open(self, secret: str, press: str, before: str, browser: str) -> Session:
        """Store the session, and only then check membership.

        If the membership ends in between, the check sees it; if later, its event ends the session.
        """
        who = await self._consume(secret)
        member, community = who.passport.member, who.community
        if member is None:
            raise spent()
        token = session_of(secret, press)
        digest = digest_of(token)
        await self._copies.change(
            lambda store: store.sign_in(digest, member, community.id, browser)
        )
        try:
            belongs = await self._belongs(member, community.id)
        except BaseException:
            # Nobody said that the member has left, so only this link's session ends.
            await self._copies.change(lambda store: store.sign_out(digest))
            raise
        if belongs:
            taken = partial(Store.take_over, digest=digest, before=before)
            await self._copies.change(partial(taken, member=member, community=community.id))
        else:
            await self._copies.change(lambda store: store.send_home(member, community.id))
        return Session(token, member, community)

    async def _still_there(self, session: Session) -> Session:
        digest, community = digest_of(session.token), session.community.id
        if await self._copies.look(lambda store: store.signed_in_as(digest, community)) is None:
            raise spent()
        return session

    async def _consume(self, secret: str) -> SignedIn:
        if len(secret) > LONGEST_SECRET:
            raise spent()
        # The link must not be used up if the session cannot be stored.
        ledger = await self._ledger.ready()
        if not ledger.ok:
            raise Unavailable(ledger.why)
        world = self._ledger.world
        return await ask(self._ledger.bus, world, ConsumeSignIn(secret=secret), world.new_id())


def spent() -> Refused:
    """The refusal for a link that is unknown, used or too old."""
    return Refused("sign-in-spent", "This sign-in link has been used or is too old.", {})


class Cookie:
    """The browser's half of a session. The database stores only its digest."""

    def __init__(self, *, secure: bool) -> None:
        self._secure = secure
        # Browsers accept this prefix only over https, for one host and all its paths.
        self._name = "__Host-indaba" if secure else "indaba"

    def digest(self, request: Request) -> str:
        """The digest of the session's token; empty without one."""
        token = request.cookies.get(self._name, "")
        return digest_of(token) if token else ""

    def give(self, response: Response, token: str) -> None:
        """Set the cookie for as long as the session lasts."""
        response.set_cookie(
            self._name,
            token,
            max_age=int(SESSION_LASTS.total_seconds()),
            path="/",
            secure=self._secure,
            httponly=True,
            samesite="lax",
        )

    def take(self, response: Response) -> None:
        """Delete the cookie."""
        response.delete_cookie(
            self._name, path="/", secure=self._secure, httponly=True, samesite="lax"
        )


def session_of(secret: str, press: str) -> str:
    """The token of the session that a link opens; the same however often the form is sent.

    It can be made only from the link, of which nothing but a digest is stored.
    """
    whole = hashlib.sha256(f"session/{secret}/{press}".encode()).digest()
    return base64.urlsafe_b64encode(whole[:24]).decode()


def digest_of(token: str) -> str:
    """What is stored in place of a token. It has 192 random bits and so needs no salt."""
    return hashlib.sha256(token.encode()).hexdigest()


def check_same_site(request: Request) -> None:
    """Raise a 403 if another site's page sent the form. Programs that are no browsers pass."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        if site not in {"same-origin", "none"}:
            raise HTTPException(403)
        return
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        raise HTTPException(403)


async def form_of(request: Request) -> dict[str, str]:
    """The fields of a small form, the first value of each. Raises a 413 beyond 4 KB."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LONGEST_FORM:
            raise HTTPException(413)
    fields = parse_qs(body.decode("utf-8", "replace"))
    return {name: values[0] for name, values in fields.items()}
