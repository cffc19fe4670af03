"""The kind of a resource, guessed if it was not given, and languages as people name them."""

import re
from functools import cache

from indaba.contracts.library import ResourceKind
from indaba.contracts.refusal import Refusal

_VIDEO_HOSTS = ("youtube.com", "youtu.be", "vimeo.com", "dailymotion.com", "ted.com", "loom.com")
_AUDIO_HOSTS = ("soundcloud.com", "podcasts.apple.com", "open.spotify.com", "iono.fm")
_BY_SUFFIX = {
    ResourceKind.DOCUMENT: {"pdf", "doc", "docx", "odt", "rtf", "txt", "epub"},
    ResourceKind.PRESENTATION: {"ppt", "pptx", "odp", "key"},
    ResourceKind.DATASET: {"csv", "xls", "xlsx", "ods", "tsv"},
    ResourceKind.VIDEO: {"mp4", "webm", "mov", "m4v", "avi"},
    ResourceKind.AUDIO: {"mp3", "ogg", "m4a", "wav", "flac", "opus"},
}
_TAG = re.compile(r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")
_COUNTRY = 2
"""Letters of a country in a tag, such as ZA. These are written in capitals."""

_LOCAL_NAMES = {
    "isizulu": "zu",
    "isixhosa": "xh",
    "isindebele": "nr",
    "sesotho": "st",
    "sepedi": "nso",
    "setswana": "tn",
    "siswati": "ss",
    "tshivenda": "ve",
    "xitsonga": "ts",
}


class UnknownLanguage(Refusal):
    """The language is unknown."""

    code = "unknown-language"

    def __init__(self, named: str) -> None:
        super().__init__(
            f"I know no language {named!r}. Name it as isiZulu, or by its tag, as zu.", named=named
        )


def kind_of_page(host: str, path: str) -> ResourceKind:
    """The kind of the page at an address."""
    if _is_on(host, _VIDEO_HOSTS):
        return ResourceKind.VIDEO
    if _is_on(host, _AUDIO_HOSTS):
        return ResourceKind.AUDIO
    return _by_suffix(path.rpartition("/")[2]) or ResourceKind.WEBSITE


def kind_of_file(media_type: str, name: str) -> ResourceKind:
    """The kind of a file. Its name counts only among the kinds that its content allows."""
    general = media_type.partition("/")[0]
    if general in ("video", "audio"):
        return ResourceKind(general)
    if "presentation" in media_type:
        return ResourceKind.PRESENTATION
    if general == "image":
        return ResourceKind.OTHER
    named = _by_suffix(name)
    allowed = {
        "text/plain": {ResourceKind.DATASET},
        "application/x-ole-storage": {ResourceKind.PRESENTATION, ResourceKind.DATASET},
    }
    return named if named in allowed.get(media_type, ()) and named else ResourceKind.DOCUMENT


def language_tag(named: str) -> str:
    """The BCP 47 tag of a language given by tag or name; empty for an empty name.

    Raises `UnknownLanguage`.
    """
    plain = named.strip()
    tag = _LOCAL_NAMES.get(plain.casefold()) or _languages().get(plain.casefold()) if plain else ""
    if tag is not None:
        return tag
    if not _TAG.match(plain) or plain[:3].partition("-")[0].lower() not in _tags():
        raise UnknownLanguage(plain)
    first, *rest = plain.split("-")
    return "-".join(
        [first.lower(), *(part.upper() if len(part) == _COUNTRY else part for part in rest)]
    )


@cache
def _languages() -> dict[str, str]:
    from babel import Locale

    return {name.casefold(): tag for tag, name in Locale("en").languages.items() if "_" not in tag}


@cache
def _tags() -> frozenset[str]:
    return frozenset(_languages().values())


def _is_on(host: str, hosts: tuple[str, ...]) -> bool:
    return any(host == known or host.endswith(f".{known}") for known in hosts)


def _by_suffix(name: str) -> ResourceKind | None:
    _, dot, suffix = name.rpartition(".")
    if not dot:
        return None
    return next((kind for kind, known in _BY_SUFFIX.items() if suffix.lower() in known), None)
