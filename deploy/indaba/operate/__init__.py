"""Running Indaba: the `indaba` command and the engines it starts by itself."""

import gc

gc.set_threshold(100_000, 20, 20)
"""What is loaded at the start is kept: to look for garbage meanwhile takes a sixth of the time."""
