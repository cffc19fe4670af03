"""Keys, passwords and signatures in links: what they are called, and the link without them.

Whoever has such a link is let in as whoever had it first. Names are compared without case and
marks: `X-Amz-Signature` is `xamzsignature`. A name that ordinary links have too counts only where
its value looks drawn by lot. What a link to a shared file cannot do without (Dropbox's `rlkey`,
Google Drive's `resourcekey`) was made to be passed on, and stays.
"""

import re
from typing import Any, TypeVar
from urllib.parse import quote, unquote, unquote_plus

from pydantic import BaseModel

R = TypeVar("R", bound=BaseModel)

BEFORE_AT = "a name or password before the @"
"""What is called so that stands before the host (RFC 3986, 3.2.1)."""

ALWAYS = frozenset(
    (
        # Passwords, also of Zoom's meetings (`pwd`) and Moodle's sessions (`sesskey`)
        *("password", "passwd", "passcode", "passphrase", "pwd", "secret", "otp", "sesskey"),
        # Amazon S3 (Signature V4 and V2), Google Cloud Storage, both in signed addresses
        *("xamzsignature", "xamzcredential", "xamzsecuritytoken", "awsaccesskeyid"),
        *("xgoogsignature", "xgoogcredential", "googleaccessid"),
        # Firebase's links in mail, SAML's answers (OASIS SAML bindings), OneDrive's shares
        *("oobcode", "samlresponse", "samlart", "authkey"),
    )
)
"""Names of secrets, whatever their value."""

ENDINGS = (
    # OAuth 2.0 (RFC 6749, RFC 6750), OpenID Connect, JSON Web Tokens (RFC 7519), Firebase Storage
    *("token", "jwt", "clientsecret", "codeverifier", "assertion"),
    # What vendors call their keys, and PHP, Java and ASP their sessions
    *("apikey", "accesskey", "secretkey", "privatekey", "subscriptionkey", "sharekey"),
    *("sessionid", "sessid", "password", "secret"),
)
"""How names of secrets end whose values are of eight letters or more."""

BY_LOT = frozenset(
    (
        # Azure's shared access signatures (`sv`, `sig`), CloudFront's signed addresses
        *("sig", "signature", "hmac", "policy", "keypairid"),
        # OAuth 2.0's codes, CAS's tickets, sessions, invitations
        *("key", "code", "auth", "authorization", "ticket", "session", "sid", "credential"),
        *("invite", "invitation", "invitecode", "login", "magic", "nonce"),
    )
)
"""Names that ordinary links have too."""

ORDINARY = frozenset(("pagetoken", "nextpagetoken", "continuationtoken", "synctoken"))
"""Names that end like a secret's, and count pages."""

LONG_ENOUGH = 8
MOST_DEEP = 3
_DRAWN = re.compile(r"(?<![A-Za-z0-9])(?=[A-Za-z]*\d)(?=\d*[A-Za-z])[A-Za-z0-9]{12,}")
_KNOWN = re.compile(
    # JSON Web Tokens; keys of Amazon, Google, GitHub, Slack and Stripe by their prefixes
    r"\beyJ[\w-]{10,}\.[\w-]{10,}\.|\bAKIA[0-9A-Z]{16}|\bAIza[\w-]{35}|\bgh[pousr]_\w{30,}"
    r"|\bxox[abprs]-[\w-]{10,}|\bsk_live_\w{16,}"
)
_MARKS = re.compile(r"[-_.~\[\]\s]")
_ADDRESS = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)
_USER = re.compile(r"^([^/?#]*//)[^/?#]*@")
_SESSION_IN_PATH = re.compile(r";(jsessionid|sid|phpsessid)=[^/?#;]*", re.IGNORECASE)


def without_secrets(address: str) -> tuple[str, tuple[str, ...]]:
    """The address without its secrets, and what these are called in it, each once, in order."""
    return _without(address, 0)


def text_without_secrets(text: str) -> tuple[str, tuple[str, ...]]:
    """The same of every address in a text."""
    names: list[str] = []

    def clean(match: re.Match[str]) -> str:
        link, more = without_secrets(match[0])
        names.extend(more)
        return link

    if text and not re.search(r"\s", text):  # an address may be typed without its scheme
        return without_secrets(text)
    return _ADDRESS.sub(clean, text), tuple(dict.fromkeys(names))


def request_without_secrets(request: R) -> tuple[R, tuple[str, ...]]:
    """The same of every address in every text of a request."""
    values, names = _in_values(request.model_dump(mode="json", exclude_defaults=True))
    return type(request).model_validate(values) if names else request, names


def _in_values(value: Any) -> tuple[Any, tuple[str, ...]]:
    if isinstance(value, str):
        return text_without_secrets(value)
    if isinstance(value, dict):
        parts = {name: _in_values(each) for name, each in value.items()}
        clean = {name: each for name, (each, _) in parts.items()}
        return clean, _all_names(names for _, names in parts.values())
    if isinstance(value, list):
        items = [_in_values(each) for each in value]
        return [each for each, _ in items], _all_names(names for _, names in items)
    return value, ()


def _all_names(lists: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for names in lists for name in names))


def _without(address: str, deep: int) -> tuple[str, tuple[str, ...]]:
    names: list[str] = []
    rest, hash_mark, fragment = address.partition("#")
    place, question_mark, query = rest.partition("?")
    if _USER.search(place):
        names.append(BEFORE_AT)
        place = _USER.sub(r"\1", place)
    names += [match[1] for match in _SESSION_IN_PATH.finditer(place)]
    place = _SESSION_IN_PATH.sub("", place)
    query = _pairs(query, names, deep)
    route, asked, pairs = fragment.rpartition("?")
    pairs = _pairs(pairs, names, deep)
    fragment = f"{route}{asked}{pairs}" if pairs else route
    query, fragment = question_mark * bool(query) + query, hash_mark * bool(fragment) + fragment
    clean = f"{place}{query}{fragment}" if names else address
    return clean, tuple(dict.fromkeys(names))


def _pairs(query: str, names: list[str], deep: int) -> str:
    """The pairs that are no secrets; `names` grows by those that are."""
    left: list[str] = []
    for pair in query.split("&"):
        name, equals, value = pair.partition("=")
        plain = unquote_plus(name)
        if equals and is_secret(plain, unquote(value)):
            names.append(plain)
            continue
        inner = unquote(value)
        if deep < MOST_DEEP and inner.lower().startswith(("https://", "http://")):
            link, more = _without(inner, deep + 1)
            names += more
            pair = f"{name}={quote(link, safe='')}" if more else pair  # noqa: PLW2901
        left.append(pair)
    return "&".join(left)


def is_secret(name: str, value: str) -> bool:
    """Whether a parameter of that name and value lets somebody in."""
    called = _MARKS.sub("", name).casefold().removeprefix("amp;")
    if not value or called in ORDINARY:
        return False
    if called in ALWAYS or _KNOWN.search(value):
        return True
    if called.endswith(ENDINGS):
        return len(value) >= LONG_ENOUGH
    return called in BY_LOT and bool(_DRAWN.search(value))
