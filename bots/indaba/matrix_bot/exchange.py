"""Hands our keys out and asks for those of others, through the homeserver."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from itertools import islice
from typing import Any

from indaba.conversation.delivery.platform import Wait
from indaba.matrix_bot.client import Homeserver, Refused, patiently
from indaba.matrix_bot.crypto import ENCRYPTED, Device, Keyring, keys_left
from indaba.matrix_bot.rooms import Rooms
from indaba.process import logs
from indaba.process.loops import Wake
from indaba.process.world import World

LETTERS_AT_ONCE = 20
LOOK_SECONDS = 60.0
ACCOUNTS_AT_ONCE = 250
MOST_UPLOADS = 20
KNOWN_ALREADY = 400
NOT_YET, LONG = timedelta(seconds=1), timedelta(seconds=30)
SILENT_SECONDS = 300.0
"""How long we do not ask again for devices of somebody whose server did not answer."""

FAR_AWAY_MS = 10_000
"""How long our homeserver waits for others when it is asked for keys."""

LOST = (
    "the keys of this login are lost: a new file was made, and members' programs may refuse it. "
    "Log the bot in anew, as a new device, and set its new access token"
)


class Exchange:
    """The traffic of keys. Methods raise `Wait` and are idempotent."""

    def __init__(
        self, homeserver: Homeserver, rooms: Rooms, keyring: Keyring, world: World
    ) -> None:
        self.keyring = keyring
        self._world = world
        self.wake = Wake()
        self._homeserver = homeserver
        self._rooms = rooms
        self._doors: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._asking = asyncio.Lock()
        self._silent: dict[str, float] = {}

    async def begin(self) -> None:
        """Take the keys up, and let the homeserver have our half of them."""
        keyring, device = self.keyring, self._homeserver.device
        if not keyring.wanted:
            return
        try:
            if not device:
                raise OSError("the access token belongs to no device")  # noqa: TRY301 - one way to say so
            keyring.open(device)
        except Exception as error:
            self._is(f"the keys cannot be used ({error})")
            raise Wait(LONG) from error
        self._is("")
        with suppress(Wait):
            if not keyring.machine.account.shared and await self._has_other_keys(device):
                self._log().error("keys.lost", why=LOST)
            await self.tend()
        self.wake.ring()

    async def run(self) -> None:
        """Carry letters for ever, apart from the hearing, which waits for nobody's server."""
        while True:
            await self.wake.wait(LOOK_SECONDS)
            try:
                await self.tend()
            except Wait as wait:
                await patiently(wait)
                self.wake.ring()

    async def tend(self) -> None:
        """After a sync: offer new keys, ask for changed ones, mend what broke."""
        olm = self.keyring.machine
        if olm is None:
            return
        if olm.should_upload_keys:
            await self._upload(olm)
        if olm.users_for_key_query:
            await self.know(set(olm.users_for_key_query))
        if olm.wedged_devices:
            await self._claim([(d.user_id, d.id) for d in olm.wedged_devices])
            olm.wedged_devices.clear()
        for letter in list(olm.outgoing_to_device_messages):
            await self._send(letter.type, letter.as_dict()["messages"])
            olm.outgoing_to_device_messages.remove(letter)

    async def know(self, accounts: Iterable[str]) -> None:
        """See that the devices of accounts are known, as they are now."""
        async with self._asking:
            olm, now = self.keyring.machine, asyncio.get_running_loop().time()
            wanted = sorted(
                account
                for account in accounts
                if account in olm.users_for_key_query or account not in olm.tracked_users
                if self._silent.get(account, 0.0) <= now
            )
            for start in range(0, len(wanted), ACCOUNTS_AT_ONCE):
                await self._ask_for_devices(wanted[start : start + ACCOUNTS_AT_ONCE])

    async def seal(self, room: str, kind: str, content: dict[str, Any]) -> dict[str, Any]:
        """Content for an encrypted room that everybody who is in it now can read."""
        if not self.keyring.is_open:
            raise Wait(NOT_YET)
        async with self._doors[room]:
            members = (await self._rooms.of(room)).members
            await self.know(members)
            devices = self.keyring.devices(members)
            session = self.keyring.lock(room, devices, self._world.now())
            if not session.shared:
                await self._hand_out(room, session, devices)
            return self.keyring.seal(room, kind, content)

    async def _hand_out(self, room: str, session: Any, devices: Mapping[Device, Any]) -> None:
        left = {n: d for n, d in devices.items() if n not in session.users_shared_with}
        if unreached := self.keyring.without_line(left):
            await self._claim(unreached)
        session.users_ignored = set(self.keyring.without_line(left))
        ready = iter([(n, d) for n, d in left.items() if n not in session.users_ignored])
        while some := dict(islice(ready, LETTERS_AT_ONCE)):
            letters = self.keyring.letters(room, some)
            await self._send(ENCRYPTED, letters)
            session.users_shared_with.update(some)
        session.mark_as_shared()

    async def _send(self, kind: str, letters: dict[str, dict[str, Any]]) -> None:
        await self._homeserver.send_letters(kind, self._world.new_id().hex, letters)

    async def _upload(self, olm: Any) -> None:
        """Offer keys. An id the homeserver knows from before our file was put back is passed by."""
        from nio import KeysUploadResponse

        for _ in range(MOST_UPLOADS):
            try:
                answer = await self._homeserver.keys("upload", olm.share_keys())
            except Refused as refused:
                self._log().warning("keys.not-taken", why=str(refused))
                if refused.status != KNOWN_ALREADY:
                    return
                olm.mark_keys_as_published()
                olm.save_account()
                continue
            left = keys_left(_part(answer, "one_time_key_counts")) or 0
            olm.handle_response(KeysUploadResponse(0, left))
            return
        olm.uploaded_key_count = None

    async def _ask_for_devices(self, accounts: Sequence[str]) -> None:
        """Ask for some accounts' devices. Who changes meanwhile is asked for again."""
        olm = self.keyring.machine
        olm.users_for_key_query.difference_update(accounts)
        asked = {"device_keys": {account: [] for account in accounts}, "timeout": FAR_AWAY_MS}
        try:
            found = _part(await self._homeserver.keys("query", asked), "device_keys")
        except Wait:
            olm.users_for_key_query.update(accounts)
            raise
        except Refused as refused:
            olm.users_for_key_query.update(accounts)
            raise Wait(LONG) from refused
        changed = set(olm.users_for_key_query)
        for account in accounts:
            if not self._take_devices(account, found.get(account)):
                now = asyncio.get_running_loop().time()
                self._silent[account] = now + SILENT_SECONDS
        olm.users_for_key_query.update(changed)

    def _take_devices(self, account: str, devices: object) -> bool:
        """Each device by itself: one that is made wrongly must not hide the others."""
        from nio import KeysQueryResponse

        if not isinstance(devices, dict):
            return False
        whole = {n: _signed(keys) for n, keys in devices.items() if _is_whole(account, n, keys)}
        self.keyring.machine.handle_response(KeysQueryResponse({account: whole}, {}))
        return True

    async def _claim(self, devices: Sequence[Device]) -> None:
        """Ask for the keys that begin a line to each of the devices, as far as they are there."""
        from nio import KeysClaimResponse

        wanted: dict[str, dict[str, str]] = {}
        for account, name in devices:
            wanted.setdefault(account, {})[name] = "signed_curve25519"
        asked = {"one_time_keys": wanted, "timeout": FAR_AWAY_MS}
        try:
            found = _part(await self._homeserver.keys("claim", asked), "one_time_keys")
        except Refused as refused:
            self._log().warning("keys.not-claimed", why=str(refused))
            return
        for account, name in devices:
            key = _part(_part(found, account), name)
            try:
                self.keyring.machine.handle_response(KeysClaimResponse({account: {name: key}}, {}))
            except Exception as error:  # noqa: BLE001 - keys are made by others
                self._log().warning("device.set-aside", error=type(error).__name__)

    async def _has_other_keys(self, device: str) -> bool:
        """Whether the homeserver knows keys of our device that are not those we have."""
        me = self._homeserver.user_id
        answer = await self._homeserver.keys("query", {"device_keys": {me: [device]}})
        known = _part(_part(_part(answer, "device_keys"), me), device)
        there = _part(known, "keys").get(f"ed25519:{device}")
        ours = self.keyring.machine.account.identity_keys["ed25519"]
        return there is not None and there != ours

    def _is(self, trouble: str) -> None:
        if trouble and trouble != self.keyring.trouble:
            self._log().error("keys.trouble", why=trouble)
        self.keyring.trouble = trouble

    def _log(self) -> Any:
        return logs.get(process="matrix_bot")


def _is_whole(account: str, name: object, keys: object) -> bool:
    """Whether a device is as nio expects it."""
    from nio import KeysQueryResponse

    if not isinstance(keys, dict) or (keys.get("user_id"), keys.get("device_id")) != (
        account,
        name,
    ):
        return False
    answer = KeysQueryResponse.from_dict({"device_keys": {account: {name: keys}}, "failures": {}})
    return isinstance(answer, KeysQueryResponse)


def _signed(keys: dict[str, Any]) -> dict[str, Any]:
    """What the device itself has said, without what servers added."""
    return {name: value for name, value in keys.items() if name != "unsigned"}


def _part(answer: object, name: str) -> dict[str, Any]:
    found = answer.get(name) if isinstance(answer, dict) else None
    return found if isinstance(found, dict) else {}
