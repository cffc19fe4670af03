import asyncio
import gzip
import os
import socket
import ssl
import sys
import tracemalloc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from indaba.library.timers.fetching import NotRead, fetch
from indaba.library.timers.page import Page, read_page
from indaba.library.timers.reader import Reader, Unreadable
from services.certificates import write_certificate
from services.site import Site, served

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n"


def _page(html: str, more: bytes = b"") -> bytes:
    body = html.encode()
    return HEAD + more + b"Content-Length: %d\r\n\r\n" % len(body) + body


async def _read(site: Site, path: str) -> Page:
    return await fetch(site.link(path), site.rules)


async def _fails(site: Site, path: str) -> str:
    with pytest.raises(NotRead) as no:
        await _read(site, path)
    return no.value.why


async def test_a_page_says_its_title_summary_and_language(site: Site) -> None:
    site.answers["/a"] = _page(
        '<html lang="en-ZA"><head><svg><title>icon</title></svg><title> Fractions\n &amp; halves'
        '</title><meta name="description" content="All about halves"></head><body>'
    )

    page = await _read(site, "/a")

    assert page == Page("Fractions & halves", "All about halves", "en-ZA")
    assert "User-Agent: Indaba/0.1 (+reads link titles)" in site.asked[0]
    assert f"Host: district.example.org:{site.port}" in site.asked[0]


async def test_redirects_are_followed_and_each_is_checked_again(site: Site) -> None:
    def to(link: str) -> bytes:
        return b"HTTP/1.1 302 Found\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n" % link.encode()

    site.answers["/a"] = to("/b")
    site.answers["/b"] = _page("<title>There</title>")
    site.answers["/private"] = to("http://10.0.0.1/admin")
    site.answers["/mapped"] = to("http://[::ffff:127.0.0.9]/")
    site.answers["/file"] = to("file:///etc/passwd")
    site.answers["/ftp"] = to("ftp://example.org/")
    site.answers["/port"] = to("http://example.org:22/")
    site.answers["/round"] = to("/round")
    site.answers["/nowhere"] = b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n"

    assert (await _read(site, "/a")).title == "There"
    for path, why in {
        "/private": "not public",
        "/mapped": "not public",
        "/file": "bad address: scheme",
        "/ftp": "bad address: scheme",
        "/port": "unusual port",
        "/round": "too many redirects",
        "/nowhere": "redirect to nowhere",
    }.items():
        assert (path, await _fails(site, path)) == (path, why)


async def test_a_host_that_changes_its_address_is_asked_at_the_one_that_was_checked(
    site: Site,
) -> None:
    site.answers["/a"] = _page("<title>Checked</title>")
    site.addresses = [["127.0.0.1"], ["127.0.0.9"]]

    first = await _read(site, "/a")
    second = await _fails(site, "/a")

    assert (first.title, second) == ("Checked", "not public")
    assert site.looked_up == ["district.example.org"] * 2


async def test_one_private_address_among_public_ones_is_enough_to_refuse(
    site: Site,
) -> None:
    site.addresses = [["93.184.216.34", "192.168.1.1"]]

    assert await _fails(site, "/a") == "not public"
    assert site.asked == []


