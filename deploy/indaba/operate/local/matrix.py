"""A client for one account on a homeserver, for the trial room, the chat and the doctor."""

from typing import Any, Self
from urllib.parse import quote
from uuid import uuid4

import httpx

from indaba.contracts.refusal import Refusal

CLIENT = "/_matrix/client/v3"
TOO_MANY = 429


class HomeserverAway(Refusal):
    """Nobody answers at the homeserver's address."""

    code = "homeserver-away"

    def __init__(self, url: str, why: str) -> None:
        super().__init__(
            f"The homeserver {url} does not answer ({why}). Check its address and that it runs.",
            url=url,
        )


class HomeserverRefused(Refusal):
    """The homeserver said no. `errcode` is its own word for it, such as M_FORBIDDEN."""

    code = "homeserver-refused"

    def __init__(self, url: str, status: int, errcode: str, said: str) -> None:
        super().__init__(f"The homeserver {url} said no: {said or errcode or status}", url=url)
        self.errcode = errcode
        self.status = status


class MatrixClient:
    """Asks a homeserver with one account's token. Use as an async context manager."""

    def __init__(self, url: str, token: str) -> None:
        self._url = url.rstrip("/")
        headers = {"Authorization": f"Bearer {token}"}
        self._http = httpx.AsyncClient(
            base_url=self._url, headers=headers, timeout=40.0, trust_env=url.startswith("https")
        )

    def move_to(self, url: str) -> None:
        """The homeserver answers at another address now."""
        self._url = url.rstrip("/")
        self._http.base_url = httpx.URL(self._url)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    async def ask(self, method: str, path: str, body: Any = None, **query: str) -> dict[str, Any]:
        """The answer. Raises `HomeserverAway` or `HomeserverRefused`."""
        from asyncio import sleep

        while True:
            try:
                reply = await self._http.request(
                    method, f"{CLIENT}{path}", json=body, params=query or None
                )
            except httpx.HTTPError as error:
                raise HomeserverAway(self._url, type(error).__name__) from None
            said = _parsed(reply)
            if reply.status_code != TOO_MANY:
                break
            await sleep(min(float(said.get("retry_after_ms", 1000)) / 1000, 30.0))
        if reply.is_error:
            code, words = str(said.get("errcode", "")), str(said.get("error", ""))
            raise HomeserverRefused(self._url, reply.status_code, code, words)
        return said

    async def whoami(self) -> str:
        """The account the token belongs to."""
        return str((await self.ask("GET", "/account/whoami")).get("user_id", ""))

    async def joined_rooms(self) -> list[str]:
        """The rooms the account is in."""
        found = (await self.ask("GET", "/joined_rooms")).get("joined_rooms", [])
        return [str(room) for room in found]

    async def members(self, room: str) -> dict[str, str]:
        """How each account stands to a room: `join`, `invite`, `leave` or `ban`."""
        found = await self.ask("GET", f"{_room(room)}/members")
        return {e["state_key"]: e["content"]["membership"] for e in found["chunk"]}

    async def state(self, room: str, kind: str) -> dict[str, Any]:
        """The content of a state event; empty if there is none."""
        try:
            return await self.ask("GET", f"{_room(room)}/state/{quote(kind)}/")
        except HomeserverRefused as refused:
            if refused.errcode == "M_NOT_FOUND":
                return {}
            raise

    async def call_me(self, user_id: str, name: str) -> None:
        """Set the account's display name."""
        await self.ask("PUT", f"/profile/{quote(user_id)}/displayname", {"displayname": name})

    async def create_room(self, **facts: Any) -> str:
        """Make a room; gives its id."""
        return str((await self.ask("POST", "/createRoom", facts))["room_id"])

    async def invite(self, room: str, user_id: str) -> None:
        """Invite somebody. Idempotent."""
        try:
            await self.ask("POST", f"{_room(room)}/invite", {"user_id": user_id})
        except HomeserverRefused as refused:
            if refused.errcode != "M_FORBIDDEN":
                raise

    async def join(self, room: str) -> None:
        """Join a room. Idempotent."""
        await self.ask("POST", f"/join/{quote(room, safe='')}", {})

    async def send(self, room: str, kind: str, content: dict[str, Any]) -> str:
        """Post an event; gives its id."""
        path = f"{_room(room)}/send/{kind}/{uuid4().hex}"
        return str((await self.ask("PUT", path, content)).get("event_id", ""))

    async def messages(self, room: str, count: int) -> list[dict[str, Any]]:
        """A room's newest events, oldest first."""
        found = await self.ask("GET", f"{_room(room)}/messages", dir="b", limit=str(count))
        return list(reversed(found.get("chunk", [])))

    async def sync(self, since: str, seconds: float, only: str) -> dict[str, Any]:
        """What happened after `since`, waiting at most `seconds`; `only` is a filter, JSON."""
        query = {"timeout": str(int(seconds * 1000)), "filter": only}
        if since:
            query["since"] = since
        return await self.ask("GET", "/sync", **query)


def _room(room: str) -> str:
    return f"/rooms/{quote(room, safe='')}"


def _parsed(reply: httpx.Response) -> dict[str, Any]:
    try:
        said = reply.json()
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
