"""The repository's own code, for tests of how it is written."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]


def nodes(*folders: str, having: str) -> Iterator[tuple[str, ast.AST]]:
    """Each node of each file in these folders whose text has a pattern, with the file's path.

    Reading a file's text costs a hundredth of reading it as Python, so look for few.
    """
    wanted = re.compile(having)
    for folder in folders:
        for page in sorted((ROOT / folder).rglob("*.py")):
            text = page.read_text(encoding="utf-8")
            if wanted.search(text):
                path = page.relative_to(ROOT).as_posix()
                yield from ((path, node) for node in ast.walk(ast.parse(text)))
