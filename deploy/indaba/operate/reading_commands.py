"""The commands that show how a line or a calendar file is read."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer


def add_to(app: typer.Typer) -> None:
    """Add them to the command."""
    app.command()(read)
    app.command("read-calendar")(read_calendar)


def read(
    line: Annotated[str, typer.Argument(help="What somebody typed, in quotes.")],
    kind: Annotated[
        str,
        typer.Option(
            "--as", help="meeting, when, repeat, action, quiet, length, until, before or weekly."
        ),
    ] = "meeting",
    now: Annotated[str, typer.Option(help="When it is typed: 2026-12-01T10:00.")] = "",
    zone: Annotated[str, typer.Option(help="Where: an IANA zone.")] = "Africa/Johannesburg",
    locale: Annotated[str, typer.Option(help="In which locale.")] = "en-ZA",
    start: Annotated[str, typer.Option(help="For before: when the meeting is.")] = "",
) -> None:
    """Print what a line is read as, and which words gave what. Nothing needs to run."""
    from indaba.operate.observe.reading import Kind, asking, line_as_json

    _print_or_refuse(lambda: line_as_json(line, Kind(kind), asking(now, zone, locale, start)))


def read_calendar(
    file: Annotated[Path, typer.Argument(help="A calendar file (.ics).")],
    zone: Annotated[str, typer.Option(help="For times without one.")] = "Africa/Johannesburg",
    since: Annotated[str, typer.Option("--from", help="The first day: 2026-12-01.")] = "",
    until: Annotated[str, typer.Option("--to", help="The last day.")] = "",
    now: Annotated[str, typer.Option(help="When it is read: 2026-12-01T10:00.")] = "",
) -> None:
    """Print the meetings a calendar file gives, and each entry left out with its reason."""
    from indaba.operate.observe.reading import asking, calendar_as_json

    _print_or_refuse(lambda: calendar_as_json(file, asking(now, zone, "en-ZA"), since, until))


def _print_or_refuse(printed: Callable[[], str]) -> None:
    """Print, or say in a line what was typed wrongly."""
    from indaba.contracts.refusal import Refusal

    try:
        typer.echo(printed())
    except (ValueError, OSError, Refusal) as why:
        typer.echo(getattr(why, "words", None) or f"That cannot be read: {why}", err=True)
        raise typer.Exit(2) from None
