"""The portal as the world sees it: nginx with TLS before it, as the file we hand out has it."""

import asyncio
import re
import shutil
import signal
import socket
import ssl
import subprocess
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.certificates import write_certificate
from services.portal.conftest import Lively
from workshop import until

CONF = Path(__file__).parents[3] / "deploy" / "nginx" / "indaba.conf"
NGINX = shutil.which("nginx") or "/usr/sbin/nginx"
HOST = "localhost"

pytestmark = pytest.mark.skipif(not Path(NGINX).exists(), reason="nginx is not installed")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@dataclass
class Street:
    """Where the portal is reached from outside: ports, a folder, and who vouches for it."""

    folder: Path
    plain: int
    closed: int
    context: ssl.SSLContext

    @property
    def url(self) -> str:
        return f"https://{HOST}:{self.closed}"

    @property
    def log(self) -> str:
        return (self.folder / "indaba.log").read_text()

    async def writes(self, words: str) -> None:
        """Wait until they are in the log: nginx writes it after it has answered."""

        async def written() -> bool:
            return words in self.log

        await until(written)

    @property
    def all_logs(self) -> str:
        """Every line that nginx wrote anywhere."""
        return "".join(log.read_text() for log in sorted(self.folder.glob("*.log")))


@pytest.fixture
def street(tmp_path: Path) -> Street:
    write_certificate(tmp_path, HOST)
    context = ssl.create_default_context(cafile=str(tmp_path / "fullchain.pem"))
    return Street(tmp_path, _free_port(), _free_port(), context)


@pytest.fixture
def portal_settings(street: Street) -> dict[str, Any]:
    return {"url": street.url}


@pytest.fixture
async def outside(street: Street, lively: Lively) -> AsyncIterator[httpx.AsyncClient]:
    """A browser outside, which trusts the certificate and finds the host on this machine."""
    settings = street.folder / "nginx.conf"
    settings.write_text(_settings(street, lively.opened.portal.port))
    asked = [str(NGINX), "-t", "-c", str(settings)]
    checked = subprocess.run(asked, check=False, capture_output=True, text=True)
    assert checked.returncode == 0, checked.stderr
    said = (street.folder / "standard-error.log").open("w")
    nginx = subprocess.Popen([NGINX, "-c", settings, "-g", "daemon off;"], stderr=said, stdout=said)
    browser = httpx.AsyncClient(
        base_url=street.url, verify=street.context, trust_env=False, http2=False
    )

    async def listens() -> bool:
        try:
            return (await browser.get("/")).status_code == 200
        except httpx.ConnectError:
            return False

    await until(listens, 20)
    yield browser
    await browser.aclose()
    nginx.send_signal(signal.SIGQUIT)
    nginx.wait(20)
    said.close()


async def test_a_member_signs_in_through_tls_and_no_log_has_the_secret(
    outside: httpx.AsyncClient, lively: Lively, street: Street
) -> None:
    link = await lively.link()
    assert (await outside.get(link)).status_code == 200
    browsers_headers = {"origin": street.url, "sec-fetch-site": "same-origin"}
    answer = await outside.post(link, headers=browsers_headers)
    assert answer.status_code == 303
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-indaba=")
    assert "Secure" in cookie
    page = await outside.get(answer.headers["location"])
    assert "You are signed in." in page.text
    assert f"{street.url}/c/{lively.key}/calendar.ics" in page.text

    mine = await outside.post(f"/c/{lively.key}/mine", headers={"origin": street.url})
    personal = re.search(rf"{street.url}(/c/{lively.key}/mine/\S+?\.ics)", mine.text)
    assert personal is not None
    assert (await outside.get(personal[1])).text.startswith("BEGIN:VCALENDAR")
    secrets = link.rpartition("/")[2], personal[1].rpartition("/")[2]
    await street.writes("/sign-in/***")
    await street.writes(f"/c/{lively.key}/mine/***")
    assert not any(secret in street.log for secret in secrets)


async def test_forms_from_elsewhere_are_refused_behind_the_proxy_too(
    outside: httpx.AsyncClient, lively: Lively
) -> None:
    link = await lively.link()
    for origin in ("https://evil.example", f"https://{HOST}", "null"):
        assert (await outside.post(link, headers={"origin": origin})).status_code == 403


