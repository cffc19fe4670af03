"""`make any-day`: the suites at moments when days, months, years and clocks change.

At each moment a part of the tests that run in this process begins, the same part each time; all
the moments together try every one of them. The last run is made by libfaketime around the tests,
with the engines outside it: it also moves what reads the machine's clock past our `World`.
"""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
MOMENTS = {
    "the year's end": "2026-12-31T21:50:00+00:00",
    "a leap day": "2028-02-29T09:00:00+00:00",
    "before London's clocks go forward": "2027-03-28T00:58:00+00:00",
    "before London's clocks go back": "2027-10-31T00:58:00+00:00",
    "before New York's clocks go forward": "2027-03-14T06:58:00+00:00",
    "before New York's clocks go back": "2027-11-07T05:58:00+00:00",
    "the last night of a month in Johannesburg": "2027-04-30T21:58:00+00:00",
    "a Friday evening": "2027-01-15T18:30:00+00:00",
    "another decade": "2030-07-10T10:00:00+00:00",
}
AROUND, LEAP_NIGHT = "libfaketime's leap night", "2028-02-29 21:50:00"
MADE_UP = {
    "INDABA_TESTS_BEGIN": "machine",
    "TZ": "UTC",
    "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    # Files keep their times: Python would compile all that it imports anew.
    "NO_FAKE_STAT": "1",
    "FAKE_UTIME": "0",
}
SUITES = [
    f"tests/{name}"
    for name in ("attacks", "bots", "contracts", "journeys", "ledger", "process", "services")
]
CASES_AROUND = "1/12"


def main() -> None:
    """Ends in 1 where a run was red. `PART=2/4` makes the second of four runs alike."""
    which, of = map(int, os.environ.get("PART", "1/1").split("/"))
    names = [*MOMENTS, AROUND]
    wanted = [name for number, name in enumerate(names) if number % of == which % of]
    red = [name for name in wanted if not _green(name)]
    print(f"any day: red at {', '.join(red)}" if red else "any day: green at every moment")
    sys.exit(1 if red else 0)


def _green(name: str) -> bool:
    if name != AROUND:
        part = f"{1 + list(MOMENTS).index(name)}/{len(MOMENTS)}"
        return _run(name, part, {"INDABA_TESTS_BEGIN": MOMENTS[name]}, [])
    program = shutil.which("faketime")
    if program is None:
        print("any day: SKIPPED libfaketime, which is not installed (Debian: apt install faketime)")
        return True
    return _run(name, CASES_AROUND, MADE_UP, [program, LEAP_NIGHT])


def _run(name: str, part: str, settings: dict[str, str], before: list[str]) -> bool:
    begun = time.monotonic()
    command = [*before, sys.executable, "-m", "pytest", "--part", part, *SUITES, *sys.argv[1:]]
    ended = subprocess.run(command, cwd=ROOT, env=os.environ | settings, check=False)
    how, took = "red" if ended.returncode else "green", time.monotonic() - begun
    print(f"any day: {name}, {how} after {took:.0f} s", flush=True)
    return ended.returncode == 0


if __name__ == "__main__":
    main()
