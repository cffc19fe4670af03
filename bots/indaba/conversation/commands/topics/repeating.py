"""Meetings that repeat: the preview with the next dates, and changing this one, later ones, all."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field, NaiveDatetime

from indaba.contracts.lines import ReadMeeting
from indaba.contracts.linking import ShowZones
from indaba.contracts.passport import Role
from indaba.contracts.refusal import Hint, Refusal, Unavailable, hint
from indaba.contracts.series import (
    AddDate,
    EndSeries,
    ImportTerms,
    Pattern,
    ReadRepeat,
    RepeatOtherwise,
    RepeatReading,
    Scope,
    SeriesShown,
    ShowSeries,
    StartSeries,
)
from indaba.contracts.times import ReadWhen
from indaba.conversation.answer import Answer, Choice, Choices, Facts, Items, Style, Text
from indaba.conversation.commands.drafts import MeetingDraft
from indaba.conversation.commands.fields import Code
from indaba.conversation.commands.in_parts import InParts
from indaba.conversation.commands.intent import Intent, Meant, ServiceClient
from indaba.conversation.commands.never_mind import NeverMind
from indaba.conversation.commands.person import Person
from indaba.conversation.commands.readings import asked_again, pick_reading, pick_repeat
from indaba.conversation.commands.series_dates import dates_shown
from indaba.conversation.commands.topics.undoing import with_undo
from indaba.conversation.times import say_day, say_for, say_start, say_when
from indaba.conversation.wording import Wording, plain


async def repeating(text: str, services: ServiceClient) -> tuple[RepeatReading, ...] | str | None:
    """How a text repeats: readings if there is one or are several, why not, or no repetition."""
    read = await services.ask(ReadRepeat(text=text))
    if not read.repeats:
        return None
    if not read.readings:
        return read.doubt
    return read.readings


async def dates_of(
    reading: RepeatReading, person: Person, services: ServiceClient
) -> tuple[Text | Facts | Items, ...]:
    """The next dates, how the first looks elsewhere, and what is left out and why."""
    wording, say = person.wording, person.wording.say
    lines = tuple(
        say_when(date.starts, reading.pattern.zone, wording.locale) for date in reading.coming
    )
    blocks: list[Text | Facts | Items] = [Text(say("The next dates:")), Items(lines)]
    if reading.left_out:
        left = ", ".join(
            say("{day} ({why})", day=say_day(out.day, wording.locale), why=plain(out.why))
            for out in reading.left_out[:5]
        )
        blocks.append(Text(say("Left out: {days}", days=left)))
    if reading.terms_unknown:
        blocks.append(
            Text(
                say(
                    "I know no school terms for some of these days, so I could not leave holidays "
                    "out. A facilitator can give me the terms: {line}",
                    line=person.types("cop terms"),
                )
            )
        )
    elsewhere = await _elsewhere(reading, person, services)
    return (*blocks, *((Facts(elsewhere),) if elsewhere else ()))


async def _elsewhere(
    reading: RepeatReading, person: Person, services: ServiceClient
) -> tuple[tuple[str, str], ...]:
    """The first date as up to two members elsewhere see it."""
    if not reading.coming:
        return ()
    try:
        zones = (await services.ask(ShowZones())).zones
    except (Refusal, Unavailable):
        return ()
    first = reading.coming[0].starts_at
    others = [zone for zone in zones if zone != reading.pattern.zone][:2]
    label = person.wording.say("For members elsewhere")
    return tuple((label, say_for(first, zone, person.wording.locale)) for zone in others)


class PreviewSeries(MeetingDraft, noun="meeting", verb="preview-series", hidden=True):
    """Show what series would be called."""

    MEANT: ClassVar[Meant] = Meant.BY_YES
    needs: ClassVar[Role | None] = Role.FACILITATOR

    text: str
    choice: int = 0
    whole: bool = False
    given: str = ""
    pattern: Pattern | None = None

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """The pattern in words, its next five dates, and the choice to call it.

        It is the pattern that was picked, or nothing: a line may mean another one later.
        """
        wording, say = person.wording, person.wording.say
        found = await self._found(services)
        if not isinstance(found, tuple) or self.choice >= len(found):
            return Answer.of(wording.foreign(found) if isinstance(found, str) else say("Stopped."))
        reading = found[self.choice]
        if self.pattern is not None:
            reading = next((each for each in found if each and each.pattern == self.pattern), None)
        if reading is None:
            return Answer.of(say("That line means something else by now. Please type it again."))
        rows = self.in_words(wording, (say("Repeats"), plain(reading.words)))
        call = CallSeries(pattern=reading.pattern, **self.details())
        options = (
            Choice(say("Call the series"), "✅", call, Style.MAIN),
            Choice(say("Stop"), "❌", NeverMind()),
        )
        lead = Text(say("I understood this. The first date's card goes to the community's room."))
        dates = await dates_of(reading, person, services)
        return Answer((lead, Facts(rows), *dates, Choices(options)))

    async def _found(
        self, services: ServiceClient
    ) -> tuple[RepeatReading | None, ...] | str | None:
        """How the text repeats; in a whole line `None` for a reading that does not."""
        if not self.whole:
            return await repeating(self.text, services)
        read = await services.ask(ReadMeeting(line=self.text, title=self.given))
        return tuple(reading.repeat for reading in read.readings)


class CallSeries(MeetingDraft, noun="meeting", verb="call-series", hidden=True):
    """Call the series as previewed."""

    MEANT: ClassVar[Meant] = Meant.BY_YES
    needs: ClassVar[Role | None] = Role.FACILITATOR

    pattern: Pattern

    def again(self) -> Hint:
        """What led to it."""
        return hint("meeting new")

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """The first date's code, and the way back: its card follows by itself."""
        shown = await services.ask(StartSeries(**self.model_dump()))
        first = shown.meetings[0]
        words = person.wording.say(
            "Called: {words}. The first date is {code}.",
            words=plain(shown.series.words),
            code=first.code,
        )
        return with_undo(words, first.code, person, Scope.ALL)


