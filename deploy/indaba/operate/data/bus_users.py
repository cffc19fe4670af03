"""Who may do what on the bus: a user per process, who writes only where that process speaks.

The rules are Valkey's access control lists, derived from the table of processes. A process reads
the events it reacts to, adds to its own, and answers the requests to it; whoever asks the services
adds to those, and hears the replies to itself alone. What no rule can keep apart are the readers of
one stream: one could read in another's name, and so keep a message from it.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

from indaba.operate.data.secrets import folder_of, new_password
from indaba.operate.local.engines.homeserver import write_private
from indaba.operate.processes import ERASURE_OWNER, PROCESSES, Kind, of_kind

OPERATOR = "operator"
"""Who speaks for the `indaba` commands."""

PASSWORDS, RULES = "bus-passwords.json", "bus-users.acl"

_CONNECTION = "+auth +hello +ping +select +client|setinfo +client|setname +client|id +command"
_CLUSTER = "+cluster|slots +cluster|shards +cluster|nodes +cluster|myid +readonly"
_FILE = "+info +bgrewriteaof"
_READING = "+xgroup|create +xreadgroup +xack +xautoclaim +xinfo|groups +xpending +xlen +exists"
_OWN = "+xadd +xtrim +xlen +exists +xinfo|groups +xpending"
_ANSWERING = "+xgroup|create +xreadgroup +xack +xautoclaim +xdel +xlen +xrange +xinfo|groups"


def users() -> tuple[str, ...]:
    """Every process, and who speaks for the commands."""
    return (*PROCESSES, OPERATOR)


@dataclass(frozen=True, slots=True)
class BusUsers:
    """The passwords by user, and the file of rules that Valkey reads."""

    passwords: Mapping[str, str]
    rules: Path


def keep(data: Path) -> BusUsers:
    """The users of a data folder: passwords are made once, the rules written anew."""
    earlier = known(data)
    passwords = dict(earlier.passwords) if earlier else {}
    missing = {name: new_password() for name in users() if name not in passwords}
    if missing:
        passwords |= missing
        write_private(folder_of(data) / PASSWORDS, json.dumps(passwords, indent=1))
    path = folder_of(data) / RULES
    write_private(path, rules(passwords))
    return BusUsers(passwords, path)


def known(data: Path) -> BusUsers | None:
    """The users of a data folder; none of one that was never started with any."""
    folder = data / "secrets"
    try:
        passwords = json.loads((folder / PASSWORDS).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return BusUsers(passwords, folder / RULES)


def address(data: Path, url: str, name: str) -> str:
    """The address of a data folder's bus for one of its users; `url` where it has none."""
    there = known(data)
    return as_user(url, name, there.passwords[name]) if there else url


def rules(passwords: Mapping[str, str]) -> str:
    """Valkey's file of users. Of passwords it has digests only."""
    nobody = "user default on nopass sanitize-payload resetkeys resetchannels -@all +ping"
    return "\n".join((nobody, *(_rule(name, passwords[name]) for name in users()), ""))


def as_user(url: str, name: str, password: str) -> str:
    """The address of a bus for one of its users."""
    there = urlsplit(url)
    credentials = f"{quote(name)}:{quote(password, safe='')}@"
    if there.scheme == "unix":
        return f"unix://{credentials}{there.path}"
    return urlunsplit(there._replace(netloc=credentials + there.netloc.rpartition("@")[2]))


def is_open(url: str) -> bool:
    """Whether a bus takes anybody who reaches it, as far as its address tells."""
    return "@" not in urlsplit(url).netloc


def reads(name: str) -> tuple[str, ...]:
    """The processes whose events a process reads, answers to erasures included."""
    if name == ERASURE_OWNER:
        return tuple(PROCESSES)
    return tuple({*PROCESSES[name].reads, ERASURE_OWNER})


def _rule(name: str, password: str) -> str:
    from indaba.bus.streams import EPOCH

    digest = hashlib.sha256(password.encode()).hexdigest()
    allowed = _of_operator() if name == OPERATOR else _of_process(name)
    common = f"{_CONNECTION} {_CLUSTER} {_FILE}"
    start = f"user {name} on #{digest} sanitize-payload resetkeys resetchannels -@all {common}"
    return " ".join((start, *allowed, f"(+get +set ~{EPOCH})"))


def _of_process(name: str) -> Iterable[str]:
    from indaba.bus.streams import events_of, requests_to

    is_service = PROCESSES[name].kind is Kind.SERVICE
    yield "+publish &replies.*" if is_service else f"+subscribe +unsubscribe &replies.{name}.*"
    yield f"({_OWN} ~{events_of(name)})"
    yield f"({_READING} {_keys(map(events_of, sorted(reads(name))))})"
    yield f"({_ANSWERING} ~{requests_to(name)})" if is_service else _asking()


def _of_operator() -> Iterable[str]:
    """An operator looks at all streams, and puts a dead letter back where it belongs."""
    from indaba.bus.streams import events_of

    yield "+subscribe +unsubscribe &replies.*"
    yield f"({_OWN} {_keys(map(events_of, PROCESSES))})"
    yield _asking()


def _asking() -> str:
    from indaba.bus.streams import requests_to

    return f"(+xadd {_keys(map(requests_to, of_kind(Kind.SERVICE)))})"


def _keys(names: Iterable[str]) -> str:
    return " ".join(f"~{name}" for name in names)
