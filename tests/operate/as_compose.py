"""What Compose hands over to a service: variables put in, secrets where ours lie."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def with_variables(value: str, outside: Mapping[str, str]) -> str:
    """The value with its variables put in; those not set outside need a default."""

    def put_in(match: re.Match[str]) -> str:
        if match[1] in outside:
            return outside[match[1]]
        assert match[2] == ":-", f"{match[1]} is not set"
        return match[3]

    return re.sub(r"\$\{(\w+)(:-|:\?)([^}]*)\}", put_in, value)


def environment_of(
    service: Mapping[str, Any], outside: Mapping[str, str], secrets: Path
) -> dict[str, str]:
    """A service's environment, with the secrets and folders of one's own."""

    def ours(name: str, value: str) -> str:
        given = with_variables(value, outside)
        if name.endswith("_FOLDER"):
            return f"{secrets}{given}"
        return given.replace("/run/secrets", str(secrets))

    return {name: ours(name, str(value)) for name, value in service["environment"].items()}
