"""Which release of Indaba this is, and which of two is the newer one."""

import importlib.metadata
import re


def version() -> str:
    """Indaba's version."""
    return importlib.metadata.version("indaba")


def is_newer(release: str, than: str) -> bool:
    """Whether one release comes after another; what follows the numbers does not count."""
    return _numbers(release) > _numbers(than)


def _numbers(release: str) -> tuple[int, ...]:
    match = re.match(r"\d+(?:\.\d+)*", release)
    return tuple(int(number) for number in match[0].split(".")) if match else ()
