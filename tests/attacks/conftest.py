"""The town and portal of other suites, one a file: attacks are tried on what is tested anyway."""

from services.portal.one_town.conftest import lively, opened
from services.portal.standing import bus_url, database, files, open_portal, town

__all__ = ["bus_url", "database", "files", "lively", "open_portal", "opened", "town"]
