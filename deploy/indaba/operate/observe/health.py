"""`indaba health`: one question to the process of this environment, for container checks."""

import http.client
import os
import sys


def ask() -> int:
    """Print what /ready says. Returns 0 if ready, 1 if not, 2 if no port is set."""
    port = os.environ.get("INDABA_HEALTH_PORT", "")
    if not port.isdecimal() or port == "0":
        sys.stderr.write("INDABA_HEALTH_PORT: is not set, so nobody can be asked.\n")
        return 2
    status, said = answer("127.0.0.1", int(port), "/ready")
    sys.stdout.write(f"{said.strip()}\n")
    return 0 if status == http.client.OK else 1


def answer(host: str, port: int, path: str) -> tuple[int, str]:
    """Status and text of a page; status 0 and the reason if nobody answers."""
    line = http.client.HTTPConnection(host, port, timeout=5.0)
    try:
        line.request("GET", path)
        reply = line.getresponse()
        return reply.status, reply.read().decode(errors="replace")
    except OSError as error:
        return 0, str(error)
    finally:
        line.close()
