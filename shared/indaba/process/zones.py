"""Which time-zone rules a process reads: the pinned ones, whatever the machine has.

Python looks into the machine's own database first, and that is as old as the machine. All
processes of an installation must derive the same instants from the same wall times.
"""

import re
import zoneinfo
from pathlib import Path

_NAMED = re.compile(r"# version (\S+)")


def use_pinned() -> None:
    """Read zones from the pinned package from now on. Every process calls this first."""
    zoneinfo.reset_tzpath([])
    zoneinfo.ZoneInfo.clear_cache()


def use(folder: Path) -> None:
    """Read zones from a folder of compiled ones first, and what it lacks from the pinned package.

    Its `tzdata.zi` says in its first line which version it is, as the IANA's does.
    """
    zoneinfo.reset_tzpath([folder.absolute()])
    zoneinfo.ZoneInfo.clear_cache()


def version() -> str:
    """The version of the rules in use, such as "2026f"."""
    import tzdata

    for folder in zoneinfo.TZPATH:
        source = Path(folder, "tzdata.zi")
        if source.exists() and (named := _NAMED.match(source.read_text(encoding="utf-8"))):
            return named[1]
    return str(tzdata.IANA_VERSION)
