"""The week in one message, and the chair's list."""

from __future__ import annotations

import re
from typing import Annotated, ClassVar

from pydantic import BeforeValidator, Field

from indaba.contracts.digest import (
    ChecklistShown,
    DigestShown,
    SetDigest,
    SetMyDigest,
    ShowChecklist,
    ShowDigest,
)
from indaba.contracts.library import FindResources, ResourceFacts
from indaba.contracts.passport import Role
from indaba.contracts.refusal import Hint, Refusal, Unavailable, hint
from indaba.contracts.scheduling import MeetingFacts
from indaba.contracts.times import ReadWeekly, WeeklyRead, WeeklyReading
from indaba.conversation.answer import Answer, Items, Text
from indaba.conversation.commands.fields import NO, Code, OnOff
from indaba.conversation.commands.intent import Intent, ServiceClient, question
from indaba.conversation.commands.numbered import numbered
from indaba.conversation.commands.person import Person
from indaba.conversation.commands.topics.actions import action_line
from indaba.conversation.times import say_for, say_start
from indaba.conversation.wording import Wording, plain

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
NEVER = NO | {"none", "never"}
HOUR = re.compile(r"\d{1,2}")
"""An hour of the day in figures, from 0 to 23."""
USUAL_HOUR = 8
NEW_RESOURCES = 3
MOST = 5


class Digest(Intent, noun="cop", verb="digest", aliases=("digest", "week", "this week")):
    """Show the week: what comes, what was decided, what is open."""

    needs: ClassVar[Role | None] = Role.MEMBER
    example: ClassVar[str] = "cop digest"

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """The asker's own week."""
        shown = await services.ask(ShowDigest())
        new = await newest(services)
        told = digest_blocks(shown, new, person.wording, person.zone)
        return Answer(told or (Text(person.wording.say("A quiet week: nothing to tell.")),))


async def newest(services: ServiceClient) -> tuple[ResourceFacts, ...]:
    """The three resources saved last; none where the library is away."""
    try:
        found = await services.ask(FindResources(words="", limit=NEW_RESOURCES))
    except (Refusal, Unavailable):
        return ()
    return found.resources


def digest_blocks(
    shown: DigestShown, new: tuple[ResourceFacts, ...], wording: Wording, zone: str = ""
) -> tuple[Text | Items, ...]:
    """The week in short lines, each part under its name; nothing for an empty week."""
    say = wording.say
    parts = (
        (say("Coming:"), [_coming(m, shown, wording, zone) for m in shown.meetings]),
        (say("Your actions:"), [action_line(a, wording) for a in shown.mine]),
        (say("Decided:"), [_own(note.text, wording) for note in shown.decisions]),
        (say("Asked for help:"), [_own(note.text, wording) for note in shown.asked]),
        (say("Actions of all:"), [action_line(a, wording) for a in shown.actions]),
        (say("Minutes and highlights:"), [_named(m, wording) for m in shown.minutes]),
        (say("New in the library:"), [_own(f"{r.code} {r.title}", wording) for r in new]),
    )
    blocks: list[Text | Items] = []
    for title, lines in parts:
        if lines:
            blocks += [Text(title), Items(tuple(lines[:MOST]))]
    return tuple(blocks)


def _own(line: str, wording: Wording) -> str:
    """A line in the community's own words."""
    return wording.say("{words}", words=plain(line))


def _named(meeting: MeetingFacts, wording: Wording) -> str:
    return wording.say("{code} {title}", code=meeting.code, title=plain(meeting.title))


def _coming(meeting: MeetingFacts, shown: DigestShown, wording: Wording, zone: str) -> str:
    answer = shown.answers.get(str(meeting.id))
    when = (
        say_for(meeting.starts_at, zone, wording.locale)
        if zone
        else say_start(meeting, wording.locale)
    )
    said = wording.say(", you said {answer}", answer=wording.say(answer.value)) if answer else ""
    return wording.say(
        "{code} {title}: {when}{said}",
        code=meeting.code,
        title=plain(meeting.title),
        when=when,
        said=said,
    )


class DigestDay(Intent, noun="cop", verb="digest-day"):
    """Choose when the weekly digest comes, or none."""

    needs: ClassVar[Role | None] = Role.FACILITATOR
    example: ClassVar[str] = "cop digest-day monday 08:00"

    day: str = Field(
        min_length=1,
        max_length=80,
        description="A weekday, with the hour if you like: monday 08:00; or off",
        json_schema_extra={"question": "On which weekday? Say off for none."},
    )
    hour: Annotated[str, BeforeValidator(str, json_schema_input_type=str)] = Field(
        default="",
        max_length=40,
        description="At which hour, such as 8 or 4pm; 08:00 if you do not say",
        json_schema_extra={"keyed": True},
    )

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """When it comes now, or which day and hour are meant."""
        say = person.wording.say
        if self.day.casefold().strip(" .!") in NEVER:
            await services.ask(SetDigest(weekday=0, hour=USUAL_HOUR))
            return Answer.of(say("Noted: no weekly digest."))
        hour = f"{int(self.hour):02}:00" if HOUR.fullmatch(self.hour) else self.hour
        read = await services.ask(ReadWeekly(text=f"{self.day} {hour}".strip()))
        if not read.sure or len(read.readings) != 1:
            return _which_day(read, person.wording)
        [meant] = read.readings
        chosen = USUAL_HOUR if meant.hour is None else meant.hour
        kept = await services.ask(SetDigest(weekday=meant.weekday, hour=chosen))
        return Answer.of(
            say(
                "Noted: the digest comes on {day} at {hour}:00.",
                day=say(DAYS[kept.weekday - 1].capitalize()),
                hour=f"{kept.hour:02}",
            )
        )


