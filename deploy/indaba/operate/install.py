"""Fills a virtual environment with pinned packages, on a machine that has only Python.

Run by make, before anything is installed: standard library only.
uv does the work in seconds. It does not read pip's settings, so we pass them on; if uv cannot
use them, pip does the same work in a minute.
"""

import argparse
import ast
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

_HERE = Path(__file__).absolute().parents[3]
_SOURCES = ("bots", "deploy", "services", "shared")
_UV_PINS = _HERE / "deploy" / "requirements" / "uv.txt"

# pip's setting -> uv's variable. The other settings mean nothing to uv.
_TOLD = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "no-index": "UV_NO_INDEX",
    "trusted-host": "UV_INSECURE_HOST",
    "cert": "SSL_CERT_FILE",
    "default-timeout": "UV_HTTP_TIMEOUT",
    "timeout": "UV_HTTP_TIMEOUT",
}


def pip_settings(listing: str) -> dict[str, str]:
    """What `pip config list` says, by bare name; variables win over files, as in pip."""
    found: dict[str, str] = {}
    ranked = sorted(listing.splitlines(), key=lambda line: line.startswith(":env:"))
    for line in ranked:
        key, _, value = line.partition("=")
        section, _, name = key.rpartition(".")
        if section in {"global", "install", ":env:"}:
            found[name] = str(ast.literal_eval(value))
    return found


def uv_environment(settings: Mapping[str, str], present: Mapping[str, str]) -> dict[str, str]:
    """The variables uv needs on top of `present`, which wins if both speak."""
    ours = {
        "UV_CACHE_DIR": str(_HERE / ".cache" / "uv"),
        # As pip does: any index may have the right file, and the hashes say which that is.
        "UV_INDEX_STRATEGY": "unsafe-best-match",
        "UV_NO_CONFIG": "1",
        "UV_PYTHON_DOWNLOADS": "never",
    }
    for name, variable in _TOLD.items():
        if settings.get(name):
            ours[variable] = _uv_words(variable, settings[name])
    return {name: value for name, value in ours.items() if name not in present}


def make(venv: Path) -> None:
    """An environment with its own pip. One that is there and whole is kept."""
    if _runs(venv):
        return
    _say(f"Making the environment {venv.name}")
    _run([sys.executable, "-m", "venv", "--clear", str(venv)])


def bring_uv(venv: Path) -> None:
    """Lets pip put the pinned uv into the environment; quick when it is there already."""
    _say("Fetching uv, the installer")
    _pip(venv, "--require-hashes", "-r", str(_UV_PINS))


def fill(tools: Path, venv: Path, pins: Path) -> None:
    """Makes `venv` hold what `pins` says, with the uv in `tools`, or else with pip.

    All of it is compiled now: left to the first start, each process would do so at the same time.
    """
    _say(f"Installing what {pins.name} lists into {venv.name}")
    began = time.monotonic()
    wanted = ["--require-hashes", "-r", str(pins)]
    if not _uv(tools, venv, "--compile-bytecode", *wanted):
        _say("uv could not; pip does it instead, which takes a minute or two")
        _pip(venv, *wanted)
    _say(f"Installed in {time.monotonic() - began:.0f} seconds")


def link_ourselves(tools: Path, venv: Path) -> None:
    """Makes the checkout importable and puts the `indaba` command into the environment."""
    _say("Linking Indaba itself")
    wanted = ["--no-build-isolation", "--no-deps", "-e", str(_HERE)]
    if not _uv(tools, venv, *wanted):
        _pip(venv, *wanted)
    _run([str(venv / "bin" / "python"), "-m", "compileall", "-q", *map(str, _ours())])


def _ours() -> list[Path]:
    return [folder for folder in map(_HERE.joinpath, _SOURCES) if folder.is_dir()]


def main(arguments: Sequence[str] | None = None) -> None:
    """Makes the environment if need be, then fills it; ends with words when it cannot."""
    words = argparse.ArgumentParser(description="Fills a virtual environment with pinned packages.")
    words.add_argument("venv", type=Path, help="the environment to fill")
    words.add_argument("pins", type=Path, help="the requirements file, with hashes")
    words.add_argument("--tools", type=Path, help="the environment with uv; default: the same")
    words.add_argument("--editable", action="store_true", help="link this checkout into it too")
    given = words.parse_args(arguments)
    venv, tools = given.venv.absolute(), (given.tools or given.venv).absolute()
    _check_python()
    make(venv)
    if tools == venv:
        bring_uv(venv)
    fill(tools, venv, given.pins.absolute())
    if given.editable:
        link_ourselves(tools, venv)


def _check_python() -> None:
    if sys.version_info < (3, 11):  # noqa: UP036 - the one file that older Pythons get to run
        sys.exit(f"Indaba needs Python 3.11 or newer; this is {sys.version.split()[0]}.")


def _runs(venv: Path) -> bool:
    pip = [str(venv / "bin" / "python"), "-m", "pip", "--version"]
    return _exit_code(pip, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0


def _uv(tools: Path, venv: Path, *wanted: str) -> bool:
    python = venv / "bin" / "python"
    command = [str(tools / "bin" / "uv"), "pip", "install", "--quiet", "--python", str(python)]
    environment = dict(os.environ) | uv_environment(_known_to_pip(tools), os.environ)
    return _exit_code([*command, *wanted], env=environment) == 0


def _pip(venv: Path, *wanted: str) -> None:
    environment = {"PIP_NO_CACHE_DIR": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"} | os.environ
    pip = [str(venv / "bin" / "python"), "-m", "pip", "install", "--quiet"]
    _run([*pip, *wanted], environment)


def _known_to_pip(venv: Path) -> dict[str, str]:
    ask = [str(venv / "bin" / "python"), "-m", "pip", "config", "list"]
    return pip_settings(subprocess.check_output(ask, text=True))  # noqa: S603 - our own words


def _run(command: Sequence[str], environment: Mapping[str, str] | None = None) -> None:
    code = _exit_code(command, env=environment)
    if code:
        sys.exit(f"This did not work (exit code {code}): {' '.join(command)}")


def _exit_code(command: Sequence[str], **how: Any) -> int:
    try:
        return subprocess.run(command, check=False, **how).returncode  # noqa: S603 - our own words
    except OSError:
        return 127


def _uv_words(variable: str, value: str) -> str:
    words = value.split()
    return ",".join(words) if variable == "UV_FIND_LINKS" else " ".join(words)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