async def test_plain_http_leads_to_tls_and_nothing_internal_is_outside(
    outside: httpx.AsyncClient, lively: Lively, street: Street
) -> None:
    async with httpx.AsyncClient(trust_env=False) as plain:
        moved = await plain.get(f"http://{HOST}:{street.plain}/c/{lively.key}?a=1")
    assert moved.status_code == 308
    assert moved.headers["location"] == f"https://{HOST}/c/{lively.key}?a=1"
    for path in ("/metrics", "/live", "/ready"):
        assert (await outside.get(path)).status_code == 404
    page = await outside.get(f"/c/{lively.key}")
    assert page.headers.get_list("strict-transport-security") == ["max-age=31536000"]
    assert page.headers["content-encoding"] == "gzip"
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert (await outside.post("/sign-out", content=b"x" * 70_000)).status_code == 413


def _secret_paths(key: str, secret: str) -> list[str]:
    """Every address with a secret in it, as it is written and as it may be mistyped."""
    return [
        f"/sign-in/{secret}",
        f"/Sign-In/{secret}",
        f"//sign-in/{secret}",
        f"/c/{key}/mine/{secret}.ics",
        f"/c/{key}/mine/{secret}/outlook.ics",
        f"/C/{key}/MINE/{secret}.ics",
        f"/c/{key}/%6dine/{secret}.ics",
    ]


async def test_no_log_of_nginx_has_a_secret_whatever_fails(
    outside: httpx.AsyncClient, lively: Lively, street: Street
) -> None:
    secret = "S3cretOfSomebody"
    paths = _secret_paths(lively.key, secret)
    async with httpx.AsyncClient(trust_env=False) as plain:
        for path in paths:
            in_the_open = await plain.get(f"http://{HOST}:{street.plain}{path}")
            assert in_the_open.status_code == 404, path
    for path in paths:
        too_large = await outside.post(street.url + path, content=b"x" * 70_000)
        assert too_large.status_code == 413, path
        for line in (f"GET {path} HTTP/1.1\r\nHost", f"GET {path} HTTP/9.9", f"PUSH {path}"):
            _say(street.plain, f"{line}\r\n\r\n")
        _say(street.plain, f"GET {path}{'x' * 40_000} HTTP/1.1\r\n\r\n")
    await lively.opened.portal.stop()
    assert (await outside.get("/c/none")).status_code == 502
    for path in paths:
        assert (await outside.get(street.url + path)).status_code == 502, path
    flood = await asyncio.gather(*(outside.get(paths[0]) for _ in range(400)))

    assert 429 in {answer.status_code for answer in flood}
    assert "connect() failed" in street.all_logs
    assert secret not in street.all_logs


def _say(port: int, words: str) -> None:
    with socket.create_connection(("127.0.0.1", port), 5) as line:
        line.sendall(words.encode())
        line.shutdown(socket.SHUT_WR)
        with suppress(ConnectionError):
            while line.recv(4096):
                pass


def _settings(street: Street, portal: int) -> str:
    """The file that we hand out, with this machine's ports and folders."""
    ours = CONF.read_text()
    for given, here in {
        "127.0.0.1:8080": f"127.0.0.1:{portal}",
        "    listen [::]:80;\n": "",
        "    listen [::]:443 ssl http2;\n": "",
        "listen 80;": f"listen 127.0.0.1:{street.plain};",
        "listen 443 ssl http2;": f"listen 127.0.0.1:{street.closed} ssl http2;",
        "cop.example.org": HOST,
        f"/etc/letsencrypt/live/{HOST}": str(street.folder),
        "/var/log/nginx": str(street.folder),
    }.items():
        assert given in ours, given
        ours = ours.replace(given, here)
    temporary = "".join(
        f"{kind}_temp_path {street.folder}/{kind};\n"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    return (
        f"pid {street.folder}/pid;\nerror_log {street.folder}/error.log;\nevents {{}}\n"
        f"http {{\n{temporary}{ours}}}\n"
    )
