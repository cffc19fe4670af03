"""What the command says on the screen: plain lines, with colour on a terminal only."""

import contextlib
import sys
from collections.abc import Callable, Iterator, Sequence

from rich.console import Console as Terminal
from rich.text import Text


class Console:
    """Prints lines. A closed pipe (`| head`) is no reason to stop."""

    def __init__(self, *, errors: bool = False) -> None:
        self._console = Terminal(
            file=sys.stderr if errors else sys.stdout, highlight=False, soft_wrap=True
        )

    def line(self, words: str = "", style: str = "") -> None:
        """One line, as it is: nothing in it is read as markup."""
        with contextlib.suppress(OSError, ValueError):
            self._console.print(Text(words, style=style))

    def step(self, words: str) -> None:
        """Progress."""
        self.line(words, "dim")

    def fact(self, label: str, value: str) -> None:
        """Something worth finding again: a label and its value."""
        with contextlib.suppress(OSError, ValueError):
            self._console.print(Text.assemble((f"{label}: ", "bold"), value))

    @contextlib.contextmanager
    def progress(self, words: str, steps: int) -> Iterator[Callable[[], None]]:
        """A bar of so many steps; call what is given after each. On a pipe, a line at the end."""
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        with Progress(*columns, console=self._console) as shown:
            task = shown.add_task(words, total=steps)
            yield lambda: shown.advance(task)

    def table(self, head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
        """Columns under a head; on a pipe tab-separated, so that programs can cut it."""
        if not self._console.is_terminal:
            for row in (head, *rows):
                self.line("\t".join(row))
            return
        from rich import box
        from rich.table import Table

        table = Table(*head, box=box.SIMPLE, header_style="bold")
        for row in rows:
            table.add_row(*(Text(cell) for cell in row))
        self._console.print(table)