async def test_an_endless_body_is_read_to_half_a_megabyte_only(site: Site) -> None:
    sent = 0

    async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        writer.write(HEAD + b"Content-Length: 2147483648\r\n\r\n<title>Long</title>")
        for _ in range(2 * 1024 * 1024 * 1024 // 65536):
            writer.write(b"<!--" + b"x" * 65532)
            sent += 65536
            await writer.drain()

    site.answers["/a"] = endless
    tracemalloc.start()
    page = await _read(site, "/a")
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert page.title == "Long"
    assert sent < 16 * 1024 * 1024
    assert most < 16 * 1024 * 1024


@pytest.mark.parametrize("slow", ["head", "body", "silence"])
async def test_a_slow_drip_ends_in_time(site: Site, slow: str) -> None:
    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n" if slow == "head" else HEAD + b"\r\n<title>")
        while slow != "silence":
            writer.write(b"X-A: a\r\n" if slow == "head" else b"x")
            await writer.drain()
            await asyncio.sleep(0.1)
        await asyncio.sleep(5)

    site.answers["/a"], site.seconds = drip, 1
    began = asyncio.get_running_loop().time()

    assert await _fails(site, "/a") == "too slow"
    assert asyncio.get_running_loop().time() - began < 2


async def test_a_small_parcel_that_unpacks_to_gigabytes_stays_small(site: Site) -> None:
    bomb = gzip.compress(b"<title>Bomb</title>" + b"\0" * 200_000_000, 9)
    site.answers["/a"] = (
        HEAD + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(bomb) + bomb
    )
    site.answers["/broken"] = HEAD + b"Content-Encoding: gzip\r\nContent-Length: 4\r\n\r\nabcd"
    site.answers["/odd"] = HEAD + b"Content-Encoding: br\r\nContent-Length: 4\r\n\r\nabcd"
    tracemalloc.start()
    page = await _read(site, "/a")
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert page.title == "Bomb"
    assert most < 8 * 1024 * 1024
    assert await _fails(site, "/broken") == "damaged"
    assert await _fails(site, "/odd") == "packed in an unknown way"


async def test_what_is_no_page_is_left_alone(site: Site) -> None:
    site.answers["/pdf"] = b"HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\n\r\n%PDF"
    site.answers["/none"] = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
    site.answers["/lost"] = b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n"
    site.answers["/babble"] = b"\x16\x03\x01 what"
    site.answers["/long"] = b"HTTP/1.1 200 OK\r\nX: " + b"x" * 400_000

    assert await _fails(site, "/pdf") == "not a page"
    assert await _fails(site, "/none") == "not a page"
    assert await _fails(site, "/lost") == "status 404"
    assert await _fails(site, "/babble") == "speaks no HTTP"
    assert await _fails(site, "/long") == "speaks no HTTP"
    for link in ("file:///etc/passwd", "ftp://example.org/", "gopher://example.org/", "http://"):
        with pytest.raises(NotRead):
            await fetch(link, site.rules)


async def test_a_page_that_may_come_back_is_tried_again(site: Site) -> None:
    site.answers["/busy"] = b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"
    with pytest.raises(NotRead) as busy:
        await _read(site, "/busy")
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        rules = replace(site.rules, ports=None)
        with pytest.raises(NotRead) as away:
            await fetch(f"http://a.example.org:{closed.getsockname()[1]}/", rules)

    assert (busy.value.again, away.value.again) == (True, True)


async def test_a_certificate_must_be_for_the_name(tmp_path: Path) -> None:
    async with _over_tls(tmp_path, "district.example.org") as (site, trusting):
        rules = replace(site.rules, trusted=trusting)
        assert (await fetch(site.link("/a"), rules)).title == "Private"
        site.asked.clear()
        with pytest.raises(NotRead, match="bad certificate"):
            await fetch(site.link("/a", "other.example.org"), rules)
        assert site.asked == []


async def test_whoever_signs_their_own_certificate_is_not_trusted(tmp_path: Path) -> None:
    async with _over_tls(tmp_path, "district.example.org") as (site, _):
        with pytest.raises(NotRead, match="bad certificate"):
            await _read(site, "/a")
        assert site.asked == []


@asynccontextmanager
async def _over_tls(folder: Path, host: str) -> AsyncIterator[tuple[Site, ssl.SSLContext]]:
    """A site with a certificate of its own for the host, and what trusts that as it does others."""
    certificate, key = write_certificate(folder, host)
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(certificate, key)
    async with served(tls) as site:
        site.answers["/a"] = _page("<title>Private</title>")
        yield site, ssl.create_default_context(cafile=str(certificate))


@pytest.mark.parametrize(
    ("raw", "kind", "title"),
    [
        (b"<p>no title", "text/html", ""),
        (b"<title></title><meta property='og:title' content='Other'>", "text/html", "Other"),
        (b"<title>caf\xe9</title>", "text/html; charset=latin-1", "café"),
        (b'<meta charset="windows-1252"><title>\x93caf\xe9\x94</title>', "text/html", "“café”"),
        (b"<title>caf\xe9</title>", "text/html; charset=zip", "caf\ufffd"),
        ("\ufeff<title>é</title>".encode("utf-16-le"), "text/html", "é"),
        ("<title>a\u202eb\u0007<script>x</script></title>".encode(), "text/html", None),
        (b"<title>&#x202e;&#0;&lt;b&gt;hi</title>", "text/html", "\ufffd<b>hi"),
        (b"<title>" + b"long " * 1000 + b"</title>", "text/html", None),
        (b"<![nonsense[ <title>x</title>", "text/html", None),
        (b"<title>one</title><title>two</title>", "text/html", "one"),
    ],
)
def test_a_hostile_or_odd_title_is_made_plain(raw: bytes, kind: str, title: str | None) -> None:
    page = read_page(raw, kind)

    assert title is None or page.title == title
    assert len(page.title) <= 200
    assert not set(page.title) & set("\u202e\u0007\0\n")


async def test_the_worker_refuses_what_is_not_public_and_a_hanging_one_is_killed() -> None:
    reader = Reader()
    for link in ("http://127.0.0.1:9/", "http://localhost/", "http://[::ffff:10.0.0.1]/", "file:x"):
        found = await reader.read(link)
        assert isinstance(found, Unreadable)
        assert not found.again
    await reader.close()
    hanging = Reader((sys.executable, "-c", "import time; time.sleep(60)"), patience=0.5)

    found = await hanging.read("http://example.org/")

    assert isinstance(found, Unreadable)
    assert found.again
    assert hanging._process is None


async def test_the_worker_reads_one_page_after_the_other(site: Site) -> None:
    site.answers["/a"] = _page("<title>One</title>")
    site.answers["/b"] = _page("<title>Two</title>")
    program = (
        "from indaba.library.timers import fetching, worker;"
        "worker.Rules = lambda: fetching.Rules(is_allowed=bool, ports=None);"
        "worker.main()"
    )
    reader = Reader((sys.executable, "-c", program))

    found = [await reader.read(site.link(path, "localhost")) for path in ("/a", "/b")]
    await reader.close()

    assert found == [Page("One"), Page("Two")]


async def test_the_worker_sees_none_of_our_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INDABA_SECRET", "x")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    program = "import os, json; input(); print(json.dumps({'title': ' '.join(sorted(os.environ))}))"
    reader = Reader((sys.executable, "-c", program))

    found = await reader.read("http://example.org/")
    await reader.close()

    assert isinstance(found, Page)
    assert "INDABA_SECRET" in os.environ
    assert not {"INDABA_SECRET", "HTTP_PROXY"} & set(found.title.split())
