"""Signing in by a one-time link: who pressed the button, the cookie, and double clicks."""

import asyncio
import base64
import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
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
from indaba.portal.store import Copies

LONGEST_SECRET = 100
LONGEST_FORM = 4096
SAME_PRESS_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Session:
    """What a link opened: the browser's token, whose it is and where."""

    token: str
    member: MemberId
    there: CommunityCard


Belongs = Callable[[MemberId, CommunityId], Awaitable[bool]]


class SignIns:
    """Uses up the secret of a sign-in link, and stores the session that it opens.

    A double click sends a form twice and the browser shows the second answer only. So two presses
    of one and the same drawn button (`press`) within seconds are one: the session is stored once,
    with the link's use, and the second press gets no more than what is left of it. `belongs` says
    whether a member is one at this moment.
    """

    def __init__(self, ledger: Ledger, copies: Copies, belongs: Belongs) -> None:
        self._ledger = ledger
        self._copies = copies
        self._belongs = belongs
        self._pressed: dict[tuple[str, str], asyncio.Task[Session]] = {}

    async def open(self, secret: str, press: str, before: str) -> Session:
        """The session of a link; `before` is the digest that the browser had until now.

        Raises `Refusal`, `Unavailable` or `Fault`.
        """
        if not press:
            return await self._still_there(await self._open(secret, press, before))
        key = (secret, press)
        task = self._pressed.get(key)
        if task is None:
            task = self._pressed[key] = asyncio.create_task(self._open_for(key, before))
        return await self._still_there(await asyncio.shield(task))

    async def _open_for(self, key: tuple[str, str], before: str) -> Session:
        """What went wrong is not remembered, so that pressing again tries again."""
        try:
            session = await self._open(*key, before)
        except BaseException:
            self._pressed.pop(key, None)
            raise
        loop = asyncio.get_running_loop()
        loop.call_later(SAME_PRESS_SECONDS, self._pressed.pop, key, None)
        return session

    async def _open(self, secret: str, press: str, before: str) -> Session:
        """Store, then look: who stopped belonging in between is found, later the event comes."""
        who = await self._consume(secret)
        member, there = who.passport.member, who.community
        if member is None:
            raise spent()
        token = session_of(secret, press)
        await self._copies.change(
            lambda store: store.sign_in(digest_of(token), before, member, there.id)
        )
        try:
            belongs = await self._belongs(member, there.id)
        except BaseException:
            # Nothing is known against the member: only what this link opened ends.
            await self._copies.change(lambda store: store.sign_out(digest_of(token)))
            raise
        if not belongs:
            await self._copies.change(lambda store: store.send_home(member, there.id))
        return Session(token, member, there)

    async def _still_there(self, session: Session) -> Session:
        digest, there = digest_of(session.token), session.there.id
        if await self._copies.look(lambda store: store.signed_in_as(digest, there)) is None:
            raise spent()
        return session

    async def _consume(self, secret: str) -> SignedIn:
        if len(secret) > LONGEST_SECRET:
            raise spent()
        # A link is used up only when the session can be kept.
        found = await self._ledger.ready()
        if not found.ok:
            raise Unavailable(found.why)
        world = self._ledger.world
        return await ask(self._ledger.bus, world, ConsumeSignIn(secret=secret), world.new_id())


def spent() -> Refused:
    """A link that opens nothing, or nothing any more."""
    return Refused("sign-in-spent", "This sign-in link has been used or is too old.", {})


class Cookie:
    """The browser's half of a session. The database keeps a digest of it only."""

    def __init__(self, *, secure: bool) -> None:
        self._secure = secure
        # Browsers accept the prefix only by https, for the whole site and no other host.
        self._name = "__Host-indaba" if secure else "indaba"

    def digest(self, request: Request) -> str:
        """The digest of the session's token; empty if there is none."""
        token = request.cookies.get(self._name, "")
        return digest_of(token) if token else ""

    def give(self, response: Response, token: str) -> None:
        """Let the browser keep a token for as long as the session lasts."""
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
        """Let the browser forget the token."""
        response.delete_cookie(
            self._name, path="/", secure=self._secure, httponly=True, samesite="lax"
        )


def session_of(secret: str, press: str) -> str:
    """The token of the session that a link opens: one, however often the same form is sent.

    Whoever has it had the link, of which nothing is kept but a digest.
    """
    whole = hashlib.sha256(f"session/{secret}/{press}".encode()).digest()
    return base64.urlsafe_b64encode(whole[:24]).decode()


def digest_of(token: str) -> str:
    """What is kept of a token: 192 random bits need no salt."""
    return hashlib.sha256(token.encode()).hexdigest()


def check_same_site(request: Request) -> None:
    """Raise a 403 where another site's page sent the form. What is no browser says nothing."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        if site not in {"same-origin", "none"}:
            raise HTTPException(403)
        return
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        raise HTTPException(403)


async def form_of(request: Request) -> dict[str, str]:
    """The fields of a small form; the first value of each. Raises a 413 beyond 4 KB."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LONGEST_FORM:
            raise HTTPException(413)
    fields = parse_qs(body.decode("utf-8", "replace"))
    return {name: values[0] for name, values in fields.items()}
