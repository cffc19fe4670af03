"""Lengths, cut-off times and the digest's day in words: the service reads them, or people pick."""

from typing import Any

import pytest

from bots.answering import THANDI, BusServiceClient, picked, said, understood
from indaba.contracts.digest import SetDigest
from indaba.contracts.scheduling import ChangeMeeting
from indaba.contracts.times import (
    LengthOf,
    LengthRead,
    ReadLength,
    ReadWeekly,
    WeeklyRead,
    WeeklyReading,
)
from indaba.contracts.wire import Request
from indaba.conversation.commands.carrying_out import perform
from indaba.conversation.commands.intent import Intent
from indaba.conversation.commands.topics import INTENTS

LINES = (
    "meeting edit M7K2 minutes: about an hour",
    "meeting edit M7K2 cutoff: Wed 12:00",
    "vote new Where? options: Hall, Online minutes: until half past three",
    "agenda add Reading minutes: a quarter of an hour",
    "agenda change 2 minutes: 'n halfuur",
)
UNSURE = LengthRead(sure=False, readings=(60, 120), doubt="Which of the two?")
NOTHING = LengthRead(sure=False, doubt="I did not understand that.")
TOO_LONG = LengthRead(sure=True, readings=(60 * 24 * 40,))


def with_minutes() -> set[str]:
    """The typed commands that have a field for a length."""
    return {
        kind.called()
        for kind in INTENTS
        if not kind.hidden and {"minutes", "cutoff"} & set(kind.model_fields)
    }


def test_every_command_with_a_length_is_tried_here() -> None:
    tried = {" ".join(line.split()[:2]) for line in LINES}
    assert with_minutes() - {"meeting new"} == tried


@pytest.mark.parametrize("line", LINES)
async def test_a_length_in_words_is_read_by_the_service(line: str) -> None:
    answer = await said(line)
    assert answer.question() is None
    assert not [choice for choice in answer.choices() if choice.emoji == "1️⃣"]


@pytest.mark.parametrize("line", LINES)
async def test_one_of_two_lengths_is_picked(line: str) -> None:
    answer = await said(line, ReadLength=UNSURE)
    assert "Which of the two?" in answer.text()
    assert [choice.emoji for choice in answer.choices()] == ["1️⃣", "2️⃣", "❌"]
    done = await picked(answer, "2️⃣", THANDI, ReadLength=UNSURE)
    assert "Which of the two?" not in done.text()


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("read", [NOTHING, TOO_LONG], ids=["nothing", "too long"])
async def test_a_length_that_cannot_be_is_asked_for_again(line: str, read: LengthRead) -> None:
    ask = (await said(line, ReadLength=read)).question()
    assert ask is not None
    assert ask.field in {"minutes", "cutoff"}
    assert ask.why
    assert ask.field not in ask.filled


class Listening(BusServiceClient):
    """Services that answer, and what they were asked."""

    def __init__(self) -> None:
        super().__init__()
        self.requests: list[Request[Any]] = []

    async def ask(self, request: Request[Any]) -> Any:
        self.requests.append(request)
        return await super().ask(request)


async def test_the_digest_comes_on_the_day_that_the_service_read() -> None:
    services = Listening()
    await perform(understood("cop digest-day fridays hour: 3pm"), THANDI, services)
    assert services.requests == [
        ReadWeekly(text="fridays 3pm"),
        SetDigest(weekday=5, hour=15),
    ]


async def test_the_service_is_told_what_the_length_is_of() -> None:
    services = Listening()
    await perform(understood(LINES[1]), THANDI, services)
    length, change, *_ = services.requests
    assert length == ReadLength(text="Wed 12:00", of=LengthOf.BEFORE_START, meeting="M7K2")
    assert isinstance(change, ChangeMeeting)
    assert change.answers_close == 90


async def test_one_of_two_hours_of_the_digest_is_picked() -> None:
    both = (WeeklyReading(weekday=1, hour=8), WeeklyReading(weekday=1, hour=20))
    unsure = WeeklyRead(sure=False, readings=both, doubt="8 can be 08:00 or 20:00.")
    answer = await said("cop digest-day monday 8", ReadWeekly=unsure)
    assert "08:00 or 20:00" in answer.text()
    meant: list[Intent] = [choice.intent for choice in answer.choices()]
    assert [each.model_dump().get("hour") for each in meant] == ["8", "20", None]


async def test_a_day_of_the_digest_that_nobody_understands_is_asked_for_again() -> None:
    nothing = WeeklyRead(sure=False, doubt="On which day of the week?")
    ask = (await said("cop digest-day soon", ReadWeekly=nothing)).question()
    assert ask is not None
    assert (ask.field, ask.why) == ("day", "On which day of the week?")
