"""Puts the homeserver's clock where the tests' is. Found by Python on its own before the server.

Synapse runs in an environment of its own and cannot read `tests/clock.py`.
"""

import os
import time

_shift, _outside = float(os.environ["INDABA_TESTS_SHIFT"]), time.time
time.time = lambda: _outside() + _shift
