"""Finds and removes keys, passwords and signatures in links.

Anybody with such a link has the access of the person it was issued to. Names are compared without
case and punctuation: `X-Amz-Signature` is `xamzsignature`. A name that ordinary links have too
counts only with a random-looking value. What a link to a shared file needs to work (Dropbox's
`rlkey`, Google Drive's `resourcekey`) was made to be passed on, and stays.
"""

import re
from typing import Any, TypeVar
from urllib.parse import quote, unquote, unquote_plus

from pydantic import BaseModel

R = TypeVar("R", bound=BaseModel)

BEFORE_AT = "a name or password before the @"
"""What people are told was found before the host (RFC 3986, 3.2.1)."""

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
"""Parameters that are secrets whatever their value."""

ENDINGS = (
    # OAuth 2.0 (RFC 6749, RFC 6750), OpenID Connect, JSON Web Tokens (RFC 7519), Firebase Storage
    *("token", "jwt", "clientsecret", "codeverifier", "assertion"),
    # What vendors call their keys, and PHP, Java and ASP their sessions
    *("apikey", "accesskey", "secretkey", "privatekey", "subscriptionkey", "sharekey"),
    *("sessionid", "sessid", "password", "secret"),
)
"""Endings of names of secrets with values of eight characters or more."""

IF_RANDOM = frozenset(
    (
        # Azure's shared access signatures (`sv`, `sig`), CloudFront's signed addresses
        *("sig", "signature", "hmac", "policy", "keypairid"),
        # OAuth 2.0's codes, CAS's tickets, sessions, invitations
        *("key", "code", "auth", "authorization", "ticket", "session", "sid", "credential"),
        *("invite", "invitation", "invitecode", "login", "magic", "nonce"),
    )
)
"""Parameters that are secrets only if their value looks random, as ordinary links have them too."""

ORDINARY = frozenset(("pagetoken", "nextpagetoken", "continuationtoken", "synctoken"))
"""Names that end like a secret's but are page markers."""

LONG_ENOUGH = 8
MOST_DEPTH = 3
_LOOKS_RANDOM = re.compile(r"(?<![A-Za-z0-9])(?=[A-Za-z]*\d)(?=\d*[A-Za-z])[A-Za-z0-9]{12,}")
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
    """The address without its secrets, and the names of those removed, each once, in order."""
    return _without(address, 0)


def text_without_secrets(text: str) -> tuple[str, tuple[str, ...]]:
    """Likewise for every address in a text."""
    names: list[str] = []

    def clean(match: re.Match[str]) -> str:
        link, more = without_secrets(match[0])
        names.extend(more)
        return link

    if text and not re.search(r"\s", text):  # an address may be typed without its scheme
        return without_secrets(text)
    return _ADDRESS.sub(clean, text), tuple(dict.fromkeys(names))


def request_without_secrets(request: R) -> tuple[R, tuple[str, ...]]:
    """Likewise for every address in every text of a request."""
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


def _without(address: str, depth: int) -> tuple[str, tuple[str, ...]]:
    names: list[str] = []
    rest, hash_mark, fragment = address.partition("#")
    place, question_mark, query = rest.partition("?")
    if _USER.search(place):
        names.append(BEFORE_AT)
        place = _USER.sub(r"\1", place)
    names += [match[1] for match in _SESSION_IN_PATH.finditer(place)]
    place = _SESSION_IN_PATH.sub("", place)
    query = _pairs(query, names, depth)
    route, asked, pairs = fragment.rpartition("?")
    pairs = _pairs(pairs, names, depth)
    fragment = f"{route}{asked}{pairs}" if pairs else route
    query, fragment = question_mark * bool(query) + query, hash_mark * bool(fragment) + fragment
    clean = f"{place}{query}{fragment}" if names else address
    return clean, tuple(dict.fromkeys(names))


def _pairs(query: str, names: list[str], depth: int) -> str:
    """The harmless parameters. Names of secret ones are added to `names`."""
    left: list[str] = []
    for pair in query.split("&"):
        name, equals, value = pair.partition("=")
        plain = unquote_plus(name)
        if equals and is_secret(plain, unquote(value)):
            names.append(plain)
            continue
        inner = unquote(value)
        if depth < MOST_DEPTH and inner.lower().startswith(("https://", "http://")):
            link, more = _without(inner, depth + 1)
            names += more
            left.append(f"{name}={quote(link, safe='')}" if more else pair)
        else:
            left.append(pair)
    return "&".join(left)


def is_secret(name: str, value: str) -> bool:
    """Whether a parameter with this name and value grants access."""
    called = _MARKS.sub("", name).casefold().removeprefix("amp;")
    if not value or called in ORDINARY:
        return False
    if called in ALWAYS or _KNOWN.search(value):
        return True
    if called.endswith(ENDINGS):
        return len(value) >= LONG_ENOUGH
    return called in IF_RANDOM and bool(_LOOKS_RANDOM.search(value))
