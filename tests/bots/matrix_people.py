"""People with accounts on a homeserver, talking through its plain API or an app that encrypts."""

from typing import Any
from urllib.parse import quote
from uuid import uuid4

import httpx

PAGE = 1000


class Person:
    """Somebody with an account, talking through the plain API."""

    def __init__(self, account: str, token: str, http: httpx.AsyncClient) -> None:
        self.account = account
        self.token = token
        self._http = http

    async def ask(self, method: str, path: str, body: Any = None, **given: Any) -> Any:
        reply = await self.try_to(method, path, body, **given)
        assert reply.is_success, reply.text
        return reply.json()

    async def try_to(
        self, method: str, path: str, body: Any = None, **given: Any
    ) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token}"}
        address = f"/_matrix/client/v3{path}"
        return await self._http.request(method, address, json=body, headers=headers, params=given)

    async def open_room(self, *invited: str, **settings: Any) -> str:
        given = {"name": "Maths teachers", "invite": list(invited), **settings}
        return str((await self.ask("POST", "/createRoom", given))["room_id"])

    async def join(self, room: str) -> None:
        await self.ask("POST", f"/join/{quote(room, safe='')}", {})

    async def say(self, room: str, body: str, **content: Any) -> str:
        return await self.send(
            room, "m.room.message", {"msgtype": "m.text", "body": body, **content}
        )

    async def send(self, room: str, kind: str, content: dict[str, Any]) -> str:
        path = f"/rooms/{quote(room)}/send/{kind}/{uuid4().hex}"
        return str((await self.ask("PUT", path, content))["event_id"])

    async def react(self, room: str, message: str, emoji: str) -> str:
        relation = {"rel_type": "m.annotation", "event_id": message, "key": emoji}
        return await self.send(room, "m.reaction", {"m.relates_to": relation})

    async def take_back(self, room: str, event: str) -> None:
        path = f"/rooms/{quote(room)}/redact/{quote(event)}/{uuid4().hex}"
        await self.ask("PUT", path, {})

    async def set_state(self, room: str, kind: str, content: dict[str, Any]) -> None:
        await self.ask("PUT", f"/rooms/{quote(room)}/state/{kind}/", content)

    async def events(self, room: str, by: str = "") -> list[dict[str, Any]]:
        """Everything said in a room, oldest first; by one account if it is named."""
        found: list[dict[str, Any]] = []
        given = {"dir": "b", "limit": str(PAGE)}
        while True:
            page = await self.ask("GET", f"/rooms/{quote(room)}/messages", **given)
            found += page["chunk"]
            # Members see all of a room: a page with room left on it is the last.
            if "end" not in page or len(page["chunk"]) < PAGE:
                break
            given["from"] = page["end"]
        return [event for event in found[::-1] if by in ("", event["sender"])]


class SealedPerson(Person):
    """Somebody whose app encrypts where the room does. What it could read is in `letters`."""

    def __init__(self, account: str, token: str, http: httpx.AsyncClient, app: Any) -> None:
        super().__init__(account, token, http)
        self._app = app
        self.letters: dict[str, dict[str, Any]] = {}
        self.unread: set[str] = set()

    async def look(self) -> None:
        """Take in what is new, as apps do all the time."""
        app = self._app
        news = await app.sync(timeout=0, full_state=not app.next_batch)
        for room, part in news.rooms.join.items():
            for event in part.timeline.events:
                sealed = event.source.get("type") == "m.room.encrypted"
                if sealed:
                    self.unread.add(event.event_id)
                self.letters[event.event_id] = {**event.source, "room_id": room}
        await app.send_to_device_messages()
        if app.should_upload_keys:
            await app.keys_upload()
        if app.should_query_keys:
            await app.keys_query()
        if app.should_claim_keys:
            await app.keys_claim(app.get_users_for_key_claiming())

    async def ephemeral(self, room: str, body: str, **content: Any) -> str:
        """Say something that is encrypted."""
        await self.look()
        said = {"msgtype": "m.text", "body": body, **content}
        reply = await self._app.room_send(
            room, "m.room.message", said, ignore_unverified_devices=True
        )
        return str(reply.event_id)

    def forget_keys_given(self, room: str) -> None:
        """The next message is encrypted with a new key."""
        self._app.olm.outbound_group_sessions.pop(room, None)

    async def whisper_without_key(self, room: str, body: str) -> tuple[str, dict[str, Any]]:
        """Say something whose key nobody is given; gives the message and the letters with its key.

        There are letters only for those who were written to before.
        """
        await self.look()
        olm = self._app.olm
        olm.create_outbound_group_session(room)
        members = (await self.ask("GET", f"/rooms/{quote(room)}/joined_members"))["joined"]
        _, letters = olm.share_group_session(
            room, list(members), ignore_missing_sessions=True, ignore_unverified_devices=True
        )
        olm.outbound_group_sessions[room].mark_as_shared()
        content = {"msgtype": "m.text", "body": body}
        sealed = olm.group_encrypt(room, {"type": "m.room.message", "content": content})
        return await self.send(room, "m.room.encrypted", sealed), letters

    async def hand_over(self, letters: dict[str, Any]) -> None:
        """Give a key to those it was kept from."""
        await self.ask("PUT", f"/sendToDevice/m.room.encrypted/{uuid4().hex}", letters)

    async def leave_app(self) -> None:
        await self._app.close()


def replied_to(event: dict[str, Any]) -> str:
    relation = event["content"].get("m.relates_to", {})
    return str(relation.get("m.in_reply_to", {}).get("event_id", ""))
