"""Where the logs of `indaba up` go: a file of JSON lines that does not grow without end."""

import logging
from pathlib import Path
from typing import TextIO

MOST_BYTES = 20_000_000


class Logbook:
    """A text file; when it is full it becomes `.1`, and the former `.1` goes."""

    def __init__(self, path: Path, most_bytes: int = MOST_BYTES) -> None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._path = path
        self._most = most_bytes
        self._file = self._opened()

    def write(self, text: str) -> int:
        """Append. Begins a new file first if this one is full."""
        if self._file.tell() >= self._most:
            self._file.close()
            self._path.replace(self._path.with_suffix(".jsonl.1"))
            self._file = self._opened()
        return self._file.write(text)

    def flush(self) -> None:
        """Hand what was written to the system."""
        self._file.flush()

    def _opened(self) -> TextIO:
        return self._path.open("a", encoding="utf-8")


def log_to(path: Path) -> None:
    """Send this process's log there, and nothing to the screen."""
    import structlog

    from indaba.process import logs

    book = Logbook(path)
    logs.configure(json=True)
    structlog.configure(logger_factory=structlog.WriteLoggerFactory(file=book))  # type: ignore[arg-type]
    # What libraries say in trouble belongs there too; it is text, not JSON.
    for handler in logging.getLogger().handlers:
        if isinstance(handler, logging.StreamHandler):
            handler.setStream(book)
