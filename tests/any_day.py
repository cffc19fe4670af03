"""The suites that live by the clock, at awkward moments: `make any-day`, or some: `ARGS=leap-day`.

The present reaches what is tested through `World`, which begins at the moment. The last line runs
with the machine's own clock moved by libfaketime, for whatever reads the present elsewhere; the
engines stay outside it. Each line is a pytest run of SUITES; all are red or green here as anywhere.

SUITES are what reckons with dates and what shows them. Other suites read no clock, or start
processes that live by the machine's, and `make test` runs them; so that a moment takes a minute or
two on two idle cores.
"""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from clock import BEGIN
from indaba.process.world import RealWorld

ROOT = Path(__file__).parents[1]
SUITES = (
    "tests/services/scheduling",
    "tests/services/outcomes",
    "tests/services/membership",
    "tests/services/portal/one_town/test_portal_budget.py",
    "tests/services/portal/one_town/test_portal_mine.py",
    "tests/services/portal/test_portal_calendar.py",
    "tests/services/portal/test_portal_meetings.py",
    "tests/services/portal/test_portal_pages.py",
    "tests/services/portal/test_portal_series_calendar.py",
    "tests/services/portal/test_portal_series_copies.py",
    "tests/bots/test_cards_and_notices.py",
    "tests/bots/test_discord_meetings.py",
)
MOMENTS = {
    "years-end": "2026-12-31T21:50:00+00:00",
    "leap-day": "2028-02-29T21:50:00+00:00",
    "london-forward": "2027-03-28T00:59:00+00:00",
    "london-back": "2026-10-25T00:59:00+00:00",
    "new-york-forward": "2027-03-14T06:59:00+00:00",
    "new-york-back": "2026-11-01T05:59:00+00:00",
    "johannesburg-month-end": "2026-08-31T21:59:00+00:00",
    "friday-evening": "2026-07-03T17:30:00+00:00",
    "2030": "2030-05-15T09:00:00+00:00",
}
"""Each begins a little before what makes it awkward, so that tests run before, amid and after."""

OUTSIDE = "libfaketime"
MOVED_TO = "leap-day"


@dataclass(frozen=True, slots=True)
class Run:
    """One run of the suites; `around` is the command that runs it."""

    name: str
    begin: datetime
    environment: Mapping[str, str]
    around: Sequence[str] = ()

    def is_green(self) -> bool:
        """Runs, and prints one line; where it is red, also which tests are."""
        began = time.monotonic()
        command = [*self.around, sys.executable, "-m", "pytest", *SUITES]
        environment = {n: v for n, v in os.environ.items() if not n.startswith("INDABA_TESTS_")}
        done = subprocess.run(
            command,
            env={**environment, **self.environment},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        lines = [line for line in done.stdout.splitlines() if line.strip()]
        ended = lines[-1].partition(" in ")[0] if lines else done.stderr.strip()
        colour = "red" if done.returncode else "green"
        seconds = time.monotonic() - began
        _say(
            f"{self.name:24}{self.begin:%a %d %b %Y %H:%M} UTC  {colour}: {ended}, {seconds:.0f} s"
        )
        if done.returncode:
            _say(*(f"  {line}" for line in lines if line.startswith(("FAILED", "ERROR"))))
        return not done.returncode


def run_of(name: str) -> Run | None:
    """To be begun at once. `None` where libfaketime is wanted and not here."""
    if name != OUTSIDE:
        return Run(name, datetime.fromisoformat(MOMENTS[name]), {BEGIN: MOMENTS[name]})
    program, begin = shutil.which("faketime"), datetime.fromisoformat(MOMENTS[MOVED_TO])
    if program is None:
        return None
    ahead = f"{(begin - RealWorld().now()).total_seconds():+.0f}s"
    around = (program, "--exclude-monotonic", "-f", ahead)
    return Run(name, begin, {BEGIN: "machine"}, around)


def main(wanted: Sequence[str]) -> int:
    """Runs those that are wanted, or all; 1 where any was red."""
    known, kept = (*MOMENTS, OUTSIDE), True
    if unknown := set(wanted) - set(known):
        sys.exit(f"no such moment: {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    for name in wanted or known:
        run = run_of(name)
        if run is None:
            _say(f"{name:24}skipped: there is no faketime here (apt-get install faketime)")
        else:
            kept &= run.is_green()
    return 0 if kept else 1


def _say(*lines: str) -> None:
    for line in lines:
        print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
