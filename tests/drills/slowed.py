"""A machine slowed on purpose: `SLOW=disk`, `SLOW=processor`, or both, separated by a comma.

*disk*: each commit waits before its log is written. It stands for a disk whose `fdatasync` takes
long: 2.1 ms were measured on a machine on which a drill broke. *processor*: for each core there is
somebody else who wants all of it.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from indaba.operate.local.engines import postgres

MICROSECONDS = 4000
"""Before each commit, about twice what was measured."""

WAYS = frozenset({"disk", "processor"})
BUSY = "while True: pass"


def ways() -> frozenset[str]:
    """How the machine is to be slowed. Ends with a sentence where that is no way to do it."""
    asked = frozenset(filter(None, os.environ.get("SLOW", "").split(",")))
    if asked - WAYS:
        sys.exit(f"SLOW={','.join(sorted(asked - WAYS))}: it can be {' or '.join(sorted(WAYS))}")
    return asked


@contextmanager
def slowed() -> Iterator[None]:
    """Engines begun in here have a slow disk, and all that runs a processor that is shared."""
    asked = ways()
    if "disk" in asked:
        late = {"commit_delay": str(MICROSECONDS), "commit_siblings": "0"}
        postgres._SETTINGS.update(late)
    cores = (os.cpu_count() or 1) if "processor" in asked else 0
    others = [subprocess.Popen([sys.executable, "-c", BUSY]) for _ in range(cores)]
    try:
        yield
    finally:
        for one in others:
            one.kill()
            one.wait()
