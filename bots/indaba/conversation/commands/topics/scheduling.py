"""About meetings: calling, finding, answering, moving, checking in."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field, NaiveDatetime

from indaba.contracts.lines import MeetingReading, ReadMeeting
from indaba.contracts.openness import Part
from indaba.contracts.passport import Role
from indaba.contracts.refusal import Hint, hint
from indaba.contracts.scheduling import (
    MEETINGS_OPEN,
    ListMeetings,
    MeetingFacts,
    MeetingStatus,
    ScheduleMeeting,
    ShowMeeting,
    Which,
)
from indaba.contracts.standing import Standing
from indaba.conversation.answer import Answer, Choice, Choices, Facts, Items, Style, Text
from indaba.conversation.cards.views import facts_of, states_of
from indaba.conversation.commands.drafts import MeetingDraft, Timed
from indaba.conversation.commands.fields import Code, one_of
from indaba.conversation.commands.intent import Intent, Meant, ServiceClient, question
from indaba.conversation.commands.never_mind import NeverMind
from indaba.conversation.commands.person import Person
from indaba.conversation.commands.place_in_line import without_place
from indaba.conversation.commands.readings import asked_again, pick_meeting
from indaba.conversation.commands.topics.repeating import PreviewSeries
from indaba.conversation.commands.topics.undoing import with_undo
from indaba.conversation.times import how_long_until, say_for, say_start
from indaba.conversation.wording import Wording, plain

MOST_LISTED, MOST_LOOKED_AT = 10, 50
LONGEST_TITLE = 120


def when_here(meeting: MeetingFacts, wording: Wording) -> str:
    """A meeting's time in its own zone."""
    return say_start(meeting, wording.locale)


class NewMeeting(
    MeetingDraft,
    Timed,
    noun="meeting",
    verb="new",
    aliases=("event", "create", "new event", "schedule"),
):
    """Call a meeting."""

    needs: ClassVar[Role | None] = Role.FACILITATOR
    example: ClassVar[str] = 'meeting new "Fractions in Grade 4" thu 18:00 for 90 minutes'

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """The preview when sure; else the readings to pick from, or the question again."""
        wording = person.wording
        read, line = await self.read_on(self.when, self._asking, services)
        if not self.where:
            read, line, place = await without_place(read, line, self._asking, services)
            if place:
                return await self._at(place, line).respond(person, services)
        if not read.readings:
            known = self.model_copy(update={"title": read.title or self.title})
            return asked_again(known, read.doubt, _without(read.title, line), wording)
        if not all(reading.title for reading in read.readings):
            filled = self.model_dump(mode="json", exclude_defaults=True) | {"when": line}
            return Answer((question(type(self), filled, "title", wording),))
        if too_long := next((r.title for r in read.readings if len(r.title) > LONGEST_TITLE), ""):
            return _title_too_long(self, line, too_long, wording)
        ready = [self._preview(n, reading, line) for n, reading in enumerate(read.readings)]
        if len(ready) == 1:
            preview = await ready[0].respond(person, services)
            doubt = () if read.sure else (Text(wording.foreign(plain(read.doubt))),)
            return replace(preview, blocks=(*doubt, *preview.blocks))
        return pick_meeting(read.readings, ready, read.doubt, wording)

    def _at(self, place: str, line: str) -> NewMeeting:
        return self.model_copy(update={"when": line, "where": place})

    def _asking(self, line: str) -> ReadMeeting:
        return ReadMeeting(line=line, title=self.title)

    def _preview(self, choice: int, reading: MeetingReading, line: str) -> Intent:
        """The preview of one reading; a length given by itself counts before one in the line."""
        given = "minutes" in self.model_fields_set
        minutes = self.minutes if given or reading.minutes is None else reading.minutes
        same = self.details() | {"title": reading.title, "minutes": minutes}
        if reading.repeat is None:
            same |= {"starts": reading.starts, "zone": reading.zone}
            return Preview(**same, abroad=reading.said_in)
        series = PreviewSeries(text=line, choice=choice, whole=True, given=self.title, **same)
        return series.model_copy(update={"pattern": reading.repeat.pattern})


def _title_too_long(intent: NewMeeting, line: str, title: str, wording: Wording) -> Answer:
    """The question for a shorter title; the line says when as before."""
    why = wording.say(
        "That title has {length} letters, and at most {most} fit.",
        length=len(title),
        most=LONGEST_TITLE,
    )
    filled = intent.model_dump(mode="json", exclude_defaults=True)
    filled["when"] = _without(title, line)
    return Answer((question(type(intent), filled, "title", wording, why),))