def _which_day(read: WeeklyRead, wording: Wording) -> Answer:
    """The days and hours that may be meant, or the question again."""
    why = wording.foreign(plain(read.doubt))
    ready = [_on_day(each) for each in read.readings]
    if not ready:
        return Answer((question(DigestDay, {}, "day", wording, why),))
    labels = [_weekly(each, wording) for each in read.readings]
    lead = (Text(why), Text(wording.say("Which one is it?")))
    return Answer((*lead, numbered(labels, ready, wording.say("None of these"))))


def _on_day(meant: WeeklyReading) -> DigestDay:
    hour = "" if meant.hour is None else str(meant.hour)
    return DigestDay(day=DAYS[meant.weekday - 1], hour=hour)


def _weekly(when: WeeklyReading, wording: Wording) -> str:
    hour = USUAL_HOUR if when.hour is None else when.hour
    day = wording.say(DAYS[when.weekday - 1].capitalize())
    return wording.say("{day} at {hour}:00", day=day, hour=f"{hour:02}")


class MyDigest(Intent, noun="me", verb="digest"):
    """Have my own weekly digest in our direct chat, or not."""

    needs: ClassVar[Role | None] = Role.MEMBER
    example: ClassVar[str] = "me digest off"

    state: OnOff = Field(
        description="on or off",
        json_schema_extra={"question": "Should I send you a weekly digest? Say on or off."},
    )

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """Which it is now."""
        await services.ask(SetMyDigest(on=self.state))
        say = person.wording.say
        if self.state:
            return Answer.of(say("Noted: once a week I send you your digest in our direct chat."))
        return Answer.of(say("Noted: no digest for you."))


class Checklist(Intent, noun="meeting", verb="checklist", aliases=("checklist",)):
    """See what the chair has to do before, during and after."""

    needs: ClassVar[Role | None] = Role.FACILITATOR
    example: ClassVar[str] = "meeting checklist M7K2"

    code: Code | None = Field(
        default=None,
        description="The meeting's code; the one that is on or next if you do not say",
        json_schema_extra={"code": True},
    )

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """Each duty with a sign and the line that does it."""
        return _checklist(await services.ask(ShowChecklist(code=self.code)), person)


DUTIES: dict[str, tuple[str, Hint]] = {
    "agenda": ("The agenda has items", hint("agenda add", title="Reading in Grade 1", code="")),
    "where": ("The place is set", hint("meeting edit", code="", where="Room 4")),
    "roles": (
        "Roles for the day are taken",
        hint("meeting edit", code="", roles="note-taker, greeter"),
    ),
    "answers": ("Somebody is coming", hint("meeting show", code="")),
    "actions": ("No action is late", hint("action list", which="late")),
    "started": ("Begun", hint("meeting start", code="")),
    "register": ("Somebody is in the register", hint("meeting attendance", code="")),
    "noted": ("Something is noted", hint("meeting note", kind="info", text="We meet on Thursdays")),
    "ended": ("Ended", hint("meeting end", code="")),
    "minutes": ("Minutes approved", hint("minutes approve", code="")),
    "highlights": ("Highlights shared", hint("minutes highlights", code="")),
    "next": (
        "The next meeting is planned",
        hint("meeting new", title="Reading circle", when="thu 14:00"),
    ),
}
"""What shows that a duty is done, and what to type for it; an empty code is the meeting's."""

PARTS = {"before": "Before:", "during": "During:", "after": "After:"}


def _checklist(shown: ChecklistShown, person: Person) -> Answer:
    say, meeting = person.wording.say, shown.meeting
    lead = say("{title} ({code})", title=plain(meeting.title), code=meeting.code)
    blocks: list[Text | Items] = [Text(lead)]
    for part, title in PARTS.items():
        duties = [duty for duty in shown.duties if duty.when == part and duty.key in DUTIES]
        lines = []
        for duty in duties:
            words = DUTIES[duty.key][0]
            typed = _typed(duty.key, meeting.code, person)
            told = "✅ {words}" if duty.done else "⬜ {words}: {line}"
            lines.append(say(told, words=say(words), line=typed))
        blocks += [Text(say(title)), Items(tuple(lines))] if lines else []
    return Answer(tuple(blocks))


def _typed(duty: str, code: str, person: Person) -> str:
    wanted = DUTIES[duty][1]
    given = {name: value or code for name, value in wanted.arguments.items()}
    return person.types(wanted.intent, **given)
