"""Pages as HTML: templates, their texts, and strict headers for browsers."""

import hashlib
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from indaba.contracts.membership import Platform
from indaba.contracts.refusal import Hint
from indaba.conversation.wording import Wording, off_discord
from indaba.portal import hints

if TYPE_CHECKING:
    from jinja2 import Environment

_TEMPLATES = Path(__file__).with_name("templates")

NEVER_KEEP = {"cache-control": "no-store"}
FORGET_ALL = {"clear-site-data": '"cache", "storage"'}
"""Cookies are left out: browsers would drop those of every other site on the same domain too."""

FILE_KEPT_SECONDS = 300
KEPT_FOR_GOOD = {"cache-control": "public, max-age=31536000, immutable"}
ASK_AGAIN = {"cache-control": "private, no-cache"}
ONLY_BY_HTTPS = "max-age=31536000; includeSubDomains"
"""For a year."""


def draw(
    page: str,
    *,
    status: int = 200,
    headers: Mapping[str, str] = ASK_AGAIN,
    wording: Wording | None = None,
    platforms: Iterable[Platform] = hints.ANYWHERE,
    **facts: Any,
) -> Response:
    """A page. Facts are escaped; sentences are translated by `wording`.

    What it suggests to type is written as on `platforms`.
    """
    words = wording or Wording()
    html = (
        _environment()
        .get_template(f"{page}.html")
        .render(
            say=words.say,
            rich=_rich(words),
            code=_code,
            typed=_typed(platforms, words),
            **facts,
        )
    )
    return HTMLResponse(html, status, headers=dict(headers))


def sorry(
    title: str,
    *words: str,
    status: int,
    headers: Mapping[str, str] = NEVER_KEEP,
    back: tuple[str, str] | None = None,
) -> Response:
    """A page that says what went wrong and what to do next, each a finished sentence.

    `back` is where to go on and its label; by default, the first page.
    """
    return draw("sorry", status=status, headers=headers, title=title, words=words, back=back)


def has_already(request: Request, tag: str) -> bool:
    """Whether the browser has the version with this ETag."""
    named = request.headers.get("if-none-match", "")
    return any(
        t.strip().removeprefix("W/") in {tag.removeprefix("W/"), "*"} for t in named.split(",")
    )


def answered(
    request: Request, body: bytes, media_type: str, name: str, *, for_all: bool = True
) -> Response:
    """A file that is requested again and again. 304 if the browser has the same bytes."""
    # A weak tag, as the bytes may be compressed on the way.
    tag = f'W/"{hashlib.sha256(body).hexdigest()[:32]}"'
    cache = "public" if for_all else "private"
    headers = {"etag": tag, "cache-control": f"{cache}, max-age={FILE_KEPT_SECONDS}"}
    if has_already(request, tag):
        return Response(status_code=304, headers=headers)
    headers["content-disposition"] = f'inline; filename="{name}"'
    return Response(body, headers={**headers, "content-type": media_type})


@cache
def strict_headers(*, secure: bool) -> dict[str, str]:
    """Headers of every response: no scripts, nothing from other sites, no framing.

    `secure` if the public address is https: browsers then never use http again.
    """
    policy = (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    )
    return {
        "content-security-policy": policy,
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
        **({"strict-transport-security": ONLY_BY_HTTPS} if secure else {}),
    }


@cache
def icon() -> bytes:
    """The site's icon, SVG."""
    return (_TEMPLATES / "icon.svg").read_bytes()


def stylesheet(digest: str) -> Response:
    """The stylesheet. A browser may cache it for ever if `digest` matches its bytes.

    A page from a replica with another version has another digest. It gets this version, uncached.
    """
    headers = KEPT_FOR_GOOD if digest == _style_digest() else NEVER_KEEP
    return Response(_style(), media_type="text/css", headers=headers)


@cache
def _style() -> bytes:
    return (_TEMPLATES / "style.css").read_bytes()


@cache
def _style_digest() -> str:
    return hashlib.sha256(_style()).hexdigest()[:16]


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
        finalize=_off_discord,
    )
    environment.globals["style"] = f"/style/{_style_digest()}.css"
    return environment


def _off_discord(value: object) -> object:
    """Whatever a template shows, with nobody's number on Discord in it, escaped already or not."""
    if isinstance(value, Markup):
        return Markup(off_discord(value))  # noqa: S704 - what is put in is plain
    return off_discord(value) if isinstance(value, str) else value


def _rich(wording: Wording) -> Any:
    """Like `say`, for facts that may contain our own markup."""

    def rich(words: str, /, **facts: object) -> Markup:
        translation = wording.say(words, **{name: f"{{{name}}}" for name in facts})
        return escape(translation).format(**facts)

    return rich


def _typed(platforms: Iterable[Platform], wording: Wording) -> Any:
    """In a template: `typed("meeting yes", code=...)`, and `typed("me sign-in", private=true)`."""
    named = frozenset(platforms)

    def typed(intent: str, /, *, private: bool = False, **arguments: str) -> Markup:
        wanted = Hint(intent, arguments)
        return hints.in_markup(wanted, named, wording, private=private)

    return typed


def _code(text: str) -> Markup:
    return Markup("<code>{}</code>").format(text)
