import pytest

from indaba.portal.library import attachment
from indaba.portal.resources import outside, paragraphs


@pytest.mark.parametrize("address", ["javascript:alert(1)", " data:text/html,x", "//e.org", ""])
def test_only_addresses_on_the_web_become_links(address: str) -> None:
    assert outside(address) == ""
    assert outside("HTTPS://example.org/a") == "HTTPS://example.org/a"


def test_what_was_written_in_lines_is_shown_in_lines() -> None:
    assert paragraphs("One\u202e\n\n two  three \r\n") == ("One", "two three")


@pytest.mark.parametrize(
    ("name", "plain", "full"),
    [
        ("notes.txt", "notes.txt", "notes.txt"),
        ("../../etc/passwd", "passwd", "passwd"),
        ('a"b\r\nSet-Cookie: x.pdf', "a-bSet-Cookie- x.pdf", "a-bSet-Cookie-%20x.pdf"),
        ("isiZulu ñ 100%.pdf", "isiZulu _ 100_.pdf", "isiZulu%20%C3%B1%20100%25.pdf"),
        ("", "file", "file"),
    ],
)
def test_a_file_is_saved_under_a_safe_name(name: str, plain: str, full: str) -> None:
    assert attachment(name) == f"attachment; filename=\"{plain}\"; filename*=UTF-8''{full}"
