"""What can go wrong with an engine, in words for the person who runs it."""

from pathlib import Path

from indaba.contracts.refusal import Refusal


class FolderTaken(Refusal):
    """Another process of ours owns the data folder."""

    code = "folder-taken"

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"The data folder {folder} is already in use by another Indaba on this machine. "
            "Stop that one first, or give this one a folder of its own.",
            folder=str(folder),
        )


class OtherVersion(Refusal):
    """The data was written by another major version. It has not been touched."""

    code = "other-version"

    def __init__(self, folder: Path, found: str, ours: str) -> None:
        super().__init__(
            f"The data in {folder} was written by PostgreSQL {found}, and this Indaba brings "
            f"PostgreSQL {ours}. Nothing was touched. Move the data with: indaba upgrade",
            folder=str(folder),
            found=found,
            ours=ours,
        )


class EngineFailed(Refusal):
    """An engine did not start, or stopped by itself. `said` is the end of its own log."""

    code = "engine-failed"

    def __init__(self, engine: str, why: str, log: Path | None = None) -> None:
        said = _last_lines(log)
        words = f"{engine} {why}."
        if log:
            words += f" Its log is {log}"
        if said:
            words += f" and ends with:\n{said}"
        super().__init__(words, engine=engine, said=said)


class NotInstalled(Refusal):
    """An engine's program is not there."""

    code = "engine-not-installed"

    def __init__(self, engine: str, remedy: str) -> None:
        super().__init__(f"{engine} is not installed here. Install it with: {remedy}")


class UnsafeFolder(Refusal):
    """A folder that must be private is not, or belongs to somebody else."""

    code = "unsafe-folder"

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"The folder {folder} must belong to you and be closed to everybody else, "
            "and it is not. Remove it, then start again.",
            folder=str(folder),
        )


def _last_lines(log: Path | None, count: int = 8) -> str:
    if log is None or not log.exists():
        return ""
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    return "\n".join(lines[-count:])