def _without(title: str, line: str) -> str:
    """A line without its title."""
    return re.sub(rf"\W?{re.escape(title)}\W?", " ", line, count=1).strip() if title else line


def own_time(starts: str, mine: str, wording: Wording) -> tuple[tuple[str, str], ...]:
    """A row with the asker's own time where it reads differently."""
    return () if mine == starts else ((wording.say("For you"), mine),)


def as_said(starts: NaiveDatetime, zone: str, said_in: str, wording: Wording) -> str:
    """The time in the zone that was named for it; empty where none was."""
    from zoneinfo import ZoneInfo

    instant = starts.replace(tzinfo=ZoneInfo(zone))
    return say_for(instant, said_in, wording.locale) if said_in else ""


class Preview(MeetingDraft, noun="meeting", verb="preview", hidden=True):
    """Show what would be called."""

    MEANT: ClassVar[Meant] = Meant.BY_YES
    needs: ClassVar[Role | None] = Role.FACILITATOR

    starts: NaiveDatetime
    zone: str
    abroad: str = ""

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """The meeting as understood, in the community's zone, and the choice to call it."""
        wording, say = person.wording, person.wording.say
        here, mine = both_zones(self.starts, self.zone, person)
        there = as_said(self.starts, self.zone, self.abroad, wording)
        you_said = ((say("As you said it"), there),) if there else ()
        own = own_time(here, mine, wording)
        rows = self.in_words(wording, (say("When"), here), *you_said, *own)
        call = CallMeeting(**self.model_dump(exclude={"abroad"}))
        options = (
            Choice(say("Call the meeting"), "✅", call, Style.MAIN),
            Choice(say("Stop"), "❌", NeverMind()),
        )
        lead = Text(say("I understood this. Its card goes to the community's room."))
        return Answer((lead, Facts(rows), Choices(options)))


def both_zones(starts: NaiveDatetime, zone: str, person: Person) -> tuple[str, str]:
    """A wall time in the community's zone, and in the asker's."""
    from zoneinfo import ZoneInfo

    locale = person.wording.locale
    instant = starts.replace(tzinfo=ZoneInfo(zone))
    home = person.community.zone if person.community else zone
    return say_for(instant, home, locale), say_for(instant, person.zone, locale)


class CallMeeting(MeetingDraft, noun="meeting", verb="call", hidden=True):
    """Call the meeting as previewed."""

    MEANT: ClassVar[Meant] = Meant.BY_YES
    needs: ClassVar[Role | None] = Role.FACILITATOR

    starts: NaiveDatetime
    zone: str

    def again(self) -> Hint:
        """What led to it."""
        return hint("meeting new")

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """The code, and the way back: the card follows by itself."""
        reply = await services.ask(ScheduleMeeting(**self.model_dump()))
        code = reply.meeting.code
        return with_undo(person.wording.say("Called: {code}", code=code), code, person)


class NextMeeting(
    Intent,
    noun="meeting",
    verb="next",
    aliases=("next", "what is next", "what's next", "whats next", "volgende vergadering"),
):
    """Show the next meeting."""

    ASKED_BY: ClassVar[Standing] = Standing.VISITOR
    OPENED_BY: ClassVar[frozenset[Part]] = MEETINGS_OPEN
    example: ClassVar[str] = "meeting next"

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """The meeting and my answer."""
        return await _show(None, person, services)


ASKS_WHO = (
    *("who is coming", "who's coming", "whos coming", "who comes", "who is coming to"),
    *("who's coming to", "whos coming to", "who said yes", "who said yes to", "wie kom"),
    *("how many are coming", "how many are coming to", "where is the meeting", "where do we meet"),
    *("where is it", "where is the next one", "who is here"),
)
"""How people ask about a meeting; the next one, where they do not name it."""

ASKS_WHEN = (
    *("when is", "when's", "whens", "when is the meeting", "when is the next meeting"),
    *("when is next meeting", "when is our next meeting", "when's the next meeting"),
    *("whens the next meeting", "when do we meet", "when is the next one", "what time is"),
    *("what time is the meeting", "wanneer", "wanneer is die vergadering", "nini"),
)


class MeetingDetails(Intent, noun="meeting", verb="show", aliases=ASKS_WHO):
    """Show one meeting, and how many come."""

    ASKED_BY: ClassVar[Standing] = Standing.VISITOR
    OPENED_BY: ClassVar[frozenset[Part]] = MEETINGS_OPEN
    example: ClassVar[str] = "meeting show M7K2"

    code: Code | None = Field(
        default=None,
        description="The meeting's code; the next one if you do not say",
        json_schema_extra={"code": True},
    )

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """The meeting and my answer."""
        return await _show(self.code, person, services)


