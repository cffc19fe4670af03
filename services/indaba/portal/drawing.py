"""Pages as HTML: templates, the words in them, and the headers that keep browsers strict."""

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
from indaba.conversation.wording import Wording
from indaba.portal import hints

if TYPE_CHECKING:
    from jinja2 import Environment

_TEMPLATES = Path(__file__).with_name("templates")

NEVER_KEEP = {"cache-control": "no-store"}
FORGET_ALL = {"clear-site-data": '"cache", "storage"'}
"""Not its cookies too: browsers would drop those of every other site below the same domain."""

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
    """A page. Facts are escaped; sentences pass the catalogue of `wording`.

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
    """A page that says what went wrong and what to do next, each a sentence already in words.

    `back` is where to go on and what that is called; the first page if it is not given.
    """
    return draw("sorry", status=status, headers=headers, title=title, words=words, back=back)


def has_already(request: Request, tag: str) -> bool:
    """Whether the browser says that it has the version with this ETag."""
    named = request.headers.get("if-none-match", "")
    return any(
        t.strip().removeprefix("W/") in {tag.removeprefix("W/"), "*"} for t in named.split(",")
    )


def answered(
    request: Request, body: bytes, media_type: str, name: str, *, for_all: bool = True
) -> Response:
    """A file that is asked for again and again; 304 where the same bytes are known already."""
    # Weak: the bytes on the way may be compressed.
    tag = f'W/"{hashlib.sha256(body).hexdigest()[:32]}"'
    kept = "public" if for_all else "private"
    headers = {"etag": tag, "cache-control": f"{kept}, max-age={FILE_KEPT_SECONDS}"}
    if has_already(request, tag):
        return Response(status_code=304, headers=headers)
    headers["content-disposition"] = f'inline; filename="{name}"'
    return Response(body, headers={**headers, "content-type": media_type})


@cache
def strict_headers(*, secure: bool) -> dict[str, str]:
    """What every response says: no scripts, nothing from elsewhere, in nobody's frame.

    `secure` where the public address is https: browsers then never ask by http again.
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
    """The site's picture, SVG."""
    return (_TEMPLATES / "icon.svg").read_bytes()


def stylesheet(digest: str) -> Response:
    """The stylesheet. A browser may cache it for ever if `digest` is that of its bytes.

    A page drawn by a replica of another version names another digest; it gets what there is.
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
    )
    environment.globals["style"] = f"/style/{_style_digest()}.css"
    return environment


def _rich(wording: Wording) -> Any:
    """Like `say`, where facts may be markup of ours."""

    def rich(words: str, /, **facts: object) -> Markup:
        kept = wording.say(words, **{name: f"{{{name}}}" for name in facts})
        return escape(kept).format(**facts)

    return rich


def _typed(platforms: Iterable[Platform], wording: Wording) -> Any:
    """In a template: `typed("meeting yes", code=...)`, and `typed("me sign-in", private=true)`."""
    there = frozenset(platforms)

    def typed(intent: str, /, *, private: bool = False, **arguments: str) -> Markup:
        wanted = Hint(intent, arguments)
        return hints.in_markup(wanted, there, wording, private=private)

    return typed


def _code(text: str) -> Markup:
    return Markup("<code>{}</code>").format(text)
