"""What reads untrusted content could do nothing with our files, sockets and programs if it were
taken over: a real reading process tries each, and is refused by the kernel.
"""

import os
import socket
from pathlib import Path

import pytest

from indaba.library.timers.reader import WORKER as PAGES
from indaba.portal.printing.press import WORKER as PAPER
from indaba.process.outside.confinement import CALLS, FILES, IN_WORDS, USER, found_missing
from indaba.process.outside.reader import ReadingProcess, Unreadable, reading
from indaba.scheduling.workflows.calendars.reader import WORKER as CALENDARS

MISSING = found_missing()
TAKEN_OVER = """
import ctypes, os, socket, subprocess, sys
from indaba.process.outside.worker import serve

def local_socket(path):
    with socket.socket(socket.AF_UNIX) as line:
        line.connect(path)

ACTS = {
    "read": lambda path: open(path).read(),
    "list": lambda path: os.listdir(os.path.dirname(path)),
    "write": lambda path: open(path + ".new", "w").write("x"),
    "remove": lambda path: os.remove(path),
    "connect": local_socket,
    "run": lambda path: subprocess.run(["/bin/true"], check=True),
    "signal": lambda path: os.kill(os.getppid(), 0),
    "memory": lambda path: open(f"/proc/{os.getppid()}/mem", "rb"),
    "import": lambda path: __import__("colorsys").__name__,
    "look up": lambda path: socket.getaddrinfo("localhost", 80, type=socket.SOCK_STREAM),
    "open a socket": lambda path: socket.socket(socket.AF_INET).close(),
    "random": lambda path: os.urandom(8).hex(),
    "user": lambda path: os.geteuid(),
}

async def answer(question):
    try:
        return {"done": repr(ACTS[question["act"]](question["path"]))}
    except OSError as error:
        return {"refused": type(error).__name__}

serve(answer)
"""
NEVER = {
    "read": FILES,
    "list": FILES,
    "write": FILES,
    "remove": FILES,
    "memory": FILES,
    "connect": CALLS,
    "run": CALLS,
}
NEEDED = ("import", "look up", "open a socket", "random", "user")


async def _tried(folder: Path, acts: tuple[str, ...]) -> dict[str, dict[str, str]]:
    """What comes of each act in a process that does whatever it is told."""
    (folder / "taken_over.py").write_text(TAKEN_OVER)
    secret = folder / "secrets" / "bus.sock"
    secret.parent.mkdir()
    with socket.socket(socket.AF_UNIX) as bus:
        bus.bind(str(secret))
        bus.listen()
        (secret.parent / "key").write_text("sesame")
        worker = ReadingProcess((*reading("taken_over")[:2], str(folder / "taken_over.py")), 20)
        found = {}
        for act in acts:
            path = secret if act == "connect" else secret.parent / "key"
            told = await worker.ask({"act": act, "path": str(path)})
            assert not isinstance(told, Unreadable), (act, told)
            found[act] = told
        await worker.close()
    return found


async def test_a_reading_process_that_was_taken_over_reaches_nothing_of_ours(
    tmp_path: Path,
) -> None:
    if set(MISSING) & {FILES, CALLS}:
        pytest.skip(" and ".join(IN_WORDS[what] for what in MISSING))
    found = await _tried(tmp_path, tuple(NEVER))

    assert {act for act, told in found.items() if "refused" not in told} == set()
    assert (tmp_path / "secrets" / "key").read_text() == "sesame"
    assert not (tmp_path / "secrets" / "key.new").exists()


async def test_what_reading_takes_is_left_to_it(tmp_path: Path) -> None:
    found = await _tried(tmp_path, NEEDED)

    assert {act for act, told in found.items() if "done" not in told} == set()
    if os.geteuid() == 0 and USER not in MISSING:
        assert found["user"]["done"] != "0"


@pytest.mark.parametrize("worker", [PAGES, PAPER, CALENDARS], ids=lambda worker: worker[-1])
async def test_every_reading_process_answers_while_confined(worker: tuple[str, ...]) -> None:
    questions = {
        PAGES: {"link": "http://127.0.0.1/"},
        PAPER: {},
        CALENDARS: {"link": "http://127.0.0.1/", "etag": "", "modified": ""},
    }
    process = ReadingProcess(worker, 30)
    answer = await process.ask(questions[worker])
    await process.close()

    if worker is not PAPER:
        assert isinstance(answer, Unreadable)
        assert answer.why != "the worker failed"
