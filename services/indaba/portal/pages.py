"""All pages that browsers and calendar apps can open."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from indaba.contracts.ids import CommunityId, MeetingId
from indaba.contracts.openness import Openness, Part, is_open
from indaba.contracts.refusal import Expired, Refusal, Refused, hint
from indaba.conversation.wording import Wording, plain
from indaba.ledger import Ledger
from indaba.portal.browsers import family_of
from indaba.portal.drawing import FORGET_ALL, NEVER_KEEP, draw, icon, sorry, stylesheet
from indaba.portal.feeds import FEED, FOR_OUTLOOK, FeedPages
from indaba.portal.guard import Guard, is_away, refused, turned_down
from indaba.portal.hints import ANYWHERE, in_words
from indaba.portal.library import LibraryPages
from indaba.portal.meetings import MeetingPages
from indaba.portal.mine import MinePages
from indaba.portal.model import Community, Meeting
from indaba.portal.outcomes import OutcomesPages
from indaba.portal.own_data import privacy_routes
from indaba.portal.showing import shown
from indaba.portal.signing_in import Cookie, SignIns, check_same_site, form_of
from indaba.portal.store import Copies, Store
from indaba.portal.visiting import Visitors, facts_of, for_members
from indaba.process.file_store import FileStore
from indaba.process.release import version
from indaba.process.run import Readiness

Findings = Callable[[], Awaitable[Sequence[Readiness]]]

SENT_AS_THEY_ARE = (*DEFAULT_EXCLUDED_CONTENT_TYPES, "application/*")
"""Documents and archives are compressed already, and browsers need the size for progress."""

Listed = tuple[tuple[Meeting, ...], tuple[Meeting, ...], frozenset[MeetingId]]


def build_app(
    ledger: Ledger,
    readiness: Findings,
    *,
    secure_cookies: bool,
    url: Callable[[], str],
    extra_routes: Sequence[BaseRoute] = (),
    files: FileStore | None = None,
) -> Starlette:
    """The web application. `url` gives the public address, without a trailing slash."""
    cookie = Cookie(secure=secure_cookies)
    pages = Pages(ledger, readiness, cookie, url)
    app = Starlette(
        routes=[*_routes(ledger, pages, cookie, url, files), *extra_routes],
        middleware=[
            Middleware(GZipMiddleware, compresslevel=6, exclude_content_types=SENT_AS_THEY_ARE),
            Middleware(Guard, world=ledger.world, cookie=cookie, secure=secure_cookies),
        ],
        exception_handlers={HTTPException: refused, Refused: turned_down},
    )
    # A redirect would lead to any host that the request names.
    app.router.redirect_slashes = False
    return app


def _routes(
    ledger: Ledger, pages: "Pages", cookie: Cookie, url: Callable[[], str], files: FileStore | None
) -> list[BaseRoute]:
    copies = Copies(ledger.database, ledger.world)
    library, outcomes = LibraryPages(pages.visitors, files), OutcomesPages(pages.visitors)
    meetings = MeetingPages(ledger.world, copies, pages.visitors, url)
    mine = MinePages(ledger.world, copies, pages.visitors, url)
    feeds = FeedPages(ledger.world, copies, pages.visitors, url)
    return [
        Route("/", pages.home),
        Route("/c/{key}", pages.community),
        Route("/c/{key}/calendar.ics", feeds.calendar),
        Route("/c/{key}/outlook.ics", feeds.outlook),
        Route("/c/{key}/meetings/{code}", meetings.meeting),
        Route("/c/{key}/meetings/{code}/highlights.pdf", meetings.paper),
        Route("/c/{key}/meetings/{code}/meeting.ics", meetings.entry),
        Route("/c/{key}/mine", mine.address),
        Route("/c/{key}/mine", mine.change, methods=["POST"]),
        Route("/c/{key}/mine/{secret}.ics", mine.feed),
        Route("/c/{key}/mine/{secret}/outlook.ics", mine.outlook),
        Route("/c/{key}/library", library.listed),
        Route("/c/{key}/library/{code}", library.resource),
        Route("/c/{key}/library/{code}/file", library.file),
        Route("/c/{key}/outcomes", outcomes.report),
        Route("/c/{key}/outcomes/{term}", outcomes.report),
        Route("/health", pages.health),
        *privacy_routes(ledger, copies, cookie),
        Route("/sign-in/{secret}", pages.offer_sign_in),
        Route("/sign-in/{secret}", pages.sign_in, methods=["POST"]),
        Route("/sign-out", pages.sign_out, methods=["POST"]),
        Route("/icon.svg", _icon),
        Route("/style/{digest}.css", _style),
    ]


class Pages:
    """One method per page."""

    def __init__(
        self,
        ledger: Ledger,
        readiness: Findings,
        cookie: Cookie,
        url: Callable[[], str],
    ) -> None:
        self._copies = Copies(ledger.database, ledger.world)
        self._world = ledger.world
        self._readiness = readiness
        self._cookie = cookie
        self._url = url
        self.visitors = Visitors(ledger, self._copies, cookie)
        self._sign_ins = SignIns(ledger, self._copies, self.visitors.belongs)

    async def home(self, request: Request) -> Response:
        """What Indaba is, and the communities one is signed in to. Works without any engine."""
        try:
            mine = await self._mine(request)
        except Exception as error:
            if not is_away(error):
                raise
            return draw("home", mine=(), away=True)
        return draw("home", mine=[(c.key, plain(c.name)) for c in mine], away=False)

    async def community(self, request: Request) -> Response:
        """A community's page: its next meetings and how to follow them."""
        community = await self.visitors.community(request)
        is_member, opened = (
            await self.visitors.signed_in(request, community),
            self._opened(community),
        )
        if not is_member and Part.PAGE not in opened:
            return for_members(community, opened, "", "meetings")
        read = frozenset(each for each in Openness if is_member or is_open(each, opened))
        coming, past, readable = await self._copies.look(
            partial(_meetings, community=community.id, read=read)
        )
        has_news = is_member and await self.visitors.has_news(request, community)
        wording, now = Wording(community.tag), self._world.now()
        in_words = partial(
            shown, community=community, now=now, wording=wording, for_members=is_member
        )
        page = self._page(community)
        feed = f"{page}/{FEED}"
        return draw(
            "community",
            wording=wording,
            purpose=plain(community.purpose),
            meetings=[in_words(meeting) for meeting in coming],
            past=[in_words(meeting, has_highlights=meeting.id in readable) for meeting in past],
            signed_in=is_member,
            is_published=Part.PAGE in opened,
            feed=feed if Part.CALENDAR in opened else "",
            webcal=f"webcal://{feed.partition('://')[2]}",
            outlook=f"{page}/{FOR_OUTLOOK}",
            **(facts_of(community, "meetings") | {"has_news": has_news}),
        )

    def _opened(self, community: Community) -> frozenset[Part]:
        return self.visitors.opened(community)

    async def health(self, _: Request) -> Response:
        """The state of each part of Indaba, in words; 503 while one of them is not ready."""
        readiness = await self._readiness()
        well = all(part.ok for part in readiness)
        return draw(
            "health",
            status=200 if well else 503,
            headers=NEVER_KEEP,
            parts=[(part.name.replace("_", " "), part.ok, part.why) for part in readiness],
            well=well,
            version=version(),
        )

    async def offer_sign_in(self, _: Request) -> Response:
        """A button. Chat apps fetch links to preview them, so opening one must not use it up."""
        return draw("sign_in", headers=NEVER_KEEP, press=self._world.secret())

    async def sign_in(self, request: Request) -> Response:
        """Use up the link, store a session, and redirect to the community's page."""
        check_same_site(request)
        form = await form_of(request)
        secret, press = request.path_params["secret"], form.get("press", "")
        before = self._cookie.digest(request)
        try:
            browser = family_of(request.headers.get("user-agent", ""))
            session = await self._sign_ins.open(secret, press, before, browser)
        except Refusal as no:
            if isinstance(no, Expired):
                raise
            return _spent()
        response = RedirectResponse(f"/c/{session.community.key}", 303, headers=NEVER_KEEP)
        self._cookie.give(response, session.token)
        return response

    async def sign_out(self, request: Request) -> Response:
        """End the session here and in the browser or, with `everywhere`, in all browsers.

        With `session`, only the one that it names ends, be it another.
        """
        check_same_site(request)
        form, digest = await form_of(request), self._cookie.digest(request)
        everywhere, one = "everywhere" in form, form.get("session", "")
        if digest and one:
            is_here = await self._copies.change(lambda store: store.open_sessions.end(digest, one))
            if not is_here:
                return RedirectResponse("/privacy/mine", 303, headers=NEVER_KEEP)
        elif digest:
            await self._copies.change(lambda store: store.sign_out(digest, everywhere=everywhere))
        response = RedirectResponse("/", 303, headers=NEVER_KEEP | FORGET_ALL)
        self._cookie.take(response)
        return response

    async def _mine(self, request: Request) -> tuple[Community, ...]:
        digest = self._cookie.digest(request)
        if not digest:
            return ()
        return await self._copies.look(lambda store: store.signed_in_to(digest))

    def _page(self, community: Community) -> str:
        return f"{self._url()}/c/{community.key}"


async def _meetings(store: Store, community: CommunityId, read: frozenset[Openness]) -> Listed:
    """Meetings to come, past meetings, and those past ones with highlights to read."""
    past = await store.past(community)
    readable = await store.documents.with_highlights(tuple(meeting.id for meeting in past), read)
    return await store.coming(community), past, readable


async def _icon(_: Request) -> Response:
    headers = {"cache-control": "public, max-age=86400"}
    return Response(icon(), media_type="image/svg+xml", headers=headers)


async def _style(request: Request) -> Response:
    return stylesheet(request.path_params["digest"])


def _spent() -> Response:
    say = Wording().say
    return sorry(
        say("This sign-in link no longer works"),
        say("It has been used already, or it is too old: a link works once, for a few minutes."),
        say(
            "Ask the bot for a new one: type {line} in a private chat with it.",
            line=in_words(hint("me sign-in"), ANYWHERE, Wording(), private=True),
        ),
        status=410,
    )
