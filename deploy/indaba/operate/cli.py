"""The `indaba` command. Each subcommand loads what it needs when it is used."""

# ruff: noqa: FBT002 - the flags of a command are yes or no, with a default

import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any

import typer

from indaba.operate import reading_commands

app = typer.Typer(
    help="Runs communities of practice where their members already talk.",
    rich_markup_mode=None,
    add_completion=False,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
)
letters = typer.Typer(help="Messages that were given up.", no_args_is_help=True)
app.add_typer(letters, name="dead-letters")
bringing = typer.Typer(help="Bring in what others have gathered.", no_args_is_help=True)
app.add_typer(bringing, name="import")
members = typer.Typer(help="Single members.", no_args_is_help=True)
app.add_typer(members, name="member")
reading_commands.add_to(app)

Data = Annotated[Path, typer.Option(resolve_path=True, help="The data folder of `indaba up`.")]
HERE = Path("data")


@app.command()
def up(
    data: Data = HERE,
    synapse: Annotated[
        bool, typer.Option("--synapse/--no-synapse", help="Bring a homeserver to try things on.")
    ] = True,
    port: Annotated[
        int | None, typer.Option(help="The portal's port; by default 8080, or a free one.")
    ] = None,
) -> None:
    """Run everything on this machine, until Ctrl-C."""
    from indaba.operate.console import Console
    from indaba.operate.local.up import UpOptions, live

    _go(live(UpOptions(data, synapse, port), Console()))


@app.command()
def demo(
    data: Annotated[
        Path, typer.Option("--data", resolve_path=True, help="Its own data folder.")
    ] = Path("data-demo"),
    port: Annotated[
        int | None, typer.Option(help="The portal's port; by default 8080, or a free one.")
    ] = None,
) -> None:
    """Play one term of an invented community of 24, then show its pages until Ctrl-C."""
    from indaba.operate.console import Console
    from indaba.operate.local.up import UpOptions, live

    _go(live(UpOptions(data, synapse=False, port=port, demo=True), Console()))


@app.command("discord-preview")
def discord_preview(
    data: Annotated[
        Path, typer.Option("--data", resolve_path=True, help="Its own data folder.")
    ] = Path("data-preview"),
    port: Annotated[
        int | None, typer.Option(help="The portal's port; by default 8080, or a free one.")
    ] = None,
) -> None:
    """Try the real bot on a simulated Discord in your browser; no token is needed."""
    import asyncio

    from indaba.operate.console import Console
    from indaba.operate.local.up import UpOptions, live

    # Not as other commands: the simulation looks into asyncio's own loop.
    asyncio.run(live(UpOptions(data, synapse=False, port=port, preview=True), Console()))


@app.command()
def run(process: Annotated[str, typer.Argument(help="Such as scheduling or matrix_bot.")]) -> None:
    """Run one process of a deployment; its settings come from the environment."""
    from indaba.operate.local.run_one import run as run_one

    _go(run_one(process))


@app.command()
def migrate(
    processes: Annotated[
        list[str] | None, typer.Argument(help="By default all whose database is set.")
    ] = None,
) -> None:
    """Bring databases to the newest schema."""
    from indaba.operate.console import Console
    from indaba.operate.data.migrating import bring_up_to_date
    from indaba.operate.installation import databases_in_environment

    _go(bring_up_to_date(databases_in_environment(processes or []), Console().line))


