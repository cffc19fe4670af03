"""Folders that only their owner may read, whatever wrote the files in them."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def closed_to_others(folder: Path) -> Iterator[None]:
    """Make the folder; afterwards each file in it is 0600 and each folder 0700.

    Until then nobody else can pass through it, so it does not matter how they are made.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    try:
        yield
    finally:
        for path in folder.rglob("*"):
            path.chmod(0o700 if path.is_dir() else 0o600)
