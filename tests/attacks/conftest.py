"""The towns and portals of other suites: attacks are tried on what is tested anyway."""

from services.portal.conftest import (
    _files,
    lively,
    open_portal,
    portal_settings,
    reading,
    town,
)

__all__ = [
    "_files",
    "lively",
    "open_portal",
    "portal_settings",
    "reading",
    "town",
]
