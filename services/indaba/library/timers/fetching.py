"""Reads the head of an untrusted web page."""

from indaba.library.timers.page import Page, is_enough, read_page
from indaba.process.outside import fetching
from indaba.process.outside.fetching import Answer, NotRead, Rules

__all__ = ["NotRead", "Rules", "fetch"]

HEADERS = {
    "User-Agent": "Indaba/0.1 (+reads link titles)",
    "Accept": "text/html,application/xhtml+xml;q=0.9",
}
MOST_BYTES = 512 * 1024
HTML = ("text/html", "application/xhtml+xml")
OK = 200


async def fetch(link: str, rules: Rules) -> Page:
    """What a page says about itself. Raises `NotRead`."""
    return await fetching.fetch(link, rules, _read, HEADERS)


async def _read(answer: Answer) -> Page:
    answer.check_status(OK)
    if answer.kind not in HTML:
        raise NotRead("not a page")
    beginning = await answer.beginning(MOST_BYTES, is_enough)
    return read_page(beginning, answer.headers.get("content-type", ""))
