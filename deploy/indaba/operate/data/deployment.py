"""`indaba secrets FOLDER`: the files that docker-compose.yml reads, made once."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

from indaba.operate.console import Console
from indaba.operate.data import bus_users
from indaba.operate.data.secrets import new_password
from indaba.operate.processes import DRIVER, PROCESSES

HOST, BUS = "postgres:5432", "redis://valkey:6379/0"
BUS_URL, BUS_USERS = "{}_bus_url", "bus_users"


def make_secrets(folder: Path, saying: Console) -> None:
    """Write the missing files; existing ones stay. The bot's token is left for you to fill in."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    (folder / ".gitignore").write_text("*\n", encoding="utf-8")
    made = [name for name, text in _contents(folder).items() if _written(folder / name, text)]
    made += _admit(folder)
    saying.line(f"Made {len(made)} files in {folder}: {', '.join(made) or 'all were there'}")
    if not (folder / "matrix_bot_access_token").read_text(encoding="utf-8").strip():
        saying.line("Now put the bot's access token into matrix_bot_access_token there.")


def _contents(folder: Path) -> dict[str, str]:
    from indaba.process.passports import new_keys

    private, public = new_keys()
    keys = {"passport_private_key": private, "passport_public_key": public}
    if any((folder / name).exists() for name in keys):
        keys = {}  # a new half would not fit the other
    urls = {
        f"{name}_database_url": f"{DRIVER}{name}:{new_password()}@{HOST}/{name}\n"
        for name in PROCESSES
    }
    urls |= {
        BUS_URL.format(name): f"{bus_users.as_user(BUS, name, new_password())}\n"
        for name in bus_users.users()
    }
    tokens = {"matrix_bot_access_token": "", "discord_bot_token": ""}
    return keys | urls | tokens | {"postgres_password": new_password()}


def _admit(folder: Path) -> list[str]:
    """Write the bus's rules for the passwords that lie there; the file's name if it is new."""
    urls = {name: folder / BUS_URL.format(name) for name in bus_users.users()}
    passwords = {name: urlsplit(url.read_text("utf-8")).password for name, url in urls.items()}
    rules = bus_users.rules({name: unquote(password or "") for name, password in passwords.items()})
    is_new = _written(folder / BUS_USERS, rules)
    (folder / BUS_USERS).write_text(rules, encoding="utf-8")
    return [BUS_USERS] if is_new else []


def _written(path: Path, text: str) -> bool:
    if path.exists():
        return False
    # Compose hands each file to a container as it is, and there we are another user. The folder
    # is closed to others.
    path.write_text(text, encoding="utf-8")
    path.chmod(0o644)
    return True
