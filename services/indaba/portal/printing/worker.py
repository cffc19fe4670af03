"""The process that draws PDFs: `python -m indaba.portal.printing.worker`."""

import base64
import importlib.util
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from indaba.process.outside.worker import serve

PAGE = Path(__file__).with_name("page.typ")
_FONTS = Path("mpl-data", "fonts", "ttf")


def main() -> None:
    """Answer each line, which holds a document, until there are no more."""
    serve(_answer)


async def _answer(question: dict[str, Any]) -> Mapping[str, Any]:
    return {"pdf": base64.b64encode(drawn(question)).decode()}


def drawn(document: Mapping[str, Any], form: str = "pdf") -> bytes:
    """A page, the same bytes for the same document. Characters that no font has become boxes.

    Uses only fonts that come with the libraries, so that every machine draws the same.
    """
    import typst

    drawing: Any = typst.compile(
        PAGE.read_bytes(),
        format=form,  # type: ignore[call-overload]  # its types want one call per form
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(document)},
        timestamp=0,
    )
    return bytes(drawing)


def _fonts() -> list[str]:
    """DejaVu, which has far more characters, comes with matplotlib."""
    package = importlib.util.find_spec("matplotlib")
    folders = package.submodule_search_locations if package else None
    return [str(Path(folder) / _FONTS) for folder in folders or ()]


if __name__ == "__main__":
    main()
