"""The bot's keys. The only place that knows nio's olm machine; it asks nobody anything.

nio's own client is not used: it parses away what it does not know, fails on the whole answer where
one member's device is made wrongly, and passes over members' devices whose id is like ours.
"""

import json
import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

from indaba.process import logs

ENCRYPTED = "m.room.encrypted"
MEGOLM = "m.megolm.v1.aes-sha2"
READ_TYPES = ("m.room.message", "m.reaction")
"""What we take out of an envelope. A redaction in one would take back what is not its sender's."""

PICKLE = "indaba"
"""Names the form of what is kept. What protects it is the folder, closed to others."""

RETIRED = ".retired"
TRIED_AGAIN = timedelta(hours=1)
"""After this, a device that could not be given a room's key is offered the next one."""

Device = tuple[str, str]
"""Account and id of a device."""


class Keyring:
    """All keys of one device of ours, in a file of its own in `folder`.

    Without a folder nothing can be read (`wanted` is false). Otherwise every method but `open`,
    `close` and `is_open` asks for an open keyring. What it raises is the disk's trouble: whoever
    sees it closes the keyring and opens it again, so that memory and disk agree.
    """

    def __init__(self, folder: str, account: str) -> None:
        self._folder = folder
        self._account = account
        self._olm: Any = None
        self._made: dict[str, datetime] = {}
        self._retired: frozenset[str] = frozenset()
        self.device = ""
        self.trouble = ""

    @property
    def wanted(self) -> bool:
        """Whether a folder is given, so that encrypted rooms are to be read."""
        return bool(self._folder)

    @property
    def is_open(self) -> bool:
        """Whether there are keys to work with now."""
        return self._olm is not None

    @property
    def machine(self) -> Any:
        """Nio's machine, for those who carry its letters."""
        return self._olm

    def open(self, device: str) -> None:
        """Take the keys of a device up from the disk, new ones if there are none."""
        from nio.crypto import Olm
        from nio.store import SqliteStore

        self.close()
        folder = Path(self._folder)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
        name = quote(f"{self._account}_{device}", safe="@:") + ".db"
        os.close(os.open(folder / name, os.O_CREAT | os.O_RDWR, 0o600))
        (folder / name).chmod(0o600)
        store = SqliteStore(self._account, device, str(folder), PICKLE, name)
        self._olm = Olm(self._account, device, store)
        self._retired = _retired(folder / name)
        self.device = device

    def close(self) -> None:
        """Put the keys away. Idempotent."""
        if self._olm is not None:
            self._olm.store.database.close()
            self._olm = None

    def take(self, news: dict[str, Any], since: str) -> None:
        """Take in what a sync brought for our device, all or nothing. Idempotent."""
        olm = self._olm
        if not since:  # nobody tells whose devices changed before
            olm.tracked_users.clear()
        letters = _part(news, "to_device").get("events")
        with olm.store.database.atomic():
            for letter in letters if isinstance(letters, list) else []:
                self._take_letter(letter)
        left = keys_left(_part(news, "device_one_time_keys_count"))
        if left is not None:
            olm.uploaded_key_count = left
        changes = _part(news, "device_lists")
        changed, gone = _accounts(changes.get("changed")), _accounts(changes.get("left"))
        olm.add_changed_users(changed & olm.tracked_users)
        olm.tracked_users -= gone

    def knows(self, room: str, session: str) -> bool:
        """Whether a room's key is here."""
        return any(True for _ in self._sessions(room, session))

    def strangers(self, room: str, events: Iterable[dict[str, Any]]) -> set[str]:
        """Senders of events whose key is here, but not known to be of a device of theirs."""
        found = set()
        for event in events:
            session = _part(event, "content").get("session_id")
            keys = list(self._sessions(room, session))
            if keys and not any(self._is_theirs(str(event.get("sender")), key) for key in keys):
                found.add(str(event.get("sender")))
        return found

    def read(self, room: str, event: dict[str, Any]) -> dict[str, Any] | None:
        """The event as it was before it was encrypted; `None` if it cannot be read.

        It is read only with a key that came from the sender's own device: others in the room have
        the key as well, and could say the words again in their own name.
        """
        content, sender = _part(event, "content"), str(event.get("sender"))
        if content.get("algorithm") != MEGOLM:
            return None
        for session in self._sessions(room, content.get("session_id")):
            if not self._is_theirs(sender, session):
                continue
            with suppress(Exception):  # vodozemac and json fail in many ways on what others made
                text, number = session.decrypt(content["ciphertext"])
                if self._is_first(session, number, event):
                    return _unsealed(room, event, json.loads(text))
        return None

    def lock(self, room: str, devices: Mapping[Device, Any], now: datetime) -> Any:
        """The key to seal a room's next message with, which none but `devices` have.

        A new one if somebody who has it is gone, or somebody is there who has it not.
        """
        olm = self._olm
        session = olm.outbound_group_sessions.get(room)
        old = now - self._made.get(room, now) > TRIED_AGAIN
        if session is None or _is_stale(session, devices.keys(), old=old):
            self._made[room] = now
            with olm.store.database.atomic():
                olm.create_outbound_group_session(room)
            session = olm.outbound_group_sessions[room]
        return session

    def devices(self, accounts: Iterable[str]) -> dict[Device, Any]:
        """The known devices of accounts, without our own."""
        store, own = self._olm.device_store, (self._account, self.device)
        found = {(a, d.id): d for a in accounts for d in store.active_user_devices(a)}
        return {name: device for name, device in found.items() if name != own}

    def without_line(self, devices: Mapping[Device, Any]) -> list[Device]:
        """Those of the devices to which we have no line of our own yet."""
        return [name for name, device in devices.items() if self._line(device) is None]

    def letters(self, room: str, devices: Mapping[Device, Any]) -> dict[str, dict[str, Any]]:
        """A room's key for each of the devices, by account and device."""
        olm, session = self._olm, self._olm.outbound_group_sessions[room]
        key = {"algorithm": MEGOLM, "room_id": room}
        key |= {"session_id": session.id, "session_key": session.session_key}
        written: dict[str, dict[str, Any]] = {}
        with olm.store.database.atomic():
            for (account, name), device in devices.items():
                line = self._line(device)
                letter = olm._olm_encrypt(line, device, "m.room_key", key)  # noqa: SLF001 - nio has no other way
                written.setdefault(account, {})[name] = letter
        return written

    def seal(self, room: str, kind: str, content: dict[str, Any]) -> dict[str, Any]:
        """An event's content, encrypted; what it relates to stays to be seen, as rooms need it."""
        olm, session = self._olm, self._olm.outbound_group_sessions[room]
        inner = {name: value for name, value in content.items() if name != "m.relates_to"}
        plain = {"type": kind, "content": inner, "room_id": room}
        sealed = {
            "algorithm": MEGOLM,
            "sender_key": olm.account.identity_keys["curve25519"],
            "ciphertext": session.encrypt(json.dumps(plain, ensure_ascii=False)),
            "session_id": session.id,
            "device_id": self.device,
        }
        relation = content.get("m.relates_to")
        return sealed | ({"m.relates_to": relation} if relation else {})

    def _line(self, device: Any) -> Any:
        """Where letters to a device are written: the line used last that is not retired."""
        lines = self._olm.session_store[device.curve25519]
        return next((line for line in lines if line.id not in self._retired), None)

    def _sessions(self, room: str, session: object) -> Iterable[Any]:
        by_sender = self._olm.inbound_group_store[room]
        return [kept[session] for kept in by_sender.values() if session in kept]

    def _is_theirs(self, account: str, session: Any) -> bool:
        devices = self._olm.device_store[account].values()
        theirs = {(device.curve25519, device.ed25519) for device in devices}
        return (session.sender_key, session.ed25519) in theirs

    def _is_first(self, session: Any, number: int, event: dict[str, Any]) -> bool:
        """Whether words are not those of another event, sent again by somebody in between."""
        as_nio = SimpleNamespace(
            sender_key=session.sender_key,
            session_id=session.id,
            event_id=event.get("event_id"),
            server_timestamp=event.get("origin_server_ts"),
        )
        return bool(self._olm.message_index_ok(number, as_nio))

    def _take_letter(self, letter: object) -> None:
        from nio import ToDeviceEvent
        from peewee import PeeweeException  # type: ignore[import-untyped]

        if not isinstance(letter, dict) or letter.get("type") != ENCRYPTED:
            return
        try:
            self._olm.handle_to_device_event(ToDeviceEvent.parse_event(letter))
        except PeeweeException:
            raise
        except Exception as error:  # noqa: BLE001 - anybody may send us a letter
            log = logs.get(process="matrix_bot")
            log.warning("letter.set-aside", error=type(error).__name__)