class Dates(Intent, noun="meeting", verb="dates", aliases=("dates",)):
    """Show the dates of a meeting that repeats."""

    needs: ClassVar[Role | None] = Role.MEMBER
    example: ClassVar[str] = "meeting dates M7K2"

    code: Code = Field(
        description="The meeting's code, such as M7K2",
        json_schema_extra={"code": True, "question": "Which meeting? Its code looks like M7K2."},
    )

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """The pattern and the dates that exist already, with their codes."""
        return dates_shown(await services.ask(ShowSeries(code=self.code)), person.wording)


class AlsoOn(InParts, noun="meeting", verb="also", aliases=("add date",)):
    """Hold one more date of a meeting that repeats."""

    needs: ClassVar[Role | None] = Role.FACILITATOR
    example: ClassVar[str] = "meeting also M7K2 fri 15:00"

    code: Code = Field(
        description="The meeting's code, such as M7K2",
        json_schema_extra={"code": True, "question": "Which meeting? Its code looks like M7K2."},
    )
    when: str = Field(
        min_length=1,
        max_length=200,
        description="When, in your own words: fri 15:00",
        json_schema_extra={"question": "When is it held too? For example: fri 15:00"},
    )

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """The date, or the question again."""
        read, words = await self.read_on(self.when, _asking, services)
        ready = [AddOne(code=self.code, starts=r.starts, zone=r.zone) for r in read.readings]
        if read.sure and ready:
            return await ready[0].respond(person, services)
        if not ready:
            return asked_again(self, read.doubt, words, person.wording)
        return pick_reading(read.readings, ready, read.doubt, person.wording)


def _asking(text: str) -> ReadWhen:
    return ReadWhen(text=text)


class AddOne(Intent, noun="meeting", verb="add-one", hidden=True):
    """Hold the date as picked."""

    MEANT: ClassVar[Meant] = Meant.BY_YES
    needs: ClassVar[Role | None] = Role.FACILITATOR

    code: str
    starts: NaiveDatetime
    zone: str = ""

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """The new date's code, and the way back."""
        adding = AddDate(code=self.code, starts=self.starts, zone=self.zone)
        meeting = (await services.ask(adding)).meeting
        when = say_start(meeting, person.wording.locale)
        words = person.wording.say("Added: {code}, {when}", code=meeting.code, when=when)
        return with_undo(words, meeting.code, person)


class PreviewOtherwise(Intent, noun="meeting", verb="preview-otherwise", hidden=True):
    """Show another pattern for a series."""

    MEANT: ClassVar[Meant] = Meant.BY_YES
    needs: ClassVar[Role | None] = Role.FACILITATOR

    code: str
    text: str
    scope: Scope
    choice: int | None = None

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """The preview when sure, or once one was chosen; else the readings to pick from."""
        wording = person.wording
        shown = await services.ask(ShowSeries(code=self.code))
        read = await services.ask(ReadRepeat(text=self.text))
        readings = read.readings if read.repeats else ()
        if not readings:
            why = "Say how it repeats from then on, such as: every Friday 15:00"
            return Answer.of(wording.foreign(read.doubt if read.repeats and read.doubt else why))
        if self.choice is None and not read.sure:
            ready = [self.model_copy(update={"choice": n}) for n, _ in enumerate(readings)]
            return pick_repeat(readings, ready, read.doubt, wording)
        chosen = self.choice or 0
        reading = readings[chosen if chosen < len(readings) else 0]
        return await self._preview(shown, reading, person, services)

    async def _preview(
        self, shown: SeriesShown, reading: RepeatReading, person: Person, services: ServiceClient
    ) -> Answer:
        """Before and after, who is told, and the choice."""
        wording, say = person.wording, person.wording.say
        rows = (
            (say("Title"), plain(shown.series.title)),
            (say("From"), plain(shown.series.words)),
            (say("To"), plain(reading.words)),
            (say("Which dates"), say(SCOPES[self.scope])),
        )
        go = OtherwiseNow(code=self.code, pattern=reading.pattern, scope=self.scope)
        options = (
            Choice(say("Change it"), "✅", go, Style.MAIN),
            Choice(say("Leave it as it is"), "❌", NeverMind()),
        )
        dates = await dates_of(reading, person, services)
        return Answer((Facts(rows), *dates, Text(who_hears(shown, wording)), Choices(options)))