async def _show(code: str | None, person: Person, services: ServiceClient) -> Answer:
    reply = await services.ask(ShowMeeting(code=code))
    meeting, wording = reply.meeting, person.wording
    mine = say_for(meeting.starts_at, person.zone, wording.locale)
    answer = ""
    if reply.mine:
        answer = wording.say("You said: {answer}", answer=wording.say(reply.mine.value))
    elif meeting.status in OPEN:
        answer = wording.say("You have not answered. Type: {line}", line=_line(person, meeting))
    said = (Text(answer),) if answer else ()
    rows = facts_of(meeting, wording)
    own = own_time(when_here(meeting, wording), mine, wording)
    return Answer((*states_of(meeting, wording), Facts((*rows, *own)), *said))


OPEN = frozenset({MeetingStatus.SCHEDULED, MeetingStatus.LIVE})
"""While a meeting is so, it takes answers."""


def _line(person: Person, meeting: MeetingFacts) -> str:
    return person.types("meeting yes", code=meeting.code)


class ListOfMeetings(Intent, noun="meeting", verb="list", aliases=("meetings",)):
    """List the coming meetings."""

    ASKED_BY: ClassVar[Standing] = Standing.VISITOR
    OPENED_BY: ClassVar[frozenset[Part]] = MEETINGS_OPEN
    example: ClassVar[str] = "meeting list"

    which: Annotated[Which, one_of(Which)] = Field(
        default=Which.COMING, description="coming, mine, past or called-off"
    )

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """One line per meeting or series, soonest first; past ones latest first."""
        reply = await services.ask(ListMeetings(limit=MOST_LOOKED_AT, which=self.which))
        wording = person.wording
        if not reply.meetings:
            return Answer.of(wording.say(NONE_LISTED[self.which]))
        dates: dict[UUID, list[MeetingFacts]] = {}
        for meeting in reply.meetings:
            folds = meeting.series if self.which is not Which.PAST else None
            dates.setdefault(folds or meeting.id, []).append(meeting)
        lines = tuple(_listed(each, person) for each in [*dates.values()][:MOST_LISTED])
        return Answer((Text(wording.say(LISTED[self.which])), Items(lines)))


def _listed(dates: list[MeetingFacts], person: Person) -> str:
    """A meeting in one line; of a series the first date, and how many more there are."""
    wording, first, more = person.wording, dates[0], len(dates) - 1
    line = wording.say(
        "{code} {title}: {when}",
        code=first.code,
        title=plain(first.title),
        when=when_here(first, wording),
    )
    if not more:
        return line
    all_dates = person.types("meeting dates", code=first.code)
    return wording.count(
        more,
        "{line}, and {n} more date: {dates}",
        "{line}, and {n} more dates: {dates}",
        line=line,
        dates=all_dates,
    )


LISTED = {
    Which.COMING: "Coming meetings:",
    Which.MINE: "Meetings you said yes or maybe to:",
    Which.PAST: "Past meetings:",
    Which.CALLED_OFF: "Meetings that were called off:",
}
NONE_LISTED = {
    Which.COMING: "No meeting is planned.",
    Which.MINE: "You have said yes or maybe to no coming meeting.",
    Which.PAST: "No meeting has ended yet.",
    Which.CALLED_OFF: "No coming meeting was called off.",
}


class MeetingWhen(Intent, noun="meeting", verb="when", aliases=("when", *ASKS_WHEN)):
    """Show when a meeting is for me."""

    ASKED_BY: ClassVar[Standing] = Standing.VISITOR
    OPENED_BY: ClassVar[frozenset[Part]] = MEETINGS_OPEN
    example: ClassVar[str] = "meeting when M7K2"

    code: Code | None = Field(
        default=None,
        description="The meeting's code; the next one if you do not say",
        json_schema_extra={"code": True},
    )

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """The time in the asker's zone, how far away it is, and the meeting's own time."""
        meeting = (await services.ask(ShowMeeting(code=self.code))).meeting
        wording = person.wording
        here = when_here(meeting, wording)
        mine = say_for(meeting.starts_at, person.zone, wording.locale)
        lead = wording.say(
            "{title} ({code}): {when}, {away}",
            title=plain(meeting.title),
            code=meeting.code,
            when=mine,
            away=how_long_until(meeting.starts_at, person.now, wording.locale),
        )
        if here == mine:
            return Answer.of(lead)
        return Answer.of(lead, wording.say("In the community's time: {when}", when=here))