@app.command()
def status(
    data: Data = HERE,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Show the state of all parts."""
    from indaba.operate.installation import Installation
    from indaba.operate.observe.status import show

    _go(show(Installation.found(data), as_json=as_json))


@app.command()
def doctor(data: Data = HERE) -> None:
    """Find problems: what, why, what to do. Exit code 1 if there is one."""
    from indaba.operate.installation import Installation
    from indaba.operate.observe.doctor import examine

    if _go(examine(Installation.found(data))):
        raise typer.Exit(1)


@app.command()
def health() -> None:
    """Ask the process of this environment whether it is ready (for containers)."""
    from indaba.operate.observe.health import ask

    raise typer.Exit(ask())


@letters.command("list")
def list_letters(data: Data = HERE) -> None:
    """List them, without contents."""
    from indaba.operate.installation import Installation
    from indaba.operate.observe.dead_letters import show_all

    _go(show_all(Installation.found(data)))


Process = Annotated[str, typer.Option("--process", help="Look in this process only.")]


@letters.command("show")
def show_letter(
    letter: Annotated[str, typer.Argument(help="Its id, or the end of it.")],
    data: Data = HERE,
    process: Process = "",
    contents: Annotated[
        bool, typer.Option("--contents", help="With what people wrote: personal data.")
    ] = False,
) -> None:
    """Show one; what people wrote is masked."""
    from indaba.operate.installation import Installation
    from indaba.operate.observe.dead_letters import show

    _go(show(Installation.found(data), letter, process, contents=contents))


@letters.command("replay")
def replay_letter(
    letter: Annotated[str, typer.Argument(help="Its id, or the end of it.")],
    data: Data = HERE,
    process: Process = "",
) -> None:
    """Try one again."""
    from indaba.operate.installation import Installation
    from indaba.operate.observe.dead_letters import replay

    _go(replay(Installation.found(data), letter, process))


@app.command()
def backup(
    folder: Annotated[Path, typer.Argument(resolve_path=True, help="A new folder for the backup.")],
    data: Data = HERE,
) -> None:
    """Save databases, secrets and the homeserver. Indaba may be running."""
    from indaba.operate.console import Console
    from indaba.operate.data.backup import backup as save

    _go(save(data, folder, Console()))


@app.command()
def restore(
    folder: Annotated[Path, typer.Argument(resolve_path=True, help="The folder of a backup.")],
    data: Data = HERE,
    yes: Annotated[bool, typer.Option("--yes", help="Also over data; it is kept aside.")] = False,
    erasures: Annotated[
        Path | None, typer.Option(help="A list of the erased that you kept elsewhere.")
    ] = None,
) -> None:
    """Restore a backup; Indaba must not run. People erased since are erased again."""
    from indaba.operate.console import Console
    from indaba.operate.data.restore import restore as bring_back

    _go(bring_back(folder, data, Console(), yes=yes, erasures=erasures))


@app.command()
def upgrade(
    data: Data = HERE,
    backup: Annotated[
        Path | None, typer.Option("--backup", resolve_path=True, help="A backup of today.")
    ] = None,
) -> None:
    """Upgrade the data of an older version: all of it or none. Indaba must not run."""
    from indaba.operate.console import Console
    from indaba.operate.data.upgrade import upgrade as bring_up

    _go(bring_up(data, backup, Console()))


@app.command()
def export(
    folder: Annotated[Path, typer.Argument(resolve_path=True, help="A new folder.")],
    community: Annotated[str, typer.Option(help="The community's name, or its key.")],
    data: Data = HERE,
) -> None:
    """Write everything of a community as files: JSON, CSV, ICS, Markdown, library files."""
    from indaba.operate.console import Console
    from indaba.operate.data.export import export as write
    from indaba.operate.installation import Installation

    _go(write(Installation.found(data), community, folder, Console()))


@app.command()
def erase(
    account: Annotated[str, typer.Argument(help="Such as @me:example.org, or a Discord id.")],
    data: Data = HERE,
    yes: Annotated[bool, typer.Option("--yes", help="It is meant.")] = False,
) -> None:
    """Erase a person from every community, for good. Indaba must run."""
    from indaba.operate.console import Console
    from indaba.operate.data.erase import erase as forget
    from indaba.operate.installation import Installation

    _go(forget(Installation.found(data), account, Console(), yes=yes))


@members.command("suspend")
def suspend_member(
    account: Annotated[str, typer.Argument(help="Such as @me:example.org, or a Discord id.")],
    reason: Annotated[str, typer.Option(help="Why; they and the facilitators are told.")],
    community: Annotated[str, typer.Option(help="Only there: its name, or its key.")] = "",
    data: Data = HERE,
) -> None:
    """Suspend somebody's powers for 72 hours, at once. Indaba must run."""
    from indaba.operate.console import Console
    from indaba.operate.data.suspend import suspend
    from indaba.operate.installation import Installation

    _go(suspend(Installation.found(data), account, community, reason, Console()))


@app.command()
def sweep(data: Data = HERE) -> None:
    """Remove erased data from the disk. Indaba must run."""
    from indaba.operate.console import Console
    from indaba.operate.data.vacuum import sweep as write_anew
    from indaba.operate.installation import Installation

    _go(write_anew(Installation.found(data), Console()))


@app.command("rotate-secrets")
def rotate_secrets(
    data: Data = HERE,
    folder: Annotated[
        Path | None, typer.Option("--secrets", help="Instead: the folder of `indaba secrets`.")
    ] = None,
) -> None:
    """Make a new key for passports. Nobody is signed out."""
    from indaba.operate.console import Console
    from indaba.operate.data.rotating import rotate

    rotate(data, folder, Console())


@app.command()
def chat(
    name: Annotated[str, typer.Argument(help="facilitator, thandi or sipho.")],
    data: Data = HERE,
    say: Annotated[
        list[str] | None, typer.Option("--say", help="Send this; may be given several times.")
    ] = None,
    wait: Annotated[float, typer.Option("--wait", help="Seconds to listen after --say.")] = 3.0,
) -> None:
    """Talk in the trial room from the terminal. /help there says how."""
    from indaba.operate.chat.talk import Talk

    _go(Talk.opened(data, name, tuple(say or ()), wait))


@bringing.command("page")
def import_page(
    file: Annotated[Path, typer.Argument(help="A page of a resource library, saved as text.")],
    community: Annotated[str, typer.Option(help="The community's name, or its key.")],
    account: Annotated[str, typer.Option("--as", help="A member's account, such as @me:here.")],
    link: Annotated[str, typer.Option(help="The page's address; else its document's.")] = "",
    data: Data = HERE,
) -> None:
    """Save a page of a resource library with its fields. Indaba must run."""
    from indaba.operate.console import Console
    from indaba.operate.data.importing import bring_in
    from indaba.operate.installation import Installation

    _go(bring_in(Installation.found(data), file, community, account, link, Console()))


@bringing.command("terms")
def import_terms(
    file: Annotated[Path, typer.Argument(help="A CSV file; docs/operators.md has its columns.")],
    community: Annotated[str, typer.Option(help="The community's name, or its key.")],
    account: Annotated[str, typer.Option("--as", help="A facilitator's account.")],
    data: Data = HERE,
) -> None:
    """Import school terms from a file: all of them, or none and why. Indaba must run."""
    from indaba.operate.console import Console
    from indaba.operate.data.importing_terms import bring_in
    from indaba.operate.installation import Installation

    _go(bring_in(Installation.found(data), file, community, account, Console()))


@app.command()
def settings() -> None:
    """Print every setting with its meaning, as an environment file."""
    from indaba.operate.settings_text import environment_file

    sys.stdout.write(environment_file())


@app.command()
def secrets(
    folder: Annotated[Path, typer.Argument(help="Such as deploy/secrets.")],
) -> None:
    """Make the secrets that docker-compose.yml reads. Existing ones stay."""
    from indaba.operate.console import Console
    from indaba.operate.data.deployment import make_secrets

    make_secrets(folder, Console())


def main() -> None:
    """Run the command. Errors that are not bugs are reported in a sentence."""
    from indaba.process import zones

    zones.use_pinned()
    try:
        app()
    except Exception as error:
        code, words = _words(error)
        if code is None:
            raise
        sys.stderr.write(f"{words}\n")
        sys.exit(code)


def _go(work: Coroutine[Any, Any, Any]) -> Any:
    from indaba.process.run import live

    return live(work)


def _words(error: BaseException) -> tuple[int | None, str]:
    """The exit code and the words for an error; no code if it is a bug."""
    from indaba.contracts.refusal import Refusal
    from indaba.operate.local.run_one import CannotStart, cause, explained

    error = cause(error)
    if isinstance(error, Refusal):
        return 1, str(error)
    if bad := _bad_setting(error):
        return 2, f"Bad setting:\n{bad}"
    error = explained(error, "")
    return (error.exit_code, str(error)) if isinstance(error, CannotStart) else (None, "")


def _bad_setting(error: BaseException | None) -> str:
    """The text of a `BadSetting`, also where pydantic wrapped it; else empty."""
    from indaba.process.settings import BadSetting

    while error is not None:
        if isinstance(error, BadSetting):
            return str(error)
        error = error.__cause__
    return ""


if __name__ == "__main__":
    main()
