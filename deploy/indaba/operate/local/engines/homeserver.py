"""Our Synapse's configuration: loopback only, no federation, default rate limits."""

import base64
import json
import os
import secrets
from pathlib import Path
from typing import Any

from pydantic import BaseModel

SERVER_NAME = "indaba.localhost"
_QUICK = {"per_second": 1000, "burst_count": 1000}


class Secrets(BaseModel):
    """Made once. Losing them logs everybody out and makes the server a stranger to itself."""

    registration: str
    macaroons: str
    forms: str
    signing_seed: str


def remembered(folder: Path) -> Secrets:
    """The secrets kept in `folder`, made on first use, readable by their owner only."""
    kept = folder / "secrets.json"
    if kept.exists():
        return Secrets.model_validate_json(kept.read_text(encoding="utf-8"))
    fresh = Secrets(
        registration=secrets.token_urlsafe(32),
        macaroons=secrets.token_urlsafe(32),
        forms=secrets.token_urlsafe(32),
        signing_seed=base64.b64encode(secrets.token_bytes(32)).decode().rstrip("="),
    )
    write_private(kept, fresh.model_dump_json())
    return fresh


def write_private(path: Path, text: str) -> None:
    """Written aside and moved into place; readable by its owner only."""
    aside = path.with_suffix(path.suffix + ".new")
    fd = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(fd, "w", encoding="utf-8") as file:
        file.write(text)
    aside.replace(path)


def configure(folder: Path, port: int) -> Path:
    """Writes all that Synapse reads and returns its main file. JSON is YAML, so it is JSON."""
    known = remembered(folder)
    write_private(folder / "signing.key", f"ed25519 a_indaba {known.signing_seed}\n")
    write_private(folder / "logging.yaml", json.dumps(_logging(folder)))
    main = folder / "homeserver.yaml"
    write_private(main, json.dumps(_settings(folder, port, known), indent=1))
    return main


def _settings(folder: Path, port: int, known: Secrets) -> dict[str, Any]:
    return _network(port) | _storage(folder) | _keys(folder, known) | _limits()


def _network(port: int) -> dict[str, Any]:
    inbox = {
        "port": port,
        "bind_addresses": ["127.0.0.1"],
        "type": "http",
        "tls": False,
        "resources": [{"names": ["client"], "compress": False}],
    }
    return {
        "server_name": SERVER_NAME,
        "public_baseurl": f"http://127.0.0.1:{port}/",
        "listeners": [inbox],
        "federation_domain_whitelist": [],
        "trusted_key_servers": [],
        "suppress_key_server_warning": True,
        "url_preview_enabled": False,
        "report_stats": False,
    }


def _storage(folder: Path) -> dict[str, Any]:
    return {
        "database": {"name": "sqlite3", "args": {"database": str(folder / "homeserver.db")}},
        "media_store_path": str(folder / "media"),
        "log_config": str(folder / "logging.yaml"),
        "caches": {"global_factor": 0.2},
        "event_cache_size": "2K",
        "presence": {"enabled": False},
    }


def _keys(folder: Path, known: Secrets) -> dict[str, Any]:
    return {
        "signing_key_path": str(folder / "signing.key"),
        "registration_shared_secret": known.registration,
        "macaroon_secret_key": known.macaroons,
        "form_secret": known.forms,
        "enable_registration": False,
        "bcrypt_rounds": 10,
    }


def _limits() -> dict[str, Any]:
    """Quick to set up; messages keep Synapse's own limits, so that bots must honour them."""
    return {
        "rc_registration": _QUICK,
        "rc_login": {"address": _QUICK, "account": _QUICK},
        "rc_joins": {"local": _QUICK, "remote": _QUICK},
        "rc_joins_per_room": _QUICK,
        "rc_room_creation": _QUICK,
        "rc_invites": {"per_room": _QUICK, "per_user": _QUICK, "per_issuer": _QUICK},
    }


def _logging(folder: Path) -> dict[str, Any]:
    file = {
        "class": "logging.handlers.RotatingFileHandler",
        "filename": str(folder / "synapse.log"),
        "maxBytes": 8_000_000,
        "backupCount": 1,
        "formatter": "plain",
    }
    plain = {"format": "%(asctime)s %(name)s %(levelname)s %(message)s"}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"plain": plain},
        "handlers": {"file": file},
        "root": {"level": "WARNING", "handlers": ["file"]},
    }
