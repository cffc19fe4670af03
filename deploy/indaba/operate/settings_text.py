"""deploy/env.example, from the settings themselves: what can be set, what it means."""

import textwrap
from collections.abc import Iterator

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from indaba.operate.processes import PROCESSES
from indaba.process.settings import ProcessSettings, Settings, variable

HEAD = """\
# Every setting of Indaba. Written by `indaba settings`; do not edit, copy.
# Lines that are commented out show the default. Any setting may come from a file instead:
# INDABA_BUS_URL_FILE=/run/secrets/bus_url is the content of that file.
"""


def environment_file() -> str:
    """The whole file, ending in a newline."""
    classes = {"every process": ProcessSettings} | {
        name.replace("_", " "): process.settings for name, process in PROCESSES.items()
    }
    blocks = [HEAD, *(_block(title, settings) for title, settings in classes.items())]
    return "\n".join(blocks)


def _block(title: str, settings: type[Settings]) -> str:
    return "\n".join([f"# {title[0].upper()}{title[1:]}", *_lines(settings)]) + "\n"


def _lines(settings: type[Settings]) -> Iterator[str]:
    for name, field in settings.model_fields.items():
        yield from textwrap.wrap(
            field.description or name, 98, initial_indent="# ", subsequent_indent="#   "
        )
        default = _default(field)
        mark = "" if default is None else "#"
        yield f"{mark}{variable(settings, name)}={default or ''}"


def _default(field: FieldInfo) -> str | None:
    """As it would be written in an environment; `None` if it must be given."""
    if field.default is PydanticUndefined:
        return None
    if field.default is None:
        return ""
    if isinstance(field.default, tuple):
        return "[" + ",".join(f'"{item}"' for item in field.default) + "]"
    return str(field.default)
