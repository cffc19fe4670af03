"""A Matrix homeserver to talk on, for trying Indaba and for its tests.

Synapse is AGPL: it lives in an environment of its own, unmodified, and is only ever started.
"""

import hashlib
import hmac
import http.client
import os
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from indaba.operate.local.engines.homeserver import SERVER_NAME, configure, remembered
from indaba.operate.local.engines.lease import Lease
from indaba.operate.local.engines.spawn import Child, Order, spawn
from indaba.operate.local.engines.trouble import EngineFailed, NotInstalled

if TYPE_CHECKING:
    import httpx


class Synapse:
    """A homeserver on loopback, in `folder` (made on first start).

    Runs from the environment `venv`. It federates with nobody; only those who hold its shared
    secret can register.
    """

    server_name = SERVER_NAME

    def __init__(self, folder: Path, venv: Path) -> None:
        self.folder = folder.absolute()
        self._python = venv.absolute() / "bin" / "python"
        self._lease = Lease(self.folder)
        self._child: Child | None = None

    @property
    def url(self) -> str:
        """Without a trailing slash. The port is chosen at the first start and kept while free."""
        port = (self.folder / "port").read_text(encoding="ascii")
        return f"http://127.0.0.1:{port}"

    @property
    def alive(self) -> bool:
        """False before the start, after the stop, and when it died by itself."""
        return self._child is not None and self._child.alive

    @property
    def pid(self) -> int | None:
        """The server's process number; None when not started."""
        return self._child.pid if self._child else None

    def user_id(self, user: str) -> str:
        """`thandi` -> `@thandi:indaba.localhost`."""
        return f"@{user}:{self.server_name}"

    async def start(self, patience: float = 120.0) -> None:
        """Returns when it answers. Raises FolderTaken, NotInstalled or EngineFailed."""
        if not self._python.exists():
            raise NotInstalled("Synapse", "make .venv-synapse")
        await self._lease.take()
        try:
            port = _free_port(self.folder / "port")
            self._child = spawn(self._order(configure(self.folder, port)))
            await self._child.ready(lambda: _healthy(port), patience)
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Idempotent."""
        if self._child:
            await self._child.stop()
        self._child = None
        self._lease.give_back()

    async def register(self, user: str, password: str, *, admin: bool = False) -> None:
        """Idempotent: an account that exists is left as it is, password and all."""
        path = "/_synapse/admin/v1/register"
        async with self._client() as client:
            nonce = (await client.get(path)).json()["nonce"]
            role = "admin" if admin else "notadmin"
            mac = self._mac(nonce, user, password, role)
            account = {"nonce": nonce, "username": user, "password": password}
            reply = await client.post(path, json=account | {"admin": admin, "mac": mac})
        if reply.is_error and reply.json().get("errcode") != "M_USER_IN_USE":
            raise EngineFailed("Synapse", f"did not register {user}: {reply.text}")

    async def login(self, user: str, password: str, device_id: str) -> str:
        """The access token. The same device id again replaces the device's token."""
        ask = {
            "type": "m.login.password",
            "identifier": {"type": "m.id.user", "user": user},
            "password": password,
            "device_id": device_id,
        }
        reply = await self._post("/_matrix/client/v3/login", ask)
        return str(reply["access_token"])

    async def lift_rate_limit(self, admin_token: str, user_id: str) -> None:
        """Lets one account talk without limit. Idempotent."""
        path = f"/_synapse/admin/v1/users/{quote(user_id)}/override_ratelimit"
        await self._post(path, {"messages_per_second": 0, "burst_count": 0}, admin_token)

    async def _post(self, path: str, body: dict[str, Any], token: str = "") -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        async with self._client() as client:
            reply = await client.post(path, json=body, headers=headers)
        if reply.is_error:
            raise EngineFailed("Synapse", f"refused {path}: {reply.text}")
        answer: dict[str, Any] = reply.json()
        return answer

    def _client(self) -> "httpx.AsyncClient":
        import ssl

        import httpx

        # Plain HTTP on this machine: reading all the world's certificates would be for nothing.
        nobody = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        return httpx.AsyncClient(base_url=self.url, timeout=30.0, trust_env=False, verify=nobody)

    def _mac(self, *words: str) -> str:
        secret = remembered(self.folder).registration.encode()
        return hmac.new(secret, "\0".join(words).encode(), hashlib.sha1).hexdigest()

    def _order(self, settings: Path) -> Order:
        unwanted = ("PYTHON", "VIRTUAL_ENV", "SYNAPSE_")
        return Order(
            name="Synapse",
            command=[str(self._python), "-m", "synapse.app.homeserver", "-c", str(settings)],
            log=self.folder / "output.log",
            inherited=(self._lease.inherited,),
            environment={k: v for k, v in os.environ.items() if not k.startswith(unwanted)},
        )


def _free_port(kept: Path) -> int:
    """The port of last time if it is still free, else another, which is then kept."""
    wanted = int(kept.read_text(encoding="ascii")) if kept.exists() else 0
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", wanted))
        except OSError:
            probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    kept.write_text(str(port), encoding="ascii")
    return port


def _healthy(port: int) -> bool:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=1.0)
    try:
        line.request("GET", "/health")
        return line.getresponse().status == http.client.OK
    except OSError:
        return False
    finally:
        line.close()