def retire_lines(file: Path) -> None:
    """The keys in a file are from a backup: listen on their lines, but write on new ones.

    Who is on the other end may have had letters since, and reads no two under one number.
    """
    from nio.store import OlmSessions
    from peewee import SqliteDatabase

    kept = SqliteDatabase(str(file))
    with kept.bind_ctx([OlmSessions]), kept.connection_context():
        lines = [str(line.session_id) for line in OlmSessions.select(OlmSessions.session_id)]
    path = file.with_suffix(RETIRED)
    path.write_text(json.dumps(lines), encoding="utf-8")
    path.chmod(0o600)


def _retired(file: Path) -> frozenset[str]:
    try:
        return frozenset(json.loads(file.with_suffix(RETIRED).read_text(encoding="utf-8")))
    except FileNotFoundError:
        return frozenset()


def sealed_file(data: bytes) -> tuple[bytes, dict[str, Any]]:
    """A file encrypted, and what a message says so that its readers can open it."""
    from nio.crypto import encrypt_attachment

    sealed, keys = encrypt_attachment(data)
    return sealed, keys


def opened_file(sealed: bytes, keys: dict[str, Any]) -> bytes | None:
    """A file as it was before it was encrypted; `None` if it is not the one that was sent."""
    from nio.crypto import decrypt_attachment

    try:
        plain = decrypt_attachment(sealed, keys["key"]["k"], keys["hashes"]["sha256"], keys["iv"])
        return bytes(plain)
    except Exception:  # noqa: BLE001 - keys are made by others, and fail in many ways
        return None


def _is_stale(session: Any, devices: Iterable[Device], *, old: bool) -> bool:
    there = set(devices)
    if session.expired or session.users_shared_with - there:
        return True
    if session.users_ignored and old:
        return True
    return bool(session.shared and there - session.users_shared_with - session.users_ignored)


def _unsealed(room: str, event: dict[str, Any], plain: Any) -> dict[str, Any] | None:
    if plain["room_id"] != room or plain["type"] not in READ_TYPES:
        return None
    content = dict(plain["content"])
    relation = _part(event, "content").get("m.relates_to")
    if relation is not None:
        content["m.relates_to"] = relation
    return {**event, "type": plain["type"], "content": content}


def _accounts(given: object) -> set[str]:
    return {a for a in given if isinstance(a, str)} if isinstance(given, list) else set()


def keys_left(counts: dict[str, Any]) -> int | None:
    """How many of our one-time keys a homeserver still has, if it says so.

    So many as are missing are made at once: of less than none it would be without end.
    """
    left = counts.get("signed_curve25519")
    return max(left, 0) if isinstance(left, int) and not isinstance(left, bool) else None


def _part(event: dict[str, Any], name: str) -> dict[str, Any]:
    found = event.get(name)
    return found if isinstance(found, dict) else {}
