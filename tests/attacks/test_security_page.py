import re
from pathlib import Path

from cells import every

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE)))
ROWS = re.findall(r"^\| (\d+\.\d+\.\d+) \| ([123]) \| (.+) \|$", PAGE, re.MULTILINE)


@every("path, name", NAMED)
def test_every_test_that_the_page_names_is_there(path: str, name: str) -> None:
    assert re.search(rf"^(async )?def {name}\(", (ROOT / path).read_text(), re.MULTILINE)


def test_every_row_has_a_test_or_a_reason() -> None:
    assert len(ROWS) > 60
    assert len({row for row, _, _ in ROWS}) == len(ROWS)
    for row, _, told in ROWS:
        assert "::" in told or told.startswith(("No: ", "By design: ")), row
    lines = [line for line in PAGE.splitlines() if re.match(r"\| \d", line)]
    assert len(lines) == len(ROWS)