SCOPES = {
    Scope.THIS: "this one",
    Scope.LATER: "this one and later ones",
    Scope.ALL: "all to come",
}


def who_hears(shown: SeriesShown, wording: Wording) -> str:
    """How many people said yes or maybe to dates to come, and so are told."""
    return wording.count(
        sum(m.counts.yes + m.counts.waiting + m.counts.maybe for m in shown.meetings),
        "I tell the room; {n} answer of yes or maybe was given so far.",
        "I tell the room; {n} answers of yes or maybe were given so far.",
    )


class OtherwiseNow(Intent, noun="meeting", verb="otherwise", hidden=True):
    """Give the series the pattern as previewed."""

    needs: ClassVar[Role | None] = Role.FACILITATOR

    code: str
    pattern: Pattern
    scope: Scope

    def again(self) -> Hint:
        """What led to it."""
        return hint("meeting move", code=self.code)

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """The pattern as it is now."""
        asked = RepeatOtherwise(code=self.code, pattern=self.pattern, scope=self.scope)
        return dates_shown(await services.ask(asked), person.wording)


class PreviewEnd(Intent, noun="meeting", verb="preview-end", hidden=True):
    """Show what ending a series would do: it cannot be undone."""

    MEANT: ClassVar[Meant] = Meant.BY_YES
    needs: ClassVar[Role | None] = Role.FACILITATOR

    code: str
    scope: Scope
    reason: str = ""

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """Which dates go, who is told, and the choice."""
        wording, say = person.wording, person.wording.say
        shown = await services.ask(ShowSeries(code=self.code))
        rows = [
            (say("Title"), plain(shown.series.title)),
            (say("Repeats"), plain(shown.series.words)),
            (say("Which dates"), say(SCOPES[self.scope])),
        ]
        rows += [(say("Why"), plain(self.reason))] if self.reason else []
        end = EndNow(code=self.code, scope=self.scope, reason=self.reason)
        options = (
            Choice(say("Call the dates off"), "✅", end, Style.DANGER),
            Choice(say("Leave it as it is"), "❌", NeverMind()),
        )
        once = Text(say("This cannot be undone."))
        told = Text(who_hears(shown, wording))
        return Answer((Facts(tuple(rows)), told, once, Choices(options)))


class EndNow(Intent, noun="meeting", verb="end-series", hidden=True):
    """End the series as previewed."""

    needs: ClassVar[Role | None] = Role.FACILITATOR

    code: str
    scope: Scope
    reason: str = ""

    def again(self) -> Hint:
        """What led to it."""
        return hint("meeting cancel", code=self.code, scope=self.scope.value)

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """How many dates are off."""
        asked = EndSeries(code=self.code, scope=self.scope, reason=self.reason)
        ended = await services.ask(asked)
        words = "Called off: {n} date."
        return Answer.of(person.wording.count(ended.cancelled, words, "Called off: {n} dates."))


class Terms(Intent, noun="cop", verb="terms"):
    """Give me the school terms of your province, as a CSV text."""

    needs: ClassVar[Role | None] = Role.FACILITATOR
    example: ClassVar[str] = "cop terms"

    csv: Annotated[str, Field(max_length=3900)] = Field(
        default="",
        description="Rows of: province,year,term,first,last,status,source",
        json_schema_extra={"whole": True},
    )

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """How many terms are known, or what is wrong row by row."""
        wording, say = person.wording, person.wording.say
        text = self.csv or (person.written.text if person.written else "")
        if not text:
            how = "province,year,term,first,last,status,source"
            return Answer.of(
                say(
                    "Send the terms as rows with these columns, or ask your operator to import a "
                    "file: {columns}",
                    columns=how,
                ),
                say("For example: {row}", row="Gauteng,2027,1,2027-01-13,2027-03-19,proposed,DBE"),
            )
        kept = await services.ask(ImportTerms(csv=text))
        if kept.faults:
            lines = tuple(wording.foreign(fault) for fault in kept.faults[:10])
            return Answer((Text(say("Nothing was imported. Please mend:")), Items(lines)))
        return Answer.of(wording.count(kept.kept, "I know {n} term now.", "I know {n} terms now."))
