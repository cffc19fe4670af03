"""Ctrl-C goes to every process of a terminal's group, and only the parent may act on it."""

import ast
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from sources import nodes

ROOT = Path(__file__).parents[2]
SOURCES = ("shared", "services", "bots", "deploy")
SHIELDS = {
    "create_subprocess_exec": "start_new_session",
    "Popen": "preexec_fn",
    "ProcessPoolExecutor": "initializer",
}
"""What keeps Ctrl-C from a child, by what starts it."""

PARENT = """
import asyncio, signal
from indaba.conversation.cards import pictures

async def main():
    asyncio.get_running_loop().add_signal_handler(signal.SIGINT, lambda: None)
    bars = pictures.Bars("t", ("M7K2",), (3,), (1,), "before", "new")
    assert await pictures._drawn(bars)
    print("drawn", flush=True)
    await asyncio.to_thread(input)
    assert await pictures._drawn(bars)
    print("drawn again", flush=True)

if __name__ == "__main__":
    asyncio.run(main())
"""


def test_ctrl_c_reaches_no_painter(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(PARENT)
    with subprocess.Popen(
        [sys.executable, str(script)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as parent:
        assert parent.stdout
        assert parent.stdout.readline() == "drawn\n"
        for _ in range(5):
            os.killpg(parent.pid, signal.SIGINT)
            time.sleep(0.1)
        out, err = parent.communicate("\n", timeout=60)
    assert (out, err) == ("drawn again\n", "")


def test_every_child_is_shielded_from_ctrl_c() -> None:
    started = list(_started())
    assert {name for _, name, _ in started} == set(SHIELDS)
    assert [place for place, name, given in started if SHIELDS[name] not in given] == []


def _started() -> Iterator[tuple[str, str, set[str | None]]]:
    """Where a child is started that outlives the call, by what, with which arguments."""
    for path, node in nodes(*SOURCES, having="|".join(SHIELDS)):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        if name in SHIELDS:
            yield f"{path}:{node.lineno}", name, {keyword.arg for keyword in node.keywords}
