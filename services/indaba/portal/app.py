"""The portal's composition root."""

import socket
from collections.abc import Awaitable, Callable, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path

from starlette.routing import BaseRoute

from indaba.contracts import (
    holding,
    linking,
    membership,
    plans,
    publishing,
    record,
    retention,
    scheduling,
    series,
)
from indaba.ledger import Ledger
from indaba.ledger.session import Session
from indaba.portal import reactions
from indaba.portal.pages import build_app
from indaba.portal.settings import PortalSettings
from indaba.portal.store import Store
from indaba.process.file_store import FileStore
from indaba.process.health import WebServer
from indaba.process.loops import pause
from indaba.process.run import Readiness

MIGRATIONS = Path(__file__).parent / "migrations"
SWEEP_SECONDS = 3600.0


class PortTaken(Exception):  # noqa: N818 - read by operators
    """Another program listens where the portal should."""

    def __init__(self, host: str, port: int) -> None:
        super().__init__(
            f"Port {port} on {host} is in use by another program. Stop it, or choose another port "
            "with INDABA_PORTAL_PORT."
        )


def wire(ledger: Ledger) -> None:
    """Connect events with the functions that handle them, and let the portal send requests."""
    ledger.bus.expect_replies()
    ledger.on(membership.CommunityFounded, reactions.note_community, gathers=True)
    ledger.on(publishing.PublicationChanged, reactions.note_publication, gathers=True)
    ledger.on(publishing.AddressRenewed, reactions.note_address)
    ledger.on(membership.RolesChanged, reactions.end_sessions)
    ledger.on(membership.MemberLeft, reactions.end_sessions)
    ledger.on(membership.MemberErased, reactions.erase_member)
    ledger.on(retention.MembershipUnlinked, reactions.unlink_member)
    ledger.on(linking.MembersMerged, reactions.merge_members)
    ledger.on(linking.MembersParted, reactions.part_members)
    ledger.on(linking.AccountUnlinked, reactions.shut_out)
    ledger.on(linking.PlacesChanged, reactions.note_places, gathers=True)
    for changed in (
        scheduling.MeetingScheduled,
        scheduling.MeetingMoved,
        scheduling.MeetingChanged,
        scheduling.MeetingCancelled,
        scheduling.MeetingRestored,
        scheduling.MeetingClosed,
        scheduling.MeetingBlanked,
    ):
        ledger.on(changed, reactions.note_change, gathers=True)
    for noticed in (
        scheduling.MeetingAnnounced,
        plans.MovedUp,
        plans.PlansChanged,
        scheduling.CheckedIn,
        scheduling.ReminderDue,
        holding.MeetingStarted,
        holding.CheckInCorrected,
    ):
        ledger.on(noticed, reactions.note_answer, gathers=True)
    ledger.on(scheduling.RsvpChanged, reactions.note_rsvp, gathers=True)
    for repeated in (series.SeriesStarted, series.SeriesChanged, series.SeriesCalledOff):
        ledger.on(repeated, reactions.note_series, gathers=True)
    for written in (record.MinutesApproved, record.HighlightsShared):
        ledger.on(written, reactions.note_document, gathers=True)
    ledger.background("portal.sweep", partial(_sweep, ledger))


class Portal:
    """The portal as a part of a process. `port` and `url` are valid after `start`.

    Listens at once, so that people see a page and not an error while an engine is still away.
    Without `files`, saved files are reported as unavailable.
    """

    name = "portal"

    def __init__(
        self,
        ledger: Ledger,
        settings: PortalSettings,
        readiness: Callable[[], Awaitable[Sequence[Readiness]]],
        *,
        extra_routes: Sequence[BaseRoute] = (),
        port_fallback: bool = False,
        files: FileStore | None = None,
    ) -> None:
        self._ledger = ledger
        self._settings = settings
        self._port_fallback = port_fallback
        self._app = build_app(
            ledger,
            readiness,
            secure_cookies=settings.secure_cookies,
            url=lambda: self.url,
            extra_routes=extra_routes,
            files=files,
        )
        self._server: WebServer | None = None
        self.port = settings.port

    @property
    def url(self) -> str:
        """The public address, without a trailing slash."""
        return self._settings.address(self.port)

    async def start(self) -> None:
        """Listen, then connect to the bus. Raises `PortTaken`, unless any free port will do."""
        host = self._settings.host
        if _is_taken(host, self.port):
            if not self._port_fallback:
                raise PortTaken(host, self.port)
            self.port = 0
        self._server = WebServer(self.name, self._app, host, self.port)
        await self._server.start()
        self.port = self._server.port
        await self._ledger.start()

    async def stop(self) -> None:
        """Finish open requests, then the ledger's work."""
        if self._server is not None:
            await self._server.stop()
        await self._ledger.stop()

    async def ready(self) -> Readiness:
        """Ready when it listens and both engines answer."""
        if self._server is None:
            return Readiness(self.name, ok=False, why="not listening yet")
        ledger = await self._ledger.ready()
        return Readiness(self.name, ledger.ok, ledger.why)


def _is_taken(host: str, port: int) -> bool:
    if port == 0:
        return False
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with closing(socket.socket(family, socket.SOCK_STREAM)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return True
    return False


async def _sweep(ledger: Ledger) -> None:
    while True:
        async with ledger.database.begin() as connection:
            await Store(Session(connection, ledger.world.now())).forget_old()
        await pause(SWEEP_SECONDS)
