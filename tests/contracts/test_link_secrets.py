"""Keys and passwords in links are found by name and value, and ordinary links are left alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cells import every
from contracts.ordinary_links import LINKS
from indaba.contracts.library import DescribeResource, SaveResource
from indaba.contracts.link_secrets import (
    BEFORE_AT,
    request_without_secrets,
    text_without_secrets,
    without_secrets,
)

LOT = "9f86d081884c7d659a2feaa0c55ad015"
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTYifQ.c2lnbmF0dXJl"
CLEAN = "https://example.org/a"


@every("link", LINKS)
def test_an_ordinary_link_is_left_alone(link: str) -> None:
    assert without_secrets(link) == (link, ())


def test_there_are_a_hundred_ordinary_links() -> None:
    assert len(set(LINKS)) == len(LINKS) >= 100


@pytest.mark.parametrize(
    ("link", "clean", "names"),
    [
        (f"{CLEAN}?token={LOT}", CLEAN, ["token"]),
        (f"{CLEAN}?id=4&access_token=abcdefgh&v=2", f"{CLEAN}?id=4&v=2", ["access_token"]),
        (f"{CLEAN}?ID_TOKEN={JWT}", CLEAN, ["ID_TOKEN"]),
        (f"{CLEAN}?data={JWT}", CLEAN, ["data"]),
        (f"{CLEAN}?api_key=abcdefgh&apikey=ijklmnop", CLEAN, ["api_key", "apikey"]),
        (f"{CLEAN}?key=AIza{LOT}abc", CLEAN, ["key"]),
        (f"{CLEAN}?amp;api-key=12345678", CLEAN, ["amp;api-key"]),
        (f"{CLEAN}?code=4/0AX4XfWh{LOT}&scope=a", f"{CLEAN}?scope=a", ["code"]),
        (f"{CLEAN}#access_token={LOT}&type=bearer", f"{CLEAN}#type=bearer", ["access_token"]),
        (f"{CLEAN}#/door?token={LOT}", f"{CLEAN}#/door", ["token"]),
        (f"{CLEAN};jsessionid={LOT}?id=4", f"{CLEAN}?id=4", ["jsessionid"]),
        (f"{CLEAN}?PHPSESSID={LOT}&sid={LOT}", CLEAN, ["PHPSESSID", "sid"]),
        ("https://us02web.zoom.us/j/98765?pwd=abc.1", "https://us02web.zoom.us/j/98765", ["pwd"]),
        ("https://me:pass@example.org/a", CLEAN, [BEFORE_AT]),
        ("https://me@example.org/a?passwd=x#b", f"{CLEAN}#b", [BEFORE_AT, "passwd"]),
        (
            f"https://b.s3.amazonaws.com/a?X-Amz-Date=2026&X-Amz-Credential=A%2F2&X-Amz-Signature={LOT}",
            "https://b.s3.amazonaws.com/a?X-Amz-Date=2026",
            ["X-Amz-Credential", "X-Amz-Signature"],
        ),
        (
            f"https://x.blob.core.windows.net/a?sv=2023-01-03&se=2026&sig=ab12{LOT}%3D",
            "https://x.blob.core.windows.net/a?sv=2023-01-03&se=2026",
            ["sig"],
        ),
        (
            f"https://d1.cloudfront.net/a?Expires=1&Signature={LOT}&Key-Pair-Id=APKA123456789ABC",
            "https://d1.cloudfront.net/a?Expires=1",
            ["Signature", "Key-Pair-Id"],
        ),
        (
            "https://firebasestorage.googleapis.com/v0/b/x/o/a?alt=media&token=1b2c-3d4e",
            "https://firebasestorage.googleapis.com/v0/b/x/o/a?alt=media",
            ["token"],
        ),
        (
            "https://x.example/?u=https%3A%2F%2Fy.example%2F%3Ftoken%3Dabcdefgh%26v%3D1",
            "https://x.example/?u=https%3A%2F%2Fy.example%2F%3Fv%3D1",
            ["token"],
        ),
        ("example.org/a?invite_token=abcdefgh", "example.org/a", ["invite_token"]),
    ],
)
def test_a_secret_is_named_and_taken_out(link: str, clean: str, names: list[str]) -> None:
    assert without_secrets(link) == (clean, tuple(names))
    assert without_secrets(clean) == (clean, ())


def test_links_within_words_lose_their_secrets_and_words_stay() -> None:
    words = f"See ({CLEAN}?token={LOT}) and {CLEAN}?v=1, the token= is a secret=word"
    clean = f"See ({CLEAN} and {CLEAN}?v=1, the token= is a secret=word"

    assert text_without_secrets(words)[1] == ("token",)
    assert LOT not in text_without_secrets(words)[0]
    assert text_without_secrets(words)[0] == clean


def test_every_text_of_a_request_is_looked_at() -> None:
    bad = f"{CLEAN}?token={LOT}"
    request = SaveResource(link=bad, title="T", why=f"see {bad}", document=bad, related=(bad,))
    clean = SaveResource(
        link=CLEAN, title="T", why=f"see {CLEAN}", document=CLEAN, related=(CLEAN,)
    )

    assert request_without_secrets(request) == (clean, ("token",))
    assert request_without_secrets(clean) == (clean, ())
    summary = DescribeResource(code="R7K2", summary=bad)
    assert request_without_secrets(summary)[0].summary == CLEAN


@given(st.text(max_size=80), st.text("a?#&=;@:/%25", max_size=40))
def test_whatever_is_typed_is_read_and_clean_at_once(words: str, marks: str) -> None:
    for link in (words, marks, f"https://x.org/{marks}{words}", f"https://{words}@{marks}"):
        clean, names = text_without_secrets(link)
        assert (clean == link) or names
        assert text_without_secrets(clean)[1] == ()
