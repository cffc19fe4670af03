"""The tests' clock: whatever day it is outside, what is tested begins at one chosen moment.

Every test, and every process forked by one, reads the present here. So a test is as red or green
on the last evening of a year as on any Tuesday; `INDABA_TESTS_BEGIN` begins at another.
What runs as a process of its own with the product's own settings (the operator's commands, the
engines) lives by the machine's clock; its tests ask `RealWorld`.
"""

import os
import secrets
from datetime import UTC, datetime, timedelta
from uuid import UUID

from indaba.process.world import RealWorld, uuid7

BEGIN = "INDABA_TESTS_BEGIN"
"""An instant in ISO 8601 with its offset, or `machine` for the clock outside."""

AN_ORDINARY_TUESDAY = "2026-06-09T08:30:00+00:00"
_SHIFT = "INDABA_TESTS_SHIFT"


def _shift() -> float:
    """Seconds from the machine's clock to ours; the same in every worker and forked process."""
    begin = os.environ.get(BEGIN) or AN_ORDINARY_TUESDAY
    if begin == "machine":
        return 0.0
    return (datetime.fromisoformat(begin) - datetime.now(UTC)).total_seconds()


SHIFT = timedelta(seconds=float(os.environ.setdefault(_SHIFT, str(_shift()))))


def present() -> datetime:
    """The tests' present, aware, in UTC. It moves on as time does."""
    return datetime.now(UTC) + SHIFT


class TestWorld(RealWorld):
    """The real world at the tests' present, with a clock that can be turned forward."""

    __test__ = False

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        return present() + self.ahead

    def new_id(self) -> UUID:
        return uuid7(int(self.now().timestamp() * 1000), secrets.randbits(74))

    def set_to(self, instant: datetime) -> None:
        """Go on from another moment, earlier or later."""
        self.ahead += instant - self.now()

    def follow_the_machine(self) -> None:
        """For tests that start processes of their own, or call what runs in one."""
        self.ahead = -SHIFT
