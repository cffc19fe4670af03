"""The process that reads calendars: `python -m indaba.scheduling.workflows.calendars.worker`."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from indaba.process.outside.fetching import Answer, NotRead, Rules, fetch
from indaba.process.outside.worker import serve
from indaba.scheduling.model.outside import CalendarDates
from indaba.scheduling.model.outside.reading import CalendarRefused, read_calendar
from indaba.scheduling.model.outside.reasons import MOST_BYTES, TOO_LARGE

HEADERS = {
    "User-Agent": "Indaba/0.1 (+follows calendars)",
    "Accept": "text/calendar,text/plain;q=0.8,*/*;q=0.5",
}
SECONDS = 20.0
OK, UNCHANGED = 200, 304
LONGEST_VALIDATOR = 500


def main() -> None:
    """Answer each line, which holds a link, until there are no more."""
    serve(lambda question: answer(question, Rules(seconds=SECONDS)))


async def answer(question: Mapping[str, Any], rules: Rules) -> Mapping[str, Any]:
    """The dates of a calendar, as JSON. Raises `NotRead`."""
    validators = {"If-None-Match": question["etag"], "If-Modified-Since": question["modified"]}
    headers = HEADERS | {name: value for name, value in validators.items() if value}
    came = await fetch(question["link"], rules, _whole, headers)
    if came is None and headers == HEADERS:
        raise NotRead(f"status {UNCHANGED}", again=True)
    if came is None:
        return CalendarDates(same=True).to_json()
    body, validated = came
    now = datetime.fromisoformat(question["now"])
    try:
        read = read_calendar(body, question["zone"], now, frozenset(question["known"]))
    except CalendarRefused as refused:
        raise NotRead(refused.why, again=refused.again) from None
    return replace(read, etag=validated.etag, modified=validated.modified).to_json()


async def _whole(answer: Answer) -> tuple[bytes, CalendarDates] | None:
    """The file, and what its site says about this version; `None` if it has not changed."""
    if answer.status == UNCHANGED:
        return None
    answer.check_status(OK)
    body = await answer.beginning(MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        raise NotRead(TOO_LARGE)
    return body, CalendarDates(
        etag=_validator(answer, "etag"), modified=_validator(answer, "last-modified")
    )


def _validator(answer: Answer, name: str) -> str:
    """A header to send back next time; empty if it is too long or odd."""
    value = answer.headers.get(name, "").strip()
    plain = value.isascii() and value.isprintable()
    return value if plain and len(value) <= LONGEST_VALIDATOR else ""


if __name__ == "__main__":
    main()
