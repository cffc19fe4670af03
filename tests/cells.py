"""Tables with a cell for every intent, contract or word: one test a table, not one a cell.

A cell takes less time than a test of its own does around it. All cells are tried whichever fail,
each that fails is named, and the summary says how many there were.
"""

import functools
import inspect
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest

CELLS = "cells"
Test = Callable[..., None]
Cases = Iterable[Any]


def every(
    names: str, cases: Cases | Callable[[], Cases], ids: Callable[[Any], str] = str
) -> Callable[[Test], Test]:
    """Like `pytest.mark.parametrize`, in one test. Cases that take long to find are a function."""
    named = [name.strip() for name in names.split(",")]
    known = cases if callable(cases) else list(cases)

    def over(test: Test) -> Test:
        signature = inspect.signature(test)

        @functools.wraps(test)
        def tried(**fixtures: Any) -> None:
            request = fixtures["request"]
            failed: list[Exception] = []
            table = list(known() if callable(known) else known)
            assert table, "a table without cells shows nothing"
            for case in table:
                values = dict(zip(named, case if len(named) > 1 else (case,), strict=True))
                own = {k: v for k, v in fixtures.items() if k in signature.parameters}
                try:
                    test(**own, **values)
                except Exception as error:  # noqa: BLE001 - shown with the others
                    error.add_note(f"cell: {ids(case)}")
                    failed.append(error)
            request.node.user_properties.append((CELLS, len(table)))
            if failed:
                raise ExceptionGroup(f"{len(failed)} of {len(table)} cells", failed)

        kept = [p for name, p in signature.parameters.items() if name not in named]
        if "request" not in signature.parameters:
            kept.append(inspect.Parameter("request", inspect.Parameter.KEYWORD_ONLY))
        tried.__signature__ = signature.replace(parameters=kept)  # type: ignore[attr-defined]
        return tried

    return over


def counted(reports: Iterable[pytest.TestReport]) -> Iterator[int]:
    """How many cells each of the tables had."""
    for report in reports:
        yield from (int(str(n)) for name, n in report.user_properties if name == CELLS)
