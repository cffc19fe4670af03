"""Structured logs: JSON lines to stdout, colour on a terminal, ids only."""

import logging
import sys
from typing import Any

import structlog


def configure(*, json: bool | None = None, level: int = logging.INFO) -> None:
    """Set up logging once per process. JSON unless stdout is a terminal."""
    as_json = not sys.stdout.isatty() if json is None else json
    renderer: Any = (
        structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer()
    )
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.format_exc_info, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(),
        cache_logger_on_first_use=False,
    )
    _hush_libraries()


def _hush_libraries() -> None:
    # Libraries log message contents and addresses at low levels; ours are the canonical lines.
    logging.basicConfig(level=logging.ERROR, stream=sys.stderr, force=True)
    for name in ("nio", "faststream", "uvicorn", "alembic", "httpx", "aiohttp"):
        logging.getLogger(name).setLevel(logging.CRITICAL)


def get(**facts: Any) -> Any:
    """A logger that adds `facts` (ids, never contents) to each of its lines."""
    return structlog.get_logger(**facts)
