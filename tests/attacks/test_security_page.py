import re
from pathlib import Path

from attacks.asvs import REQUIREMENTS
from cells import every

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE)))
ROWS = re.findall(r"^\| (\d+\.\d+\.\d+) \| ([123]) \| (.+) \|$", PAGE, re.MULTILINE)


@every("path, name", NAMED)
def test_every_test_that_the_page_names_is_there(path: str, name: str) -> None:
    assert re.search(rf"^(async )?def {name}\(", (ROOT / path).read_text(), re.MULTILINE)


NOT_APPLICABLE = re.findall(r"^\* .+?: ((?:\d+\.\d+\.\d+(?:, )?)+)$", PAGE, re.MULTILINE)


def test_every_requirement_is_a_row_or_said_not_to_apply() -> None:
    rows = {row for row, level, _ in ROWS if level in "12"}
    apart = [row for line in NOT_APPLICABLE for row in line.split(", ")]
    assert len(apart) == len(set(apart))
    assert not rows & set(apart)
    assert rows | set(apart) == REQUIREMENTS


def test_every_row_has_a_test_or_a_reason() -> None:
    assert len(ROWS) > 60
    assert len({row for row, _, _ in ROWS}) == len(ROWS)
    for row, _, told in ROWS:
        assert "::" in told or told.startswith(("No: ", "By design: ")), row
    lines = [line for line in PAGE.splitlines() if re.match(r"\| \d", line)]
    assert len(lines) == len(ROWS)
