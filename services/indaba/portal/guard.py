"""Wraps every page: strict headers, and words instead of tracebacks."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from indaba.contracts.refusal import Expired, Fault, Refused, Unavailable, hint
from indaba.conversation.wording import Wording
from indaba.ledger.failures import is_passing, reason_of
from indaba.portal.drawing import NEVER_KEEP, sorry, strict_headers
from indaba.portal.hints import ANYWHERE, in_words, refusal_in_words
from indaba.portal.signing_in import Cookie
from indaba.process import logs
from indaba.process.world import World

_NEVER_KEEP = [(name.encode(), value.encode()) for name, value in NEVER_KEEP.items()]

REFUSED, BROKEN = 400, 500

STATUS = {
    "no-such-resource": 404,
    "unknown-term": 404,
    "no-community": 404,
    "not-a-member": 403,
    "not-allowed": 403,
}


class Guard:
    """Turns every failure into a page in words."""

    def __init__(self, app: ASGIApp, world: World, cookie: Cookie, *, secure: bool) -> None:
        self._app = app
        self._world = world
        self._cookie = cookie
        headers = strict_headers(secure=secure)
        self._strict = [(name.encode(), value.encode()) for name, value in headers.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request. Strict headers are added unless a page set its own."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun, is_member = False, bool(self._cookie.digest(Request(scope)))

        async def strict(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                self._note(scope, message["status"])
                message["headers"] = self._with_strict(message["headers"], is_member)
            await send(message)

        try:
            await self._app(scope, receive, strict)
        except Exception as error:
            if begun:
                raise
            page = self._in_words(error)
            await page(scope, receive, strict)

    def _note(self, scope: Scope, status: int) -> None:
        """Log a refusal by the page's name. Its address may contain a secret."""
        if REFUSED <= status < BROKEN:
            page = getattr(scope.get("endpoint"), "__name__", "none")
            logs.get(process="portal").info("page.refused", page=page, status=status)

    def _with_strict(
        self, headers: list[tuple[bytes, bytes]], is_member: bool
    ) -> list[tuple[bytes, bytes]]:
        own = dict(headers)
        if is_member and own.get(b"content-type", b"").startswith(b"text/html"):
            # Browsers must not store members' pages: the next person may use the same phone.
            headers = [*((n, v) for n, v in headers if n != b"cache-control"), *_NEVER_KEEP]
        return [*headers, *((name, value) for name, value in self._strict if name not in own)]

    def _in_words(self, error: Exception) -> Response:
        if is_away(error):
            return later()
        reference = error.reference if isinstance(error, Fault) else str(self._world.new_id())
        logs.get(process="portal").error(
            "page.failed", reason=reason_of(error), correlation_id=reference
        )
        say = Wording().say
        return sorry(
            say("Something went wrong on our side"),
            say("This was not your doing. Trying again may help."),
            say(
                "If it happens again, tell a facilitator this reference: {reference}",
                reference=reference[-8:],
            ),
            status=500,
        )


def is_away(error: Exception) -> bool:
    """Whether something the portal needs is temporarily away."""
    return isinstance(error, Unavailable | Expired) or is_passing(error)


def later() -> Response:
    """The page for what will work a little later."""
    say = Wording().say
    return sorry(
        say("Please try again a little later"),
        say("I cannot reach the rest of Indaba just now. Nothing is lost."),
        say("Wait a minute, then load this page again."),
        status=503,
        headers={**NEVER_KEEP, "retry-after": "10"},
    )


async def refused(_: Request, error: Exception) -> Response:
    """Pages for requests that HTTP itself refuses."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    say = Wording().say
    words = {
        403: (say("That did not come from this site"), say("Open the page again and retry.")),
        404: (
            say("There is no such page"),
            say(
                "The link may be mistyped, or replaced by a new one. Ask for it: type {line} in "
                "your community’s room and the bot answers with the link to its page.",
                line=in_words(hint("portal"), ANYWHERE, Wording()),
            ),
        ),
        405: (say("That cannot be done here"), say("Go back and use the page’s own buttons.")),
    }
    other = (say("I could not use what was sent"), say("Go back and try again."))
    title, next_step = words.get(status, other)
    headers = getattr(error, "headers", None) or {}
    return sorry(title, next_step, status=status, headers={**NEVER_KEEP, **headers})


async def turned_down(request: Request, error: Exception) -> Response:
    """A page for a service's refusal, in the service's own words."""
    refusal = error if isinstance(error, Refused) else Refused("", str(error), {})
    wording, key = Wording(), request.path_params.get("key", "")
    return sorry(
        wording.say("That did not work"),
        refusal_in_words(refusal, wording),
        status=STATUS.get(refusal.told, 400),
        back=(f"/c/{key}", wording.say("Go to the community’s page")) if key else None,
    )
